"""A strip of colour with the numbers at its ends: what the colours of a map mean."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from viz_app.gui.theme import Theme
from viz_app.labs.convolution import colours

STRIP_PX, LEAST_STRIP_PX = 120, 24


class ScaleBar(QWidget):
    """Shows the colours of a map from low to high."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._map = "signed"
        self._ends = ("", "")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_scale(self, name: str, low: str, high: str, words: str) -> None:
        """Show a map's colours and the numbers at its ends."""
        degree = "°" if name == "angle" else ""
        self._map, self._ends = name, (low + degree, high + degree)
        self.setToolTip(words)
        self.setAccessibleName(f"Colours from {low} to {high}: {words}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return self._size(STRIP_PX)

    def minimumSizeHint(self) -> QSize:
        return self._size(LEAST_STRIP_PX)

    def _size(self, strip_px: float) -> QSize:
        first, last = self._widths()
        return QSize(round(self._theme.px(strip_px) + first + last + 16), self._theme.px(18))

    def _widths(self) -> tuple[float, float]:
        """Of the numbers at both ends."""
        metrics = QFontMetricsF(self._theme.font(11, is_mono=True))
        first, last = (metrics.horizontalAdvance(text) for text in self._ends)
        return first, last

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font = self._theme.font(11, is_mono=True)
        painter.setFont(font)
        painter.setPen(self._theme.colour("muted"))
        first, last = self._widths()
        middle = Qt.AlignmentFlag.AlignVCenter
        rect = QRectF(0, 0, self.width(), self.height())
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, self._ends[1])
        strip = QRectF(first + 8, 3, self.width() - first - last - 16, self.height() - 6)
        row = np.ascontiguousarray(_strip(self._map))
        image = QImage(row.data, row.shape[1], 1, 3 * row.shape[1], QImage.Format.Format_RGB888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(strip, image)
        painter.setPen(self._theme.colour("line"))
        painter.drawRect(strip)


def _strip(name: str) -> np.ndarray:
    line = np.linspace(0, 1, 128)[None]
    if name == "signed":
        return colours.signed_colours(2 * line - 1, 1.0)
    if name == "grey":
        return colours.light_colours(255 * line)
    if name == "magnitude":
        return colours.strength_colours(line, 1.0)
    return colours.angle_colours((2 * line - 1) * np.pi, np.ones_like(line))
