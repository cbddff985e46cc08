"""The record of one operation, and the axes that follow from it and the input's size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

from viz_app.core.convolution.geometry import Axis, Fill, axis_names, require_positive, same_padding
from viz_app.core.errors import ShapeError

Kind = Literal[
    "correlate",
    "convolve",
    "transposed",
    "max_pool",
    "average_pool",
    "global_max",
    "global_average",
]
Padding = Literal["valid", "same", "full", "explicit"]
Index = tuple[int, ...]
_T = TypeVar("_T")

LARGEST = 2**27
"""Cells of one padded channel above which a layer is refused: a typing slip, not a lesson."""


class _Part(NamedTuple):
    """What an operation says about one axis."""

    name: str
    n: int
    f: int
    stride: int
    dilation: int
    low: int
    high: int
    extra: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One layer: what is done, with which window, and how it moves.

    A tuple of one element in `stride`, `dilation`, `amounts` or `output_padding` serves all axes.

    Parameters
    ----------
    kind
        "correlate" is what the course and all frameworks call convolution; "convolve" turns the
        kernel by 180° first; "transposed" scatters each input through the kernel
    kernel
        window size, one number an axis; the global kinds take the whole input instead
    padding
        "valid" none; "same" output ⌈n/s⌉ (n·s if transposed); "full" d(f − 1) on both sides;
        "explicit" as in `amounts`. A transposed convolution with padding p undoes the shape
        of a convolution with padding p, so it crops p cells
    amounts
        cells (low, high) for each axis, for "explicit"
    fill
        what the padding holds; in pooling "zeros" means ghosts: the maximum never picks one
    output_padding
        cells added at the high side of a transposed output, less than the stride or the dilation
    groups
        the channels fall into so many groups that do not see each other; depthwise is groups = C
    relu
        a = max(z, 0) instead of a = z
    count_ghosts
        average pooling divides by the whole window, zeros of the padding included (PyTorch's
        default), instead of by its real cells (TensorFlow's)
    """

    kind: Kind = "correlate"
    kernel: tuple[int, ...] = (3, 3)
    stride: tuple[int, ...] = (1,)
    dilation: tuple[int, ...] = (1,)
    padding: Padding = "valid"
    amounts: tuple[tuple[int, int], ...] = ((0, 0),)
    fill: Fill = "zeros"
    output_padding: tuple[int, ...] = (0,)
    groups: int = 1
    relu: bool = False
    count_ghosts: bool = True

    @property
    def is_global(self) -> bool:
        """Whether one window holds the whole input."""
        return self.kind in ("global_max", "global_average")

    @property
    def is_maximum(self) -> bool:
        """Whether it picks the largest cell of the window."""
        return self.kind in ("max_pool", "global_max")

    @property
    def is_pool(self) -> bool:
        """Whether it has no weights and keeps the channels apart."""
        return self.kind not in ("correlate", "convolve", "transposed")

    @property
    def turns_kernel(self) -> bool:
        """Whether the window meets the kernel turned by 180° in every spatial axis."""
        return self.kind in ("convolve", "transposed")

    def axes(self, spatial: Sequence[int]) -> tuple[Axis, ...]:
        """Axes of this operation on an input of the given spatial size.

        Parameters
        ----------
        spatial
            cells of the input along each axis, channels left out

        Raises
        ------
        ShapeError
            if it cannot be done; the sentence names the change that makes it possible
        """
        count, names = len(spatial), axis_names(len(spatial))
        if not count:
            raise ShapeError("The input has no spatial axis: give at least a row of numbers.")
        if self.is_global:
            axes = [Axis(n, n, name=name) for n, name in zip(spatial, names, strict=True)]
        else:
            if len(self.kernel) != count:
                raise ShapeError(
                    f"The kernel has {len(self.kernel)} spatial axes and the input {count}:"
                    " give both the same number."
                )
            make = _transposed_axis if self.kind == "transposed" else _window_axis
            axes = [make(self, self._part(i, spatial)) for i in range(count)]
        _require_size(axes)
        return tuple(axes)

    def _part(self, i: int, spatial: Sequence[int]) -> _Part:
        count, n = len(spatial), spatial[i]
        name = axis_names(count)[i]
        low, high = _pick(self.amounts, i, count, "padding")
        stride = _pick(self.stride, i, count, "stride")
        dilation = _pick(self.dilation, i, count, "dilation")
        require_positive(name, n=n, f=self.kernel[i], stride=stride, dilation=dilation)
        if min(low, high) < 0:
            raise ShapeError(
                f"The padding along the {name} is {min(low, high)}: make it 0 or more."
            )
        extra = _pick(self.output_padding, i, count, "output padding")
        return _Part(name, n, self.kernel[i], stride, dilation, low, high, extra)


