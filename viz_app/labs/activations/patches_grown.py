"""The image that a channel wants, beside the patches of photos that it wants most."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from viz_app.engine.engine import Failure
from viz_app.labs.activations.ascent_jobs import Climb, Plan, optimise, plan_of
from viz_app.labs.activations.jobs import is_here
from viz_app.labs.activations.patches_finding import LANE
from viz_app.labs.activations.patches_shown import PatchesView
from viz_app.labs.activations.scene import ActivationsScene

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter

GROWN = f"{LANE}.grown"


class Growing:
    """Makes the image as the page of the optimised image would, by the same settings."""

    def __init__(self, desk: ActivationsPresenter, view: PatchesView) -> None:
        self._desk, self._view = desk, view
        self._plan: Plan | None = None
        self._newest: Climb | None = None
        self._is_running = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way."""
        return not self._is_running

    def show(self, scene: ActivationsScene, row: str | None) -> None:
        """Show the image of the scene's channel, if the scene wants it and there are patches."""
        weights = self._desk.house.weights
        is_wanted = scene.patch_beside == "optimised" and row is not None
        if not is_wanted or not is_here(weights, scene.net):
            self._let_go()
            self._view.show_grown(None, "")
            return
        plan = plan_of(replace(scene, goal="channel"))
        if plan != self._plan:
            self._let_go()
            self._plan, self._is_running = plan, True
            self._desk.house.runner.run(
                GROWN,
                optimise(weights, plan, lambda: scene.goal_rate, lambda: scene.goal_steps),
                title="Optimising an image",
                on_step=self._on_step,
                on_done=lambda _none: self._on_end(),
                on_failed=self._on_failed,
            )
        self._tell()

    def cancelled(self, lane: str) -> None:
        """Take note that the user ended a lane's job."""
        if lane == GROWN:
            self._is_running = False

    def _let_go(self) -> None:
        if self._is_running:
            self._desk.house.runner.cancel(GROWN)
        self._plan, self._newest, self._is_running = None, None, False

    def _on_step(self, climb: Climb) -> None:
        self._newest = climb
        if self._desk.is_shown("patches") and self._desk.scene.patch_beside == "optimised":
            self._tell()

    def _tell(self) -> None:
        newest = self._newest
        if newest is None:
            self._view.show_grown(None, "the image that it wants comes in a moment")
            return
        step, total = newest.step, newest.progress.total
        words = "the image that it wants" + (f", step {step} of {total:.0f}" * (step < total))
        self._view.show_grown(newest.pixels, words)

    def _on_end(self) -> None:
        self._is_running = False

    def _on_failed(self, failure: Failure) -> None:
        self._on_end()
        self._desk.fail(failure)
