"""What the pointer is over in the Photo view: one number of the output, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from viz_app.core.convolution.explain import explain_output
from viz_app.core.convolution.geometry import NO_SOURCE, Axis, Ints
from viz_app.core.convolution.operation import Operation
from viz_app.labs.convolution.layer import channels_of
from viz_app.labs.convolution.numbers import Array, text_of
from viz_app.labs.convolution.pointing import Run, Story, story_of_sum

if TYPE_CHECKING:
    from viz_app.labs.convolution.photo import Filtered, PhotoLayer

Side = Literal["photo", "output"]
Rect = tuple[float, float, float, float]  # left, top, right, bottom in parts of a picture
Share = tuple[float, float]  # across and down, in parts of a picture
CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True, slots=True)
class Spot:
    """One pixel of the output, the window of the photo that it comes from, and its story."""

    window: Rect
    pixel: Rect
    story: Story


def spot_at(layer: PhotoLayer, filtered: Filtered, side: Side, share: Share) -> Spot:
    """The pixel of the output under a point, or the one whose window is around the point."""
    cell = [
        _cell(axis, part, is_photo=side == "photo")
        for axis, part in zip(layer.axes, reversed(share), strict=True)
    ]
    places = [axis.places()[o] for axis, o in zip(layer.axes, cell, strict=True)]
    (top, bottom), (left, right) = (
        ((line[0] // axis.stretch) / axis.n, (line[-1] // axis.stretch + 1) / axis.n)
        for line, axis in zip(places, layer.axes, strict=True)
    )
    (row, rows), (column, columns) = zip(cell, (axis.out for axis in layer.axes), strict=True)
    pixel = column / columns, row / rows, (column + 1) / columns, (row + 1) / rows
    return Spot((left, top, right, bottom), pixel, _story(layer, filtered, (row, column)))


def _cell(axis: Axis, part: float, *, is_photo: bool) -> int:
    """The output cell along one axis that a point in parts of the photo or the output means."""
    if not is_photo:
        return min(max(int(part * axis.out), 0), axis.out - 1)
    place = int(part * axis.n) * axis.stretch  # as the window counts
    first = place + axis.low - axis.reach // 2
    return min(max(round(first / axis.stride), 0), axis.out - 1)


def _story(layer: PhotoLayer, filtered: Filtered, cell: tuple[int, int]) -> Story:
    title = f"Output pixel: column {cell[1]:,}, row {cell[0]:,}"
    values = filtered.z[(slice(None), *cell)]
    if filtered.request.map in ("magnitude", "angle") and layer.weights is not None:
        return _of_pair(layer, filtered, cell, title)
    window, is_ghost = _window(layer, cell)
    if layer.op.is_global or len(values) > 1 or (layer.op.is_pool and is_ghost.any()):
        names = CHANNELS if len(values) == len(CHANNELS) else ("",)
        lines = tuple(((f"{name} ", "muted"), (text_of(v, 6), "output")) for name, v in
                      zip(names, values, strict=True))  # fmt: skip
        return Story(title, lines if len(values) > 1 else (), () if len(values) > 1 else lines[0])
    return replace(_sum(layer, window, is_ghost), title=title)


def _of_pair(layer: PhotoLayer, filtered: Filtered, cell: tuple[int, int], title: str) -> Story:
    """The two outputs of a kernel and of it transposed, and what is made of them."""
    assert layer.weights is not None
    window, _is_ghost = _window(layer, cell)
    turned = replace(layer, weights=np.ascontiguousarray(layer.weights.swapaxes(2, 3)))
    u, v = (_explained(part, window).a for part in (layer, turned))
    lines: tuple[tuple[Run, ...], ...] = (
        (("u = ", "muted"), (text_of(u, 6), "text"), (", of the kernel", "muted")),
        (("v = ", "muted"), (text_of(v, 6), "text"), (", of the kernel transposed", "muted")),
    )
    if filtered.request.map == "angle":
        angle = float(np.degrees(np.arctan2(v, u)))
        return Story(title, lines, (("direction ", "muted"), (f"{text_of(angle, 3)}°", "output")))
    return Story(
        title, lines, (("√(u² + v²) = ", "muted"), (text_of(float(np.hypot(u, v)), 6), "output"))
    )


def _window(layer: PhotoLayer, cell: tuple[int, int]) -> tuple[Array, Array]:
    """What the window holds [C, *f], and which of it is padding or stretching [*f]."""
    rows, columns = (axis.sources()[o] for axis, o in zip(layer.axes, cell, strict=True))
    part = channels_of(layer.pixels[np.ix_(rows.clip(0), columns.clip(0))], layer.channel)
    is_empty = (rows == NO_SOURCE)[:, None] | (columns == NO_SOURCE)
    outside = [_outside(axis, o) for axis, o in zip(layer.axes, cell, strict=True)]
    return np.where(is_empty, 0, part), is_empty | outside[0][:, None] | outside[1]


def _outside(axis: Axis, cell: int) -> Any:
    line: Ints = axis.places()[cell]
    return (line < 0) | (line >= axis.extent)


def _explained(layer: PhotoLayer, window: Array) -> Any:
    """The sum over one window, as a layer of its own that has but this window."""
    op = layer.op
    kind = "convolve" if op.turns_kernel else op.kind
    alone = Operation(kind, window.shape[1:], relu=op.relu)
    whole = np.rint(window)
    exact = whole.astype(np.int64) if (whole == window).all() else window
    return explain_output(alone, exact, layer.weights, layer.bias, (0, 0, 0))


def _sum(layer: PhotoLayer, window: Array, is_ghost: Array) -> Story:
    found = replace(_explained(layer, window), is_ghost=is_ghost)
    return story_of_sum(layer.op, found, has_kernel=layer.weights is not None,
                        has_bias=layer.bias is not None)  # fmt: skip
