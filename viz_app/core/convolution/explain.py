"""Where one number of the output comes from, and where one number of the input or kernel goes.

Window arrays are in the window's order, as drawn over the input; `kernel_cells` says which stored
kernel cell lies there, so that a turned kernel is seen turned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz_app.core.convolution.geometry import NO_SOURCE, Axis, Ints
from viz_app.core.convolution.operands import Numbers, Operands, prepare
from viz_app.core.convolution.operate import real_cells
from viz_app.core.convolution.operation import Index, Operation
from viz_app.core.errors import ShapeError

Number = int | float
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Term:
    """One product of one output cell.

    Parameters
    ----------
    channel
        input channel
    kernel_cell
        stored kernel cell; in pooling the window cell
    place
        where the window reads, in (stretched) input coordinates; outside for padding
    source
        input cell whose value stands there; None for a zero of the padding or the stretching
    is_ghost
        whether `place` is no input cell, whatever padding put there
    value, weight, product
        the numbers; the weight of pooling is 1
    """

    channel: int
    kernel_cell: Index
    place: Index
    source: Index | None
    is_ghost: bool
    value: Number
    weight: Number
    product: Number


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """One output cell: its window, its products and its sum.

    Parameters
    ----------
    index
        output cell (filter, *cell)
    channels
        input channels that it reads
    kernel_cells, places, sources
        int64 arrays [*f, axes], as in :class:`Term`; NO_SOURCE where there is no source
    is_ghost
        bool array [*f]
    values, weights, products
        arrays [channels, *f]
    channel_sums
        sum of the products of each channel
    total
        sum of all products
    bias
        added to the total
    divisor
        average pooling divides the total by it; otherwise 1
    winner
        window cell, an index into `values[0]`, that max pooling picked; None for the others
    z, a
        the output before and after the activation
    rounding
        most by which `z` may differ from another order of summation; 0 for integers. It is
        2(m + 1)·eps·Σ|product| for m terms (Higham, Accuracy and Stability of Numerical
        Algorithms, 2nd ed., section 4.2)
    """

    index: Index
    channels: range
    kernel_cells: Ints
    places: Ints
    sources: Ints
    is_ghost: Flags
    values: Numbers
    weights: Numbers
    products: Numbers
    channel_sums: tuple[Number, ...]
    total: Number
    bias: Number
    divisor: int
    winner: Index | None
    z: Number
    a: Number
    rounding: float

    def terms(self) -> Iterator[Term]:
        """All products in reading order, channel by channel."""
        for position, channel in enumerate(self.channels):
            for cell in np.ndindex(*self.is_ghost.shape):
                source = _index(self.sources[cell])
                at = (position, *cell)
                yield Term(
                    channel,
                    _index(self.kernel_cells[cell]),
                    _index(self.places[cell]),
                    None if NO_SOURCE in source else source,
                    bool(self.is_ghost[cell]),
                    self.values[at].item(),
                    self.weights[at].item(),
                    self.products[at].item(),
                )


@dataclass(frozen=True, slots=True, eq=False)
class InputUses:
    """All products that one input cell takes part in, for every filter that reads its channel.

    Parameters
    ----------
    index
        input cell (channel, *cell)
    value
        its number
    filters
        output channels that read it; in pooling its own channel
    outputs
        int64 array [m, axes]: the output cell of each use; one may occur more than once where
        padding repeats the input cell
    kernel_cells, places
        int64 arrays [m, axes], as in :class:`Term`
    is_ghost
        bool array [m]: the use is through the padding
    weights, products
        arrays [filters, m]
    """

    index: Index
    value: Number
    filters: range
    outputs: Ints
    kernel_cells: Ints
    places: Ints
    is_ghost: Flags
    weights: Numbers
    products: Numbers

    @property
    def output_count(self) -> int:
        """Different output cells of one filter that use it: its number in the coverage map."""
        return len(np.unique(self.outputs, axis=0)) if len(self.outputs) else 0


@dataclass(frozen=True, slots=True, eq=False)
class KernelUses:
    """All products that one kernel cell takes part in: one for every output of its filter.

    Parameters
    ----------
    index
        kernel cell (filter, channel within the group, *cell)
    weight
        its number
    channel
        input channel that it meets
    places, sources
        int64 arrays [*out, axes], as in :class:`Term`; NO_SOURCE where there is no source
    is_ghost
        bool array [*out]
    values, products
        arrays [*out]
    """

    index: Index
    weight: Number
    channel: int
    places: Ints
    sources: Ints
    is_ghost: Flags
    values: Numbers
    products: Numbers


def explain_output(
    op: Operation,
    x: ArrayLike,
    weights: ArrayLike | None,
    bias: ArrayLike | None,
    index: Sequence[int],
) -> Explanation:
    """Explain one output cell; operands as in ``operate``.

    Parameters
    ----------
    index
        (filter, *cell) of the output; in pooling the channel takes the filter's place

    Raises
    ------
    ShapeError
        if the operands do not fit together or there is no such cell
    """
    operands = prepare(op, x, weights, bias)
    axes = operands.axes
    filters = len(operands.x if operands.weights is None else operands.weights)
    index = _inside(index, (filters, *(axis.out for axis in axes)), "output")
    chosen = index[0]
    channels = _channels(op, operands, chosen)
    sources = _grid([axis.sources()[o] for axis, o in zip(axes, index[1:], strict=True)])
    places = _grid([axis.places()[o] for axis, o in zip(axes, index[1:], strict=True)])
    kernel_cells = _grid([_kernel_line(op, axis) for axis in axes])
    values = _read(operands.x[channels.start : channels.stop], sources)
    if operands.weights is None:
        kernel, offset = np.ones_like(values), 0
    else:
        kernel = operands.weights[chosen][(slice(None), *np.moveaxis(kernel_cells, -1, 0))]
        offset = operands.bias[chosen].item() if operands.bias is not None else 0
    products = values * kernel
    sums = tuple(part.sum().item() for part in products)
    total, divisor, winner = sum(sums), 1, None
    z: Number = total + offset
    if op.is_maximum:
        winner = _winner(axes, values[0], sources)
        z = values[0][winner].item()
    elif op.is_pool:
        divisor = int(real_cells(axes, count_ghosts=op.count_ghosts)[index[1:]])
        z = total / divisor
    exact = operands.is_exact or op.is_maximum
    eps = 0.0 if exact else float(np.finfo(np.float64).eps)
    return Explanation(
        index, channels, kernel_cells, places, sources, _ghosts(axes, places), values, kernel,
        products, sums, total, offset, divisor, winner, z, max(z, 0) if op.relu else z,
        2 * (products.size + 1) * eps * (float(np.abs(products).sum()) + abs(offset)) / divisor,
    )  # fmt: skip


def uses_of_input(
    op: Operation, x: ArrayLike, weights: ArrayLike | None, index: Sequence[int]
) -> InputUses:
    """All uses of one input cell (channel, *cell); operands as in ``operate``.

    Raises
    ------
    ShapeError
        if the operands do not fit together or there is no such cell
    """
    operands = prepare(op, x, weights)
    axes = operands.axes
    index = _inside(index, operands.x.shape, "input")
    pairs = [
        np.argwhere(axis.sources() == cell) for axis, cell in zip(axes, index[1:], strict=True)
    ]  # for each axis [uses, (output, window cell)]
    picks = _grid([np.arange(len(pair)) for pair in pairs]).reshape(-1, len(axes))
    outputs = _columns([pair[pick, 0] for pair, pick in zip(pairs, picks.T, strict=True)])
    cells = _columns([pair[pick, 1] for pair, pick in zip(pairs, picks.T, strict=True)])
    places = _columns(
        [axis.places()[o, j] for axis, o, j in zip(axes, outputs.T, cells.T, strict=True)]
    )
    kernel_cells = _columns(
        [_kernel_line(op, axis)[j] for axis, j in zip(axes, cells.T, strict=True)]
    )
    filters, value = range(index[0], index[0] + 1), operands.x[index]
    kernel = np.ones((1, len(cells)), dtype=operands.x.dtype)
    if operands.weights is not None:
        group, channel = divmod(index[0], operands.weights.shape[1])
        share = len(operands.weights) // op.groups
        filters = range(group * share, (group + 1) * share)
        members = operands.weights[filters.start : filters.stop, channel]
        kernel = members[(slice(None), *kernel_cells.T)]
    return InputUses(
        index, value.item(), filters, outputs, kernel_cells, places, _ghosts(axes, places),
        kernel, kernel * value,
    )  # fmt: skip


def uses_of_kernel(
    op: Operation, x: ArrayLike, weights: ArrayLike, index: Sequence[int]
) -> KernelUses:
    """All uses of one kernel cell (filter, channel within the group, *cell), as stored.

    Raises
    ------
    ShapeError
        if the operands do not fit together, there is no such cell, or the operation has no kernel
    """
    operands = prepare(op, x, weights)
    if operands.weights is None:
        raise ShapeError("Pooling has no kernel: point at the input or the output.")
    axes = operands.axes
    index = _inside(index, operands.weights.shape, "kernel")
    channel = _channels(op, operands, index[0])[index[1]]
    cells = [
        axis.f - 1 - k if op.turns_kernel else k for axis, k in zip(axes, index[2:], strict=True)
    ]
    places = _grid([axis.places()[:, j] for axis, j in zip(axes, cells, strict=True)])
    sources = _grid([axis.sources()[:, j] for axis, j in zip(axes, cells, strict=True)])
    values = _read(operands.x[channel : channel + 1], sources)[0]
    weight = operands.weights[index]
    return KernelUses(
        index, weight.item(), channel, places, sources, _ghosts(axes, places), values,
        values * weight,
    )  # fmt: skip


def _channels(op: Operation, operands: Operands, chosen: int) -> range:
    if operands.weights is None:
        return range(chosen, chosen + 1)
    width = operands.weights.shape[1]
    group = chosen // (len(operands.weights) // op.groups)
    return range(group * width, (group + 1) * width)


def _kernel_line(op: Operation, axis: Axis) -> Ints:
    """Stored kernel cell under each window cell of one axis."""
    line = np.arange(axis.f)
    return line[::-1] if op.turns_kernel else line


def _grid(lines: Sequence[Ints]) -> Ints:
    """Coordinates of the grid that one line for each axis spans  # [*sizes, axes]."""
    return np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1)


