"""The figure for print, and the steps as frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QBuffer, QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from viz_app.gui.panels.convolution.grid_figure import GridFigure
from viz_app.gui.theme import Theme
from viz_app.labs.convolution.step_view import Frame

FRAME_PX = (960, 440)


def to_svg(figure: GridFigure, size: QSize, title: str) -> bytes:
    """Return a figure as SVG, cell by cell, with its numbers as text."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    painter = QPainter(generator)
    figure.paint_into(painter, size)
    painter.end()
    return bytes(buffer.data().data())


def to_frames(frames: Iterator[Frame], theme: Theme) -> Iterator[np.ndarray]:
    """Paint each frame off the screen  # uint8 [h, w, 3]."""
    figure = GridFigure(theme, "Frame")
    figure.has_motion = False
    size = QSize(*FRAME_PX)
    try:
        for frame in frames:
            figure.show_figure(frame.figure, frame.key)
            figure.show_marks(frame.marks, frame.passed, frame.shows_ahead)
            image = QImage(size, QImage.Format.Format_RGB888)
            image.fill(QColor(theme.colour("card")))
            painter = QPainter(image)
            figure.paint_into(painter, size)
            painter.end()
            yield pixels_of(image)
    finally:
        figure.deleteLater()


def pixels_of(image: QImage) -> np.ndarray:
    """A copy of an image's pixels  # uint8 [h, w, 3]."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()
