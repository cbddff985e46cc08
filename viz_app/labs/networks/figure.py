"""Where the blocks of a network's drawing stand: height and width to scale, branches beside.

The unit is a pixel of the drawing at its natural size. Activations, norms and dropouts change no
shape and are drawn within the block they follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import log2

from viz_app.core.layers import INPUT, POINTWISE, Shape
from viz_app.labs.networks.table import Table, shape_text

TALLEST, WIDEST = 190.0, 64.0
LOWEST, NARROWEST = 5.0, 3.0
VECTOR_WIDTH = 8.0
GAP, LANE_GAP, VECTOR_GAP = 16.0, 34.0, 18.0
FEW_COLUMNS, MANY_COLUMNS = 20, 40  # fewer are drawn wider, more are drawn narrower
FEW_LANES, FAN = 5, 460.0  # more blocks in a column overlap like cards, so tall in all
DEPTH_SHARE = 0.22  # how far the side face of a block goes back, of its height


@dataclass(frozen=True, slots=True)
class Block:
    """A layer's output: its front face, how far it goes back, and what colour it has."""

    name: str
    label: str
    kind: str
    x: float
    y: float
    width: float
    height: float
    depth: float


@dataclass(frozen=True, slots=True)
class Link:
    """From one block to another; ``leap`` counts the columns between, for skips."""

    source: str
    target: str
    leap: int
    is_skip: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """All blocks and links, the layers drawn within each block, and the whole size."""

    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    home: dict[str, str]
    width: float
    top: float
    bottom: float


@lru_cache(maxsize=8)
def draw(table: Table) -> Figure:
    """Place the blocks of a table, as far as its layers fit."""
    nodes, sources, home = _collapse(table)
    columns: dict[str, int] = {}
    for name in nodes:
        columns[name] = 1 + max((columns[s] for s in sources[name]), default=-1)
    main = _main_path(nodes, sources, columns)
    count = 1 + max(columns.values())
    spread = min(1.0, MANY_COLUMNS / count) * max(1.0, min(4.0, FEW_COLUMNS / count))
    sized = _sizes(nodes, WIDEST * min(spread, 1.5))
    gap = GAP * max(spread, 0.4)
    by_column: dict[int, list[str]] = {}
    for name in nodes:
        by_column.setdefault(columns[name], []).append(name)
    blocks: list[Block] = []
    x = 0.0
    for column in sorted(by_column):
        names = by_column[column]
        blocks += _stack(names, x, nodes, sized, main)
        x += max(sized[n][0] + sized[n][2] for n in names) + gap
        if spread >= 1 and all(len(nodes[n][1]) == 1 for n in names):
            x += VECTOR_GAP  # a number of five digits stands under a thin block
    links = tuple(
        Link(s, name, columns[name] - columns[s], s in main and name in main)
        for name in nodes
        for s in sources[name]
    )
    order = {name: i for i, name in enumerate(nodes)}
    blocks.sort(key=lambda block: order[block.name])
    skips = [link.leap for link in links if link.is_skip and link.leap > 1]
    arc = 26.0 if skips else 0.0
    top = min(b.y - b.depth for b in blocks) - arc
    return Figure(tuple(blocks), links, home, x - gap, top, max(b.y + b.height for b in blocks))


def _collapse(
    table: Table,
) -> tuple[dict[str, tuple[str, Shape]], dict[str, list[str]], dict[str, str]]:
    """Kind and shape of each block, what each reads, and in which block each layer is drawn."""
    nodes: dict[str, tuple[str, Shape]] = {INPUT: ("input", table.network.input_shape)}
    sources: dict[str, list[str]] = {INPUT: []}
    home = {INPUT: INPUT}
    for line in table.lines[1:]:
        if line.row is None:
            continue
        layer, row = line.row.layer, line.row
        read = list(dict.fromkeys(home[s] for s in row.sources))
        if layer.kind in POINTWISE:
            home[layer.name] = read[0]
        else:
            home[layer.name] = layer.name
            nodes[layer.name] = (layer.kind, row.shape)
            sources[layer.name] = read
    return nodes, sources, home


def _main_path(
    nodes: dict[str, tuple[str, Shape]], sources: dict[str, list[str]], columns: dict[str, int]
) -> set[str]:
    """The longest way to the last column."""
    name = max(nodes, key=lambda n: columns[n])
    path = {name}
    while sources[name]:
        name = max(sources[name], key=lambda n: columns[n])
        path.add(name)
    return path


def _sizes(
    nodes: dict[str, tuple[str, Shape]], widest: float
) -> dict[str, tuple[float, float, float]]:
    """Width, height and depth of each block: ∝ channels, ∝ height, a share of the height."""
    maps = [shape for _kind, shape in nodes.values() if len(shape) > 1]
    tall = max((max(shape[1:]) for shape in maps), default=1)
    wide = max((shape[0] for shape in maps), default=1)
    sizes = {}
    for name, (_kind, shape) in nodes.items():
        if len(shape) == 1:
            sizes[name] = (VECTOR_WIDTH, 14 + 9 * log2(shape[0]), 0.0)
            continue
        height = max(TALLEST * shape[1] / tall, LOWEST)
        width = max(widest * shape[0] / wide, NARROWEST)
        depth = DEPTH_SHARE * TALLEST * shape[2] / tall if len(shape) > 2 else 0.0
        sizes[name] = (width, height, depth)
    return sizes


def _stack(
    names: list[str], x: float, nodes: dict[str, tuple[str, Shape]],
    sized: dict[str, tuple[float, float, float]], main: set[str],
) -> list[Block]:  # fmt: skip
    """One column: the main path in the middle, what stands before it above, the rest below."""
    middle = next((i for i, name in enumerate(names) if name in main), 0)
    tops = [0.0] * len(names)
    tops[middle] = -sized[names[middle]][1] / 2
    if len(names) > FEW_LANES:
        step = FAN / (len(names) - 1)
        tops = [i * step - FAN / 2 - sized[name][1] / 2 for i, name in enumerate(names)]
        return _blocks(names, x, tops, nodes, sized)
    for i in range(middle - 1, -1, -1):
        above = tops[i + 1] - sized[names[i + 1]][2]
        tops[i] = above - LANE_GAP - sized[names[i]][1]
    for i in range(middle + 1, len(names)):
        below = tops[i - 1] + sized[names[i - 1]][1]
        tops[i] = below + LANE_GAP + sized[names[i]][2]
    return _blocks(names, x, tops, nodes, sized)


def _blocks(
    names: list[str], x: float, tops: list[float], nodes: dict[str, tuple[str, Shape]],
    sized: dict[str, tuple[float, float, float]],
) -> list[Block]:  # fmt: skip
    return [
        Block(name, shape_text(nodes[name][1]), nodes[name][0], x, top, *sized[name])
        for name, top in zip(names, tops, strict=True)
    ]
