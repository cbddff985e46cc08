"""The style lab's part of the conversation: what is asked of the engine, what is shown."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import MemoryShort
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.labs.controls import Action
from viz_app.labs.lab import Lab
from viz_app.labs.presenter import House, Presenter
from viz_app.labs.style.actions import make_actions, play_action, preset_action, restart_action
from viz_app.labs.style.batch import Batch
from viz_app.labs.style.choosing import Choosing
from viz_app.labs.style.controls import GROUPS
from viz_app.labs.style.figures import numbers_of
from viz_app.labs.style.filing import Filing
from viz_app.labs.style.gram_watch import GramWatch
from viz_app.labs.style.history import RunStore
from viz_app.labs.style.keeping import Keeper, Kept
from viz_app.labs.style.one_pass import OnePass
from viz_app.labs.style.presets import PRESETS, Preset
from viz_app.labs.style.runs import Run, state_of
from viz_app.labs.style.scene import SIZES, StyleScene, resolve
from viz_app.labs.style.shown import (
    Offer,
    costs_shown,
    easel_shown,
    history_line,
    offer_of,
    short_words,
    style_title,
)
from viz_app.labs.style.snippet import snippet, style_program
from viz_app.labs.style.steering import Steering
from viz_app.labs.style.view import StyleView

TOUR_STEPS, TOUR_S = 60, 100.0  # what a busy machine has not painted by then, it shows as it is


class StylePresenter(Presenter[StyleScene, StyleView]):
    """Steers runs from the scene; each step that arrives is shown at once."""

    lab = Lab(
        name="style",
        title="Style",
        icon="paint-brush",
        summary="Paint a picture in the manner of another, and steer it while it runs.",
        scene_type=StyleScene,
        groups=GROUPS,
        snippet=snippet,
        resolve=resolve,
    )

    def __init__(self, view: StyleView, house: House) -> None:
        super().__init__(view, house)
        self._store = RunStore(house, self.fail)
        self.steering = Steering(house, self.scene, self._on_changed, self._on_failed, self._store)
        self._wants_start = False
        self._told_of_image = ""
        self._has_looked = False
        self._rests_at = math.inf
        self._grams = GramWatch(house, self._on_grams, self.fail)
        self._keeper = Keeper(house)
        self.one_pass = OnePass(
            view, house, lambda: self.scene, self.change, self._show_again, self._start_from,
            self.fail,
        )  # fmt: skip
        self.batch = Batch(self.lab, view, house, self._offer_judge)
        self.filing = Filing(view, house, lambda: self.steering.run, self.fail, self._preview)
        self.choosing = Choosing(
            house, lambda: self.scene, self.change, self.filing, self._start_from
        )
        self.presets = tuple(preset_action(self, preset) for preset in PRESETS)
        self.actions = (*make_actions(self), *self.one_pass.actions, *self.presets)

    # What is shown

    def show(self, scene: StyleScene, picture: Picture | None) -> None:
        style = self.house.pictures.wanted(scene.style)
        self.steering.complete(self.house.pictures.wanted)
        self.view.show_scene(scene)
        self.view.show_inputs(picture, style, style_title(scene.style, style))
        self.view.show_offer(self._offer())
        if scene.view == "optimise":
            self.one_pass.left()
            self._follow(scene, picture, style)
        else:  # styles that are tried here leave a run alone until its view is back
            if self.steering.run.is_fresh:
                self.steering.follow(scene, picture, style)
            self.one_pass.show(scene, picture)
        if not self._has_looked and picture is not None:
            self._has_looked = True
            self._keeper.find(self._on_found)
            self._store.find(self._on_history)
        if self._wants_start and picture is not None and style is not None:
            self._wants_start = False
            self.started()
        self._show_runs()

    def _follow(self, scene: StyleScene, picture: Picture | None, style: Picture | None) -> None:
        """Let the steered run take over a scene, and tell what it cannot."""
        sentence = self.steering.follow(scene, picture, style)
        if sentence:
            self.house.speaker.tell(sentence, actions=(restart_action(self),))
        elif self.steering.is_of_other_image(picture):
            self._tell_of_image(picture)
        elif self._told_of_image:
            self._told_of_image = ""
            self.house.speaker.hush()

    def _show_runs(self) -> None:
        steering = self.steering
        self.view.show_easels(
            tuple(easel_shown(run, i == steering.selected) for i, run in enumerate(steering.easels))
        )
        self.view.show_commands(self.play_action())
        self.view.show_history(tuple(history_line(run) for run in steering.history))
        self._show_below()

    def _show_below(self) -> None:
        if self.scene.below != "gram":
            self.view.show_costs(costs_shown(self.steering.run))
        else:
            self._grams.ask(self.steering.run, self.scene.gram_layer)
            self.view.show_grams(self._grams.newest)

    def _on_changed(self, run: Run) -> None:
        if run is self.steering.run:
            self._keeper.keep(run)
        if self._is_shown():
            self._show_runs()
        if time.monotonic() > self._rests_at:
            self._rests_at = math.inf
            self.steering.pause()

    def _on_failed(self, run: Run, failure: Failure) -> None:
        smaller = [s for s in SIZES if s < run.scene.size]
        is_short = failure.is_memory_short or isinstance(failure.error, MemoryShort)
        offers = []
        if smaller:
            offers.append(
                Action(
                    f"Go on at {smaller[-1]} px",
                    "Carry the picture over to a smaller size.",
                    lambda: self._go_on_at(smaller[-1]),
                )
            )
        if self.house.device() != "cpu":
            tip = "Slower, with the computer's own memory."
            offers.append(Action("Go on on the CPU", tip, self._go_on_cpu))
        if is_short and offers and run is self.steering.run:
            words = short_words(failure.error, bool(smaller))
            self.house.speaker.tell(words, actions=tuple(offers))
        else:
            self.fail(failure)

    # Intents

    def started(self) -> None:
        """Start or resume; without the network, offer it."""
        if not self.house.weights.is_present(self.scene.network):
            self._offer_judge()
            return
        self.steering.start()

    def paused(self) -> None:
        """Let it rest."""
        self.steering.pause()

    def toggled(self) -> None:
        """Start, pause, resume, or begin again after the end."""
        self.play_action().run()

    def stepped(self) -> None:
        """Take one step and rest."""
        if self.house.weights.is_present(self.scene.network):
            self.steering.start(1)
        else:
            self._offer_judge()

    def was_reset(self) -> None:
        """Begin anew; the picture so far is in the history."""
        self._told_of_image = ""
        self.house.speaker.hush()
        self.steering.reset(self.scene, *self._pictures())

    def restarted(self) -> None:
        """Begin anew and start."""
        self.was_reset()
        self.started()

    def branched(self) -> None:
        """Fork the run; both stand side by side."""
        self.steering.branch()

    def branch_closed(self) -> None:
        """Keep the steered run alone."""
        self.steering.close_branch()

    def easel_chosen(self, index: int) -> None:
        """Steer the other of the two runs: the controls show what it was told."""
        if index != self.steering.selected and index < len(self.steering.easels):
            self.steering.select(index)
            self._put_scene(self.steering.run.scene)
            self._show_runs()

    def other_chosen(self) -> None:
        """Steer the other run."""
        self.easel_chosen(1 - self.steering.selected)

    def restored(self, index: int) -> None:
        """Bring a run of the history back, with its settings."""
        if index < len(self.steering.history):
            run = self.steering.history[index]
            self.steering.restore(run)
            self.steering.complete(self.house.pictures.wanted)
            self._put_scene(run.scene)
            self._show_runs()

    def deleted(self, index: int) -> None:
        """Take a run out of the history for good."""
        if index < len(self.steering.history):
            self.steering.delete(self.steering.history[index])
            self._show_runs()

    def best_taken(self) -> None:
        """Go back to the picture with the lowest J since a weight was moved."""
        self.steering.take_best()

    def preset_chosen(self, preset: Preset) -> None:
        """Set the weights of a preset; before the first step, only that."""
        self.change(**preset.fields)

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the network."""
        self.house.offer_network(self.scene.network if self.is_of_run() else self.scene.one_pass)

    # For the house

    def play_action(self) -> Action:
        """What the first button does now."""
        return play_action(self)

    def is_ready(self, run: Run) -> bool:
        """Whether its pictures are read."""
        return run.content is not None and run.style is not None

    def numbers(self) -> Mapping[str, Any]:
        return numbers_of(self.steering.run) if self.is_of_run() else self.one_pass.numbers()

    def is_of_run(self) -> bool:
        """Whether the view of the optimisation is on the screen."""
        return self.scene.view == "optimise"

    def snippet(self) -> str:
        if not self.is_of_run():
            return self.one_pass.snippet(self.house.weights.folder)
        content, style = self._pictures()
        return style_program(self.scene, content, style, self.house.weights.folder)

    def demonstrate(self) -> None:
        if not self.house.weights.is_present(self.scene.network):
            self.house.speaker.tell(
                "VGG-16 is not on this computer, so nothing was painted: "
                "`viz-app weights fetch vgg16` brings it."
            )
            return
        self.house.document.choose_image("sample:chelsea")
        self._wants_start = True
        self._rests_at = time.monotonic() + TOUR_S
        self.change(
            view="optimise", style="sample:night", size=256, steps=TOUR_STEPS, mode="transfer"
        )
        self.show(self.scene, self.house.pictures.current())

    def is_settled(self) -> bool:
        is_waiting = self._wants_start or self._grams.is_asked
        if not self.is_of_run():
            return self.one_pass.is_settled()
        return not is_waiting and all(run.status != "running" for run in self.steering.easels)

    def cancelled(self, lane: str) -> None:
        self._grams.cancelled(lane)
        self.steering.cancelled(lane)
        self.batch.cancelled(lane)
        self.one_pass.cancelled(lane)

    def leave(self) -> None:
        self.one_pass.left()

    def close(self) -> None:
        self.one_pass.left()
        self._keeper.keep_now(self.steering.run)

    def network_arrived(self, name: str) -> None:
        self.view.show_offer(None)
        self.one_pass.forgive()
        super().network_arrived(name)

    # Inside

    def _is_shown(self) -> bool:
        return self.house.document.desk.lab == self.lab.name

    def _pictures(self) -> tuple[Picture | None, Picture | None]:
        return self.house.pictures.current(), self.house.pictures.wanted(self.scene.style)

    def _put_scene(self, scene: StyleScene) -> None:
        self.house.document.change_scene(self.lab.name, scene)

    def _show_again(self) -> None:
        if self._is_shown() and not self.is_of_run():
            self.one_pass.show(self.scene, self.house.pictures.current())
            self.view.show_commands(self.play_action())

    def _preview(self) -> tuple[str, NDArray[np.uint8]] | None:
        return None if self.is_of_run() else self.one_pass.kept()

    def _start_from(self, pixels: NDArray[np.uint8]) -> None:
        """Start a new run from a picture that was painted in one pass."""
        if not self.house.weights.is_present(self.scene.network):
            self._offer_judge()
            return
        self.was_reset()
        self.change(view="optimise", mode="transfer")
        self.steering.adopt(state_of(pixels))
        _content, style = self._pictures()
        if style is None:
            self._wants_start = True
        else:
            self.started()

    def _offer(self) -> Offer | None:
        if not self.is_of_run():
            return self.one_pass.offer()
        network = self.scene.network
        if self.house.weights.is_present(network):
            return None
        return offer_of(self.house.weights.registry.network(network))

    def _offer_judge(self) -> None:
        self.house.offer_network(self.scene.network)

    def _go_on_at(self, size: int) -> None:
        self.change(size=size)
        self.started()

    def _go_on_cpu(self) -> None:
        self.house.choose_device("cpu")
        self.started()

    def _tell_of_image(self, picture: Picture | None) -> None:
        run = self.steering.run
        if picture is None or run.content is None or self._told_of_image == picture.ref:
            return
        self._told_of_image = picture.ref
        self.house.speaker.tell(
            f"This run paints {run.content.name}; a restart paints {picture.name}.",
            actions=(restart_action(self),),
        )

    def _on_grams(self) -> None:
        if self._is_shown():
            self._show_below()

    def _on_history(self, runs: list[Run]) -> None:
        self.steering.take_history(runs)
        if self._is_shown():
            self._show_runs()

    def _on_found(self, kept: Kept) -> None:
        content, _style = self._pictures()
        is_same = self.house.document.desk.image == kept.content and self.scene.style == kept.style
        if is_same and content is not None and self.steering.adopt(kept.state):
            self._show_runs()
