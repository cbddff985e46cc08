"""Layer tables: a network as a list of records, and what follows from it by arithmetic alone.

A :class:`Network` is read by everything that speaks of architectures: the table on the screen, the
drawing, the torch module in ``viz_app.nets.build``. Here are its shapes and counts; the receptive
fields are in ``viz_app.core.receptive``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import gcd, prod
from typing import Literal

from viz_app.core import windows
from viz_app.core.errors import ShapeError
from viz_app.core.windows import Padding, PerAxis

Kind = Literal[
    "conv",
    "linear",
    "batch_norm",
    "relu",
    "relu6",
    "leaky_relu",
    "prelu",
    "tanh",
    "sigmoid",
    "softmax",
    "dropout",
    "max_pool",
    "avg_pool",
    "adaptive_avg_pool",
    "upsample",
    "flatten",
    "add",
    "concat",
    "slice",
    "module",
]
"""``module`` is a part of the user's own network, known by what it made of an example alone."""
Shape = tuple[int, ...]
"""(C, H, W), or (C, L), (C, D, H, W) for chains of one and three dimensions, or (features,)."""

INPUT = "input"
"""The name under which layers read the network's input."""

POINTWISE: frozenset[Kind] = frozenset(
    (
        "batch_norm",
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "tanh",
        "sigmoid",
        "softmax",
        "dropout",
    )
)
WINDOWED: frozenset[Kind] = frozenset(("conv", "max_pool", "avg_pool"))


@dataclass(frozen=True, slots=True)
class Layer:
    """One row of a layer table; fields that its kind does not use keep their defaults.

    Parameters
    ----------
    name
        unique in the network; ``"input"`` is taken
    kind
        what it does
    inputs
        names of the layers it reads; empty means the one before it
    channels
        channels out (conv, slice) or features out (linear)
    kernel, stride, dilation
        one number for every axis, or one an axis; for ``upsample`` the stride is the factor
    padding
        one number, (before, after) an axis, or ``"same"`` as TensorFlow computes it from the size
    groups
        of a convolution; as many as input channels makes it depthwise
    bias
        whether a convolution or linear layer adds one
    ceil_mode
        a pooling that rounds its output size up, as Caffe did
    size
        output size of ``adaptive_avg_pool`` on every axis
    offset
        first channel that ``slice`` takes
    slope
        of ``leaky_relu`` left of zero
    rate
        share that ``dropout`` clears in training
    eps
        added to the variance in ``batch_norm``
    key
        prefix of its tensors in the published checkpoint; empty means its name
    """

    name: str
    kind: Kind
    inputs: tuple[str, ...] = ()
    channels: int = 0
    kernel: PerAxis = 1
    stride: PerAxis = 1
    padding: Padding = 0
    dilation: PerAxis = 1
    groups: int = 1
    bias: bool = True
    ceil_mode: bool = False
    size: int = 1
    offset: int = 0
    slope: float = 0.01
    rate: float = 0.5
    eps: float = 1e-5
    key: str = ""


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """What a network expects of an image in [0, 1]: (x − mean) / std, channels in ``order``."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    order: Literal["RGB", "BGR"] = "RGB"


@dataclass(frozen=True, slots=True)
class Network:
    """A layer table with its input; ``outputs`` empty means the last layer."""

    name: str
    title: str
    input_shape: Shape
    layers: tuple[Layer, ...]
    preprocessing: Preprocessing | None = None
    outputs: tuple[str, ...] = ()

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the layers that the network answers with."""
        return self.outputs or tuple(layer.name for layer in self.layers[-1:])


@dataclass(frozen=True, slots=True)
class Row:
    """A layer with the numbers that follow from where it stands."""

    layer: Layer
    sources: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    shape: Shape
    size: int
    parameters: int
    macs: int


def rows(network: Network) -> Iterator[Row]:
    """Go down the table; each row is given before the next is looked at.

    So a caller that shows a network under construction has every row above the one that fails.

    Raises
    ------
    ShapeError
        at the first layer that does not fit; the sentence names it and what would fit
    """
    known: dict[str, Shape] = {INPUT: network.input_shape}
    before = INPUT
    for layer in network.layers:
        sources = layer.inputs or (before,)
        _check_names(layer, sources, known)
        inputs = tuple(known[source] for source in sources)
        shape = output_shape(layer, inputs)
        counts = parameters(layer, inputs), macs(layer, inputs, shape)
        yield Row(layer, sources, inputs, shape, prod(shape), *counts)
        known[layer.name] = shape
        before = layer.name


