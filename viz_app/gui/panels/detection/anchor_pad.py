"""The anchors' shapes about one middle; the chosen one is drawn by hand or by the keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viz_app.gui.theme import Theme
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.labs.detection.scene import Anchor

STEP = 0.01


class AnchorPad(QWidget):
    """A frame of the picture's proportions with the anchors in its middle."""

    resized = Signal(float, float)  # height and width of the chosen anchor, as fractions

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._anchors: tuple[Anchor, ...] = ()
        self._chosen, self._size = 0, (4, 3)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "Drag from the middle to draw the chosen anchor; the arrow keys change its width and "
            "height by 0.01."
        )
        theme.changed.connect(self.updateGeometry)

    def show_anchors(self, anchors: tuple[Anchor, ...], chosen: int, size: tuple[int, int]) -> None:
        """Show the anchors in a picture of this width and height."""
        self._anchors, self._chosen, self._size = anchors, chosen, size
        one = anchors[chosen]
        self.setAccessibleName(f"Anchor {chosen + 1}: height {one.h:.2f}, width {one.w:.2f}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(132, 96)

    def _frame(self) -> QRectF:
        width, height = self._size
        scale = min((self.width() - 4) / width, (self.height() - 4) / height)
        frame = QRectF(0, 0, width * scale, height * scale)
        frame.moveCenter(QRectF(self.rect()).center())
        return frame

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        frame = self._frame()
        painter.setPen(QPen(self._theme.colour("accent" if self.hasFocus() else "line"), 1.5))
        painter.drawRect(frame)
        painter.setClipRect(frame)
        for i, anchor in enumerate(self._anchors):
            is_chosen = i == self._chosen
            rect = QRectF(0, 0, anchor.w * frame.width(), anchor.h * frame.height())
            rect.moveCenter(frame.center())
            painter.setPen(
                QPen(self._theme.colour("kernel_line" if is_chosen else "muted"), 1 + is_chosen)
            )
            painter.drawRect(rect)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._draw(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._draw(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = arrow_of(event)
        if arrow is None or event.modifiers() or not self._anchors:
            super().keyPressEvent(event)
            return
        one = self._anchors[self._chosen]
        self.resized.emit(one.h - STEP * arrow[0], one.w + STEP * arrow[1])

    def _draw(self, at: QPointF) -> None:
        frame = self._frame()
        offset = at - frame.center()
        self.resized.emit(2 * abs(offset.y()) / frame.height(), 2 * abs(offset.x()) / frame.width())
