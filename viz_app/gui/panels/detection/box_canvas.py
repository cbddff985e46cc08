"""A canvas on which boxes are drawn, moved and resized; it paints the pair that is compared."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QTransform,
)

from viz_app.gui.panels.detection.box_layer import crosshair
from viz_app.gui.panels.detection.chip import chip_for, paint_chip, place_on
from viz_app.gui.panels.detection.hold_canvas import HoldCanvas
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.labs.detection.box_editor import BoxEditor
from viz_app.labs.detection.overlap import OverlapShown, letter
from viz_app.labs.detection.scene import DrawnBox

REACH_PX = 7  # how near an edge the pointer takes hold of it
HANDLE_PX = 7
CURSORS = {
    (0, 0): Qt.CursorShape.SizeAllCursor,
    (-1, -1): Qt.CursorShape.SizeFDiagCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (-1, 1): Qt.CursorShape.SizeBDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
    (-1, 0): Qt.CursorShape.SizeHorCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, -1): Qt.CursorShape.SizeVerCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
}


class BoxCanvas(HoldCanvas):
    """Left button draws and edits, with Shift always draws."""

    nudged = Signal(int, int, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Picture to draw boxes on", REACH_PX)
        self.setToolTip(
            "Drag to draw a box, with Shift on top of another; drag its inside or its edges to "
            "move or resize it. Arrow keys move it by a pixel, with Shift by ten; with Ctrl they "
            "resize it."
        )
        self._shown: OverlapShown | None = None
        self._editor: BoxEditor | None = None
        self._pointer: QPointF | None = None
        self.add_overlay(self._paint_boxes)

    def attach(self, editor: BoxEditor) -> None:
        """Connect to what knows the boxes."""
        self._editor = editor
        self.grabbed.connect(editor.grabbed)
        self.dragged.connect(editor.dragged)
        self.released.connect(editor.released)
        self.nudged.connect(editor.nudged)

    def show_overlap(self, shown: OverlapShown) -> None:
        """Show boxes and the pair that is compared."""
        self._shown = shown
        self.update()

    def _paint_boxes(self, painter: QPainter, transform: QTransform) -> None:
        shown = self._shown
        if shown is None:
            return
        if self._pointer is not None and not self._is_held and self._is_over_empty():
            pen = QPen(self._theme.colour("edge"), 1, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawLines(crosshair(QRectF(self.rect()), self._pointer))
        rects = [_rect(box, transform) for box in shown.boxes]
        if shown.pair is not None:
            self._paint_pair(painter, rects[shown.pair[0]], rects[shown.pair[1]])
        for index, rect in enumerate(rects):
            self._paint_box(painter, rect, index, shown)
        if 0 <= shown.selected < len(rects):
            self._paint_handles(painter, rects[shown.selected], shown)

    def _paint_pair(self, painter: QPainter, a: QRectF, b: QRectF) -> None:
        """Shade the union lightly and the intersection strongly."""
        union = QPainterPath()
        union.setFillRule(Qt.FillRule.WindingFill)
        union.addRect(a)
        union.addRect(b)
        painter.fillPath(union, _soft(self._theme.colour("muted"), 0.28))
        common = a.intersected(b)
        if common.isValid():
            painter.fillRect(common, _soft(self._theme.colour("output"), 0.55))

    def _paint_box(self, painter: QPainter, rect: QRectF, index: int, shown: OverlapShown) -> None:
        colour = self._theme.colour(token_of(index, shown))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(_soft(self._theme.colour("window"), 0.6), 5))
        painter.drawRect(rect)
        is_selected = index == shown.selected
        painter.setPen(QPen(colour, 3 if is_selected else 2))
        painter.drawRect(rect)
        text = f"{letter(index)} {shown.boxes[index].label}".strip()
        font = self._theme.font(12, is_bold=True)
        painter.setFont(font)
        chip = chip_for(text, QFontMetricsF(font))
        place_on(chip, rect)
        paint_chip(painter, chip, text, colour)

    def _paint_handles(self, painter: QPainter, rect: QRectF, shown: OverlapShown) -> None:
        painter.setBrush(self._theme.colour("card"))
        painter.setPen(QPen(self._theme.colour(token_of(shown.selected, shown)), 1.5))
        xs = (rect.left(), rect.center().x(), rect.right())
        ys = (rect.top(), rect.center().y(), rect.bottom())
        for i, x in enumerate(xs):
            for j, y in enumerate(ys):
                if (i, j) != (1, 1):
                    half = HANDLE_PX / 2
                    painter.drawRect(QRectF(x - half, y - half, HANDLE_PX, HANDLE_PX))

    def _is_over_empty(self) -> bool:
        at = self.to_picture(self._pointer or QPointF())
        width, height = self.picture_size
        is_inside = 0 <= at.x() <= width and 0 <= at.y() <= height
        return is_inside and self._handle(at) is None

    def _handle(self, at: QPointF) -> tuple[int, int] | None:
        return None if self._editor is None else self._editor.handle_at(at.x(), at.y(), self.reach)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position()
        if self._is_held or self._drag is not None:
            super().mouseMoveEvent(event)
            return
        handle = self._handle(self.to_picture(event.position()))
        shape = CURSORS[handle] if handle is not None else Qt.CursorShape.CrossCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = arrow_of(event)
        if arrow is None:
            super().keyPressEvent(event)
            return
        step = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        is_resize = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self.nudged.emit(arrow[1] * step, arrow[0] * step, is_resize)


def token_of(index: int, shown: OverlapShown) -> str:
    """The colour of a box: blue and amber for the pair, quiet for the others."""
    if shown.pair is None or index not in shown.pair:
        return "edge"
    return "input" if index == shown.pair[0] else "kernel_line"


def _rect(box: DrawnBox, transform: QTransform) -> QRectF:
    return transform.mapRect(QRectF(box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1))


def _soft(colour: QColor, alpha: float) -> QColor:
    colour = QColor(colour)
    colour.setAlphaF(alpha)
    return colour
