"""Where the cells of a figure go: as large as fit, kernels never too small to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from viz_app.labs.convolution.figure import Block, Figure, Plane
from viz_app.labs.convolution.pointing import Target

LARGEST_PX, READABLE_PX, SMALLEST_PX = 68.0, 30.0, 1.5
TITLE_PX, CAPTION_PX, SIGN_PX, GAP_PX, MARGIN_PX = 24.0, 18.0, 54.0, 14.0, 16.0
MOST_COLUMNS = 4
LEAST_KERNEL_PX = (30.0, 22.0, 16.0, 0.0)
KERNEL_WEIGHT = 0.35
LAST_TITLE = 0.26  # of the width: the last title of a row has this at least


@dataclass(slots=True)
class Box:
    """A plane on the widget: ``x, y`` is the corner of its first cell, ``step`` cell to cell."""

    block: Block
    plane: Plane
    x: float
    y: float
    step: float
    title: str = ""
    room: float = 0.0  # for its title
    name_room: float = 0.0  # for the words over its plane

    @property
    def rows(self) -> int:
        return self.plane.values.shape[0]

    @property
    def columns(self) -> int:
        return self.plane.values.shape[1]

    @property
    def gap(self) -> float:
        """Space between cells."""
        return 3.0 if self.step >= 26 else 1.0 if self.step >= 7 else 0.0

    @property
    def rect(self) -> QRectF:
        """All its cells."""
        return QRectF(self.x, self.y, self.columns * self.step, self.rows * self.step)

    def cell(self, row: int, column: int) -> QRectF:
        """One cell."""
        side = self.step - self.gap
        return QRectF(self.x + column * self.step, self.y + row * self.step, side, side)


@dataclass(slots=True)
class Layout:
    """All boxes and signs of a figure."""

    boxes: list[Box] = field(default_factory=list)
    signs: list[tuple[QRectF, str]] = field(default_factory=list)

    def zoomed(self, zoom: float, pan: QPointF, size: tuple[float, float]) -> Layout:
        """The same, enlarged around the middle of the widget and moved."""
        if zoom == 1.0:
            return self
        mx, my = size[0] / 2, size[1] / 2

        def place(x: float, y: float) -> tuple[float, float]:
            return mx + (x - mx) * zoom + pan.x(), my + (y - my) * zoom + pan.y()

        boxes = [
            Box(
                b.block,
                b.plane,
                *place(b.x, b.y),
                b.step * zoom,
                b.title,
                b.room * zoom,
                b.name_room * zoom,
            )
            for b in self.boxes
        ]
        signs = [
            (QRectF(*place(r.x(), r.y()), r.width() * zoom, r.height() * zoom), s)
            for r, s in self.signs
        ]
        return Layout(boxes, signs)

    def hit(self, point: QPointF) -> tuple[Box, int, int] | None:
        """The cell under a point."""
        for box in self.boxes:
            if box.rect.contains(point):
                row = min(int((point.y() - box.y) / box.step), box.rows - 1)
                column = min(int((point.x() - box.x) / box.step), box.columns - 1)
                return box, row, column
        return None


def target_at(box: Box, row: int, column: int) -> Target:
    """What a cell of a box stands for."""
    return Target(box.block.key, tuple(int(i) for i in box.plane.cells[row, column]))


class Locator:
    """Finds the row and column of an index in a plane, whose cells run along two axes."""

    def __init__(self, box: Box) -> None:
        cells = box.plane.cells
        self.box = box
        self._origin = cells[0, 0]
        rows, columns = cells.shape[:2]
        self._down = cells[1, 0] - cells[0, 0] if rows > 1 else np.zeros_like(self._origin)
        self._across = cells[0, 1] - cells[0, 0] if columns > 1 else np.zeros_like(self._origin)
        self._row_axis = int(np.flatnonzero(self._down)[0]) if rows > 1 else -1
        self._column_axis = int(np.flatnonzero(self._across)[0]) if columns > 1 else -1
        self._plain = [int(i) for i in self._origin]
        self._signs = (
            int(self._down[self._row_axis]) if rows > 1 else 0,
            int(self._across[self._column_axis]) if columns > 1 else 0,
        )

    def find(self, index: Sequence[int]) -> tuple[int, int] | None:
        """Row and column, or None if the plane does not hold the cell."""
        if len(index) != len(self._plain):
            return None
        row = column = 0
        for axis, (wanted, start) in enumerate(zip(index, self._plain, strict=True)):
            if axis == self._row_axis:
                row = (wanted - start) * self._signs[0]
            elif axis == self._column_axis:
                column = (wanted - start) * self._signs[1]
            elif wanted != start:
                return None
        if 0 <= row < self.box.rows and 0 <= column < self.box.columns:
            return row, column
        return None


def lay_out(figure: Figure, width: float, height: float, scale: float) -> Layout:
    """Find the largest cells with which the figure fits, and place everything.

    A kernel's cells are kept readable beside a large input, as long as that leaves it room.
    """
    width, height = width - 2 * MARGIN_PX, height - 2 * MARGIN_PX
    best: tuple[float, list[_Row]] | None = None
    for least in LEAST_KERNEL_PX:
        step, rows = _largest(figure, width, height, scale, least * scale)
        score = step + KERNEL_WEIGHT * max(step, least * scale)
        if step > SMALLEST_PX and (best is None or score > best[0]):
            best = (score, rows)
        if step >= READABLE_PX * scale:
            break
    rows = best[1] if best else _arranged(figure, SMALLEST_PX, width, scale, 0.0)
    return _placed(rows, width, height, scale)


def _largest(
    figure: Figure, width: float, height: float, scale: float, least_kernel: float
) -> tuple[float, list[_Row]]:
    """The largest cell that fits, with the rows at that size."""
    low, high = SMALLEST_PX, LARGEST_PX * scale
    best: list[_Row] = []
    for _ in range(9):
        middle = (low + high) / 2
        rows = _arranged(figure, middle, width, scale, least_kernel)
        fits = sum(r.height for r in rows) + GAP_PX * 2 * (len(rows) - 1) <= height
        if fits and all(r.width <= width for r in rows):
            low, best = middle, rows
        else:
            high = middle
    return low, best


@dataclass(slots=True)
class _Part:
    """A block with its cell size and columns, or a sign."""

    block: Block | None
    sign: str
    width: float
    height: float
    step: float = 0.0
    columns: int = 1


@dataclass(slots=True)
class _Row:
    parts: list[_Part]
    width: float
    height: float


def _arranged(
    figure: Figure, step: float, width: float, scale: float, least_kernel: float
) -> list[_Row]:
    return [_row(parts, step, width, scale, least_kernel) for parts in figure.rows]


def _row(
    parts: Sequence[Block | str], step: float, width: float, scale: float, least_kernel: float
) -> _Row:
    """The blocks of a row at a cell size, in the columns that keep it lowest within the width."""
    made: list[_Part] = []
    for part in parts:
        if isinstance(part, str):
            made.append(_Part(None, part, SIGN_PX * scale * min(max(step / 30, 0.4), 1), 0))
        else:
            least = LAST_TITLE * width if part is parts[-1] else 0.0  # nothing is on its right
            made.append(_part(part, step, scale, 1, least_kernel, least))
    while True:
        total = sum(p.width for p in made)
        tall = [p for p in made if p.block and p.columns < min(len(p.block.planes), MOST_COLUMNS)]
        if not tall:
            break
        highest = max(tall, key=lambda p: p.height)
        assert highest.block is not None
        least = LAST_TITLE * width if highest.block is parts[-1] else 0.0
        wider = _part(highest.block, step, scale, highest.columns + 1, least_kernel, least)
        if total - highest.width + wider.width > width or wider.height >= highest.height:
            break
        if highest.height < max((p.height for p in made), default=0.0):
            break
        made[made.index(highest)] = wider
    return _Row(made, sum(p.width for p in made), max((p.height for p in made), default=0.0))


def _part(
    block: Block, step: float, scale: float, columns: int, least_kernel: float, least_title: float
) -> _Part:
    if block.token == "kernel":
        step = max(step, least_kernel)
    rows = -(-len(block.planes) // columns)
    w = max(p.values.shape[1] for p in block.planes) * step
    h = max(p.values.shape[0] for p in block.planes) * step
    caption = CAPTION_PX * scale if any(p.name for p in block.planes) else 0.0
    # Words may ask for some room, but never so much that the cells become unreadable.
    name = min(max((len(p.name) for p in block.planes), default=0) * 6.0, 2.4 * step) * scale
    title = min(len(block.title) * 6.4 * scale, max(4.0 * step + 24, least_title))
    cell_width = max(w, name)
    return _Part(
        block,
        "",
        max(columns * cell_width + (columns - 1) * GAP_PX, title),
        TITLE_PX * scale + rows * (h + caption) + (rows - 1) * GAP_PX,
        step,
        columns,
    )


def _placed(rows: list[_Row], width: float, height: float, scale: float) -> Layout:
    layout = Layout()
    total = sum(r.height for r in rows) + GAP_PX * 2 * (len(rows) - 1)
    y = MARGIN_PX + max((height - total) / 2, 0)
    for row in rows:
        x = MARGIN_PX + max((width - row.width) / 2, 0)
        for part in row.parts:
            if part.block is None:
                layout.signs.append((QRectF(x, y, part.width, row.height), part.sign))
            else:
                _place_block(layout, part, x, y + (row.height - part.height) / 2, scale)
            x += part.width
        y += row.height + GAP_PX * 2
    _give_room(layout, width + 2 * MARGIN_PX, scale)
    return layout


def _give_room(layout: Layout, width: float, scale: float) -> None:
    """Let each title reach to whatever stands beside it, at its own height, on its right."""
    half = SIGN_PX * scale * 0.2
    standing = [
        QRectF(r.center() - QPointF(half, half), r.center() + QPointF(half, half))
        for r, _sign in layout.signs
    ]
    heads = {id(b): _head(b, scale) for b in layout.boxes}
    standing += [b.rect.united(heads[id(b)]) for b in layout.boxes]
    for box in layout.boxes:
        if box.title:
            head = heads[id(box)]
            end = width - MARGIN_PX / 2
            strip = QRectF(box.x, head.y() + 5 * scale, end - box.x, 11 * scale)
            lefts = [r.left() - 8 for r in standing if r.left() > box.x and r.intersects(strip)]
            box.room = max(min(lefts, default=end) - box.x, 0.0)


def _head(box: Box, scale: float) -> QRectF:
    """The line of a box's title, as wide as the box, and that of its plane's name."""
    height = (TITLE_PX if box.title else 0.0) + (CAPTION_PX if box.plane.name else 0.0)
    return QRectF(box.x, box.y - height * scale, box.rect.width(), height * scale)


def _place_block(layout: Layout, part: _Part, x: float, y: float, scale: float) -> None:
    block = part.block
    assert block is not None
    caption = CAPTION_PX * scale if any(p.name for p in block.planes) else 0.0
    h = max(p.values.shape[0] for p in block.planes) * part.step
    column_width = (part.width + GAP_PX) / part.columns
    if part.columns == 1:
        widest = max(p.values.shape[1] for p in block.planes) * part.step
        x += max((part.width - widest) / 2, 0) if part.width > widest + 40 else 0
    for i, plane in enumerate(block.planes):
        row, column = divmod(i, part.columns)
        top = y + TITLE_PX * scale + row * (h + caption + GAP_PX) + caption
        title = block.title if i == 0 else ""
        left = x + column * column_width
        name_room = column_width - 6 if part.columns > 1 else part.width + SIGN_PX * scale * 0.7
        layout.boxes.append(Box(block, plane, left, top, part.step, title, name_room=name_room))
