"""The cards' formulas and counts, with the layer's numbers in them."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.core.convolution.cost import Cost, cost, linear
from viz_app.core.convolution.geometry import Axis, axis_names, unused
from viz_app.core.convolution.operation import Operation, size_formula
from viz_app.core.errors import ShapeError
from viz_app.core.records import Picture
from viz_app.labs.convolution.layer import Layer
from viz_app.labs.convolution.numbers import times

NEURONS = 1000  # of the fully connected layer that the course sets beside a photo


@dataclass(frozen=True, slots=True)
class SizeCard:
    """The general formula and, for each axis, the one with numbers; LaTeX, with words."""

    general: str
    lines: tuple[tuple[str, str], ...]
    note: str
    unused: str = ""  # why cells of the input are not read


@dataclass(frozen=True, slots=True)
class CostCard:
    """Counts in words; rich text."""

    lines: tuple[str, ...]
    tip: str


def size_card(layer: Layer) -> SizeCard:
    """The output size: once if all axes are alike."""
    op, axes = layer.op, layer.axes
    if op.is_global:
        return SizeCard(r"n \to 1", ((r"\color{output}{1}", "The whole input is one window"),), "")
    seen: dict[str, str] = {}
    names = axis_names(len(axes))
    are_alike = len({(a.n, a.f, a.stride, a.dilation, a.low, a.high) for a in axes}) == 1
    for i, (name, axis) in enumerate(zip(names, axes, strict=True)):
        latex = _transposed(op, i, axis) if op.kind == "transposed" else _window(axis)
        prefix = "" if are_alike else rf"\text{{{name[0]}: }}"
        seen.setdefault(prefix + latex, f"{name}: {size_formula(op, axis)}")
    return SizeCard(_general(op, axes), tuple(seen.items()), _note(layer), _unused(layer))


def _general(op: Operation, axes: tuple[Axis, ...]) -> str:
    d = any(axis.dilation > 1 for axis in axes)
    span = "d(f-1)-1" if d else "f"
    if op.kind == "transposed":
        crops = [_crops(op, i, axis) for i, axis in enumerate(axes)]
        pad = "2p" if all(low == high for low, high, _ in crops) else "p_1 - p_2"
        extra = r" + p_{\text{out}}" if any(op.output_padding) else ""
        return rf"(n-1)s + {'d(f-1) + 1' if d else 'f'} - {pad}{extra}"
    is_even = all(axis.low == axis.high for axis in axes)
    pad = "2p" if is_even else "p_1+p_2"
    return rf"\left\lfloor \frac{{n + {pad} - {span}}}{{s}} \right\rfloor + 1"


def _window(axis: Axis) -> str:
    pad = rf"2 \cdot {axis.low}" if axis.low == axis.high else f"{axis.low} + {axis.high}"
    f = rf"\color{{kernel}}{{{axis.f}}}"
    if axis.dilation > 1:
        f = rf"{axis.dilation} \cdot ({f} - 1) - 1"
    return (
        rf"\left\lfloor \frac{{\color{{input}}{{{axis.n}}} + {pad} - {f}}}{{{axis.stride}}} "
        rf"\right\rfloor + 1 = \color{{output}}{{{axis.out}}}"
    )


def _crops(op: Operation, i: int, axis: Axis) -> tuple[int, int, int]:
    """What the user calls padding, low and high, and output padding; the axis holds the rest."""
    extra = op.output_padding[i % len(op.output_padding)]
    return axis.reach - 1 - axis.low, axis.reach - 1 - axis.high + extra, extra


def _transposed(op: Operation, i: int, axis: Axis) -> str:
    low, high, extra = _crops(op, i, axis)
    f = rf"\color{{kernel}}{{{axis.f}}}"
    if axis.dilation > 1:
        f = rf"{axis.dilation}({f} - 1) + 1"
    ends = f"- {low} - {high}" if high >= 0 else f"- {low} + {-high}"
    ends += f" + {extra}" if extra else ""
    return (
        rf"(\color{{input}}{{{axis.n}}} - 1) \cdot {axis.stretch} + {f} {ends} "
        rf"= \color{{output}}{{{axis.out}}}"
    )


def _note(layer: Layer) -> str:
    """“Same” padding with its numbers."""
    parts = []
    op, axis = layer.op, layer.axes[-1]
    if op.padding == "same" and op.kind != "transposed" and axis.stride == 1:
        reach = axis.reach
        if axis.low == axis.high:
            parts.append(f"Same: p = (f − 1)/2 = {axis.low}." if axis.dilation == 1
                         else f"Same: p = d(f − 1)/2 = {axis.low}.")  # fmt: skip
        else:
            parts.append(
                f"Same with an even kernel: {reach - 1} cells in all, {axis.low} before and "
                f"{axis.high} after."
            )
    return " ".join(parts)


def _unused(layer: Layer) -> str:
    """What floor(), stride or dilation leave unused, for each axis."""
    return " ".join(filter(None, (unused(axis).reason for axis in layer.axes)))


def cost_of(layer: Layer) -> Cost:
    """Count the layer."""
    filters = len(layer.a)
    has_bias = layer.bias is not None
    return cost(layer.op, layer.x.shape[1:], len(layer.x), filters, bias=has_bias)


def cost_card(layer: Layer, picture: Picture | None) -> CostCard:
    """Parameters and multiplications beside the fully connected layer."""
    c = cost_of(layer)
    if layer.op.is_pool:
        first = "Parameters <b>0</b>: pooling learns nothing"
        second = f"{'Comparisons' if layer.op.is_maximum else 'Additions'} <b>{c.additions:,}</b>"
    else:
        biases = c.biases or len(layer.a)
        first = f"Parameters <b>{c.weights:,}</b> + bias <b>{biases:,}</b>"
        second = f"Multiplications <b>{c.multiplications:,}</b>"
    lines = [first, second, f"Fully connected would need <b>{c.dense_weights:,}</b> weights"]
    if chain := chain_of(layer):
        lines.append(chain)
    tip = (
        "Counted for this input: weights are f·f·channels for each filter, and each is multiplied "
        "once for every output cell; zeros of the padding count, as in the course."
    )
    if picture is not None:
        weights, _ = linear(picture.width * picture.height * 3, NEURONS)
        tip += (
            f"\nThe whole photo, {times((picture.width, picture.height, 3))}, into {NEURONS:,} "
            f"neurons would need {weights:,} weights; 1000 × 1000 × 3 needs 3,000,000,000."
        )
    return CostCard(tuple(lines), tip)


def chain_of(layer: Layer) -> str:
    """The shapes through this layer and one more like it with twice the filters; 1-D and 3-D."""
    op, filters = layer.op, len(layer.a)
    if op.kind not in ("correlate", "convolve") or len(layer.axes) == 2 or filters == 1:
        return ""
    shapes = [_shape(layer.x.shape[1:], len(layer.x)), _shape(layer.out, filters)]
    try:
        following = tuple(axis.out for axis in op.axes(layer.out))
    except ShapeError:
        return " → ".join(shapes)
    return " → ".join([*shapes, _shape(following, 2 * filters)])


def _shape(spatial: tuple[int, ...], channels: int) -> str:
    return times((*spatial, channels)) if channels > 1 else times(spatial)
