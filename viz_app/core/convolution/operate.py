"""Correlation, convolution, transposed convolution and pooling on numpy arrays.

Layouts: input [C, *n], weights [F, C/groups, *f], output [F, *out]. Integers in give exact
integers out; anything else is computed in float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from viz_app.core.convolution.geometry import NO_SOURCE, Axis, Ints
from viz_app.core.convolution.operands import EXACT_IN_FLOAT64, Numbers, Operands, prepare
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError

_BLOCK = 2**21
"""Window values copied at once: 16 MiB, so that a large photo does not fill the memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """Output of one operation.

    Parameters
    ----------
    z
        [F, *out], before the activation
    a
        [F, *out], max(z, 0) with ReLU, otherwise z itself
    winners
        [C, *out, axes] input coordinates of the cell that max pooling picked (the first of equal
        ones in reading order); None for the other kinds
    """

    z: Numbers
    a: Numbers
    winners: Ints | None = None


def operate(
    op: Operation, x: ArrayLike, weights: ArrayLike | None = None, bias: ArrayLike | None = None
) -> Result:
    """Apply one operation.

    Parameters
    ----------
    op
        what is done
    x
        [C, *n]
    weights
        [F, C/groups, *f] as stored: true and transposed convolution turn them here; None in pooling
    bias
        [F]; zeros if absent

    Returns
    -------
    Result
        int64 if all operands are integers (average pooling always float64), otherwise float64

    Raises
    ------
    ShapeError
        if the operands do not fit together; the sentence says what would
    NotFinite
        if an operand is not finite, or sums may overflow
    """
    operands = prepare(op, x, weights, bias)
    winners = None
    if op.is_maximum:
        z, winners = _maximum(operands)
    elif op.is_pool:
        z = _average(operands, count_ghosts=op.count_ghosts)
    elif op.kind == "transposed":
        z = _scattered(operands, op.groups)
    else:
        z = _correlated(operands, op.groups, turned=op.turns_kernel)
    return Result(z, np.maximum(z, 0) if op.relu else z, winners)


def padded(op: Operation, x: ArrayLike) -> tuple[Numbers, tuple[Ints, ...]]:
    """Input as the window meets it: stretched (transposed convolution) and padded.

    Returns
    -------
    array [C, *padded], tuple of int64 arrays [padded]
        the values, and for each axis the input index that each cell's value comes from, or
        NO_SOURCE
    """
    x = np.asarray(x)
    axes = op.axes(x.shape[1:])
    return _pad(x, axes), tuple(axis.line() for axis in axes)


def transposed_as_convolution(
    op: Operation, x: ArrayLike, weights: ArrayLike, bias: ArrayLike | None = None
) -> Numbers:
    """Transposed convolution as the equal convolution, stride 1, on the stretched input.

    The result equals ``operate(op, ...).z``, which scatters instead: to the bit for integers.
    Source: Dumoulin and Visin, arXiv:1603.07285, section 4.
    """
    return _correlated(prepare(op, x, weights, bias), op.groups, turned=True)


