"""What is pointed at: the cells that it marks in the figure, and the story in words and numbers."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from viz_app.core.convolution.explain import (
    Explanation,
    InputUses,
    KernelUses,
    explain_output,
    uses_of_input,
    uses_of_kernel,
)
from viz_app.core.convolution.geometry import NO_SOURCE
from viz_app.core.convolution.operation import Operation
from viz_app.labs.convolution.layer import Layer
from viz_app.labs.convolution.numbers import Number, text_of

Index = tuple[int, ...]
LookName = Literal["window", "current", "winner", "use", "wrong"]
Run = tuple[str, str]  # text, colour token
MOST_LINES = 60
MOST_IN_LINE = 6


@dataclass(frozen=True, slots=True)
class Target:
    """A cell of the figure: ``index`` is (channel, *place), (filter, channel, *cell) of the
    kernel, or (filter, *cell) of the output.
    """

    block: str
    index: Index


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell to be drawn in another way, with a small note in its corner."""

    block: str
    index: Index
    look: LookName
    note: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What a card tells: lines of coloured runs, and the line that sums up."""

    title: str
    lines: tuple[tuple[Run, ...], ...]
    total: tuple[Run, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pointing:
    """Marks and story of one target."""

    target: Target
    marks: tuple[Mark, ...]
    story: Story


def point(layer: Layer, target: Target, *, scatters: bool = False) -> Pointing:
    """Explain a target. Raises ShapeError if there is no such cell."""
    if target.block == "input":
        return _of_input(layer, target, scatters)
    if target.block == "kernel":
        return _of_kernel(layer, target)
    return _of_output(layer, target, scatters)


def _of_output(layer: Layer, target: Target, scatters: bool) -> Pointing:
    e = explain_output(layer.op, layer.x, layer.weights, layer.bias, target.index)
    marks = [Mark("output", e.index, "current")]
    has_kernel = layer.weights is not None
    for position, channel in enumerate(e.channels):
        for cell in np.ndindex(*e.is_ghost.shape):
            source = tuple(e.sources[cell].tolist())
            if scatters and NO_SOURCE in source:
                continue
            place = source if scatters else tuple(e.places[cell].tolist())
            note = f"×{text_of(e.weights[(position, *cell)], 3)}" if has_kernel else ""
            look: LookName = "winner" if cell == e.winner else "window"
            marks.append(Mark("input", (channel, *place), look, note))
    return Pointing(target, tuple(marks), _story_of_output(layer, e))


def _of_input(layer: Layer, target: Target, scatters: bool) -> Pointing:
    channel, *place = target.index
    source = _source(layer, place, scatters)
    if source is None:
        story = Story(
            f"Padding at {_at(place)}",
            ((("No cell of the input: ", "text"), ("0", "muted")),),
            (("0", "muted"),),
            "A zero that padding or stretching put here.",
        )
        return Pointing(target, (Mark("input", target.index, "current"),), story)
    uses = uses_of_input(layer.op, layer.x, layer.weights, (channel, *source))
    marks = [Mark("input", target.index, "current")]
    has_kernel = layer.weights is not None
    for output, weights in zip(uses.outputs, uses.weights.T, strict=True):
        for f, weight in zip(uses.filters, weights, strict=True):
            note = f"×{text_of(weight, 3)}" if has_kernel else ""
            marks.append(Mark("output", (f, *output.tolist()), "use", note))
    if has_kernel:
        first, width = uses.filters.start, _width(layer)
        marks += [
            Mark("kernel", (f, channel % width, *cell), "use")
            for f in range(first, uses.filters.stop)
            for cell in {tuple(k) for k in uses.kernel_cells.tolist()}
        ]
    return Pointing(target, tuple(marks), _story_of_input(layer, uses, source != tuple(place)))


def _of_kernel(layer: Layer, target: Target) -> Pointing:
    assert layer.weights is not None
    uses = uses_of_kernel(layer.op, layer.x, layer.weights, target.index)
    marks = [Mark("kernel", target.index, "current")]
    f = target.index[0]
    for output in np.ndindex(*uses.is_ghost.shape):
        place = tuple(uses.places[output].tolist())
        marks.append(Mark("input", (uses.channel, *place), "use"))
        marks.append(Mark("output", (f, *output), "use", text_of(uses.products[output], 3)))
    return Pointing(target, tuple(marks), _story_of_kernel(uses))


def _story_of_output(layer: Layer, e: Explanation) -> Story:
    story = story_of_sum(
        layer.op, e, has_kernel=layer.weights is not None, has_bias=layer.bias is not None
    )
    return replace(story, title=_output_title(layer, e))


def story_of_sum(op: Operation, e: Explanation, *, has_kernel: bool, has_bias: bool) -> Story:
    """The products of a window row by row, and what is made of them."""
    lines: list[tuple[Run, ...]] = []
    for position, channel in enumerate(e.channels):
        if len(e.channels) > 1:
            lines.append(((f"channel {channel + 1}", "muted"),))
        rows = _rows(e.values[position], e.weights[position], e.is_ghost)
        for number, row in enumerate(rows):
            is_last = position == len(e.channels) - 1 and number == len(rows) - 1
            lines += _terms(row, has_kernel, op.is_maximum, is_last)
        if len(e.channels) > 1:
            lines.append((("= ", "muted"), (text_of(e.channel_sums[position]), "text")))
        if len(lines) > MOST_LINES:
            lines = [*lines[:MOST_LINES], (("…", "muted"),)]
            break
    return Story("", tuple(lines), _total_of(op, e, has_bias), _exactness(e))


def _total_of(op: Operation, e: Explanation, has_bias: bool) -> tuple[Run, ...]:
    total: list[Run] = []
    if op.is_maximum:
        total += [("max = ", "muted")]
    elif op.is_pool:
        total += [(f"{text_of(e.total)} / {e.divisor} = ", "muted")]
    else:
        total += [("= ", "muted")]
        if has_bias:
            total += [(f"{text_of(e.total)} + ", "muted"), (text_of(e.bias), "kernel")]
            total += [(" = ", "muted")]
    total.append((text_of(e.z, 6), "output"))
    if op.relu:
        total += [("   max(z, 0) = ", "muted"), (text_of(e.a, 6), "output")]
    return tuple(total)


def _story_of_input(layer: Layer, uses: InputUses, is_ghost: bool) -> Story:
    name = "Padding repeats input" if is_ghost else "Input cell"
    count = uses.output_count
    lines: list[tuple[Run, ...]] = []
    for position, output in enumerate(uses.outputs.tolist()):
        for f, weight, product in zip(
            uses.filters, uses.weights[:, position], uses.products[:, position], strict=True
        ):
            run: list[Run] = [(text_of(uses.value), "input")]
            if layer.weights is not None:
                run += [("·", "muted"), (text_of(weight), "kernel")]
                run += [(" = ", "muted"), (text_of(product), "text")]
            filter_words = f"filter {f + 1}, " if len(uses.filters) > 1 else ""
            run += [("  → ", "muted"), (f"{filter_words}{_at(output)}", "output")]
            lines.append(tuple(run))
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], (("…", "muted"),)]
    outputs = "output uses it" if count == 1 else "outputs use it"
    note = "" if count else "No window reads this cell."
    return Story(
        f"{name} {_at(uses.index[1:])}",
        tuple(lines),
        ((f"{count:,}", "output"), (f" {outputs}", "muted")),
        note,
    )


def _story_of_kernel(uses: KernelUses) -> Story:
    lines: list[tuple[Run, ...]] = [
        (
            (text_of(uses.values[output]), "input"),
            ("·", "muted"),
            (text_of(uses.weight), "kernel"),
            (" = ", "muted"),
            (text_of(uses.products[output]), "text"),
            ("  → ", "muted"),
            (_at(output), "output"),
        )
        for output in itertools.islice(np.ndindex(*uses.is_ghost.shape), MOST_LINES)
    ]
    count = uses.is_ghost.size
    if count > MOST_LINES:
        lines.append((("…", "muted"),))
    return Story(
        f"Kernel cell {_at(uses.index[2:])}",
        tuple(lines),
        ((f"{count:,}", "output"), (" products, one for each output", "muted")),
    )


def _rows(values: np.ndarray, weights: np.ndarray, ghost: np.ndarray) -> list[list[Term]]:
    """The window's terms in its rows."""
    width = values.shape[-1]
    parts = (values.reshape(-1, width), weights.reshape(-1, width), ghost.reshape(-1, width))
    return [
        [(v.item(), w.item(), bool(g)) for v, w, g in zip(*row, strict=True)]
        for row in zip(*parts, strict=True)
    ]


