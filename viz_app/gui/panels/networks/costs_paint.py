"""The pictures of the calculators: windows on a line of cells, a 1×1 at a place, a skip."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen

from viz_app.gui.theme import Theme
from viz_app.labs.networks.costs import Fit

ALIGN = Qt.AlignmentFlag
LARGEST_GRID = 22  # lines high; more only looks empty
SHOWN_CELLS = 32  # the end of the line, where it shows whether the last window fits


def paint_windows(painter: QPainter, area: QRectF, theme: Theme, fits: Sequence[Fit]) -> None:
    """The last cells of a side, padding dashed, the last two windows, and what is left over."""
    line = QFontMetricsF(painter.font()).height()
    step = area.height() / len(fits)
    for i, fit in enumerate(fits):
        top = area.top() + i * step
        whole = fit.side + 2 * fit.pad
        shown = min(whole, SHOWN_CELLS)
        first = whole - shown
        cell = area.width() / shown
        height = min(cell, step - 2.9 * line)
        y = top + line * 1.9
        used = fit.window + (fit.count - 1) * fit.step
        words = f"n = {fit.side}" + (f", p = {fit.pad}" if fit.pad else "")
        words += f": the last two of {fit.count} windows"
        if fit.left_over:
            words += f", {fit.left_over} left over"
        painter.setPen(theme.colour("muted"))
        painter.drawText(QPointF(area.left(), top + line), words)
        for k in range(shown):
            at = first + k
            is_pad = at < fit.pad or at >= whole - fit.pad
            token = "warning" if at >= used else "card" if is_pad else "input_soft"
            pen = QPen(theme.colour("input"), 1)
            if is_pad:
                pen.setStyle(Qt.PenStyle.DotLine)
            painter.setPen(pen)
            painter.setBrush(theme.colour(token))
            painter.drawRect(QRectF(area.left() + k * cell + 1, y, cell - 2, height))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for back in (2, 1):
            start = (fit.count - back) * fit.step - first
            if start < 0:
                continue
            painter.setPen(QPen(theme.colour("kernel_line"), 2.5))
            lift = 3.0 * back
            place = QRectF(area.left() + start * cell, y - lift,
                           fit.window * cell, height + 2 * lift)  # fmt: skip
            painter.drawRoundedRect(place, 3, 3)


def paint_places(painter: QPainter, area: QRectF, theme: Theme) -> None:
    """A volume, one place of it with its channels, and the channels that a 1×1 makes of them."""
    line = QFontMetricsF(painter.font()).height()
    side = min(area.height() - 3 * line, area.width() / 3.4, LARGEST_GRID * line)
    if side <= 0:
        return
    top, cells = area.top() + 1.5 * line, 6
    cell = side / cells
    for column, (token, words) in enumerate((("input", "in"),
                                             ("output", "out"))):  # fmt: skip
        left = area.left() + 4 + column * (side * 2.2)
        painter.setPen(QPen(theme.colour(token), 1))
        for i in range(cells):
            for k in range(cells):
                is_place = (i, k) == (2, 3)
                painter.setBrush(theme.colour("kernel_line" if is_place else f"{token}_soft"))
                painter.drawRect(QRectF(left + k * cell + 1, top + i * cell + 1,
                                        cell - 2, cell - 2))  # fmt: skip
        painter.setPen(theme.colour("muted"))
        painter.drawText(QPointF(left, top + side + line), words)
    start = area.left() + 4 + 4 * cell
    middle = top + 2.5 * cell
    end = area.left() + 4 + side * 2.2 + 3 * cell
    box = QRectF(area.left() + side * 1.2, top, side * 0.8, side)
    ins = [QPointF(box.left() + 8, box.top() + side * (i + 1) / 8) for i in range(7)]
    outs = [QPointF(box.right() - 8, box.top() + side * (i + 2) / 6) for i in range(3)]
    painter.setPen(QPen(theme.colour("edge"), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(start, middle), QPointF(ins[0].x() - 8, middle))
    painter.drawLine(QPointF(outs[0].x() + 8, middle), QPointF(end, middle))
    painter.setPen(QPen(theme.colour("kernel_line"), 1.2))
    for a in ins:
        for b in outs:
            painter.drawLine(a, b)
    for points, token in ((ins, "input"), (outs, "output")):
        painter.setPen(QPen(theme.colour("card"), 2))
        painter.setBrush(theme.colour(token))
        for point in points:
            painter.drawEllipse(point, 6, 6)
    painter.setPen(theme.colour("muted"))
    painter.drawText(QPointF(box.left(), top + side + line), "each place")


def paint_block(painter: QPainter, area: QRectF, theme: Theme, is_projected: bool) -> None:
    """A residual block: the main path below, the skip above it, met before the last ReLU."""
    line = QFontMetricsF(painter.font()).height()
    names = ("a[l]", "conv, ReLU", "conv", "+", "ReLU", "a[l+2]")
    tokens = ("input", "kernel", "kernel", "accent", "output", "output")
    gap = area.width() / len(names)
    width, height = min(gap * 0.86, 150.0), line * 2
    y = area.top() + min(area.height() * 0.6, 7 * line)
    centres = [QPointF(area.left() + gap * (i + 0.5), y) for i in range(len(names))]
    painter.setPen(QPen(theme.colour("edge"), 1.6))
    for a, b in pairwise(centres):
        painter.drawLine(a, b)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("accent"), 2.4))
    path = QPainterPath(centres[0])
    up = QPointF(0, -3.4 * line)
    path.cubicTo(centres[0] + up * 1.3, centres[3] + up * 1.3, centres[3])
    painter.drawPath(path)
    for centre, name, token in zip(centres, names, tokens, strict=True):
        box = QRectF(0, 0, width, height)
        box.moveCenter(centre)
        painter.setPen(QPen(theme.colour("kernel_line" if token == "kernel" else token), 1.4))
        painter.setBrush(theme.colour(f"{token}_soft"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(theme.colour("text"))
        painter.drawText(box, ALIGN.AlignCenter, name)
    top = (centres[0] + centres[3]) / 2 + up * 1.3
    label = QRectF(0, 0, gap * 2.6, line * 1.6)
    label.moveCenter(QPointF(top.x(), path.boundingRect().top() - line * 0.8))
    painter.setPen(theme.colour("accent"))
    words = "Wₛ · a[l]" if is_projected else "a[l], unchanged"
    painter.drawText(label, ALIGN.AlignCenter, words)
