"""What a cell of the table means: a formula with the layer's own numbers in it, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from viz_app.core.errors import ShapeError
from viz_app.core.layers import (
    WINDOWED,
    Layer,
    Row,
    macs,
    output_shape,
    pads,
    parameters,
    per_axis,
    spans_of,
)
from viz_app.labs.networks.scene import Column
from viz_app.labs.networks.table import HEADINGS, TIPS, Line, Table, kind_text, shape_text

TITLES: dict[Column, str] = {
    "kernel": "Window f",
    "stride": "Stride s",
    "padding": "Padding p",
    "shape": "Output shape",
    "size": "Activation size",
    "macs": "Multiply-accumulates",
    "field": "Receptive field",
    "jump": "Jump, the effective stride",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Heading, formula in LaTeX with colour tokens, and the words beside it."""

    heading: str
    latex: str
    words: str


def explain(table: Table, name: str, column: Column) -> Explanation:
    """Explain one cell."""
    line = table.lines[table.line(name)]
    heading = f"{line.name} · {TITLES.get(column, HEADINGS[column])}"
    if line.layer is None:
        rest = table.own.rest if table.own is not None else 0
        shape = table.network.input_shape
        latex = " \\times ".join(_in(n) for n in (*shape[1:], shape[0])) + f" = {_in(prod(shape))}"
        words = "What goes in: height × width × channels."
        if len(table.lines) == 1:
            words += " Nothing stands on it yet: “Add layer” puts the first layer here."
        if rest:
            words += f" {rest:,} parameters are in parts that did not run."
        return Explanation(heading, latex, words)
    if line.row is None:
        is_here = line.name == table.failed
        words = table.sentence if is_here else f"{table.failed} above does not fit."
        return Explanation(heading, "", words)
    if table.own is not None and not _follows(line.row, column):
        return Explanation(heading, "", _seen(line, column))
    makers = {
        "shape": _shape, "size": _size, "parameters": _parameters, "macs": _macs,
    }  # fmt: skip
    if column in makers:
        latex, words = makers[column](line.row)
    elif column in ("field", "jump"):
        latex, words = _field(table, line, column)
    else:
        latex, words = _setting(line.row, column)
    return Explanation(heading, latex, words)


def _follows(row: Row, column: Column) -> bool:
    """Whether the number of a layer seen running is what the rules of layer tables make of it."""
    if column in ("field", "jump"):
        return False
    try:
        shape = output_shape(row.layer, row.input_shapes)
    except ShapeError:
        return False
    counts = parameters(row.layer, row.input_shapes), macs(row.layer, row.input_shapes, row.shape)
    return shape == row.shape and counts == (row.parameters, row.macs)


def _seen(line: Line, column: Column) -> str:
    """What is known of a cell of a network that was only seen running."""
    assert line.row is not None
    if column in ("field", "jump"):
        return "Not known from running it; the activations lab finds the field by its gradient."
    if column == "parameters":
        return "The trainable numbers of this part; what a part above shares is counted there."
    if column == "macs":
        return "Counted from the shapes for convolutions and full connections, 0 for all else."
    if column in ("name", "kind"):
        return f"{line.cells[1]}: {shape_text(line.row.input_shapes[0])} goes in."
    return f"Seen when it ran: {shape_text(line.row.shape)} came out."


def _in(value: object) -> str:
    return _coloured("input", value)


def _act(value: object) -> str:
    return _coloured("kernel", value)


def _out(value: object) -> str:
    return _coloured("output", value)


def _coloured(token: str, value: object) -> str:
    text = f"{value:,}".replace(",", "{,}") if isinstance(value, int) else str(value)
    return rf"{{\color{{{token}}}{{{text}}}}}"


