"""One run's picture: a canvas with a wipe over the content, and a line that says how far it is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QTransform
from PySide6.QtWidgets import QHBoxLayout, QLabel
from superqt import QElidingLabel

from viz_app.gui.image_strip import to_qimage
from viz_app.gui.panel import Card
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.labs.style.shown import EaselShown

KEY_MOVE = 0.02


class EaselCanvas(Canvas):
    """A canvas whose left part can show another picture, up to a line that is dragged."""

    pressed = Signal()
    fitted = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self._before: QImage | None = None
        self._before_pixels: np.ndarray | None = None
        self._is_wiped = False
        self._is_wiping = False
        self.is_smooth = True
        self.wipe = 0.5  # of the picture's width
        self.add_overlay(self._paint_wipe)

    def show_before(self, pixels: np.ndarray | None, is_wiped: bool) -> None:
        """Show this picture left of the line, if wiped."""
        if pixels is not self._before_pixels:
            self._before_pixels = pixels
            self._before = None
        if is_wiped and self._before is None and pixels is not None:
            self._before = to_qimage(pixels)
        if is_wiped != self._is_wiped:
            self._is_wiped = is_wiped
        self.update()

    def look_at(self, zoom: float, share: QPointF) -> None:
        """Show the same part as another canvas; ``share`` is the middle in widths and heights."""
        width, height = self.picture_size
        self._zoom = zoom
        is_whole = zoom == 1.0
        self._middle = None if is_whole else QPointF(share.x() * width, share.y() * height)
        self.update()

    def fit(self) -> None:
        super().fit()
        self.fitted.emit()

    def _paint_wipe(self, painter: QPainter, transform: QTransform) -> None:
        if not self._is_wiped or self._before is None:
            return
        whole = transform.mapRect(QRectF(0, 0, *self.picture_size))
        x = whole.left() + self.wipe * whole.width()
        painter.setClipRect(QRectF(whole.left(), whole.top(), x - whole.left(), whole.height()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(whole, self._before)
        painter.setClipping(False)
        painter.setPen(QPen(self._theme.colour("card"), 4))
        painter.drawLine(QPointF(x, whole.top()), QPointF(x, whole.bottom()))
        painter.setPen(QPen(self._theme.colour("accent"), 2))
        painter.drawLine(QPointF(x, whole.top()), QPointF(x, whole.bottom()))
        painter.setBrush(self._theme.colour("card"))
        painter.drawEllipse(QPointF(x, whole.center().y()), 7, 7)

    def _wipe_to(self, x: float) -> None:
        whole = self.to_widget().mapRect(QRectF(0, 0, *self.picture_size))
        self.wipe = min(max((x - whole.left()) / max(whole.width(), 1), 0.0), 1.0)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.button() == Qt.MouseButton.LeftButton and is_plain and self._is_wiped:
            self._is_wiping = True
            self._wipe_to(event.position().x())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_wiping:
            self._wipe_to(event.position().x())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_wiping = False
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = (event.key() == Qt.Key.Key_Right) - (event.key() == Qt.Key.Key_Left)
        if step and self._is_wiped:
            self.wipe = min(max(self.wipe + step * KEY_MOVE, 0.0), 1.0)
            self.update()
        else:
            super().keyPressEvent(event)


class Easel(Card):
    """A canvas and its caption; a click on it makes its run the steered one."""

    chosen = Signal(int)
    looked = Signal(int, float, QPointF)  # which easel, zoom, middle in widths and heights

    def __init__(self, index: int, theme: Theme) -> None:
        super().__init__()
        self.index = index
        self._theme = theme
        self.canvas = EaselCanvas(theme, f"Painted picture {index + 1}")
        self.canvas.setToolTip(
            "The picture under way. The wheel zooms, Ctrl and drag moves, a double click fits; "
            "with “Before and after” drag the line, or use the left and right keys."
        )
        self.canvas.placeholder = "Reading the image …"
        self.name = QLabel()
        set_role(self.name, "output")
        self.words = QElidingLabel()
        self.words.setAccessibleName("Progress of the run")
        set_role(self.words, "mono")
        self.words.setMinimumWidth(40)
        self.column.setContentsMargins(4, 4, 4, 8)
        self.column.setSpacing(4)
        self.column.addWidget(self.canvas, 1)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(10)
        row.addWidget(self.name)
        row.addWidget(self.words, 1)
        self.column.addLayout(row)
        self.canvas.pressed.connect(lambda: self.chosen.emit(self.index))
        self.canvas.zoomed.connect(self._on_zoomed)
        self.canvas.fitted.connect(lambda: self.looked.emit(self.index, 1.0, QPointF(0.5, 0.5)))

    def show_easel(self, shown: EaselShown, is_one_of_two: bool, is_wiped: bool) -> None:
        """Show a run's picture and its words."""
        self.canvas.show_pixels(shown.pixels)
        self.canvas.show_before(shown.before, is_wiped and shown.before is not shown.pixels)
        is_steered = is_one_of_two and shown.is_selected
        self.name.setText(f"{shown.name} · steered" if is_steered else shown.name)
        self.name.setVisible(is_one_of_two)
        self.name.setEnabled(shown.is_selected)
        self.words.setText(shown.words)
        self.words.setToolTip(shown.words)  # whole, where two runs leave little room

    def look_at(self, zoom: float, share: QPointF) -> None:
        """Follow another easel's zoom."""
        self.canvas.look_at(zoom, share)

    def _on_zoomed(self, zoom: float, middle: QPointF) -> None:
        width, height = self.canvas.picture_size
        share = QPointF(middle.x() / max(width, 1), middle.y() / max(height, 1))
        self.looked.emit(self.index, zoom, share)
