"""Painting where the style applies: a brush and an eraser on the picture itself."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPen, QTransform, qRgba
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from viz_app.gui.theme import Theme
from viz_app.gui.widgets.canvas import Canvas
from viz_app.gui.widgets.choices import ChoiceButtons
from viz_app.gui.widgets.flow_bar import FlowBar
from viz_app.labs.controls import Choice, Option
from viz_app.labs.style.mask import MOST_SIDE, from_text

Mask = NDArray[np.uint8]
VEIL = 170  # how opaque the cover is where the style does not apply, of 255
BRUSH_PX = 120
SMALLEST, USUAL, LARGEST = 2, 18, 80  # radius of the brush in pixels of the mask
TOOL = Choice(
    "tool",
    "Mask tool",
    (
        Option("brush", "Style here", "Paint where the style applies."),
        Option("eraser", "Not here", "Paint where the content keeps its own look."),
    ),
    "What the left button paints on the picture.",
)


class MaskTools(FlowBar):
    """Brush or eraser, its size, and buttons for the whole mask."""

    cleared = Signal()
    inverted = Signal()
    open_asked = Signal()
    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.tool = "brush"
        self.choice = ChoiceButtons(TOOL)
        self.choice.show_value(self.tool)
        self.choice.moved.connect(self._on_tool)
        self.brush = QSlider(Qt.Orientation.Horizontal)
        self.brush.setFixedWidth(BRUSH_PX)
        self.brush.setRange(SMALLEST, LARGEST)
        self.brush.setValue(USUAL)
        self.brush.setToolTip("How wide the brush is.")
        self.brush.setAccessibleName("Size of the brush")
        self.brush.valueChanged.connect(lambda _value: self.changed.emit())
        self.clear = QPushButton("Everywhere")
        self.clear.setToolTip("Take the mask away: the style applies everywhere.")
        self.clear.clicked.connect(self.cleared)
        self.invert = QPushButton("Invert")
        self.invert.setToolTip("Let the style apply where it does not, and the other way round.")
        self.invert.clicked.connect(self.inverted)
        self.open = QPushButton("Open…")
        self.open.setToolTip("A picture that is white where the style applies and black where not.")
        self.open.setAccessibleName("Open a mask")
        self.open.clicked.connect(self.open_asked)
        width = QWidget()
        row = QHBoxLayout(width)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(QLabel("Size"))
        row.addWidget(self.brush)
        for part in (self.choice, width, self.invert, self.clear, self.open):
            self.add(part)

    def _on_tool(self, tool: object) -> None:
        self.tool = str(tool)
        self.choice.show_value(self.tool)
        self.changed.emit()


class MaskLayer(QObject):
    """The mask over a canvas; takes the left button while it is switched on."""

    painted = Signal(object)  # the whole mask, uint8 [h, w], after each stroke

    def __init__(self, canvas: Canvas, tools: MaskTools, theme: Theme) -> None:
        super().__init__(canvas)
        self._canvas, self._tools, self._theme = canvas, tools, theme
        self._text = ""
        self._mask: Mask | None = None
        self._image: QImage | None = None
        self._last: QPointF | None = None  # of the stroke under way, in the mask
        self._pointer: QPointF | None = None  # in the widget
        self.is_on = False
        canvas.add_overlay(self._paint)
        canvas.installEventFilter(self)
        tools.changed.connect(canvas.update)
        theme.changed.connect(self._forget)

    def show_mask(self, text: str, is_on: bool) -> None:
        """Show the mask of a scene, while it is edited."""
        self.is_on = is_on
        if text != self._text:
            self._text, self._mask = text, from_text(text)
            self._forget()
        self._canvas.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint with the left button; with Ctrl it moves the picture, as ever."""
        if not self.is_on or not isinstance(event, QMouseEvent):
            return False
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        kind, is_left = event.type(), event.button() == Qt.MouseButton.LeftButton
        if kind == QEvent.Type.MouseMove:
            self._pointer = event.position()
            self._canvas.update()
            if self._last is not None:
                self._stroke_to(event.position())
                return True
        elif kind == QEvent.Type.MouseButtonPress and is_left and is_plain:
            self._begin(event.position())
            return True
        elif kind == QEvent.Type.MouseButtonRelease and is_left and self._last is not None:
            self._last = None
            self.painted.emit(self._mask)
            return True
        return bool(kind == QEvent.Type.MouseButtonDblClick and is_left and is_plain)

    def _begin(self, at: QPointF) -> None:
        width, height = self._canvas.picture_size
        if not width:
            return
        is_brush = self._tools.tool == "brush"
        if self._mask is None:  # the first stroke says what the rest is
            scale = MOST_SIDE / max(width, height)
            shape = max(round(height * scale), 1), max(round(width * scale), 1)
            self._mask = np.full(shape, 0 if is_brush else 255, np.uint8)
        else:
            self._mask = self._mask.copy()
        self._last = self._in_mask(at)
        self._stroke_to(at)

    def _stroke_to(self, at: QPointF) -> None:
        assert self._mask is not None
        assert self._last is not None
        end, radius = self._in_mask(at), self._tools.brush.value()
        length = math.hypot(end.x() - self._last.x(), end.y() - self._last.y())
        for i in range(steps := max(math.ceil(length / max(radius / 3, 1)), 1)):
            point = self._last + (end - self._last) * ((i + 1) / steps)
            stamp(self._mask, (point.x(), point.y()), radius, is_brush=self._tools.tool == "brush")
        self._last = end
        self._forget()

    def _in_mask(self, at: QPointF) -> QPointF:
        assert self._mask is not None
        point = self._canvas.to_picture(at)
        width, height = self._canvas.picture_size
        rows, columns = self._mask.shape
        return QPointF(point.x() * columns / width, point.y() * rows / height)

    def _forget(self) -> None:
        self._image = None
        self._canvas.update()

    def _paint(self, painter: QPainter, transform: QTransform) -> None:
        if not self.is_on:
            return
        whole = transform.mapRect(QRectF(0, 0, *self._canvas.picture_size))
        if self._mask is not None:
            if self._image is None:
                self._image = self._veil(self._mask)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(whole, self._image)
        if self._pointer is not None:
            radius = self._tools.brush.value() * max(whole.width(), whole.height()) / MOST_SIDE
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for token, width in (("card", 3.0), ("kernel", 1.5)):
                painter.setPen(QPen(self._theme.colour(token), width))
                painter.drawEllipse(self._pointer, radius, radius)

    def _veil(self, mask: Mask) -> QImage:
        rows, columns = mask.shape
        mask = np.ascontiguousarray(mask)
        image = QImage(mask.data, columns, rows, columns, QImage.Format.Format_Indexed8).copy()
        red, green, blue = self._theme.colour("card").getRgb()[:3]  # type: ignore[index]
        image.setColorTable(
            [qRgba(red, green, blue, (255 - value) * VEIL // 255) for value in range(256)]
        )
        return image.convertToFormat(QImage.Format.Format_ARGB32)


def stamp(mask: Mask, at: tuple[float, float], radius: float, *, is_brush: bool) -> None:
    """Press a round brush on a mask, in place; the layers that it guides soften its edge."""
    rows, columns = np.ogrid[: mask.shape[0], : mask.shape[1]]
    distance = np.hypot(columns + 0.5 - at[0], rows + 0.5 - at[1])
    mask[distance <= radius] = 255 if is_brush else 0
