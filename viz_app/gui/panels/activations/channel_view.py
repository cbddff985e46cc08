"""The selected channel large: pointing at a unit tells what it sees, a click pins it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QTransform
from PySide6.QtWidgets import QWidget

from viz_app.core.colour_maps import signed_table, strength_table
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.gui.widgets.canvas import Canvas
from viz_app.labs.activations.jobs import Pixels
from viz_app.labs.activations.mosaic_shown import ChannelShown

TIP = (
    "Point at a unit to see its receptive field on the photo; click to pin it, click again to "
    "let it go. Arrow keys move the pinned unit."
)


def coloured(shown: ChannelShown) -> Pixels:
    """The map of a channel as colours, uint8 [H, W, 3]."""
    table = signed_table(511) if shown.colours == "signed" else strength_table(256)
    scale = (len(table) - 1) / max(shown.high - shown.low, 1e-12)
    steps = np.rint((shown.map - shown.low) * scale).astype(np.int32)
    pixels: Pixels = table.take(steps, axis=0, mode="clip")
    return pixels


class ChannelView(Canvas):
    """One channel, a cell a unit."""

    pointed = Signal(int, int)  # row, column; −1, −1 when the pointer leaves
    pinned = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "The selected channel", parent)
        self.setToolTip(TIP)
        self._shown: ChannelShown | None = None
        self._pointed = (-1, -1)
        self.add_overlay(self._paint_unit)

    def show_channel(self, shown: ChannelShown, pixels: Pixels) -> None:
        """Show a channel's map in its colours."""
        self._shown = shown
        self.show_pixels(pixels)
        self.update()

    def unit_at(self, point: QPointF) -> tuple[int, int]:
        """The unit under a point of the widget, or (−1, −1)."""
        at = self.to_picture(point)
        width, height = self.picture_size
        column, row = int(np.floor(at.x())), int(np.floor(at.y()))
        return (row, column) if 0 <= row < height and 0 <= column < width else (-1, -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._point(*self.unit_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point(-1, -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        row, column = self.unit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and is_plain and row >= 0:
            self.pinned.emit(row, column)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = arrow_of(event)
        if arrow is not None and self._shown is not None:
            (row, column), (down, right) = self._shown.unit, arrow
            width, height = self.picture_size
            if 0 <= row + down < height and 0 <= column + right < width:
                self.pinned.emit(row + down, column + right)
        else:
            super().keyPressEvent(event)

    def _point(self, row: int, column: int) -> None:
        if (row, column) != self._pointed:
            self._pointed = (row, column)
            self.pointed.emit(row, column)
            self.update()

    def _paint_unit(self, painter: QPainter, transform: QTransform) -> None:
        if self._shown is None:
            return
        marks = ((self._shown.unit, "kernel_line"), (self._pointed, "accent"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for (row, column), token in marks:
            if row >= 0:
                cell = transform.mapRect(QRectF(column, row, 1, 1)).adjusted(-1, -1, 1, 1)
                for width, name in ((4.0, "card"), (2.0, token)):
                    painter.setPen(QPen(self._theme.colour(name), width))
                    painter.drawRect(cell)
