"""The table of a network: one line a layer, as far as the layers fit, with its totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

from viz_app.core.errors import ShapeError
from viz_app.core.layers import INPUT, POINTWISE, WINDOWED, Layer, Network, Row, Shape, rows
from viz_app.core.receptive import ReceptiveField, receptive_fields
from viz_app.core.traced import Traced
from viz_app.labs.networks.scene import COLUMNS, Column

HEADINGS: dict[Column, str] = {
    "name": "Layer",
    "kind": "Kind",
    "kernel": "f",
    "stride": "s",
    "padding": "p",
    "shape": "Output",
    "size": "Size",
    "parameters": "Parameters",
    "macs": "MACs",
    "field": "Field",
    "jump": "Jump",
}
TIPS: dict[Column, str] = {
    "name": "The layer's name in the table.",
    "kind": "What the layer does.",
    "kernel": "Cells of the window on a side.",
    "stride": "Cells from one window to the next.",
    "padding": "Cells added around the input.",
    "shape": "Height × width × channels of what comes out.",
    "size": "Activation size: how many numbers come out.",
    "parameters": "Numbers that are learned here.",
    "macs": "Multiply-accumulates for one input.",
    "field": "Receptive field: cells of the input, on a side, that one unit sees.",
    "jump": "Cells of the input between two neighbouring units: the strides multiplied.",
}
KINDS = {
    "conv": "convolution",
    "linear": "fully connected",
    "batch_norm": "batch norm",
    "relu": "ReLU",
    "relu6": "ReLU6",
    "leaky_relu": "leaky ReLU",
    "prelu": "PReLU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "softmax": "softmax",
    "dropout": "dropout",
    "max_pool": "max pooling",
    "avg_pool": "average pooling",
    "adaptive_avg_pool": "global average",
    "upsample": "upsampling",
    "flatten": "flatten",
    "add": "sum",
    "concat": "concatenation",
    "slice": "slice",
    "module": "module",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A layer in the table; ``row`` is None where it does not fit, or stands below one."""

    layer: Layer | None
    row: Row | None
    fields: tuple[ReceptiveField, ...]
    cells: tuple[str, ...]

    @property
    def is_minor(self) -> bool:
        """Whether it changes no shape and learns nothing."""
        if self.layer is None or self.row is None:
            return False
        return self.layer.kind in POINTWISE and not self.row.parameters

    @property
    def name(self) -> str:
        """The layer's name; the input's line has none."""
        return self.layer.name if self.layer else INPUT


@dataclass(frozen=True, slots=True)
class Table:
    """All lines, the totals of those that fit, and what does not fit."""

    network: Network
    lines: tuple[Line, ...]
    failed: str
    sentence: str
    parameters: int
    macs: int
    activations: int
    own: Traced | None = None

    def line(self, name: str) -> int:
        """Where a layer stands; the input's line is 0."""
        return next((i for i, line in enumerate(self.lines) if line.name == name), 0)


@lru_cache(maxsize=8)
def tabulate(network: Network) -> Table:
    """Go down the layers until one does not fit; the lines below it have no numbers."""
    found: list[Row] = []
    sentence = failed = ""
    try:
        for row in rows(network):
            found.append(row)  # noqa: PERF402 - what came before the error is kept
    except ShapeError as error:
        sentence, failed = str(error), network.layers[len(found)].name
    fitting = replace(network, layers=network.layers[: len(found)], outputs=())
    fields = receptive_fields(fitting, found)
    lines = [_input_line(network.input_shape)]
    lines += [_line(row.layer, row, fields[row.layer.name]) for row in found]
    lines += [_line(layer, None, ()) for layer in network.layers[len(found) :]]
    return Table(
        network,
        tuple(lines),
        failed,
        sentence,
        sum(row.parameters for row in found),
        sum(row.macs for row in found),
        prod(network.input_shape) + sum(row.size for row in found),
    )


@lru_cache(maxsize=8)
def tabulate_own(network: Network, own: Traced) -> Table:
    """The table of a network that was seen running; receptive fields are not known from that."""
    found = own.rows()
    lines = [_input_line(own.input_shape)]
    for row, traced in zip(found, own.layers, strict=True):
        line = _line(row.layer, row, ())
        words = kind_text(row.layer) if row.layer.kind != "module" else traced.module
        lines.append(replace(line, cells=(line.cells[0], words, *line.cells[2:])))
    return Table(
        network,
        tuple(lines),
        "",
        "",
        own.parameters,
        sum(row.macs for row in found),
        prod(own.input_shape) + sum(row.size for row in found),
        own,
    )


