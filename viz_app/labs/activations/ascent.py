"""The view of the optimised image: starts, rests and keeps the newest good picture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np

from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.engine.mailbox import Mailbox
from viz_app.labs.activations.ascent_jobs import Climb, Plan, optimise, plan_of
from viz_app.labs.activations.ascent_snippet import ascent_program
from viz_app.labs.activations.jobs import Pixels, is_here
from viz_app.labs.activations.layers import name_of
from viz_app.labs.activations.part import Desk, Part
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Action

LANE = "activations.ascent"
MOST_POINTS = 2000
State = Literal["idle", "running", "paused", "done"]


@dataclass(frozen=True, slots=True, eq=False)
class AscentShown:
    """What the page shows: the newest image, the goal's value step by step, and the words."""

    pixels: Pixels | None
    values: tuple[float, ...]
    title: str
    words: str
    state: State
    is_class: bool
    klass: int


class AscentView(Protocol):
    """What the part tells its page."""

    def show_ascent(self, shown: AscentShown) -> None:
        """Show how far the image is."""

    def ask_where_to_save_image(self, name: str) -> None:
        """Ask for a file and save the optimised image."""


class AscentPart(Part[AscentView]):
    """A change of what is asked starts a run that is under way anew; one that rests stays."""

    def __init__(self, desk: Desk, view: AscentView) -> None:
        super().__init__(desk, view)
        self._rate, self._steps = Mailbox(0.05), Mailbox(200)
        self._plan: Plan | None = None  # of the run that is under way or was the last
        self.newest: Climb | None = None
        self._values: list[float] = []
        self.state: State = "idle"
        a = Action
        self.actions = (
            a("Optimise or pause", "Make the image, or let it rest.", self.toggled, "Ctrl+R",
              "play", self._is_forward),
            a("Optimise from the start", "Begin the image anew.", self.started, "",
              "arrow-counter-clockwise", self._is_forward),
            a("Save optimised image…", "The image as PNG.", self.save_asked, "", "floppy-disk",
              lambda: self._is_forward() and self.newest is not None),
        )  # fmt: skip

    def show(self, scene: ActivationsScene, picture: Picture | None) -> None:
        self._rate.post(scene.goal_rate)
        self._steps.post(scene.goal_steps)
        if self.state == "running" and plan_of(scene) != self._plan:
            self.started()
        else:
            self._show(scene)

    # Intents

    def toggled(self) -> None:
        """Start, let rest or go on."""
        if self.state == "running":
            self.state = "paused"
            self.house.runner.pause(LANE)
        elif self.state == "paused" and plan_of(self.desk.scene) == self._plan:
            self.state = "running"
            self.house.runner.resume(LANE)
        else:
            self.started()
            return
        self._show(self.desk.scene)

    def started(self) -> None:
        """Begin anew with what the scene asks for."""
        scene = self.desk.scene
        if not is_here(self.house.weights, scene.net):
            self.desk.offer_accepted()
            return
        self._plan = plan_of(scene)
        self._values.clear()
        self.state = "running"
        self.house.runner.run(
            LANE,
            optimise(self.house.weights, self._plan, self._rate.read, self._steps.read),
            title="Optimising an image",
            on_step=self._on_step,
            on_done=lambda _answer: self._ended("done"),
            on_failed=self._on_failed,
        )
        self._show(scene)

    def class_chosen(self, index: int) -> None:
        """Optimise for another class."""
        self.desk.change(goal="class", goal_class=index)

    def save_asked(self) -> None:
        """Save the newest image."""
        if self.newest is not None:
            plan = self.newest.plan
            name = f"{name_of(plan.network)}_{plan.layer or plan.kind}_{plan.index}.png"
            self.view.ask_where_to_save_image(re.sub(r"[^\w.-]", "_", name))

    def _is_forward(self) -> bool:
        return self.desk.is_shown("optimised")

    # Answers

    def _on_step(self, climb: Climb) -> None:
        if self.newest is not None and climb.plan == self.newest.plan:
            missed = max(climb.step - self.newest.step - 1, 0)  # snapshots nobody looked at
        else:
            missed = climb.step
        self._values += [float("nan")] * (missed if len(self._values) < MOST_POINTS else 0)
        self._values.append(climb.value)
        self.newest = climb
        if self._is_forward():
            self._show(self.desk.scene)

    def _ended(self, state: State) -> None:
        self.state = state
        if self._is_forward():
            self._show(self.desk.scene)

    def _on_failed(self, failure: Failure) -> None:
        self._ended("done" if self.newest is not None else "idle")
        self.desk.fail(failure)

    # What is shown

    def _show(self, scene: ActivationsScene) -> None:
        wanted, newest = plan_of(scene), self.newest
        state: State = self.state
        if state in ("paused", "done") and wanted != self._plan:
            state = "idle"
        words = "Press Optimise: the image starts as grey noise and grows what is asked for."
        if newest is not None:
            words = f"step {newest.step} of {newest.progress.total:.0f} · value {newest.value:.4g}"
            if newest.plan != wanted:
                words += f" · this is {newest.plan.title}; Optimise makes {wanted.title}"
        self.view.show_ascent(
            AscentShown(
                pixels=None if newest is None else newest.pixels,
                values=tuple(self._values),
                title=wanted.title if newest is None else newest.plan.title,
                words=words,
                state=state,
                is_class=scene.goal == "class",
                klass=scene.goal_class,
            )
        )

    # For the lab

    def numbers(self) -> Mapping[str, Any]:
        if self.newest is None:
            return {}
        plan = self.newest.plan
        return {
            "network": name_of(plan.network),
            "layer": plan.layer,
            "goal": plan.title,
            "seed": plan.seed,
            "step": self.newest.step,
            "value": self.newest.value,
            "image": self.newest.pixels,
            "values": np.array(self._values),
        }

    def snippet(self, scene: ActivationsScene, picture: Picture | None) -> str | None:
        folder = self.house.weights.folder
        return ascent_program(plan_of(scene), scene.goal_rate, scene.goal_steps, folder)

    def is_settled(self) -> bool:
        return self.state != "running"

    def cancelled(self, lane: str) -> None:
        if lane == LANE:
            self._ended("done" if self.newest is not None else "idle")