def _columns(lines: Sequence[Ints]) -> Ints:
    return np.stack(lines, axis=-1)


def _read(x: Numbers, sources: Ints) -> Numbers:
    """Values of the input at `sources`, zero where there is none  # [channels, ...]."""
    found = x[(slice(None), *np.moveaxis(sources, -1, 0))]
    return np.where((sources == NO_SOURCE).any(axis=-1), np.zeros_like(found), found)


def _ghosts(axes: Sequence[Axis], places: Ints) -> Flags:
    sizes = np.array([axis.extent for axis in axes])
    steps = np.array([axis.stretch for axis in axes])
    ghosts: Flags = ((places < 0) | (places >= sizes) | (places % steps != 0)).any(axis=-1)
    return ghosts


def _winner(axes: Sequence[Axis], values: Numbers, sources: Ints) -> Index:
    is_real = (sources != NO_SOURCE).all(axis=-1)
    real_cells(tuple(axes), count_ghosts=False)  # refuses a window of nothing but ghosts
    real = np.flatnonzero(is_real)
    best = real[values.reshape(-1)[real].argmax()]
    return _index(np.array(np.unravel_index(best, values.shape)))


def _inside(index: Sequence[int], shape: Sequence[int], what: str) -> Index:
    if len(index) != len(shape) or not all(
        0 <= i < size for i, size in zip(index, shape, strict=True)
    ):
        raise ShapeError(
            f"There is no {what} cell {tuple(index)}: each number must lie in the shape"
            f" {tuple(shape)}, counted from 0."
        )
    return tuple(int(i) for i in index)


def _index(coordinates: Ints) -> Index:
    return tuple(int(i) for i in coordinates)