def size_formula(op: Operation, axis: Axis) -> str:
    """The formula of the output size with this axis' numbers in it, in one line of text."""
    span = f"{axis.dilation}·({axis.f} − 1)" if axis.dilation > 1 else f"({axis.f} − 1)"
    if op.kind != "transposed":
        top = f"({axis.n} + {axis.low} + {axis.high} − {span} − 1)/{axis.stride}"
        return f"⌊{top}⌋ + 1 = {axis.out}"
    low = axis.reach - 1 - axis.low  # what the user calls padding; the axis holds its complement
    rest = axis.high - (axis.reach - 1)
    added = f"{'+' if rest > 0 else '−'} {abs(rest)}"
    return f"({axis.n} − 1)·{axis.stretch} + {span} + 1 − {low} {added} = {axis.out}"


def _window_axis(op: Operation, part: _Part) -> Axis:
    if part.extra:
        raise ShapeError("Output padding belongs to a transposed convolution: set it to 0.")
    low, high = _amounts(op, part)
    return Axis(part.n, part.f, part.stride, part.dilation, low, high, op.fill, name=part.name)


def _transposed_axis(op: Operation, part: _Part) -> Axis:
    if op.fill != "zeros":
        raise ShapeError("A transposed convolution crops its padding: set its fill to zeros.")
    most = max(part.stride, part.dilation) - 1
    if not 0 <= part.extra <= most:
        raise ShapeError(
            f"The output padding along the {part.name} is {part.extra}: make it at least 0 and at"
            f" most {most}, less than the stride or the dilation."
        )
    low, high = _amounts(op, part)
    edge = part.dilation * (part.f - 1)
    out = (part.n - 1) * part.stride + edge + 1 - low - high + part.extra
    if out < 1:
        raise ShapeError(
            f"The transposed output along the {part.name} would have {out} cells: take {1 - out}"
            " or more off the padding, or use a larger input or kernel."
        )
    return Axis(
        part.n,
        part.f,
        dilation=part.dilation,
        low=edge - low,
        high=edge - high + part.extra,
        stretch=part.stride,
        name=part.name,
    )


def _amounts(op: Operation, part: _Part) -> tuple[int, int]:
    if op.padding == "valid":
        return 0, 0
    reach = part.dilation * (part.f - 1) + 1
    if op.padding == "full":
        return reach - 1, reach - 1
    if op.padding == "explicit":
        return part.low, part.high
    if op.kind == "transposed":
        # The reverse of "same" on n·s cells; a kernel shorter than the stride needs zeros added.
        low = max(reach - part.stride, 0) // 2
        return low, reach - part.stride - low
    return same_padding(part.n, part.f, part.stride, part.dilation)


def _pick(values: tuple[_T, ...], i: int, count: int, what: str) -> _T:
    if len(values) not in (1, count):
        raise ShapeError(
            f"The {what} has {len(values)} numbers and the input {count} axes: give one, or"
            f" {count}."
        )
    return values[i % len(values)]


def _require_size(axes: Sequence[Axis]) -> None:
    cells = math.prod(axis.padded for axis in axes)
    if cells > LARGEST:
        raise ShapeError(
            f"The padded input would have {cells:,} cells and {LARGEST:,} are the most: lower the"
            " padding or the stride."
        )