def swap_channels(weights: Numbers, groups: int = 1) -> Numbers:
    """Weights [F, C/groups, *f] in the layout of PyTorch's ConvTranspose, [C, F/groups, *f]."""
    filters, channels, *sizes = weights.shape
    parted = weights.reshape(groups, filters // groups, channels, *sizes)
    return parted.swapaxes(1, 2).reshape(groups * channels, filters // groups, *sizes)


def _pad(x: Numbers, axes: tuple[Axis, ...], ghost: float = 0) -> Numbers:
    for position, axis in enumerate(axes, start=1):
        line = axis.line()
        if len(line) == axis.n and np.array_equal(line, np.arange(axis.n)):
            continue
        x = np.take(x, line, axis=position)
        if (line == NO_SOURCE).any():
            np.moveaxis(x, position, -1)[..., line == NO_SOURCE] = ghost
    return x


def _windows(x: Numbers, axes: tuple[Axis, ...]) -> Numbers:
    """View of all windows of a padded input  # [C, *out, *f]."""
    positions = tuple(range(1, len(axes) + 1))
    windows = sliding_window_view(x, tuple(axis.reach for axis in axes), axis=positions)
    steps = [slice(None, None, axis.stride) for axis in axes]
    holes = [slice(None, None, axis.dilation) for axis in axes]
    view: Numbers = windows[(slice(None), *steps, *holes)]
    return view


def _working(operands: Operands) -> tuple[Numbers, Numbers, type[np.generic]]:
    """Input and weights in the fastest type that keeps them exact, and the type of the result."""
    assert operands.weights is not None
    final: type[np.generic] = np.int64 if operands.is_exact else np.float64
    if operands.is_exact and operands.bound < EXACT_IN_FLOAT64:
        # numpy multiplies integer matrices in a plain loop; float64 goes through BLAS and is
        # exact up to 2**53.
        return operands.x.astype(np.float64), operands.weights.astype(np.float64), final
    return operands.x, operands.weights, final


def _correlated(operands: Operands, groups: int, *, turned: bool) -> Numbers:
    x, weights, final = _working(operands)
    axes, dimensions = operands.axes, len(operands.axes)
    if turned:
        weights = np.flip(weights, axis=tuple(range(2, 2 + dimensions)))
    filters = weights.shape[0]
    matrix = weights.reshape(groups, filters // groups, -1)  # [G, F/G, C/G·f]
    windows = _windows(_pad(x, axes), axes)
    columns = windows.transpose(
        0, *range(1 + dimensions, 1 + 2 * dimensions), *range(1, 1 + dimensions)
    )  # [C, *f, *out]
    sizes = tuple(axis.out for axis in axes)
    z = np.empty((filters, *sizes), dtype=final)
    rows = max(1, _BLOCK // max(1, columns.size // sizes[0]))
    before = (slice(None),) * (1 + dimensions)
    for start in range(0, sizes[0], rows):
        part = slice(start, min(start + rows, sizes[0]))
        block = columns[(*before, part)].reshape(groups, matrix.shape[2], -1)
        z[:, part] = (matrix @ block).reshape(filters, -1, *sizes[1:])
    return _with_bias(z, operands)


def _scattered(operands: Operands, groups: int) -> Numbers:
    """Each input cell adds its value times the kernel to the outputs it reaches."""
    x, weights, final = _working(operands)
    axes = operands.axes
    channels, filters = x.shape[0], weights.shape[0]
    inputs = x.reshape(groups, channels // groups, -1)
    sizes = tuple(axis.n for axis in axes)
    # What the user calls padding crops the low side; the axis holds its complement.
    crops = [axis.reach - 1 - axis.low for axis in axes]
    lengths = [
        max(axis.extent + axis.reach - 1, crop + axis.out)
        for axis, crop in zip(axes, crops, strict=True)
    ]
    whole = np.zeros((filters, *lengths), dtype=x.dtype)
    taps = np.ascontiguousarray(np.moveaxis(weights.reshape(*weights.shape[:2], -1), -1, 0))
    for tap, matrix in zip(np.ndindex(*weights.shape[2:]), taps, strict=True):
        reached = tuple(
            slice(axis.dilation * k, axis.dilation * k + axis.extent, axis.stretch)
            for axis, k in zip(axes, tap, strict=True)
        )
        added = matrix.reshape(groups, filters // groups, -1) @ inputs
        whole[(slice(None), *reached)] += added.reshape(filters, *sizes)
    kept = tuple(slice(crop, crop + axis.out) for axis, crop in zip(axes, crops, strict=True))
    return _with_bias(whole[(slice(None), *kept)].astype(final), operands)


def _with_bias(z: NDArray[Any], operands: Operands) -> Numbers:
    assert operands.bias is not None
    if operands.bias.any():
        z += operands.bias.reshape(-1, *(1 for _ in operands.axes))
    return z


def _maximum(operands: Operands) -> tuple[Numbers, Ints]:
    require_cells(operands.axes)
    x, axes, dimensions = operands.x, operands.axes, len(operands.axes)
    lowest = np.iinfo(np.int64).min if operands.is_exact else -np.inf
    windows = _windows(_pad(x, axes, lowest), axes)
    flat = windows.reshape(*windows.shape[: 1 + dimensions], -1)
    best = flat.argmax(axis=-1)  # [C, *out]
    z = np.take_along_axis(flat, best[..., None], axis=-1)[..., 0]
    cells = np.unravel_index(best, tuple(axis.f for axis in axes))
    outputs = np.indices(best.shape)[1:]
    coordinates = [
        axis.sources()[output, cell]
        for axis, output, cell in zip(axes, outputs, cells, strict=True)
    ]
    return z, np.stack(coordinates, axis=-1)


def _average(operands: Operands, *, count_ghosts: bool) -> Numbers:
    axes, dimensions = operands.axes, len(operands.axes)
    window_axes = tuple(range(1 + dimensions, 1 + 2 * dimensions))
    total = _windows(_pad(operands.x, axes), axes).sum(axis=window_axes)
    average: Numbers = total / real_cells(axes, count_ghosts=count_ghosts)
    return average


def real_cells(axes: tuple[Axis, ...], *, count_ghosts: bool) -> Ints:
    """Number by which average pooling divides each output  # [*out].

    Raises
    ------
    ShapeError
        if ghosts do not count and a window holds nothing else
    """
    if count_ghosts:
        size = math.prod(axis.f for axis in axes)
        return np.full(tuple(axis.out for axis in axes), size, dtype=np.int64)
    require_cells(axes)
    cells = np.ones((), dtype=np.int64)
    for axis in axes:
        cells = np.multiply.outer(cells, (axis.sources() != NO_SOURCE).sum(axis=1))
    return cells


def require_cells(axes: tuple[Axis, ...]) -> None:
    """Raise ShapeError where a pooling window would hold nothing but padding."""
    for axis in axes:
        if (axis.sources() == NO_SOURCE).all(axis=1).any():
            raise ShapeError(
                f"A pooling window along the {axis.name} would hold nothing but padding: use less"
                f" than {axis.f} cells of it, or fill it by replicating the edge."
            )