Term = tuple[Number, Number, bool]


def _terms(
    row: list[Term], has_kernel: bool, is_maximum: bool, is_last: bool
) -> list[tuple[Run, ...]]:
    """A row of products, broken where it is too long for a line."""
    between = ", " if is_maximum else " + "
    lines = []
    for start in range(0, len(row), MOST_IN_LINE):
        runs: list[Run] = []
        part = row[start : start + MOST_IN_LINE]
        for i, (value, weight, is_ghost) in enumerate(part):
            runs.append((text_of(value), "muted" if is_ghost else "input"))
            if has_kernel:
                runs += [("·", "muted"), (text_of(weight), "kernel")]
            is_end = is_last and start + i == len(row) - 1
            if not is_end:
                runs.append((between if i < len(part) - 1 else between.rstrip(), "muted"))
        lines.append(tuple(runs))
    return lines


def _output_title(layer: Layer, e: Explanation) -> str:
    where = _at(e.index[1:])
    return f"Output cell {where}" + (f", filter {e.index[0] + 1}" if len(layer.a) > 1 else "")


def _exactness(e: Explanation) -> str:
    if not e.rounding:
        return ""
    return f"In decimals; another order of the sum may differ by {e.rounding:.1e}."


def _source(layer: Layer, place: list[int], scatters: bool) -> Index | None:
    """The input cell that stands at a place, or None."""
    if scatters:
        return tuple(place)
    found = []
    for axis, line, p in zip(layer.axes, layer.lines, place, strict=True):
        if not 0 <= p + axis.low < len(line) or line[p + axis.low] == NO_SOURCE:
            return None
        found.append(int(line[p + axis.low]))
    return tuple(found)


def _width(layer: Layer) -> int:
    assert layer.weights is not None
    return int(layer.weights.shape[1])


def _at(index: tuple[int, ...] | list[int]) -> str:
    return "(" + ", ".join(text_of(i) for i in index) + ")"