def arranged(
    table: Table, sorted_by: Column | None, is_falling: bool, words: str, is_brief: bool, keep: str
) -> tuple[int, ...]:
    """The lines to show, in their order: the input first, the line ``keep`` among them.

    ``words`` are looked for in names and kinds; the numbers of a sorted column are compared as
    numbers, and lines without one stand last.
    """
    wanted = words.lower().split()
    rest = []
    for i, line in enumerate(table.lines[1:], 1):
        text = " ".join(line.cells[:2]).lower()
        is_hidden = (is_brief and line.is_minor) or not all(word in text for word in wanted)
        if not is_hidden or line.name == keep:
            rest.append(i)
    if sorted_by is not None:
        numbers = {i: _number(table.lines[i], sorted_by) for i in rest}
        sign = -1 if is_falling else 1
        if any(isinstance(number, str) for number in numbers.values()):
            rest.sort(key=lambda i: str(numbers[i]), reverse=is_falling)
        else:
            rest.sort(key=lambda i: (numbers[i] is None, sign * float(numbers[i] or 0)))
    return (0, *rest)


def _number(line: Line, column: Column) -> float | str | None:
    """What a cell is sorted by: its number, its words, or nothing."""
    cell = line.cells[COLUMNS.index(column)]
    if column in ("name", "kind"):
        return cell
    if column == "shape":
        return float(line.row.size) if line.row is not None else None
    if column in ("field", "jump"):
        return (
            float(getattr(line.fields[0], "size" if column == "field" else "jump"))
            if (line.fields)
            else None
        )
    first = cell.replace(",", "").split("×")[0].split("+")[0]
    return float(first) if first.isdigit() else None


def shape_text(shape: Shape) -> str:
    """Height × width × channels, as the course writes shapes."""
    return "×".join(map(str, (*shape[1:], shape[0])))


def as_text(table: Table, form: str) -> str:
    """The table as ``markdown``, ``csv`` or ``latex``, with its totals."""
    heads = [HEADINGS[column] for column in COLUMNS]
    body = [list(line.cells) for line in table.lines]
    total = ["Total", *("",) * 5, f"{table.activations:,}", f"{table.parameters:,}",
             f"{table.macs:,}", "", ""]  # fmt: skip
    grid = [heads, *body, total]
    if form == "csv":
        return "".join(",".join(_quoted(cell) for cell in cells) + "\n" for cells in grid)
    if form == "latex":
        lines = [" & ".join(_tex(cell) for cell in cells) + r" \\" for cells in grid]
        inside = "\n".join([lines[0], r"\hline", *lines[1:-1], r"\hline", lines[-1]])
        return f"\\begin{{tabular}}{{lllllrrrrrr}}\n{inside}\n\\end{{tabular}}\n"
    rule = "| --- | --- | --- | --- | --- |" + " ---: |" * 6
    lines = ["| " + " | ".join(cells) + " |" for cells in grid]
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"


def _input_line(shape: Shape) -> Line:
    cells = ("input", "", "", "", "", shape_text(shape), f"{prod(shape):,}", "0", "0", "1", "1")
    return Line(None, None, (), cells)


def _line(layer: Layer, row: Row | None, fields: tuple[ReceptiveField, ...]) -> Line:
    is_windowed = layer.kind in WINDOWED
    head = (
        layer.name,
        kind_text(layer),
        per_axis_text(layer.kernel) if is_windowed else "",
        per_axis_text(layer.stride) if is_windowed or layer.kind == "upsample" else "",
        padding_text(layer) if is_windowed else "",
    )
    if row is None:
        return Line(layer, None, (), (*head, *("–",) * 6))
    counts = tuple(f"{n:,}" for n in (row.size, row.parameters, row.macs))
    places = (field_text(fields), jump_text(fields))
    return Line(layer, row, fields, (*head, shape_text(row.shape), *counts, *places))


def kind_text(layer: Layer) -> str:
    """The kind in words; a depthwise or grouped convolution says so."""
    words = KINDS.get(layer.kind, layer.kind)
    return f"{words}, {layer.groups} groups" if layer.groups > 1 else words


def per_axis_text(value: int | tuple[int, ...]) -> str:
    """One number, or one an axis."""
    return str(value) if isinstance(value, int) else "×".join(map(str, value))


def padding_text(layer: Layer) -> str:
    """One number, the word same, or what is added before and after."""
    if isinstance(layer.padding, int | str):
        return str(layer.padding)
    return " ".join(f"{a}+{b}" for a, b in layer.padding)


def field_text(fields: Sequence[ReceptiveField]) -> str:
    """The receptive field on a side, or on each where they differ."""
    if not fields:
        return "–"
    sizes = [field.size for field in fields]
    return str(sizes[0]) if len(set(sizes)) == 1 else "×".join(map(str, sizes))


def jump_text(fields: Sequence[ReceptiveField]) -> str:
    """The effective stride; every unit that sees all of the input has none."""
    if not fields:
        return "–"
    jumps = [str(field.jump) if field.jump else "all" for field in fields]
    return jumps[0] if len(set(jumps)) == 1 else "×".join(jumps)


def _quoted(cell: str) -> str:
    plain = cell.replace(",", "") if cell.replace(",", "").isdigit() else cell
    return f'"{plain}"' if "," in plain or '"' in plain else plain


def _tex(cell: str) -> str:
    cell = cell.replace("_", r"\_").replace("–", "--")
    return cell.replace("×", r"$\times$")
