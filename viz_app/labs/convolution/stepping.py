"""The Step view's part of the presenter: the layer, the steps over it, and what is pointed at."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from viz_app.core.errors import VizError
from viz_app.core.records import Picture
from viz_app.labs.convolution import editing
from viz_app.labs.convolution.examples import examples
from viz_app.labs.convolution.figure import Index, figure_of, layer_channels
from viz_app.labs.convolution.formulas import cost_card, size_card
from viz_app.labs.convolution.layer import Layer, crop_of, layer_of, scattered
from viz_app.labs.convolution.numbers import Array
from viz_app.labs.convolution.pointing import Mark, Pointing, Target, point
from viz_app.labs.convolution.scene import LOOKING, ConvolutionScene
from viz_app.labs.convolution.step_view import Frame, Steps, StepView
from viz_app.labs.convolution.trouble import Trouble


class Stepping:
    """Holds the layer of the scene and says what is on the screen."""

    def __init__(self, view: StepView, trouble: Trouble, change: Callable[..., None]) -> None:
        self.view, self._trouble, self._change = view, trouble, change
        self.layer: Layer | None = None
        self.scene = ConvolutionScene()
        self._key: object = None
        self._figure_key: object = None
        self._pointing: Pointing | None = None
        self._hovered: Target | None = None
        self._play_at: int | None = None  # the step while playing
        self._picture: Picture | None = None
        self._partial: tuple[object, Array] | None = None

    # What is shown

    def show(self, scene: ConvolutionScene, picture: Picture | None) -> None:
        """Compute what changed, and show it."""
        self._picture = picture
        fields = {k: v for k, v in LOOKING.items() if k != "view"}
        needs_photo = picture if scene.source == "photo" else None
        key = (replace(scene, view="step", **fields), needs_photo)  # type: ignore[arg-type]
        if key == self._key:
            self._trouble.over()
        else:
            try:
                self.layer = layer_of(scene, picture)
            except VizError as error:
                self._trouble.tell(error)
                if self.layer is None:
                    return
            else:
                self._trouble.over()
                self._key, self.scene = key, scene
                self._hovered = None
                card = size_card(self.layer)
                self.view.show_size(card)
                self.view.show_cost(cost_card(self.layer, picture))
                self._show_caption(card.unused)
        if self._trouble.is_told:  # go on looking at the last good layer
            self.scene = replace(self.scene, **{k: getattr(scene, k) for k in LOOKING})
        else:
            self.scene = scene
        is_photo = scene.source == "photo" and picture is not None
        self.view.show_crop(
            picture if is_photo else None, crop_of(scene, picture) if is_photo and picture else None
        )
        self._show_figure()

    def _show_figure(self) -> None:
        layer, scene = self.layer, self.scene
        assert layer is not None
        at = self.at
        shown = self._shown(at)
        where = at if len(layer.axes) == 3 else at[:1]
        key = (id(layer), where, self._parts, id(shown) if scene.is_scatter else 0)
        if key != self._figure_key:
            self._figure_key = key
            self.view.show_figure(figure_of(layer, scene, at, shown), self._shape_key)
        self._show_pointing()

    @property
    def _parts(self) -> tuple[object, ...]:
        scene = self.scene
        return (scene.first_channel, scene.shows_coverage, scene.shows_unused)

    @property
    def _shape_key(self) -> object:
        assert self.layer is not None
        return (self.layer.seen.shape, self.layer.a.shape, self._parts)

    def _point(self, target: Target) -> tuple[Pointing, tuple[Mark, ...]]:
        layer, scene = self.layer, self.scene
        assert layer is not None
        pointing = point(layer, target, scatters=scene.is_scatter)
        marks = pointing.marks
        if not scene.shows_products:
            marks = tuple(replace(m, note="") for m in marks)
        return pointing, (*self._wrong_marks(), *marks)

    @property
    def _passed(self) -> int | None:
        has_order = not self.scene.is_scatter and self.scene.dimensions < 3
        return self.step if has_order else None

    def _show_pointing(self) -> None:
        scene = self.scene
        try:
            self._pointing, marks = self._point(self._hovered or self._pinned())
        except VizError:  # the cell went away with another size
            self._hovered = None
            self._pointing, marks = self._point(Target("output", self.at))
        self.view.show_marks(marks, self._passed, scene.shows_ahead or self.step == self.total)
        pinned = self._pinned()
        self.view.show_pinned(pinned if pinned.block != "output" else None)
        self.view.show_story(self._pointing.story)
        is_playing = self._play_at is not None
        interval = max(round(1000 / scene.speed), 10)
        self.view.show_steps(Steps(self.step, self.total, is_playing, interval, scene.loops))

    def frames(self, most: int) -> Iterator[Frame]:
        """The figure at each step, evenly chosen if there are many; for a moving picture."""
        layer = self.layer
        if layer is None:
            return
        count = min(self.total, most)
        before = self._play_at
        for step in np.linspace(1, self.total, count).round().astype(int):
            self._play_at = int(step)
            try:
                figure = figure_of(layer, self.scene, self.at, self._shown(self.at))
                _pointing, marks = self._point(self._pinned())
                frame = Frame(figure, self._shape_key, marks, self._passed, False)
            finally:
                self._play_at = before
            yield frame

    @property
    def total(self) -> int:
        """How many steps there are."""
        assert self.layer is not None
        is_scatter = self.scene.is_scatter
        return math.prod(self.layer.x.shape[1:] if is_scatter else self.layer.out)

    @property
    def step(self) -> int:
        """The step shown, from 1."""
        wanted = self.scene.step if self._play_at is None else self._play_at
        return min(max(wanted, 1), self.total)

    @property
    def filter(self) -> int:
        """The filter (in pooling the channel) that is looked at."""
        assert self.layer is not None
        return min(self.scene.filter, len(self.layer.a) - 1)

    @property
    def at(self) -> Index:
        """The output cell of the step; in the scatter view the input cell behind the filter."""
        assert self.layer is not None
        sizes = self.layer.x.shape[1:] if self.scene.is_scatter else self.layer.out
        cell = np.unravel_index(self.step - 1, sizes)
        return (self.filter, *(int(i) for i in cell))

    def _pinned(self) -> Target:
        scene = self.scene
        if scene.pin != "output" and scene.cell and self._play_at is None:
            return Target(scene.pin, scene.cell)
        if scene.is_scatter and self.layer is not None:
            return Target("input", (layer_channels(self.layer, self.at).start, *self.at[1:]))
        return Target("output", self.at)

    def _shown(self, at: Index) -> Array:
        """The output's numbers: in the scatter view the sum of what was added so far."""
        layer = self.layer
        assert layer is not None
        if not self.scene.is_scatter or self.step == self.total:
            return layer.a
        key = (id(layer), self.step)
        if self._partial is None or self._partial[0] != key:
            self._partial = (key, scattered(layer, self.step))
        return self._partial[1]

    def _wrong_marks(self) -> tuple[Mark, ...]:
        preset = self.preset
        if preset is None:
            return ()
        return tuple(
            Mark("output", value.index, "wrong", f"slide {value.printed}")
            for value in preset.slide_values
        )

    @property
    def preset(self) -> Any:
        """The course's example, as long as its numbers are on the screen."""
        scene, layer = self.scene, self.layer
        example = examples().get(scene.example)
        if scene.source != "example" or example is None or example.preset is None or not layer:
            return None
        preset = example.preset
        same = np.array_equal(layer.x, preset.x) and layer.a.shape == preset.expected.shape
        return preset if same and np.array_equal(layer.a, preset.expected) else None

    def _show_caption(self, unused: str) -> None:
        """What the example shows, where its slide is wrong, and which cells are not read."""
        preset, scene = self.preset, self.scene
        words, is_wrong = "", False
        if preset is not None:
            is_wrong = bool(preset.slide_values) or preset.slide_kernel is not None
            words = preset.note or "As on the slide."
        elif scene.source == "example" and (example := examples().get(scene.example)):
            words = "" if example.preset else example.note
        parts = [words, unused if scene.shows_unused else ""]
        self.view.show_caption(" ".join(filter(None, parts)), is_warning=is_wrong)

    # Intents

    def hovered(self, target: Target | None) -> None:
        """The pointer is over a cell, or over none."""
        if self.layer is not None and target != self._hovered:
            self._hovered = target
            self._show_pointing()

    def clicked(self, target: Target) -> None:
        """Pin a cell; a second click on an input or kernel cell lets go of it."""
        if self.layer is None:
            return
        self.pause()
        if target.block == "output" and not self.scene.is_scatter:
            step = int(np.ravel_multi_index(target.index[1:], self.layer.out)) + 1
            self._change(pin="output", cell=(), step=step, filter=target.index[0])
        elif target.block in ("input", "kernel"):
            is_pinned = (self.scene.pin, self.scene.cell) == (target.block, target.index)
            pin = "output" if is_pinned else target.block
            self._change(pin=pin, cell=() if is_pinned else target.index)

    def typed(self, target: Target, text: str) -> None:
        """A number was typed into a cell."""
        layer = self.layer
        if layer is None:
            return
        try:
            value = editing.number_of(text)
            if target.block == "kernel" and layer.weights is not None:
                self._change(**editing.with_kernel_cell(layer.weights, target.index, value))
            elif target.block == "input" and (cell := self.input_cell(target.index)):
                self._change(**editing.with_input_cell(layer.x, cell, value))
        except VizError as error:
            self._trouble.tell(error)

    def input_cell(self, index: Index) -> Index | None:
        """The input cell at a place of the figure; None where padding stands."""
        layer = self.layer
        assert layer is not None
        channel, *place = index
        if not self.scene.is_scatter:
            for i, axis in enumerate(layer.axes):
                if place[i] % axis.stretch or not 0 <= place[i] < axis.extent:
                    return None
                place[i] //= axis.stretch
        return (channel, *place)

    def pasted(self, block: str, text: str) -> None:
        """Numbers were pasted as the input or the kernel."""
        make = editing.with_pasted_kernel if block == "kernel" else editing.with_pasted_input
        try:
            self._change(**make(self.scene, text))
        except VizError as error:
            self._trouble.tell(error)

    def filled(self, value: int) -> None:
        """Fill the input with one number."""
        if self.layer is not None:
            self._change(**editing.with_everywhere(self.layer.x, value))

    def stepped(self, by: int) -> None:
        """Go steps forward or back."""
        self.step_chosen(self.step + by)

    def step_chosen(self, step: int) -> None:
        """Go to a step."""
        if self.layer is not None:
            self.pause()
            step = min(max(step, 1), self.total)
            self._hovered = None
            self._change(gesture="step", step=step, pin="output", cell=())

    def moved(self, axis: int, by: int) -> None:
        """Move the pinned cell along an axis, −1 the last."""
        layer = self.layer
        if layer is None or -axis > len(layer.axes):
            return
        pinned = self._pinned()
        if self.scene.pin != "output" and pinned.block != "output":
            index = list(pinned.index)
            index[axis] += by
            if self._is_cell(pinned.block, index):
                self._change(gesture="pin", cell=tuple(index))
            return
        sizes = layer.x.shape[1:] if self.scene.is_scatter else layer.out
        cell = list(self.at[1:])
        cell[axis] = min(max(cell[axis] + by, 0), sizes[axis] - 1)
        self.step_chosen(int(np.ravel_multi_index(cell, sizes)) + 1)

    def pin_asked(self, block: str) -> None:
        """Pin a cell of the input or kernel by keyboard, or go back to the output."""
        layer = self.layer
        if layer is None or (block == "kernel" and layer.weights is None):
            return
        first = layer_channels(layer, self.at).start
        cell: Index = ()
        if block == "input":
            cell = (first, *(0 for _ in layer.axes))
        elif block == "kernel":
            cell = (self.filter, 0, *(0 for _ in layer.axes))
        self.pause()
        self._change(pin=block, cell=cell)

    def _is_cell(self, block: str, index: list[int]) -> bool:
        layer = self.layer
        assert layer is not None
        if block == "kernel":
            assert layer.weights is not None
            return all(0 <= i < n for i, n in zip(index, layer.weights.shape, strict=True))
        if self.scene.is_scatter:
            return all(0 <= i < n for i, n in zip(index, layer.x.shape, strict=True))
        return all(
            -axis.low <= i < axis.padded - axis.low
            for i, axis in zip(index[1:], layer.axes, strict=True)
        )

    def filter_moved(self, by: int) -> None:
        """Look at another filter."""
        if self.layer is not None:
            self._change(gesture="filter", filter=(self.filter + by) % len(self.layer.a))

    def channels_moved(self, by: int) -> None:
        """Show other channels of a deep input."""
        self._change(gesture="channels", first_channel=max(self.scene.first_channel + by, 0))

    def toggle_play(self) -> None:
        """Play from here, or pause."""
        if self.layer is None:
            return
        if self._play_at is not None:
            self.pause()
            return
        self._hovered = None
        self._play_at = 1 if self.step >= self.total else self.step
        self._show_figure()

    def ticked(self) -> None:
        """The time of one step has passed."""
        if self._play_at is None or self.layer is None:
            return
        if self._play_at >= self.total and not self.scene.loops:
            self.pause()
            return
        self._play_at = self._play_at % self.total + 1
        self._hovered = None
        self._show_figure()

    def pause(self) -> None:
        """Stop playing where it is."""
        if self._play_at is not None:
            step, self._play_at = self.step, None
            self._change(gesture="play", step=step, pin="output", cell=())
            self._show_figure()

    # For the house

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen."""
        layer = self.layer
        if layer is None:
            return {}
        found: dict[str, Any] = {"operation": layer.op.kind, "input": layer.x}
        if layer.weights is not None:
            found["kernel"] = layer.weights
        if layer.bias is not None:
            found["bias"] = layer.bias
        found["z"] = layer.z
        if layer.op.relu:
            found["a"] = layer.a
        if layer.winners is not None:
            found["argmax"] = layer.winners
        story = self._pointing.story if self._pointing else None
        if story is not None:
            found["explained"] = story.title
            found["result"] = "".join(text for text, _token in story.total)
        return found
