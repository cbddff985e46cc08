"""The Photo view's part of the presenter: the whole photo through the kernel, as it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from viz_app.core.convolution.cost import cost
from viz_app.core.convolution.geometry import Axis
from viz_app.core.convolution.operate import require_cells
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError, VizError
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.labs.convolution import editing, jobs
from viz_app.labs.convolution.colours import Pixels
from viz_app.labs.convolution.figure import Block, Figure, Plane
from viz_app.labs.convolution.layer import bias_of, kernel_of
from viz_app.labs.convolution.numbers import Array, Numbers, text_of, times
from viz_app.labs.convolution.photo_pointing import Share, Side, Spot, spot_at
from viz_app.labs.convolution.pointing import Target
from viz_app.labs.convolution.scene import ConvolutionScene, Map
from viz_app.labs.convolution.trouble import Trouble
from viz_app.labs.presenter import Runs

LANE = "convolution.photo"
SCALES = {
    "signed": "white at 0, one scale for both signs",
    "grey": "0 black, 255 white, the rest cut",
    "magnitude": "√(u² + v²), dark at 0",
    "angle": "hue: direction; light: strength",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What decides the output of a photo."""

    picture: int  # its identity while it is open
    op: Operation
    weights: Numbers | None
    bias: tuple[int | float, ...]
    channel: str
    map: Map


@dataclass(frozen=True, slots=True, eq=False)
class Filtered:
    """The output of a photo, and how its numbers became colours."""

    request: Request
    z: Array  # float32 [F, h, w]
    pixels: Pixels
    low: float
    high: float
    is_cut: bool  # some numbers lie beyond the scale
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class PhotoLayer:
    """The operation on a photo, before it is computed; see ``Layer``."""

    op: Operation
    pixels: Array
    channel: str
    weights: Array | None
    bias: Array | None
    axes: tuple[Axis, ...]

    @property
    def channels(self) -> int:
        """Channels that are read."""
        return 3 if self.channel == "rgb" else 1

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the photo."""
        return self.pixels.shape[0], self.pixels.shape[1]


@dataclass(frozen=True, slots=True)
class PhotoWords:
    """What the cards under the photo say."""

    sizes: str
    cost: str
    scale: str
    low: str
    high: str
    map: Map


class PhotoView(Protocol):
    """What the Photo view shows."""

    def show_photo(self, picture: Picture | None, filtered: Filtered | None) -> None:
        """Show the photo and, once it is there, its output."""

    def show_photo_words(self, words: PhotoWords) -> None:
        """Show sizes, cost, scale."""

    def show_photo_kernel(self, figure: Figure) -> None:
        """Show the kernel's numbers, which can be dragged and typed."""

    def show_spot(self, spot: Spot | None) -> None:
        """Show where the number under the pointer comes from; None: the pointer is elsewhere."""


def photo_scene(scene: ConvolutionScene) -> ConvolutionScene:
    """The scene's operation for a photo: two axes, the filter that is looked at, no groups."""
    return replace(scene, dimensions=2, source="photo", groups=1)


def photo_layer(scene: ConvolutionScene, picture: Picture | None) -> PhotoLayer:
    """Check the operation on a photo. Raises ShapeError if it does not fit."""
    if picture is None:
        raise ShapeError("The photo is still being read: try again in a moment.")
    flat = photo_scene(scene)
    if scene.map in ("magnitude", "angle") and scene.taps_x != scene.taps_y and not scene.is_pool:
        raise ShapeError(
            "Magnitude and angle take the kernel and it transposed: give it as many rows as"
            " columns, or choose another map."
        )
    weights, bias = kernel_of(flat), bias_of(flat)
    if weights is not None:
        chosen = min(scene.filter, len(weights) - 1)
        weights = weights[chosen : chosen + 1]
        bias = None if bias is None else bias[chosen : chosen + 1]
    op = flat.operation()
    axes = op.axes(picture.pixels.shape[:2])
    if op.is_maximum or (op.is_pool and not op.count_ghosts):
        require_cells(axes)
    return PhotoLayer(op, picture.pixels, scene.channel, weights, bias, axes)