def _shape(row: Row) -> tuple[str, str]:
    layer, shape = row.layer, row.input_shapes[0]
    out = shape_text(row.shape)
    if layer.kind in WINDOWED:
        return _windowed(row)
    if layer.kind == "linear":
        return f"n = {_out(layer.channels)}", f"{layer.channels:,} neurons, one number each."
    if layer.kind == "flatten":
        product = r" \times ".join(_in(n) for n in (*shape[1:], shape[0]))
        return f"{product} = {_out(prod(shape))}", "The maps are laid out in one row."
    if layer.kind == "concat":
        terms = " + ".join(_in(s[0]) for s in row.input_shapes[:8])
        more = r" + \ldots" if len(row.input_shapes) > 8 else ""
        return f"{terms}{more} = {_out(row.shape[0])}", "The channels stand behind each other."
    if layer.kind == "add":
        return "a + z", f"Number by number, so both have the shape {out}."
    if layer.kind == "adaptive_avg_pool":
        text = rf"{_in(shape[1])} \to {_out(layer.size)}"
        return text, f"Averages to {layer.size} on a side, whatever comes in."
    if layer.kind == "upsample":
        s = per_axis(layer, layer.stride, len(shape) - 1)[0]
        return rf"{_in(shape[1])} \cdot {_act(s)} = {_out(row.shape[1])}", "Each cell is repeated."
    if layer.kind == "slice":
        last = layer.offset + layer.channels - 1
        return f"n_C = {_out(layer.channels)}", f"Takes the channels {layer.offset} to {last}."
    return "", f"Works on each number by itself, so the shape stays {out}."


