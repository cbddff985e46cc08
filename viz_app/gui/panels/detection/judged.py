"""What the evaluation of a photo and that of a folder show alike: judged boxes and their counts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QTransform

from viz_app.gui.panels.detection.chip import chip_for, paint_chip, place_on
from viz_app.gui.theme import Theme
from viz_app.labs.detection.evaluation import EvaluationShown, Judged
from viz_app.labs.detection.found import short

TOKENS_OF = {"true": "output", "false": "warning", "missed": "input"}
MARKS = {"true": "✓", "false": "✗", "missed": "?"}


def counts_text(shown: EvaluationShown, theme: Theme) -> str:
    """How many boxes are true, false and missed, each in its colour, and what follows from it."""
    counts = {"true": shown.true, "false": shown.false, "missed": shown.missed}
    words = " · ".join(
        f'<span style="color: {theme.colour(TOKENS_OF[verdict]).name()}">'
        f"{MARKS[verdict]} {count} {verdict}</span>"
        for verdict, count in counts.items()
    )
    precision, recall = shown.point or (math.nan, math.nan)
    return f"{words}<br>precision {number(precision)} · recall {number(recall)}"


def number(value: float) -> str:
    """A part of one as the slides write it; a dash where there is none."""
    return "–" if math.isnan(value) else short(value)


def paint_judged(
    painter: QPainter, transform: QTransform, theme: Theme, judged_boxes: Sequence[Judged]
) -> None:
    """Paint boxes with their verdicts: a colour, a mark and a label each."""
    font = theme.font(12, is_bold=True)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    for judged in judged_boxes:
        colour = theme.colour(TOKENS_OF[judged.verdict])
        x1, y1, x2, y2 = judged.corners
        rect = transform.mapRect(QRectF(x1, y1, x2 - x1, y2 - y1))
        halo = theme.colour("window")
        halo.setAlphaF(0.55)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(halo, 6))
        painter.drawRect(rect)
        pen = QPen(colour, 2.5)
        if judged.verdict == "missed":
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawRect(rect)
        text = f"{MARKS[judged.verdict]} {judged.label}"
        chip = chip_for(text, metrics)
        place_on(chip, rect)
        if judged.verdict == "missed":
            chip.moveBottom(rect.bottom())
        paint_chip(painter, chip, text, colour)
