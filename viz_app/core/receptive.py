"""Receptive fields: which part of the input a unit of a layer can see.

:func:`receptive_fields` is the arithmetic of size, jump and start that a table shows (Araujo,
Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019),
taken over branches and skips as the union. :func:`window` follows one unit down to the pixels,
exactly, also at the borders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from viz_app.core.errors import ShapeError
from viz_app.core.layers import INPUT, WINDOWED, Layer, Network, Row, pads, per_axis, rows, spans_of

Interval = tuple[int, int]
"""First and last index, both included."""
Number = int | Fraction
"""Whole wherever no upsampling or adaptive pooling made it a fraction: ten times as quick."""


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """Where unit i of a layer looks on one axis of the input: at ``size`` cells from
    ``start + i · jump``; jump 0 means that every unit sees all of it.

    The start is negative where padding belongs to the window: −start is the padding of the
    layers taken as one. Jump and start are whole, but for layers behind an upsampling.
    """

    size: int
    jump: Number
    start: Number


@dataclass(frozen=True, slots=True)
class _Reach:
    """Unit i reads cells i·jump + first to i·jump + last of the input; jump 0: all."""

    jump: Number
    first: Number
    last: Number

    def behind(self, step: _Reach) -> _Reach:
        """The reach of a layer that takes ``step`` on this one's units."""
        return _Reach(
            self.jump * step.jump,
            self.first + self.jump * step.first,
            self.last + self.jump * step.last,
        )


def receptive_fields(
    network: Network, table: Sequence[Row] | None = None
) -> dict[str, tuple[ReceptiveField, ...]]:
    """Receptive field of each layer, an entry for each axis of the input.

    Behind an upsampling or an uneven adaptive pooling the windows of neighbours differ in size;
    then the field is the smallest of constant size that holds them all. Where branches of
    different strides are joined there is none, and the whole input is given.

    Parameters
    ----------
    network
        layer table
    table
        its rows, from one who went down the table already

    Raises
    ------
    ShapeError
        where a layer does not fit
    """
    sizes = network.input_shape[1:]
    found = list(rows(network)) if table is None else table
    if len(set(sizes)) == 1 and all(_is_alike(row) for row in found):
        fields = _along(0, sizes[0], found)
        return {name: (field,) * len(sizes) for name, field in fields.items()}
    by_axis = [_along(axis, n, found) for axis, n in enumerate(sizes)]
    return {row.layer.name: tuple(f[row.layer.name] for f in by_axis) for row in found}


def window(network: Network, layer: str, position: Sequence[int]) -> tuple[Interval, ...]:
    """The input cells that one unit depends on, on each axis: first and last, both included.

    Unlike ``start + i · jump`` this is exact at the borders, behind upsampling and where a pooling
    left cells over. It is the smallest box; a dilated convolution does not use all of it.

    Parameters
    ----------
    network
        layer table
    layer
        name of a layer
    position
        row and column (or as many as the layer has axes) of the unit; empty for a flat layer

    Raises
    ------
    ShapeError
        if there is no such layer or unit
    """
    table = {row.layer.name: row for row in rows(network)}
    if layer not in table:
        raise ShapeError(f"There is no layer {layer!r}; choose one from the table.")
    units = table[layer].shape[1:]
    if len(position) != len(units) or not all(
        0 <= at < n for at, n in zip(position, units, strict=True)
    ):
        sizes = "×".join(map(str, units)) or "a single row"
        raise ShapeError(f"{layer} has no unit at {tuple(position)}; its map is {sizes}.")
    read: dict[str, tuple[Interval, ...]] = {layer: tuple((at, at) for at in position)}
    for row in reversed(table.values()):
        intervals = read.pop(row.layer.name, None)
        if intervals is not None:
            for source, shape in zip(row.sources, row.input_shapes, strict=True):
                below = _cells_read(row, intervals, shape[1:])
                read[source] = _hull(read.get(source), below)
    return read[INPUT]


