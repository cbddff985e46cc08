"""The drawing of a network for a paper or a slide: SVG or PDF, with its words as text."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from viz_app.gui.panels.networks.drawing import Drawing
from viz_app.gui.theme import Theme
from viz_app.labs.networks.figure import Figure

SIZE = QSize(1600, 640)
DPI = 96


def to_file(figure: Figure, theme: Theme, title: str, suffix: str) -> bytes:
    """Return a drawing as the bytes of an .svg or .pdf file, nothing selected."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    drawing = Drawing(theme)
    try:
        drawing.resize(SIZE)
        drawing.show_figure(figure, "", title)
        drawing.fit()
        device = _pdf(buffer, title) if suffix == ".pdf" else _svg(buffer, title)
        painter = QPainter(device)
        drawing.paint(painter)
        painter.end()
    finally:
        drawing.deleteLater()
    return bytes(buffer.data().data())


def _svg(buffer: QBuffer, title: str) -> QSvgGenerator:
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(SIZE)
    generator.setViewBox(QRect(0, 0, SIZE.width(), SIZE.height()))
    generator.setTitle(title)
    return generator


def _pdf(buffer: QBuffer, title: str) -> QPdfWriter:
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setResolution(DPI)
    points = QSizeF(SIZE.width() * 72 / DPI, SIZE.height() * 72 / DPI)
    size = QPageSize(points, QPageSize.Unit.Point, title, QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    return writer
