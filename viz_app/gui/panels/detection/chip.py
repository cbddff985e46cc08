"""The label of a box: a filled chip with words in black or white, whichever reads better."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from viz_app.gui.theme import TOKENS


def chip_for(text: str, metrics: QFontMetricsF) -> QRectF:
    """As large as the words need, at the origin."""
    return QRectF(0, 0, metrics.horizontalAdvance(text) + 12, metrics.height() + 4)


def place_on(chip: QRectF, box: QRectF) -> None:
    """Put a chip on a box's upper edge, inside it where the screen ends."""
    chip.moveTo(box.topLeft())
    if box.top() - chip.height() >= 0:
        chip.moveBottom(box.top())


def paint_chip(painter: QPainter, chip: QRectF, text: str, ground: QColor) -> None:
    """Paint a chip in the painter's font; leaves the painter with its brush."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(ink_on(ground))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)


def ink_on(colour: QColor) -> QColor:
    """Black or white, whichever reads better on a colour."""
    light, dark = QColor(TOKENS["light"]["card"]), QColor(TOKENS["light"]["text"])
    return dark if _contrast(dark, colour) >= _contrast(light, colour) else light


def _contrast(a: QColor, b: QColor) -> float:
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