def _along(axis: int, n: int, table: Sequence[Row]) -> dict[str, ReceptiveField]:
    """The fields of all layers on one axis of n cells."""
    reaches = {INPUT: _Reach(1, 0, 0)}
    for row in table:
        reaches[row.layer.name] = _reach(row, axis, [reaches[s] for s in row.sources], n)
    del reaches[INPUT]
    return {
        name: ReceptiveField(floor(reach.last - reach.first) + 1, reach.jump, reach.first)
        for name, reach in reaches.items()
    }


def _is_alike(row: Row) -> bool:
    """Whether a layer does the same on every axis of a square input."""
    layer = row.layer
    settings = (layer.kernel, layer.stride, layer.dilation)
    return all(type(value) is int for value in settings) and isinstance(layer.padding, int | str)


def _reach(row: Row, axis: int, branches: Sequence[_Reach], n: int) -> _Reach:
    """Union of a layer's branches on one axis, followed by its own step."""
    jumps = {branch.jump for branch in branches}
    if row.layer.kind in ("flatten", "linear") or len(jumps) > 1 or jumps == {0}:
        return _Reach(0, 0, n - 1)
    union = _Reach(
        branches[0].jump,
        min(branch.first for branch in branches),
        max(branch.last for branch in branches),
    )
    return union.behind(_step(row, axis))


def _step(row: Row, axis: int) -> _Reach:
    """What output unit i reads of the layer's own input: i·jump + first to i·jump + last."""
    layer, sizes = row.layer, row.input_shapes[0][1:]
    if layer.kind in WINDOWED:
        stride = per_axis(layer, layer.stride, len(sizes))[axis]
        before = pads(layer, sizes)[axis][0]
        span = spans_of(layer, len(sizes))[axis]
        return _Reach(stride, -before, span - 1 - before)
    if layer.kind == "upsample":
        factor = per_axis(layer, layer.stride, len(sizes))[axis]
        return _Reach(Fraction(1, factor), Fraction(1 - factor, factor), 0)
    if layer.kind == "adaptive_avg_pool":
        # unit i averages ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉ − 1; rounding moves an end by less than a cell
        share = Fraction(sizes[axis], layer.size)
        slack = Fraction(share.denominator - 1, share.denominator)
        return _Reach(share, -slack, share + slack - 1)
    return _Reach(1, 0, 0)


def _cells_read(
    row: Row, intervals: Sequence[Interval], sizes: Sequence[int]
) -> tuple[Interval, ...]:
    """Cells of an input of these sizes that the given units of the layer read."""
    layer = row.layer
    if layer.kind in ("flatten", "linear") or not sizes:
        return tuple((0, n - 1) for n in sizes)
    ends = (_ends(layer, axis, interval, sizes) for axis, interval in enumerate(intervals))
    return tuple(
        (min(max(first, 0), n - 1), max(min(last, n - 1), 0))
        for (first, last), n in zip(ends, sizes, strict=True)
    )


def _ends(layer: Layer, axis: int, interval: Interval, sizes: Sequence[int]) -> Interval:
    first, last = interval
    if layer.kind in WINDOWED:
        stride = per_axis(layer, layer.stride, len(sizes))[axis]
        before = pads(layer, sizes)[axis][0]
        span = spans_of(layer, len(sizes))[axis]
        return first * stride - before, last * stride - before + span - 1
    if layer.kind == "upsample":
        factor = per_axis(layer, layer.stride, len(sizes))[axis]
        return first // factor, last // factor
    if layer.kind == "adaptive_avg_pool":
        share = Fraction(sizes[axis], layer.size)
        return floor(first * share), ceil((last + 1) * share) - 1
    return interval


def _hull(known: Sequence[Interval] | None, found: Sequence[Interval]) -> tuple[Interval, ...]:
    """The smallest box around both."""
    pairs = zip(known or found, found, strict=True)
    return tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in pairs)
