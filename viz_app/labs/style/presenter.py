"""The style lab's part of the conversation: what is asked of the engine, what is shown."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from viz_app.core.errors import MemoryShort
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.files.samples import SAMPLES
from viz_app.labs.controls import Action
from viz_app.labs.lab import Lab
from viz_app.labs.presenter import House, Presenter
from viz_app.labs.style import jobs
from viz_app.labs.style.controls import GROUPS
from viz_app.labs.style.figures import numbers_of
from viz_app.labs.style.filing import Filing
from viz_app.labs.style.gram_watch import GramWatch
from viz_app.labs.style.jobs import Grams
from viz_app.labs.style.keeping import Keeper, Kept
from viz_app.labs.style.presets import PRESETS, Preset
from viz_app.labs.style.runs import Run
from viz_app.labs.style.scene import SIZES, StyleScene, resolve
from viz_app.labs.style.shown import (
    CostsShown,
    EaselShown,
    HistoryLine,
    Offer,
    costs_shown,
    easel_shown,
    history_line,
)
from viz_app.labs.style.snippet import snippet, style_program
from viz_app.labs.style.steering import Steering

MB = 1_000_000
TOUR_STEPS, TOUR_S = 60, 100.0  # what a busy machine has not painted by then, it shows as it is


class StyleView(Protocol):
    """What the presenter tells its panel."""

    def show_scene(self, scene: StyleScene) -> None:
        """Show the values of the controls in the panel."""

    def show_inputs(self, content: Picture | None, style: Picture | None, title: str) -> None:
        """Show the two pictures, and the style's name."""

    def show_easels(self, easels: tuple[EaselShown, ...]) -> None:
        """Show the picture of each run."""

    def show_commands(self, play: Action) -> None:
        """Show which commands can be given now; ``play`` starts, pauses or resumes."""

    def show_costs(self, costs: CostsShown) -> None:
        """Draw the curves and the layers' shares."""

    def show_grams(self, grams: Grams | None) -> None:
        """Draw the Gram matrices."""

    def show_history(self, lines: tuple[HistoryLine, ...]) -> None:
        """List the runs that can be brought back."""

    def show_offer(self, offer: Offer | None) -> None:
        """Show what is missing and where to get it, or that nothing is."""

    def ask_save(self, suggestion: str) -> None:
        """Ask where to save the picture."""

    def ask_film(self, suggestion: str) -> None:
        """Ask where to save the film."""

    def ask_style(self) -> None:
        """Ask for a picture file to paint in the manner of."""

    def ask_painted(self) -> None:
        """Ask for a picture that this program saved."""


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
        networks=(jobs.NETWORK,),
    )

    def __init__(self, view: StyleView, house: House) -> None:
        super().__init__(view, house)
        self.steering = Steering(house, self.scene, self._on_changed, self._on_failed)
        self._wants_start = False
        self._told_of_image = ""
        self._has_looked = False
        self._rests_at = math.inf
        self._grams = GramWatch(house, self._on_grams, self.fail)
        self._keeper = Keeper(house)
        self.filing = Filing(view, house, lambda: self.steering.run, self.fail)
        self.presets = tuple(self._preset_action(preset) for preset in PRESETS)
        self.actions = (*self._make_actions(), *self.presets)

    # What is shown

    def show(self, scene: StyleScene, picture: Picture | None) -> None:
        style = self.house.pictures.wanted(scene.style)
        self.view.show_scene(scene)
        self.view.show_inputs(picture, style, style_title(scene.style, style))
        is_here = self.house.weights.is_present(jobs.NETWORK)
        self.view.show_offer(None if is_here else self._offer())
        sentence = self.steering.follow(scene, picture, style)
        if sentence:
            self.house.speaker.tell(sentence, actions=(self._restart_action(),))
        elif self.steering.is_of_other_image(picture):
            self._tell_of_image(picture)
        elif self._told_of_image:
            self._told_of_image = ""
            self.house.speaker.hush()
        if not self._has_looked and picture is not None:
            self._has_looked = True
            self._keeper.find(self._on_found)
        if self._wants_start and picture is not None and style is not None:
            self._wants_start = False
            self.started()
        self._show_runs()

    def _show_runs(self) -> None:
        steering = self.steering
        self.view.show_easels(
            tuple(easel_shown(run, i == steering.selected) for i, run in enumerate(steering.easels))
        )
        self.view.show_commands(self.play_action())
        self.view.show_history(tuple(history_line(run) for run in steering.history))
        self._show_below()

    def _show_below(self) -> None:
        if self.scene.below == "costs":
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
        if is_short and smaller and run is self.steering.run:
            action = Action(
                f"Go on at {smaller[-1]} px",
                "Carry the picture over to a smaller size.",
                lambda: self._go_on_at(smaller[-1]),
            )
            self.house.speaker.tell(
                "Memory ran out; the last picture is kept. A smaller size needs less.",
                actions=(action,),
            )
        else:
            self.fail(failure)

    # Intents

    def started(self) -> None:
        """Start or resume; without the network, offer it."""
        if not self.house.weights.is_present(jobs.NETWORK):
            self.offer_accepted()
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
        if self.house.weights.is_present(jobs.NETWORK):
            self.steering.start(1)
        else:
            self.offer_accepted()

    def was_reset(self) -> None:
        """Begin anew; the picture so far is in the history."""
        self.steering.reset(self.scene, *self._pictures())
        self._told_of_image = ""
        self.house.speaker.hush()

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
            self._put_scene(run.scene)
            self._show_runs()

    def best_taken(self) -> None:
        """Go back to the picture with the lowest J since a weight was moved."""
        self.steering.take_best()

    def preset_chosen(self, preset: Preset) -> None:
        """Set the weights of a preset; before the first step, only that."""
        self.change(**preset.fields)

    def style_chosen(self, ref: str) -> None:
        """Paint in the manner of another picture."""
        self.change(gesture="style", style=ref)

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the network."""
        self.house.offer_network(jobs.NETWORK)

    # For the house

    def play_action(self) -> Action:
        """What the first button does now."""
        run = self.steering.run
        a = Action
        if run.status == "running":
            return a("Pause", "Let it rest; the picture stays.", self.paused, "F5", "pause")
        if run.has_ended:
            return a("Again", "Begin anew; this picture goes to the history.", self.restarted,
                     "F5", "arrow-counter-clockwise")  # fmt: skip
        words = "Start" if run.is_fresh and run.state is None else "Resume"
        return a(words, "Paint, a step after the other.", self.started, "F5", "play",
                 lambda: self._is_ready(run))  # fmt: skip

    def numbers(self) -> Mapping[str, Any]:
        return numbers_of(self.steering.run)

    def snippet(self) -> str:
        content, style = self._pictures()
        return style_program(self.scene, content, style, self.house.weights.folder)

    def demonstrate(self) -> None:
        if not self.house.weights.is_present(jobs.NETWORK):
            self.house.speaker.tell(
                "VGG-16 is not on this computer, so nothing was painted: "
                "`viz-app weights fetch vgg16` brings it."
            )
            return
        self.house.document.choose_image("sample:chelsea")
        self._wants_start = True
        self._rests_at = time.monotonic() + TOUR_S
        self.change(style="sample:night", size=256, steps=TOUR_STEPS, mode="transfer")
        self.show(self.scene, self.house.pictures.current())

    def is_settled(self) -> bool:
        is_waiting = self._wants_start or self._grams.is_asked
        return not is_waiting and all(run.status != "running" for run in self.steering.easels)

    def cancelled(self, lane: str) -> None:
        self._grams.cancelled(lane)
        self.steering.cancelled(lane)

    def close(self) -> None:
        self._keeper.keep_now(self.steering.run)

    def network_arrived(self, name: str) -> None:
        self.view.show_offer(None)
        super().network_arrived(name)

    # Inside

    def _is_shown(self) -> bool:
        return self.house.document.desk.lab == self.lab.name

    def _is_ready(self, run: Run) -> bool:
        return run.content is not None and run.style is not None

    def _pictures(self) -> tuple[Picture | None, Picture | None]:
        return self.house.pictures.current(), self.house.pictures.wanted(self.scene.style)

    def _put_scene(self, scene: StyleScene) -> None:
        self.house.document.change_scene(self.lab.name, scene)

    def _go_on_at(self, size: int) -> None:
        self.change(size=size)
        self.started()

    def _restart_action(self) -> Action:
        return Action(
            "Restart", "Begin anew; the picture so far goes to the history.", self.restarted
        )

    def _tell_of_image(self, picture: Picture | None) -> None:
        run = self.steering.run
        if picture is None or run.content is None or self._told_of_image == picture.ref:
            return
        self._told_of_image = picture.ref
        self.house.speaker.tell(
            f"This run paints {run.content.name}; a restart paints {picture.name}.",
            actions=(self._restart_action(),),
        )

    def _preset_action(self, preset: Preset) -> Action:
        return Action(f"Preset: {preset.title}", preset.tip, lambda: self.preset_chosen(preset))

    def _offer(self) -> Offer:
        network = self.house.weights.registry.network(jobs.NETWORK)
        return Offer(
            "VGG-16 judges the pictures",
            "Pixels are moved until the network sees the content of one picture and the style of "
            "the other. It is not on this computer yet; all else can be set meanwhile.",
            f"{network.size / MB:.1f} MB · {network.licence} · pictures stay on this computer",
        )

    def _on_grams(self) -> None:
        if self._is_shown():
            self._show_below()

    def _on_found(self, kept: Kept) -> None:
        content, _style = self._pictures()
        is_same = self.house.document.desk.image == kept.content and self.scene.style == kept.style
        if is_same and content is not None and self.steering.adopt(kept.state):
            self._show_runs()

    def _make_actions(self) -> tuple[Action, ...]:
        a, steering = Action, self.steering

        def is_painted() -> bool:
            return steering.run.painted is not None

        def has_two() -> bool:
            return len(steering.easels) > 1

        return (
            a("Start or pause", "Paint, or let it rest.", self.toggled, "F5"),
            a("Step", "Take one step and rest.", self.stepped, "F6", "",
              lambda: self._is_ready(steering.run) and not steering.run.has_ended),
            a("Reset", "Begin anew; the picture so far goes to the history.", self.was_reset,
              "F7", "", lambda: not steering.run.is_fresh or steering.run.state is not None),
            a("Branch", "Fork the run: two side by side from this picture, each with its own "
              "settings.", self.branched, "F8", "git-branch",
              lambda: is_painted() and not has_two()),
            a("Steer the other", "Let the controls act on the other of the two runs.",
              self.other_chosen, "F9", "", has_two),
            a("Keep one", "Keep the steered run alone; the other goes to the history.",
              self.branch_closed, "Shift+F8", "", has_two),
            a("Take the best", "Go back to the picture with the lowest J since a weight was moved.",
              self.best_taken, "Shift+F6", "", is_painted),
            a("Save picture…", "Save the picture with its settings inside, as PNG, JPEG or TIFF.",
              self.filing.save_asked, "Ctrl+Shift+P", "", is_painted),
            a("Save film…", "Save the run so far as an animated GIF.",
              self.filing.film_asked, "", "", is_painted),
            a("Open style…", "Paint in the manner of a picture file.",
              lambda: self.view.ask_style(), "Ctrl+Alt+O"),
            a("Open settings of a picture…", "Set everything as in a picture that was saved here.",
              lambda: self.view.ask_painted(), "Ctrl+Alt+P"),
        )  # fmt: skip


def style_title(ref: str, style: Picture | None) -> str:
    """The name of a style picture."""
    for known in SAMPLES:
        if ref == f"sample:{known.name}":
            return known.title
    return style.name if style is not None else Path(ref).name