class PhotoDesk:
    """Asks for the output whenever what decides it changes; the last one stays meanwhile."""

    def __init__(
        self, view: PhotoView, runner: Runs, trouble: Trouble, change: Callable[..., None],
        fail: Callable[[Failure], None],
    ) -> None:  # fmt: skip
        self.view, self._runner, self._trouble = view, runner, trouble
        self._change, self._fail = change, fail
        self._asked: Request | None = None
        self._layer: PhotoLayer | None = None
        self._scene = ConvolutionScene()
        self._picture: Picture | None = None
        self._pointed: tuple[Side, Share] | None = None
        self._pinned: tuple[Side, Share] | None = None
        self.filtered: Filtered | None = None

    def show(self, scene: ConvolutionScene, picture: Picture | None) -> None:
        """Ask for the output if it is another, and show what there is."""
        self._scene = scene
        if picture is not self._picture:
            self.filtered = self._pinned = None
            self.view.show_spot(None)
        self._picture = picture
        if picture is None:
            self.view.show_photo(None, None)
            return
        request = request_of(scene, picture)
        if request != self._asked:
            try:
                self._layer = photo_layer(scene, picture)
            except VizError as error:
                self._trouble.tell(error)
                return
            self._asked = request
            self._runner.run(
                LANE,
                jobs.filter_photo(self._layer, request),
                title="Filtering the photo",
                on_done=self._on_filtered,
                on_failed=self._on_failed,
            )
            self.view.show_photo_kernel(kernel_figure(self._layer))
        self._trouble.over()
        self.view.show_photo(picture, self.filtered)
        self._show_words()

    def pointed(self, side: Side, share: Share | None) -> None:
        """The pointer is over a point of the photo or the output, or has left it (None)."""
        self._pointed = None if share is None else (side, share)
        self._show_spot()

    def clicked(self, side: Side, share: Share) -> None:
        """Pin a pixel, so that its sum stays while the kernel is dragged; once more lets it go."""
        spot, before = self._spot((side, share)), self._spot(self._pinned)
        is_same = spot is None or (before is not None and before.pixel == spot.pixel)
        self._pinned = None if is_same else (side, share)
        self._show_spot()

    def walked(self, rows: int, columns: int) -> None:
        """Pin a neighbour of the pinned pixel of the output; at first the one in the middle."""
        spot = self._spot(self._pinned or ("output", (0.5, 0.5)))
        if spot is None:
            return
        if self._pinned is None:
            rows = columns = 0
        left, top, right, bottom = spot.pixel
        x = (left + right) / 2 + columns * (right - left)
        y = (top + bottom) / 2 + rows * (bottom - top)
        if 0 < x < 1 and 0 < y < 1:
            self._pinned, self._pointed = ("output", (x, y)), None
        self._show_spot()

    def _spot(self, at: tuple[Side, Share] | None) -> Spot | None:
        """What is at a point, if the output is there."""
        layer, filtered = self._layer, self.filtered
        if at is None or layer is None or filtered is None or filtered.request != self._asked:
            return None
        return spot_at(layer, filtered, *at)

    def _show_spot(self) -> None:
        spot = self._spot(self._pointed or self._pinned)
        if spot is not None and self._pointed is None:
            title = f"{spot.story.title} (pinned)"
            spot = replace(spot, story=replace(spot.story, title=title))
        self.view.show_spot(spot)

    def kernel_dragged(self, target: Target, by: int) -> None:
        """A kernel cell was dragged up or down by so many units."""
        layer = self._layer
        if layer is not None and layer.weights is not None:
            value = layer.weights[target.index].item() + by
            self._set(target, value)

    def typed(self, target: Target, text: str) -> None:
        """A number was typed into a kernel cell."""
        try:
            self._set(target, editing.number_of(text))
        except VizError as error:
            self._trouble.tell(error)

    def cancelled(self) -> None:
        """The user cancelled the job; a change asks again."""
        self._asked = None if self.filtered is None else self.filtered.request

    @property
    def is_settled(self) -> bool:
        """Whether the output of the scene is there."""
        return self.filtered is not None and self.filtered.request == self._asked

    def numbers(self) -> Mapping[str, Any]:
        """The output's numbers."""
        if self.filtered is None or self._layer is None:
            return {}
        found: dict[str, Any] = {
            "picture": self._picture.name if self._picture else "",
            "operation": self._layer.op.kind,
            "output": self.filtered.z,
            "low": self.filtered.low,
            "high": self.filtered.high,
        }
        if self._layer.weights is not None:
            found["kernel"] = self._layer.weights
        return found

    def _set(self, target: Target, value: float) -> None:
        layer = self._layer
        if layer is None or layer.weights is None:
            return
        full = kernel_of(photo_scene(self._scene))
        assert full is not None
        index = (min(self._scene.filter, len(full) - 1), *target.index[1:])
        self._change(gesture=f"cell {index}", **editing.with_kernel_cell(full, index, value))

    def _on_filtered(self, filtered: Filtered) -> None:
        self.filtered = filtered
        if self._scene.view == "photo":
            self.view.show_photo(self._picture, filtered)
            self._show_words()
            self._show_spot()

    def _on_failed(self, failure: Failure) -> None:
        self._fail(failure)

    def _show_words(self) -> None:
        layer, filtered = self._layer, self.filtered
        if layer is None or filtered is None:
            return
        size = layer.size
        filters = layer.channels if layer.weights is None else 1
        c = cost(layer.op, size, layer.channels, filters, bias=layer.bias is not None)
        out = filtered.z.shape[1:]
        count = c.multiplications or c.additions
        what = "multiplications" if c.multiplications else "comparisons or additions"
        low, high = (text_of(float(f"{end:.3g}")) for end in (filtered.low, filtered.high))
        scale = SCALES[filtered.request.map]
        if filtered.is_cut:
            scale += "; the strongest 0.5 % have the colour of the ends"
            low, high = (f"≤ {low}" if filtered.low else low), f"≥ {high}"
        self.view.show_photo_words(
            PhotoWords(
                f"{times(size[::-1])} → <b>{times(out[::-1])}</b>",
                f"<b>{count:,}</b> {what} · {filtered.seconds * 1e3:.1f} ms",
                scale,
                low,
                high,
                filtered.request.map,
            )
        )


