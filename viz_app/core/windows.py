"""Where windows fit along an axis: what convolutions and poolings of layer tables share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from viz_app.core.errors import ShapeError

PerAxis = int | tuple[int, ...]
"""One number for every axis, or one an axis."""

Padding = int | tuple[tuple[int, int], ...] | Literal["same"]
"""One number for every side, (before, after) an axis, or as TensorFlow computes it."""


def spread(name: str, value: PerAxis, axes: int) -> tuple[int, ...]:
    """Spread a kernel, stride or dilation over the axes.

    Raises
    ------
    ShapeError
        if it has another number of axes, or is not positive
    """
    values = (value,) * axes if isinstance(value, int) else value
    if len(values) != axes or min(values, default=1) < 1:
        raise ShapeError(
            f"{name}: kernel, stride and dilation need {axes} whole numbers of at least 1, "
            f"one for each axis of its input, not {'×'.join(map(str, values))}."
        )
    return values


def pads(
    name: str,
    padding: Padding,
    sizes: Sequence[int],
    spans: Sequence[int],
    strides: Sequence[int],
) -> tuple[tuple[int, int], ...]:
    """Cells added (before, after) each axis of an input of these sizes.

    ``"same"`` gives ⌈n/s⌉ outputs; an odd cell goes behind, as in TensorFlow.

    Raises
    ------
    ShapeError
        if the padding is negative or has another number of axes
    """
    if padding == "same":
        needed = (
            max((-(-n // s) - 1) * s + span - n, 0)
            for n, s, span in zip(sizes, strides, spans, strict=True)
        )
        return tuple((total // 2, total - total // 2) for total in needed)
    axes = len(sizes)
    sides = ((padding, padding),) * axes if isinstance(padding, int) else padding
    if len(sides) != axes or min((side for pair in sides for side in pair), default=0) < 0:
        raise ShapeError(f"{name}: padding must be 0 or more on both sides of each of {axes} axes.")
    return sides


def count(
    name: str, n: int, span: int, stride: int, pad: tuple[int, int], ceil_mode: bool = False
) -> int:
    """⌊(n + 2p − f)/s⌋ + 1, or with ⌈⌉ where no window starts beyond the input.

    With ⌈⌉ the last window may reach beyond the padding, the only one too.

    Raises
    ------
    ShapeError
        if not one window fits
    """
    room = n + sum(pad) - span
    if room <= (-stride if ceil_mode else -1):
        raise ShapeError(
            f"{name}: a window of {span} does not fit into {n} cells with padding "
            f"{pad[0]} and {pad[1]}; use a window of at most {n + sum(pad)}, "
            f"or pad by {-(-(span - n) // 2)} on each side."
        )
    if not ceil_mode:
        return room // stride + 1
    windows = -(-room // stride) + 1
    return windows - 1 if (windows - 1) * stride >= n + pad[0] else windows
