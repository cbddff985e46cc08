"""A picture that can be zoomed and moved; panels paint over it in the picture's own pixels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from viz_app.gui.theme import Theme

MARGIN_PX = 12
MOST_ZOOM = 64.0
Overlay = Callable[[QPainter, QTransform], None]


class Canvas(QWidget):
    """Shows uint8 RGB pixels as large as fit.

    The wheel zooms at the pointer, the middle button (or Ctrl and the left one) moves, a double
    click or the key 0 fits the picture again; plus and minus zoom by keyboard.
    """

    zoomed = Signal(float, QPointF)  # zoom over fit, and the picture's point in the middle

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._pixels: np.ndarray | None = None
        self._zoom = 1.0
        self._middle: QPointF | None = None  # in the picture; None: its own middle
        self._drag: QPointF | None = None
        self._overlays: list[Overlay] = []
        self.placeholder = ""
        self.is_smooth = False  # where enlarged too: for pictures whose pixels are not the point
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def picture_size(self) -> tuple[int, int]:
        """Width and height of the picture, or zeros."""
        return (self._image.width(), self._image.height()) if self._image else (0, 0)

    def add_overlay(self, paint: Overlay) -> None:
        """Paint over the picture: ``paint(painter, from picture to widget)``."""
        self._overlays.append(paint)

    def show_pixels(self, pixels: np.ndarray | None) -> None:
        """Show uint8 [H, W, 3]; a picture of the same size keeps the zoom."""
        if pixels is self._pixels:
            return
        before = self.picture_size
        self._pixels = pixels
        if pixels is None:
            self._image = None
        else:
            pixels = np.ascontiguousarray(pixels)
            height, width, _ = pixels.shape
            self._pixels_kept = pixels  # QImage does not copy
            self._image = QImage(
                pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888
            ).convertToFormat(QImage.Format.Format_RGB32)
        if self.picture_size != before:
            self.fit()
        self.update()

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom, self._middle = 1.0, None
        self.update()

    def to_widget(self) -> QTransform:
        """Return the transform from picture pixels to widget pixels."""
        width, height = self.picture_size
        if not width:
            return QTransform()
        scale = self._fit_scale() * self._zoom
        middle = self._middle or QPointF(width / 2, height / 2)
        transform = QTransform()
        transform.translate(self.width() / 2, self.height() / 2)
        transform.scale(scale, scale)
        transform.translate(-middle.x(), -middle.y())
        return transform

    def to_picture(self, point: QPointF) -> QPointF:
        """Return where in the picture a point of the widget lies."""
        inverse, _is_ok = self.to_widget().inverted()
        return inverse.map(point)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom, keeping a point of the widget where it is."""
        if self._image is None:
            return
        at = at or QPointF(self.width() / 2, self.height() / 2)
        fixed = self.to_picture(at)
        self._zoom = min(max(self._zoom * factor, 1.0), MOST_ZOOM)
        if self._zoom == 1.0:
            self._middle = None
        else:
            scale = self._fit_scale() * self._zoom
            offset = (at - QPointF(self.width() / 2, self.height() / 2)) / scale
            self._move_to(fixed - offset)
        self.zoomed.emit(self._zoom, self._middle or QPointF())
        self.update()

    def _fit_scale(self) -> float:
        width, height = self.picture_size
        room_w, room_h = self.width() - 2 * MARGIN_PX, self.height() - 2 * MARGIN_PX
        return max(min(room_w / width, room_h / height), 1e-3)

    def _move_to(self, middle: QPointF) -> None:
        width, height = self.picture_size
        self._middle = QPointF(
            min(max(middle.x(), 0.0), float(width)), min(max(middle.y(), 0.0), float(height))
        )

    def sizeHint(self) -> QSize:
        return QSize(480, 360)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 90)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._image is None:
            if self.placeholder:
                painter.setPen(self._theme.colour("muted"))
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.rect().adjusted(24, 24, -24, -24), flags, self.placeholder)
            return
        transform = self.to_widget()
        target = transform.mapRect(QRectF(0, 0, *self.picture_size))
        is_small = target.width() > 2 * self._image.width()  # enlarged: show the pixels as they are
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth or not is_small
        )
        painter.setClipRect(self.rect())
        painter.drawImage(target, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for overlay in self._overlays:
            painter.save()
            overlay(painter, transform)
            painter.restore()
        if self.hasFocus():
            painter.setPen(QColor(self._theme.colour("accent")))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 8, 8)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_move = event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        )
        if is_move and self._image is not None:
            self._drag = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            scale = self._fit_scale() * self._zoom
            width, height = self.picture_size
            middle = self._middle or QPointF(width / 2, height / 2)
            self._move_to(middle - (event.position() - self._drag) / scale)
            self._drag = event.position()
            self.zoomed.emit(self._zoom, self._middle or QPointF())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._drag = None
            self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(0.8)
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()
