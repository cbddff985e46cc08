"""The convolution lab's part of the conversation: which view, and what its commands are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from viz_app.core.records import Picture
from viz_app.labs.controls import Action
from viz_app.labs.convolution import jobs, learn, photo
from viz_app.labs.convolution.compare import CompareDesk, CompareView
from viz_app.labs.convolution.controls import GROUPS
from viz_app.labs.convolution.examples import fields_of
from viz_app.labs.convolution.learn import LearnDesk, LearnView
from viz_app.labs.convolution.numbers import Numbers, table_text
from viz_app.labs.convolution.photo import PhotoDesk, PhotoView
from viz_app.labs.convolution.scene import EVERY, ConvolutionScene, resolve, with_bias
from viz_app.labs.convolution.snippet import snippet
from viz_app.labs.convolution.step_view import StepView
from viz_app.labs.convolution.stepping import Stepping
from viz_app.labs.convolution.trouble import Trouble
from viz_app.labs.lab import Lab
from viz_app.labs.presenter import House, Presenter

BEGIN_WITH = {1: "signal", 2: "vertical_edge", 3: "volume"}
"""The example that a change of the dimensions begins with."""


class ConvolutionView(StepView, PhotoView, LearnView, CompareView, Protocol):
    """What the presenter tells its panel."""

    def show_view(self, scene: ConvolutionScene) -> None:
        """Bring a view forward, and show the values of the controls in the panel."""

    def ask_paste(self, block: str) -> None:
        """Hand the text on the clipboard to ``pasted``."""

    def copy_text(self, text: str) -> None:
        """Put text on the clipboard."""

    def ask_save_figure(self) -> None:
        """Ask for a file and save the figure as SVG."""

    def ask_save_animation(self) -> None:
        """Ask for a file and save a film of the steps."""


class ConvolutionPresenter(Presenter[ConvolutionScene, ConvolutionView]):
    """Hands each view to the part that knows it."""

    lab = Lab(
        name="convolution",
        title="Convolution",
        icon="grid-four",
        summary="Step through a convolution, number by number.",
        scene_type=ConvolutionScene,
        groups=GROUPS,
        snippet=snippet,
        resolve=resolve,
    )

    def __init__(self, view: ConvolutionView, house: House) -> None:
        super().__init__(view, house)
        trouble = Trouble(house.speaker)
        self.stepping = Stepping(view, trouble, self.change)
        parts = (house.runner, trouble, self.change, self.fail)
        self.photo = PhotoDesk(view, *parts)
        self.learn = LearnDesk(view, *parts)
        self.compare = CompareDesk(view, trouble, self.change)
        self.actions = self._make_actions()

    def show(self, scene: ConvolutionScene, picture: Picture | None) -> None:
        self.view.show_view(scene)
        if scene.view == "step":
            self.stepping.show(scene, picture)
        elif scene.view == "photo":
            self.photo.show(scene, picture)
        elif scene.view == "learn":
            self.learn.show(scene, picture)
        else:
            self.compare.show(scene, picture)

    def edited(self, field: str, value: Any) -> None:
        scene = self.scene
        if field == "example":
            self.change(**fields_of(value))
        elif field == "dimensions" and value != scene.dimensions:
            self.change(**fields_of(BEGIN_WITH[value]))
        elif field == "source":
            self._source_chosen(value)
        elif field in EVERY:
            fields = {f"{part}_{axis}": value for part in EVERY[field] for axis in "zyx"}
            if field == "pad":
                fields["padding"] = "explicit"
            self.change(gesture=field, **fields)
        elif field.startswith(("before_", "after_")):
            self.change(gesture=field, padding="explicit", **{field: value})
        elif field == "bias_here":
            self.change(gesture=field, bias=with_bias(scene, float(value)))
        elif field.startswith("cells_") or field == "channels":
            self._resized(field, value)
        else:
            super().edited(field, value)

    def _source_chosen(self, source: str) -> None:
        scene, layer = self.scene, self.stepping.layer
        if source == "example":
            self.change(**fields_of(scene.example))
        elif source == "photo":
            fields: dict[str, Any] = {"source": "photo", "pin": "output", "cell": ()}
            if scene.dimensions != 2:
                fields |= fields_of("vertical_edge") | {"source": "photo"}
            if scene.source != "photo" and max(scene.spatial) < 12:
                fields |= {"cells_y": 12, "cells_x": 12}
            self.change(**fields)
        elif source == "numbers" and layer is not None:
            self.change(source=source, numbers=Numbers.of(layer.x), channels=len(layer.x))
        else:
            self.change(source=source)

    def _resized(self, field: str, value: int) -> None:
        """Another size makes the numbers of an example the user's own."""
        scene, layer = self.scene, self.stepping.layer
        fields: dict[str, Any] = {field: value}
        if scene.source == "example" and layer is not None:
            fields |= {"source": "numbers", "numbers": Numbers.of(layer.x)}
        self.change(gesture=field, **fields)

    def crop_moved(self, x: int, y: int) -> None:
        """The piece of the photo was put elsewhere."""
        self.change(gesture="crop", crop_x=x, crop_y=y)

    def leave(self) -> None:
        self.stepping.pause()

    def cancelled(self, lane: str) -> None:
        if lane == photo.LANE:
            self.photo.cancelled()
        elif lane == learn.LANE:
            self.learn.cancelled()

    def numbers(self) -> Mapping[str, Any]:
        match self.scene.view:
            case "step":
                return self.stepping.numbers()
            case "photo":
                return self.photo.numbers()
            case "learn":
                return self.learn.numbers()
        return self.compare.numbers()

    def demonstrate(self) -> None:
        self.change(view="step", **fields_of("vertical_edge"))
        self.change(step=7)

    def is_settled(self) -> bool:
        if self.scene.view == "photo":
            return self.photo.is_settled
        if self.scene.view == "learn":
            return self.learn.state != "running"
        return self.stepping.layer is not None

    # Commands

    def save_animation(self, path: Path, frames: Sequence[Any]) -> None:
        """Write frames that the view painted, in the background."""
        frame_ms = round(1000 / min(self.scene.speed, 20))
        self.house.files.run(
            "convolution.save",
            jobs.save_frames(path, frames, frame_ms),
            title=f"Saving {path.name}",
            on_done=lambda _answer: self.house.tell_done(f"Saved {path.name}."),
            on_failed=self.fail,
            must_finish=True,
        )

    def _copy_output(self) -> None:
        if self.stepping.layer is not None:
            self.view.copy_text(table_text(self.stepping.layer.a))
            self.house.tell_done("The output is on the clipboard.")

    def _make_actions(self) -> tuple[Action, ...]:
        a, s = Action, self.stepping

        def in_step(do: Callable[[], None]) -> Callable[[], None]:
            return lambda: do() if self.scene.view == "step" else None

        def in_learn(do: Callable[[], None]) -> Callable[[], None]:
            return lambda: do() if self.scene.view == "learn" else None

        def in_compare(do: Callable[[], None]) -> Callable[[], None]:
            return lambda: do() if self.scene.view == "compare" else None

        return (
            a("Play or pause", "Let the window slide by itself.", in_step(s.toggle_play), "P",
              "play"),
            a("Step", "Go one output cell on.", in_step(lambda: s.stepped(1)), "Alt+Right",
              "caret-right"),
            a("Step back", "Go one output cell back.", in_step(lambda: s.stepped(-1)), "Alt+Left",
              "caret-left"),
            a("First step", "Go to the first output cell.", in_step(lambda: s.step_chosen(1)),
              "Alt+Home", "skip-back"),
            a("Last step", "Go to the last output cell.", in_step(lambda: s.step_chosen(2**31)),
              "Alt+End", "skip-forward"),
            a("Next filter", "Look at the next filter, or in pooling the next channel.",
              in_step(lambda: s.filter_moved(1)), "Alt+Down"),
            a("Previous filter", "Look at the filter before.",
              in_step(lambda: s.filter_moved(-1)), "Alt+Up"),
            a("Channels further on", "Show the next channels of a deep input.",
              in_step(lambda: s.channels_moved(1)), "]"),
            a("Channels before", "Show the channels before.",
              in_step(lambda: s.channels_moved(-1)), "["),
            a("Paste as input", "Use the cells, CSV or list on the clipboard as the input.",
              lambda: self.view.ask_paste("input"), "Ctrl+Alt+V"),
            a("Paste as kernel", "Use the cells, CSV or list on the clipboard as the kernel.",
              lambda: self.view.ask_paste("kernel"), "Ctrl+Alt+K"),
            a("Copy output", "Copy the output's numbers as cells for a spreadsheet.",
              self._copy_output, "Ctrl+Alt+C"),
            a("Fill input with zeros", "Make every input cell 0.", in_step(lambda: s.filled(0))),
            a("Fill input with ones", "Make every input cell 1.", in_step(lambda: s.filled(1))),
            a("Learn or pause", "Let the kernel go down the loss, or rest.",
              in_learn(self.learn.toggle), "L", "play"),
            a("A few steps", "Take a few steps of learning and rest.",
              in_learn(self.learn.single_step), "", "caret-right"),
            a("Start over", "Go back to a kernel of zeros.", in_learn(self.learn.reset), "",
              "arrow-counter-clockwise"),
            a("Wipe the drawing", "Take all strokes away.", in_learn(self.learn.wiped), "",
              "eraser"),
            a("Use the kernel as B", "In Compare: make B the kernel of the Step view.",
              in_compare(self.compare.kernels_taken)),
            a("Save figure as SVG…", "Save the figure for print.", self.view.ask_save_figure,
              "Ctrl+Alt+S"),
            a("Save film of the steps…", "Save all steps as GIF, MP4 or WebM.",
              self.view.ask_save_animation, "Ctrl+Alt+G"),
        )  # fmt: skip