def shapes(network: Network) -> dict[str, Shape]:
    """Output shape of every layer by name, in order, ``"input"`` first.

    Raises
    ------
    ShapeError
        where a layer does not fit
    """
    return {INPUT: network.input_shape} | {row.layer.name: row.shape for row in rows(network)}


def total_parameters(network: Network) -> int:
    """Trainable numbers: weights, biases, scale and shift of batch norms (not its statistics)."""
    return sum(row.parameters for row in rows(network))


def total_macs(network: Network) -> int:
    """Multiply-accumulates of convolutions and linear layers for one input."""
    return sum(row.macs for row in rows(network))


def parameters(layer: Layer, inputs: Sequence[Shape]) -> int:
    """Trainable numbers of one layer: (f·f·C_in/groups + 1)·C_out for a convolution."""
    channels = inputs[0][0]
    if layer.kind == "conv":
        taps = prod(per_axis(layer, layer.kernel, len(inputs[0]) - 1)) * channels // layer.groups
        return (taps + layer.bias) * layer.channels
    if layer.kind == "linear":
        return (channels + layer.bias) * layer.channels
    return {"batch_norm": 2 * channels, "prelu": channels}.get(layer.kind, 0)


def macs(layer: Layer, inputs: Sequence[Shape], shape: Shape) -> int:
    """Multiply-accumulates of one layer; bias, pooling, norms and activations count nothing."""
    channels = inputs[0][0]
    if layer.kind == "conv":
        return (
            prod(shape)
            * prod(per_axis(layer, layer.kernel, len(shape) - 1))
            * (channels // layer.groups)
        )
    return channels * layer.channels if layer.kind == "linear" else 0


def per_axis(layer: Layer, value: PerAxis, axes: int) -> tuple[int, ...]:
    """A kernel, stride or dilation of the layer on each axis (``windows.spread``)."""
    return windows.spread(layer.name, value, axes)


def pads(layer: Layer, sizes: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Cells added (before, after) each axis of an input of these sizes (``windows.pads``)."""
    strides = per_axis(layer, layer.stride, len(sizes))
    return windows.pads(layer.name, layer.padding, sizes, spans_of(layer, len(sizes)), strides)


def spans_of(layer: Layer, axes: int) -> tuple[int, ...]:
    """Cells from the first to the last tap, d·(f − 1) + 1 on each axis."""
    kernel, dilation = per_axis(layer, layer.kernel, axes), per_axis(layer, layer.dilation, axes)
    return tuple(d * (f - 1) + 1 for f, d in zip(kernel, dilation, strict=True))


def output_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    """Shape that a layer makes of its inputs' shapes.

    Raises
    ------
    ShapeError
        if it does not fit; the sentence names the layer and what would fit
    """
    if layer.kind in POINTWISE:
        return _only(layer, inputs)
    rule = _SHAPE_RULES.get(layer.kind)
    if rule is None:
        known = ", ".join(sorted([*_SHAPE_RULES, *POINTWISE]))
        raise ShapeError(f"{layer.name}: there is no layer of kind {layer.kind!r}; use {known}.")
    return rule(layer, inputs)


def _check_names(layer: Layer, sources: Sequence[str], known: Mapping[str, Shape]) -> None:
    if layer.name in known:
        raise ShapeError(f"{layer.name}: two layers have this name; rename one of them.")
    for source in sources:
        if source not in known:
            raise ShapeError(
                f"{layer.name}: reads {source!r}, which does not stand above it; "
                f"the nearest layer above is {list(known)[-1]!r}."
            )


def _only(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    """The one input of a layer that reads one."""
    if len(inputs) != 1:
        raise ShapeError(
            f"{layer.name}: reads {len(inputs)} layers but takes one; "
            "join them before it with concat or add."
        )
    return inputs[0]


def _map_input(layer: Layer, inputs: Sequence[Shape]) -> tuple[int, tuple[int, ...]]:
    """Channels and sizes of the one input of a layer that needs feature maps."""
    shape = _only(layer, inputs)
    if len(shape) < 2:
        raise ShapeError(
            f"{layer.name}: needs feature maps, but its input is {shape[0]} numbers in a row; "
            "put it above the flatten."
        )
    return shape[0], shape[1:]


def _windowed_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    channels, sizes = _map_input(layer, inputs)
    if layer.kind == "conv":
        _check_groups(layer, channels)
        channels = layer.channels
    axes = len(sizes)
    spans, sides = spans_of(layer, axes), pads(layer, sizes)
    if layer.kind != "conv":
        _check_pool_padding(layer, spans, sides)
    terms = zip(sizes, spans, per_axis(layer, layer.stride, axes), sides, strict=True)
    return channels, *(windows.count(layer.name, *term, layer.ceil_mode) for term in terms)


def _check_pool_padding(
    layer: Layer, spans: Sequence[int], sides: Sequence[tuple[int, int]]
) -> None:
    for span, pair in zip(spans, sides, strict=True):
        if max(pair) > span // 2:
            raise ShapeError(
                f"{layer.name}: a pooling may be padded by half its window at most; "
                f"pad by {span // 2}, or use a window of {2 * max(pair)}."
            )


def _check_groups(layer: Layer, channels: int) -> None:
    if layer.channels < 1:
        raise ShapeError(f"{layer.name}: a convolution needs at least one filter.")
    if layer.groups < 1 or channels % layer.groups or layer.channels % layer.groups:
        raise ShapeError(
            f"{layer.name}: {layer.groups} groups do not divide {channels} channels in and "
            f"{layer.channels} out; use a divisor of {gcd(channels, layer.channels)}."
        )


def _linear_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    shape = _only(layer, inputs)
    if len(shape) != 1:
        raise ShapeError(
            f"{layer.name}: a fully connected layer needs numbers in a row, not "
            f"{_times(shape)}; put a flatten above it ({prod(shape)} numbers)."
        )
    if layer.channels < 1:
        raise ShapeError(f"{layer.name}: a fully connected layer needs at least one output.")
    return (layer.channels,)


def _adaptive_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    channels, sizes = _map_input(layer, inputs)
    if layer.size < 1:
        raise ShapeError(f"{layer.name}: needs an output size of at least 1.")
    return channels, *(layer.size,) * len(sizes)


def _upsample_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    channels, sizes = _map_input(layer, inputs)
    factors = per_axis(layer, layer.stride, len(sizes))
    return channels, *(n * factor for n, factor in zip(sizes, factors, strict=True))


def _flat_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    return (prod(_only(layer, inputs)),)


def _sum_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    if len(inputs) < 2:
        raise ShapeError(f"{layer.name}: adds one layer to nothing; name two or more to add.")
    if len(set(inputs)) != 1:
        first, other = sorted(set(inputs))[:2]
        raise ShapeError(
            f"{layer.name}: cannot add {_times(first)} to {_times(other)}; bring one to the "
            "other's shape, channels with a 1×1 convolution, height and width with its stride."
        )
    return inputs[0]


def _joined_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    if len({shape[1:] for shape in inputs}) != 1:
        sizes = " and ".join(sorted({_times(shape) for shape in inputs}))
        raise ShapeError(
            f"{layer.name}: cannot put {sizes} behind each other; only the channels may differ: "
            "pad, pool or upsample until height and width agree."
        )
    return sum(shape[0] for shape in inputs), *inputs[0][1:]


def _slice_shape(layer: Layer, inputs: Sequence[Shape]) -> Shape:
    channels, *sizes = _only(layer, inputs)
    if layer.offset < 0 or layer.channels < 1 or layer.offset + layer.channels > channels:
        raise ShapeError(
            f"{layer.name}: channels {layer.offset} to {layer.offset + layer.channels - 1} are "
            f"not all there; its input has {channels}, from 0 to {channels - 1}."
        )
    return layer.channels, *sizes


def _times(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


_SHAPE_RULES: Mapping[Kind, Callable[[Layer, Sequence[Shape]], Shape]] = {
    "conv": _windowed_shape,
    "max_pool": _windowed_shape,
    "avg_pool": _windowed_shape,
    "linear": _linear_shape,
    "adaptive_avg_pool": _adaptive_shape,
    "upsample": _upsample_shape,
    "flatten": _flat_shape,
    "add": _sum_shape,
    "concat": _joined_shape,
    "slice": _slice_shape,
}