def request_of(scene: ConvolutionScene, picture: Picture) -> Request:
    """What decides the output of a scene's photo."""
    flat = photo_scene(scene)
    weights, bias = kernel_of(flat), bias_of(flat)
    chosen = 0 if weights is None else min(scene.filter, len(weights) - 1)
    return Request(
        id(picture),
        flat.operation(),
        None if weights is None else Numbers.of(weights[chosen : chosen + 1]),
        () if bias is None else (bias[chosen].item(),),
        scene.channel,
        scene.map,
    )


def kernel_figure(layer: PhotoLayer) -> Figure:
    """The kernel alone, a plane for each channel; in pooling nothing."""
    if layer.weights is None:
        return Figure(())
    kernel = layer.weights[0]
    cells = np.stack(tuple(np.indices(kernel.shape[1:])), axis=-1)
    planes = []
    for c, plane in enumerate(kernel):
        front = np.broadcast_to(np.array([0, c]), (*cells.shape[:2], 2))
        name = ("red", "green", "blue")[c] if len(kernel) == 3 else ""
        planes.append(Plane(name, plane, np.concatenate((front, cells), axis=-1)))
    title = f"Kernel · {times(kernel.shape[1:])}"
    return Figure(((Block("kernel", "kernel", title, tuple(planes), is_editable=True),),))
