"""The drawing of a network for a paper or a slide: SVG or PDF, with its words as text."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from viz_app.gui.panels.networks.drawing import Drawing
from viz_app.gui.theme import Theme
from viz_app.labs.networks.figure import Figure

WIDTH = 1600
LOWEST, HIGHEST = 200, 1200
DPI = 96


def to_file(figure: Figure, theme: Theme, title: str, suffix: str) -> bytes:
    """Return a drawing as the bytes of an .svg or .pdf file, nothing selected."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    drawing = Drawing(theme)
    try:
        height = min(max(drawing.height_for(figure, WIDTH), LOWEST), HIGHEST)
        size = QSize(WIDTH, height)
        drawing.resize(size)
        drawing.show_figure(figure, "", title)
        drawing.fit()
        device = _pdf(buffer, title, size) if suffix == ".pdf" else _svg(buffer, title, size)
        painter = QPainter(device)
        drawing.paint(painter)
        painter.end()
    finally:
        drawing.deleteLater()
    return bytes(buffer.data().data())


def _svg(buffer: QBuffer, title: str, size: QSize) -> QSvgGenerator:
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRect(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    return generator


def _pdf(buffer: QBuffer, title: str, page: QSize) -> QPdfWriter:
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setResolution(DPI)
    points = QSizeF(page.width() * 72 / DPI, page.height() * 72 / DPI)
    size = QPageSize(points, QPageSize.Unit.Point, title, QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    return writer
