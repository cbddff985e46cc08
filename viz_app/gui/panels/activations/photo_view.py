"""What the network looked at, with the channel laid over it and what a unit sees."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform
from PySide6.QtWidgets import QWidget

from viz_app.core.colour_maps import strength_table
from viz_app.gui.image_strip import to_qimage
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.canvas import Canvas
from viz_app.labs.activations.jobs import Maps, Pixels
from viz_app.labs.activations.receptive import Field

BOX_PX = 2.0
Box = tuple[tuple[int, int], tuple[int, int]]


class PhotoView(Canvas):
    """The network's input; an overlay of a map, a rectangle for the receptive field."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "What the network looks at", parent)
        self.is_smooth = True
        self.setToolTip("The image as the network gets it, with the channel over it. The amber "
                        "rectangle is the receptive field of the unit.")  # fmt: skip
        self._overlay: QImage | None = None
        self._heat: QImage | None = None
        self._opacity = 0.0
        self._field: Field | None = None
        self._box: Box | None = None
        self.add_overlay(self._paint_map)
        self.add_overlay(self._paint_field)

    def show_map(self, square: Pixels, colours: Pixels, opacity: float) -> None:
        """Show the input, and a map's colours over all of it."""
        self.show_pixels(square)
        self._overlay, self._opacity = to_qimage(colours), opacity
        self.update()

    def show_field(self, field: Field | None) -> None:
        """Draw what a unit sees."""
        self._field = field
        self.update()

    def show_effective(self, strength: Maps | None, box: Box | None) -> None:
        """Lay the effective field over the photo instead of the map."""
        self._box = box
        if strength is None:
            self._heat = None
        else:
            most = max(float(np.percentile(strength[strength > 0], 99)) if strength.any() else 0.0,
                       1e-12)  # fmt: skip
            shares = np.sqrt(np.clip(strength / most, 0, 1))
            self._heat = to_qimage(strength_table().take((shares * 255).astype(np.uint8), axis=0))
        self.update()

    def _paint_map(self, painter: QPainter, transform: QTransform) -> None:
        image = self._heat or self._overlay
        if image is None:
            return
        painter.setOpacity(max(self._opacity, 0.5) if self._heat is not None else self._opacity)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(transform.mapRect(QRectF(0, 0, *self.picture_size)), image)

    def _paint_field(self, painter: QPainter, transform: QTransform) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._box is not None:
            (top, bottom), (left, right) = self._box
            inner = transform.mapRect(QRectF(left, top, right - left + 1, bottom - top + 1))
            painter.setPen(QPen(QColor("white"), 1, Qt.PenStyle.DashLine))
            painter.drawRect(inner)
        if self._field is None:
            return
        box = transform.mapRect(QRectF(*map(float, self._field.box)))
        outside = QRectF(self.rect())
        painter.setPen(QPen(self._theme.colour("card"), BOX_PX + 2))
        painter.drawRect(box)
        style = Qt.PenStyle.DashLine if self._field.is_clipped else Qt.PenStyle.SolidLine
        painter.setPen(QPen(self._theme.colour("kernel_line"), BOX_PX, style))
        painter.drawRect(box.intersected(outside.adjusted(1, 1, -1, -1)))