def _windowed(row: Row) -> tuple[str, str]:
    layer, sizes = row.layer, row.input_shapes[0][1:]
    before, after = pads(layer, sizes)[0]
    span, stride = spans_of(layer, len(sizes))[0], per_axis(layer, layer.stride, len(sizes))[0]
    taps, dilation = (per_axis(layer, v, len(sizes))[0] for v in (layer.kernel, layer.dilation))
    window = _act(span) if dilation == 1 else rf"({_act(dilation)} ({_act(taps)} - 1) + 1)"
    pad = f"2 \\cdot {_act(before)}" if before == after else f"{_act(before)} + {_act(after)}"
    left, right = ("lceil", "rceil") if layer.ceil_mode else ("lfloor", "rfloor")
    exact = sizes[0] + before + after - span
    is_over = layer.ceil_mode and -(-exact // stride) + 1 > row.shape[1]
    latex = (
        rf"\left\{left} \frac{{{_in(sizes[0])} + {pad} - {window}}}{{{_act(stride)}}} "
        rf"\right\{right} {'' if is_over else '+ 1 '}= {_out(row.shape[1])}"
    )
    words = ""
    if exact % stride:
        reach = "f" if dilation == 1 else "d(f − 1) − 1"
        words = f"(n + 2p − {reach}) / s + 1 = {exact / stride + 1:g}, "
        words += f"rounded {'up' if layer.ceil_mode else 'down'}. "
    if is_over:
        words += "The last window would begin in the padding behind: it is left out. "
    if layer.kind == "conv":
        return latex, words + _filters(row.shape[0])
    return latex, words + f"Pooling keeps the {row.shape[0]} channels."


def _filters(count: int) -> str:
    return f"{count} filters make {count} channels." if count > 1 else "One filter, one channel."


def _size(row: Row) -> tuple[str, str]:
    if len(row.shape) == 1:
        return f"n = {_out(row.size)}", "Numbers in a row."
    terms = r" \times ".join(_out(n) for n in (*row.shape[1:], row.shape[0]))
    return f"{terms} = {_out(row.size)}", f"{row.size * 4 / 1e6:.3g} MB as 32-bit floats."


def _parameters(row: Row) -> tuple[str, str]:
    layer, shape = row.layer, row.input_shapes[0]
    if layer.kind == "conv":
        kernel = per_axis(layer, layer.kernel, len(shape) - 1)
        taps = r" \times ".join([_act(f) for f in kernel] + [_in(shape[0] // layer.groups)])
        bias = " + 1" if layer.bias else ""
        latex = rf"({taps}{bias}) \times {_out(layer.channels)} = {_act(row.parameters)}"
        of = f" (each reads {shape[0] // layer.groups} of {shape[0]} channels)"
        grouped = of if layer.groups > 1 else ""
        bias_words = "and one bias a filter" if layer.bias else "no bias"
        return latex, f"The weights of one filter{grouped}, {bias_words}."
    if layer.kind == "linear":
        bias = " + 1" if layer.bias else ""
        latex = rf"({_in(shape[0])}{bias}) \times {_out(layer.channels)} = {_act(row.parameters)}"
        bias_words = "and a bias" if layer.bias else "no bias"
        return latex, f"Every neuron has a weight for every input, {bias_words}."
    if layer.kind == "batch_norm":
        return rf"2 \times {_in(shape[0])} = {_act(row.parameters)}", "Scale γ and shift β a map."
    if layer.kind == "prelu":
        return f"n_C = {_act(row.parameters)}", "A slope below zero for each channel."
    return "0", "Nothing is learned here."


def _macs(row: Row) -> tuple[str, str]:
    layer, shape = row.layer, row.input_shapes[0]
    if layer.kind == "conv":
        kernel = per_axis(layer, layer.kernel, len(shape) - 1)
        places = r" \times ".join(_out(n) for n in (*row.shape[1:], row.shape[0]))
        taps = r" \times ".join([_act(f) for f in kernel] + [_in(shape[0] // layer.groups)])
        latex = rf"{places} \times {taps} = {_act(row.macs)}"
        return latex, "Each number that comes out needs one multiplication for each weight."
    if layer.kind == "linear":
        latex = rf"{_in(shape[0])} \times {_out(layer.channels)} = {_act(row.macs)}"
        return latex, "Each weight is used once."
    return "0", "No multiplications are counted here: only convolutions and full connections."


def _field(table: Table, line: Line, column: Column) -> tuple[str, str]:
    row, field = line.row, line.fields[0]
    assert row is not None
    layer = row.layer
    source = table.lines[table.line(row.sources[0])]
    size, jump = (source.fields[0].size, source.fields[0].jump) if source.fields else (1, 1)
    if not field.jump:
        return f"r = {_out(field.size)}", "Every unit sees the whole input."
    if len(row.sources) > 1:
        return f"r = {_out(field.size)}", "What the branches see together."
    if layer.kind not in WINDOWED:
        value = field.size if column == "field" else field.jump
        return f"{_out(value)}", "As in the layer before: this layer looks at no neighbours."
    axes = len(row.input_shapes[0]) - 1
    span, stride = spans_of(layer, axes)[0], per_axis(layer, layer.stride, axes)[0]
    if column == "jump":
        latex = rf"{_in(jump)} \cdot {_act(stride)} = {_out(field.jump)}"
        return latex, "The jump before, times the stride."
    latex = rf"{_in(size)} + ({_act(span)} - 1) \cdot {_in(jump)} = {_out(field.size)}"
    return latex, "r + (f − 1) · jump: the window takes in f − 1 more units, a jump apart."


def _setting(row: Row, column: Column) -> tuple[str, str]:
    layer: Layer = row.layer
    if column == "name":
        return "", "Reads " + ", ".join(row.sources[:6]) + (" …" if row.sources[6:] else ".")
    if column == "kind":
        return "", f"{kind_text(layer).capitalize()}: {shape_text(row.shape)} comes out."
    if layer.kind not in WINDOWED:
        return "", "This kind of layer has none."
    if column == "padding" and layer.padding == "same":
        sides = ", ".join(f"{a} + {b}" for a, b in pads(layer, row.input_shapes[0][1:]))
        return "", f"As much as keeps n / s cells: {sides} here."
    if column == "padding" and layer.padding == 0:
        return "p = " + _act(0), "A valid convolution: no cells are added."
    symbols = {"kernel": "f", "stride": "s", "padding": "p"}
    value = getattr(layer, column)
    shown = value if isinstance(value, int) else str(value)
    return f"{symbols[column]} = {_act(shown)}", TIPS[column]
