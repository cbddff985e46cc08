"""The photo with the piece that the cells show; a drag moves the piece."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QTransform
from PySide6.QtWidgets import QSizePolicy

from viz_app.core.records import Picture
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.gui.widgets.canvas import Canvas
from viz_app.labs.convolution.layer import Crop


class CropView(Canvas):
    """Tells where the piece was put, in the photo's pixels."""

    moved = Signal(int, int)  # left, top

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Photo: choose the piece that the cells show")
        self.setToolTip(
            "Click or drag to choose the piece that the cells show; arrow keys move it by a pixel, "
            "with Shift by ten."
        )
        self._crop: Crop | None = None
        self._is_dragged = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.add_overlay(self._paint_crop)

    def show_crop(self, picture: Picture | None, crop: Crop | None) -> None:
        """Show a photo and its piece; None hides the view."""
        self.setVisible(picture is not None)
        self._crop = crop
        self.show_pixels(picture.pixels if picture else None)
        self.update()

    def _paint_crop(self, painter: QPainter, transform: QTransform) -> None:
        if self._crop is None:
            return
        crop = self._crop
        rect = transform.mapRect(QRectF(crop.x, crop.y, crop.width, crop.height))
        grown = max(8 - min(rect.width(), rect.height()), 0) / 2
        rect.adjust(-grown, -grown, grown, grown)
        painter.setPen(QPen(self._theme.colour("card"), 4))
        painter.drawRect(rect)
        painter.setPen(QPen(self._theme.colour("input"), 2))
        painter.drawRect(rect)

    def _choose(self, event: QMouseEvent) -> None:
        if self._crop is not None:
            at = self.to_picture(event.position())
            left, top = at.x() - self._crop.width / 2, at.y() - self._crop.height / 2
            self.moved.emit(max(round(left), 0), max(round(top), 0))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.button() == Qt.MouseButton.LeftButton and is_plain:
            self._is_dragged = True
            self._choose(event)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self._choose(event)
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragged = False
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = arrow_of(event)
        if arrow is not None and self._crop is not None:
            far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            dy, dx = arrow
            self.moved.emit(max(self._crop.x + far * dx, 0), max(self._crop.y + far * dy, 0))
        else:
            super().keyPressEvent(event)
