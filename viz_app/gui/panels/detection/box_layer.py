"""One overlay that paints all boxes over a picture, whatever their number."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QTransform

from viz_app.gui.panels.detection.chip import chip_for, paint_chip
from viz_app.gui.theme import CATEGORIES, Theme
from viz_app.labs.detection.suppression import BoxesShown, State

LABEL_PX = 12
WIDTHS = {State.LOW: 1.0, State.REMOVED: 1.5, State.WAITING: 1.5, State.KEPT: 2.5}
DASHES: dict[State, list[float]] = {State.LOW: [1, 3], State.REMOVED: [4, 3], State.WAITING: []}
HALO_PX = 2.0


def class_colour(index: int) -> QColor:
    """The colour of a class; classes seven apart share one, so each box also bears its name."""
    return QColor(CATEGORIES[index % len(CATEGORIES)])


class BoxLayer:
    """Holds boxes by the pen they need; painting is one call for each pen, never one a box."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._groups: list[tuple[State, int, list[QLineF]]] = []
        self._labels: list[tuple[QRectF, str, int, State]] = []
        self._selected: QRectF | None = None

    def show_boxes(self, boxes: BoxesShown | None, selected: int = -1) -> None:
        """Take in what is to be painted from now on."""
        self._groups, self._labels, self._selected = [], [], None
        if boxes is None:
            return
        rects = [QRectF(x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2 in boxes.corners.tolist()]
        pens: dict[tuple[int, int], list[QLineF]] = {}
        states, classes = boxes.states.tolist(), boxes.classes.tolist()
        for rect, state, index in zip(rects, states, classes, strict=True):
            pens.setdefault((state, index % len(CATEGORIES)), []).extend(_edges(rect))
        self._groups = [(State(s), c, pens[s, c]) for s, c in sorted(pens)]
        self._labels = [
            (rect, text, index, State(state))
            for rect, text, index, state in zip(rects, boxes.labels, classes, states, strict=True)
            if text
        ]
        at = np.flatnonzero(boxes.ids == selected)
        if len(at):
            self._selected = rects[int(at[0])]

    def paint(self, painter: QPainter, transform: QTransform) -> None:
        """Paint everything: the boxes in the picture's pixels, lines and labels in the screen's."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setTransform(transform, True)
        # upright lines are sharp without it, and five times as fast
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        halo = self._theme.colour("window")
        halo.setAlphaF(0.55)
        scale = painter.device().devicePixelRatio()  # an export has more pixels to a line
        for state, colour, edges in self._groups:
            if state == State.KEPT:
                painter.setPen(_pen(halo, scale * (WIDTHS[state] + 2 * HALO_PX)))
                painter.drawLines(edges)
            ink = QColor(CATEGORIES[colour])
            if state == State.LOW:
                ink.setAlphaF(0.6)
            painter.setPen(_pen(ink, scale * WIDTHS[state], DASHES.get(state, [])))
            painter.drawLines(edges)
        if self._selected is not None:
            painter.setPen(_pen(halo, scale * 7))
            painter.drawRect(self._selected)
            painter.setPen(_pen(self._theme.colour("accent"), scale * 3))
            painter.drawRect(self._selected)
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_labels(painter, transform)

    def _paint_labels(self, painter: QPainter, transform: QTransform) -> None:
        font = self._theme.font(LABEL_PX, is_bold=True)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        room = QRectF(painter.viewport())
        taken: list[QRectF] = []
        for rect, text, index, state in reversed(self._labels):  # the best score has the best place
            on_screen = transform.mapRect(rect)
            chip = chip_for(text, metrics)
            _place(chip, on_screen, room, taken)
            taken.append(chip)
            ground = class_colour(index)
            if state != State.KEPT:
                ground = self._theme.colour("line")
            paint_chip(painter, chip, text, ground)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _edges(rect: QRectF) -> tuple[QLineF, QLineF, QLineF, QLineF]:
    """The four sides; Qt draws many lines much faster than many rectangles."""
    a, b, c, d = rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft()
    return QLineF(a, b), QLineF(d, c), QLineF(a, d), QLineF(b, c)


def _place(chip: QRectF, box: QRectF, room: QRectF, taken: list[QRectF]) -> None:
    """Put a label on its box's upper edge, moved down where another label is already."""
    left = min(max(box.left() - 1, room.left()), room.right() - chip.width())
    chip.moveTo(QPointF(left, box.top() - chip.height()))
    if chip.top() < room.top():
        chip.moveTop(max(box.top(), room.top()))
    for _ in range(len(taken)):
        other = next((t for t in taken if t.intersects(chip)), None)
        if other is None:
            return
        chip.moveTop(other.bottom() + 1)


def _pen(colour: QColor, width: float, dashes: list[float] | None = None) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    if dashes:
        pen.setDashPattern(dashes)
    return pen


def crosshair(rect: QRectF, at: QPointF) -> list[QLineF]:
    """Lines through a point, across a rectangle."""
    return [
        QLineF(rect.left(), at.y(), rect.right(), at.y()),
        QLineF(at.x(), rect.top(), at.x(), rect.bottom()),
    ]


def main() -> Any:
    """Show 2,000 boxes alone."""
    from viz_app.gui.alone import show_alone
    from viz_app.gui.widgets.canvas import Canvas

    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 400, (2000, 2)).repeat(2, 1)[:, [0, 2, 1, 3]]
    corners[:, 2:] += rng.uniform(10, 80, (2000, 2))
    ids = np.arange(2000)

    def build(theme: Theme) -> Canvas:
        canvas, layer = Canvas(theme, "Boxes"), BoxLayer(theme)
        canvas.show_pixels(np.full((480, 480, 3), 230, np.uint8))
        layer.show_boxes(BoxesShown(corners, ids % 4, ids % 7, ("",) * 2000, ids), 3)
        canvas.add_overlay(layer.paint)
        return canvas

    return show_alone(build)


if __name__ == "__main__":
    main()
