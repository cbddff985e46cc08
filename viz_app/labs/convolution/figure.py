"""The figure: input, kernel and output as planes of cells, ready to be painted or saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz_app.core.convolution.geometry import NO_SOURCE, Ints, coverage
from viz_app.labs.convolution.layer import Layer
from viz_app.labs.convolution.numbers import Array, times
from viz_app.labs.convolution.scene import ConvolutionScene

SHOWN_CHANNELS = 4  # planes of one block at once; the keys [ and ] go on to others
Flags = NDArray[np.bool_]
Index = tuple[int, ...]
COLOURS = ("red", "green", "blue")


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """A grid of cells.

    Parameters
    ----------
    name
        caption; may be empty
    values
        [h, w]
    cells
        int64 [h, w, k]: index of each cell in its array. Those of the input count places: the
        padding lies outside, a stretched input counts its zeros
    ghost
        [h, w]: no cell of the input, whatever stands there
    unused
        [h, w]: no window reads it
    counts
        [h, w]: how many outputs use it; None unless coverage is shown
    """

    name: str
    values: Array
    cells: Ints
    ghost: Flags | None = None
    unused: Flags | None = None
    counts: Ints | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Planes of one array under a heading; ``token`` is their colour."""

    key: str
    token: str
    title: str
    planes: tuple[Plane, ...]
    is_editable: bool = False
    is_shaded: bool = False  # 0 to 255 are greys


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """Rows of blocks with signs between them."""

    rows: tuple[tuple[Block | str, ...], ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks, in reading order."""
        return tuple(part for row in self.rows for part in row if isinstance(part, Block))


def figure_of(layer: Layer, scene: ConvolutionScene, at: Index, shown: Array) -> Figure:
    """The figure of a layer.

    Parameters
    ----------
    at
        output cell (filter, *cell) that is looked at: it decides which filter, channels and
        slices are shown
    shown
        [F, *out], the output's numbers (z, a, or a scattered sum so far)
    """
    first = block_input(layer, scene, at)
    last = block_output(layer, scene, at, shown)
    if layer.weights is None:
        sign = "max" if layer.op.is_maximum else "mean"
        return Figure(((first, sign, last),))
    sign = "∗ᵀ" if layer.op.kind == "transposed" else "∗"  # correlation too: the course's sign
    return Figure(((first, sign, block_kernel(layer, scene, at), "=", last),))


def block_input(layer: Layer, scene: ConvolutionScene, at: Index) -> Block:
    """The input, with its padding or, in the scatter view, as it is."""
    if scene.is_scatter:
        values, lines = layer.x, tuple(np.arange(n) for n in layer.x.shape[1:])
        offsets = (0,) * len(lines)
    else:
        values, lines = layer.seen, layer.lines
        offsets = tuple(axis.low for axis in layer.axes)
    source = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1)
    places: Ints = np.stack(
        np.meshgrid(
            *(np.arange(n) - low for n, low in zip(values.shape[1:], offsets, strict=True)),
            indexing="ij",
        ),
        axis=-1,
    )
    sizes = np.array([axis.extent for axis in layer.axes])
    ghost = (source == NO_SOURCE).any(axis=-1)
    if not scene.is_scatter:
        ghost |= ((places < 0) | (places >= sizes)).any(axis=-1)
    used = coverage(layer.axes)
    counts = np.where(ghost, 0, used[tuple(np.moveaxis(source, -1, 0))])
    unused = ~ghost & (counts == 0) if scene.shows_unused else None
    planes = []
    channels = shown_channels(len(values), layer_channels(layer, at), scene.first_channel)
    centre = _window_centre(layer, at, offsets, scene)
    for c in channels:
        for name, cut, cells in _cuts(places, centre):
            index = np.concatenate((np.full((*cells.shape[:2], 1), c), cells), axis=-1)
            planes.append(
                Plane(
                    _named(_channel_name(scene, c, len(values)), name),
                    _flat(values[c][cut]),
                    index,
                    _flat(ghost[cut]),
                    None if unused is None else _flat(unused[cut]),
                    _flat(counts[cut]) if scene.shows_coverage else None,
                )
            )
    title = f"Input · {times(layer.x.shape[1:])}" + _by(len(layer.x))
    if layer.op.kind == "transposed" and not scene.is_scatter:
        title += ", stretched" if layer.axes[0].stretch > 1 else ""
    is_photo = scene.source == "photo"
    return Block("input", "input", title, tuple(planes), is_editable=True, is_shaded=is_photo)


def block_kernel(layer: Layer, scene: ConvolutionScene, at: Index) -> Block:
    """The kernel of the filter that is looked at, turned where the window meets it turned."""
    weights = layer.weights
    assert weights is not None
    chosen = at[0]
    turns = layer.op.turns_kernel and not scene.is_scatter
    kernel = weights[chosen]
    axes = tuple(range(1, kernel.ndim))
    cells: Ints = np.stack(tuple(np.indices(kernel.shape[1:])), axis=-1)
    if turns:
        kernel = np.flip(kernel, axis=axes)
        cells = np.flip(cells, axis=tuple(axis - 1 for axis in axes))
    group = layer_channels(layer, at)
    planes = []
    middle = tuple((n - 1) // 2 for n in kernel.shape[1:])
    for c in shown_channels(len(layer.x), group, scene.first_channel):
        k = c - group.start
        if not 0 <= k < len(kernel):
            continue
        for name, cut, part in _cuts(cells, middle):
            index = np.concatenate(
                (np.full((*part.shape[:2], 1), chosen), np.full((*part.shape[:2], 1), k), part),
                axis=-1,
            )
            caption = _channel_name(scene, c, len(layer.x)) if len(kernel) > 1 else ""
            planes.append(Plane(_named(caption, name), _flat(kernel[k][cut]), index))
    title = f"Kernel · {times(kernel.shape[1:])}" + _by(len(kernel))
    if len(weights) > 1:
        title += f", filter {chosen + 1} of {len(weights)}"
    if turns:
        title += ", turned"
    return Block("kernel", "kernel", title, tuple(planes), is_editable=True)


def block_output(layer: Layer, scene: ConvolutionScene, at: Index, shown: Array) -> Block:
    """The output: of several filters those around the one that is looked at."""
    filters = len(shown)
    first = min(max(at[0] - SHOWN_CHANNELS + 1, 0), max(filters - SHOWN_CHANNELS, 0))
    dimensions = shown.ndim - 1
    visible = range(first, min(first + SHOWN_CHANNELS, filters)) if dimensions < 3 else [at[0]]
    cells: Ints = np.stack(tuple(np.indices(shown.shape[1:])), axis=-1)
    planes = []
    for f in visible:
        for name, cut, part in _cuts(cells, at[1:]):
            index = np.concatenate((np.full((*part.shape[:2], 1), f), part), axis=-1)
            label = "channel" if layer.weights is None else "filter"
            caption = f"{label} {f + 1}" if filters > 1 and dimensions < 3 else ""
            planes.append(Plane(_named(caption, name), _flat(shown[f][cut]), index))
    title = f"Output · {times(shown.shape[1:])}" + _by(filters)
    return Block("output", "output", title, tuple(planes))


def shown_channels(count: int, group: range, first: int) -> range:
    """Which channels of the input are shown: those that the filter reads, at most a few."""
    first = min(max(first, 0), max(len(group) - SHOWN_CHANNELS, 0)) + group.start
    return range(first, min(first + SHOWN_CHANNELS, group.stop, count))


def layer_channels(layer: Layer, at: Index) -> range:
    """Input channels that the filter of an output cell reads."""
    if layer.weights is None:
        return range(at[0], at[0] + 1)
    filters, width = layer.weights.shape[:2]
    group = at[0] // (filters // layer.op.groups)
    return range(group * width, (group + 1) * width)


def _window_centre(
    layer: Layer, at: Index, offsets: Sequence[int], scene: ConvolutionScene
) -> Index:
    """The slice of each axis that goes through the middle of the window, in shown cells."""
    if scene.is_scatter:
        return tuple(min(o, n - 1) for o, n in zip(at[1:], layer.x.shape[1:], strict=True))
    return tuple(
        min(axis.stride * o + axis.dilation * ((axis.f - 1) // 2), axis.padded - 1)
        for axis, o in zip(layer.axes, at[1:], strict=True)
    )


def _cuts(cells: Ints, centre: Sequence[int]) -> list[tuple[str, tuple[int | slice, ...], Ints]]:
    """The planes through an array's cells [*n, axes]: itself, or three through a volume."""
    axes = cells.ndim - 1
    if axes < 3:
        whole = (slice(None),) * axes
        return [("", whole, cells if axes == 2 else cells[None])]
    every = slice(None)
    z, y, x = centre
    cuts: list[tuple[str, tuple[int | slice, ...]]] = [
        (f"front · z {int(cells[z, 0, 0, 0])}", (z, every, every)),
        (f"top · y {int(cells[0, y, 0, 1])}", (every, y, every)),
        (f"side · x {int(cells[0, 0, x, 2])}", (every, every, x)),
    ]
    return [(name, cut, cells[cut]) for name, cut in cuts]


def _flat(array: Array) -> Array:
    """A signal as one row."""
    return array[None] if array.ndim == 1 else array


def _named(first: str, second: str) -> str:
    return " · ".join(part for part in (first, second) if part)


def _by(channels: int) -> str:
    return f" × {channels}" if channels > 1 else ""


def _channel_name(scene: ConvolutionScene, channel: int, count: int) -> str:
    if count == 1:
        return ""
    is_colour = count == 3 and (scene.source == "photo" or scene.example == "rgb")
    return COLOURS[channel] if is_colour else f"channel {channel + 1}"
