"""Where a sliding window reads: sizes, padding, unused cells and coverage, one axis at a time.

Everything a window does is separable by axis, so a layer of any dimension is a tuple of
:class:`Axis`. A transposed convolution is the same thing on an input *stretched* by zeros
between its cells (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning",
arXiv:1603.07285, section 4), so the same record serves it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import ShapeError

Fill = Literal["zeros", "reflect", "replicate", "circular"]
Ints = NDArray[np.int64]

NO_SOURCE = -1
"""The source of a zero that padding or stretching put there: no input cell."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One spatial axis of a layer: an input line and the window that slides along it.

    An axis that exists is possible: the constructor refuses the others.

    Parameters
    ----------
    n, f
        cells of the input and of the kernel
    stride, dilation
        cells from one window to the next, and from one kernel cell to the next
    low, high
        padding before and after the line; a negative amount crops
    fill
        what the padding holds
    stretch
        cells from one input cell to the next; above 1, zeros stand between them
    name
        how a sentence calls this axis

    Raises
    ------
    ShapeError
        if no window fits, or the padding cannot be filled in this way
    """

    n: int
    f: int
    stride: int = 1
    dilation: int = 1
    low: int = 0
    high: int = 0
    fill: Fill = "zeros"
    stretch: int = 1
    name: str = "length"

    def __post_init__(self) -> None:
        require_positive(
            self.name, n=self.n, f=self.f, stride=self.stride, dilation=self.dilation,
            stretch=self.stretch,
        )  # fmt: skip
        _require_fillable(self)
        if self.padded < self.reach:
            raise ShapeError(_too_small(self))

    @property
    def reach(self) -> int:
        """Cells from the first to the last one that a window reads: d(f − 1) + 1."""
        return self.dilation * (self.f - 1) + 1

    @property
    def extent(self) -> int:
        """Cells of the stretched line before padding; n unless the axis is stretched."""
        return (self.n - 1) * self.stretch + 1

    @property
    def padded(self) -> int:
        """Cells of the line with its padding."""
        return self.extent + self.low + self.high

    @property
    def out(self) -> int:
        """Cells of the output: ⌊(n + p_low + p_high − d(f − 1) − 1)/s⌋ + 1 (source: ibid., 5.1)."""
        return (self.padded - self.reach) // self.stride + 1

    def line(self) -> Ints:
        """Input index from which each padded cell takes its value, or NO_SOURCE  # [padded]."""
        place = np.arange(-self.low, self.extent + self.high)
        if self.stretch > 1 or self.fill == "zeros":
            inside = (place >= 0) & (place < self.extent) & (place % self.stretch == 0)
            return np.where(inside, place // self.stretch, NO_SOURCE)
        if self.fill == "replicate":
            return place.clip(0, self.n - 1)
        if self.fill == "circular":
            return place % self.n
        return self.n - 1 - abs(self.n - 1 - abs(place))  # reflect: the edge is not repeated

    def places(self) -> Ints:
        """Coordinate that each output reads with each window cell; a ghost's lies outside.

        Coordinates count from the first input cell, in stretched cells if the axis is stretched.
        The order is the window's, not the kernel's: they differ where the kernel is turned.
        """
        first = self.stride * np.arange(self.out)[:, None] - self.low
        return first + self.dilation * np.arange(self.f)  # [out, f]

    def sources(self) -> Ints:
        """Input index that each output reads with each window cell, or NO_SOURCE  # [out, f]."""
        sources: Ints = self.line()[self.places() + self.low]
        return sources


@dataclass(frozen=True, slots=True)
class Unused:
    """Input cells of one axis that no window reads, and why.

    Parameters
    ----------
    beyond
        indices that floor() (or a crop) leaves outside the first or last window
    between
        indices that stride or dilation steps over
    reason
        one sentence for each kind, empty if every cell is used
    """

    beyond: tuple[int, ...]
    between: tuple[int, ...]
    reason: str


def require_positive(name: str, **sizes: int) -> None:
    """Refuse sizes along the axis `name` that are below 1.

    Raises
    ------
    ShapeError
        naming the first of them
    """
    called = {"n": "input size", "f": "kernel size", "stretch": "stride"}
    for what, value in sizes.items():
        if value < 1:
            raise ShapeError(
                f"The {called.get(what, what)} along the {name} is {value}: make it at least 1."
            )


def axis_names(dimensions: int) -> tuple[str, ...]:
    """Names of the axes as the user knows them: length; height, width; depth, height, width."""
    if dimensions == 1:
        return ("length",)
    named = ("depth", "height", "width")[-dimensions:]
    more = tuple(f"axis {axis + 1}" for axis in range(dimensions - len(named)))
    return more + named


def same_padding(n: int, f: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Padding (low, high) that makes the output ⌈n/s⌉ cells long.

    TensorFlow's rule: the total is max((⌈n/s⌉ − 1)s + d(f − 1) + 1 − n, 0); if it is odd (an even
    kernel, or some strides) the extra cell goes to the high side. For stride 1 and an odd kernel
    this is the course's p = (f − 1)/2, and for stride 1 PyTorch's ``padding="same"``.

    Returns
    -------
    tuple[int, int]
        cells before and after the line
    """
    out = -(-n // stride)
    total = max((out - 1) * stride + dilation * (f - 1) + 1 - n, 0)
    return total // 2, total - total // 2


def unused(axis: Axis) -> Unused:
    """Input cells that no window reads, with the reason in words.

    A value that is read only through a ghost (reflect, replicate, circular) counts as read.
    """
    read = np.isin(np.arange(axis.n), axis.sources())
    first = -axis.low
    last = first + axis.stride * (axis.out - 1) + axis.reach - 1
    idle = [int(cell) for cell in np.flatnonzero(~read)]
    inside = [cell for cell in idle if first <= cell * axis.stretch <= last]
    beyond = tuple(cell for cell in idle if cell not in inside)
    return Unused(beyond, tuple(inside), _reason(axis, beyond, tuple(inside), last))


def coverage(axes: Sequence[Axis], *, products: bool = False) -> Ints:
    """How many outputs of one filter use each input cell: corners 1, centre f² for stride 1.

    Parameters
    ----------
    axes
        the layer's axes
    products
        count the products instead; the two differ only where padding repeats an input cell, so
        that one window holds it more than once

    Returns
    -------
    int64 array [*n]
        the count for each input cell
    """
    total = np.ones((), dtype=np.int64)
    for axis in axes:
        uses = axis.sources()[:, :, None] == np.arange(axis.n)  # [out, f, n]
        counts = uses.sum(axis=(0, 1)) if products else uses.any(axis=1).sum(axis=0)
        total = np.multiply.outer(total, counts)
    return total


def _require_fillable(axis: Axis) -> None:
    most = {"reflect": axis.n - 1, "circular": axis.n}.get(axis.fill)
    if most is not None and max(axis.low, axis.high) > most:
        raise ShapeError(
            f"{axis.fill.capitalize()} padding along the {axis.name} can add at most {most} on a"
            f" side of a line of {axis.n}, not {max(axis.low, axis.high)}: lower the padding to"
            f" {most}, or fill it with zeros or by replicating the edge."
        )


def _too_small(axis: Axis) -> str:
    missing = axis.reach - axis.padded
    largest = (axis.padded - 1) // axis.dilation + 1
    spread = f" with dilation {axis.dilation}" if axis.dilation > 1 else ""
    advice = f"add {missing} of padding"
    if largest >= 1:
        advice += f", or use a kernel of at most {largest}"
    return (
        f"A kernel of {axis.f}{spread} spans {axis.reach} cells of the {axis.name}, but the padded"
        f" input has {axis.padded}: {advice}."
    )


def _reason(axis: Axis, beyond: tuple[int, ...], between: tuple[int, ...], last: int) -> str:
    parts = []
    if beyond and axis.stride == 1:  # then only a crop leaves a cell outside
        parts.append(
            f"The padding of the transposed convolution crops all that {_cells(beyond)} of the"
            f" {axis.name} would add."
        )
    elif beyond:
        parts.append(
            f"Along the {axis.name} the last window ends at cell {last}; the next would need cell"
            f" {last + axis.stride}, but the line ends at {axis.n - 1 + axis.high}: floor() leaves"
            f" {_cells(beyond)} unused."
        )
    if between and axis.stride > axis.reach:
        parts.append(
            f"The stride {axis.stride} along the {axis.name} is longer than the window"
            f" ({axis.reach}), so it steps over {_cells(between)}."
        )
    elif between:
        parts.append(
            f"Dilation {axis.dilation} with stride {axis.stride} along the {axis.name} never lands"
            f" on {_cells(between)}."
        )
    return " ".join(parts)


def _cells(cells: tuple[int, ...]) -> str:
    if len(cells) == 1:
        return f"cell {cells[0]}"
    if len(cells) <= 4:
        return "cells " + ", ".join(map(str, cells[:-1])) + f" and {cells[-1]}"
    return f"{len(cells)} cells ({cells[0]} to {cells[-1]})"
