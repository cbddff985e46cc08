"""The evaluation view: true, false and missed boxes, and precision over recall."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QTransform,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column
from viz_app.gui.panels.detection.judged import counts_text, number, paint_judged
from viz_app.gui.panels.detection.thresholds import Thresholds
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.labs.detection.controls import VERDICT
from viz_app.labs.detection.evaluation import EvaluationShown
from viz_app.labs.detection.found import Floats
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene

NO_TRUTH = (
    "There is no truth yet. Draw it under IoU and give each box a label, open a file of boxes, or "
    "take the detections and mend them."
)


class EvaluationPage(QWidget):
    """Shows how good the detections of this photo are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: EvaluationShown | None = None
        self.canvas = Canvas(theme, "Photo with judged boxes")
        self.canvas.setToolTip("✓ found, ✗ found wrongly, ? missed (dashed).")
        self.canvas.add_overlay(self._paint_boxes)
        self.counts = QLabel()
        self.counts.setWordWrap(True)
        self.plot = CurvePlot(theme)
        self.table = QLabel()
        self.table.setWordWrap(True)
        self.table.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.table.setAccessibleName("Average precision")
        self.hint = QLabel(NO_TRUTH)
        self.hint.setWordWrap(True)
        set_role(self.hint, "muted")
        self.thresholds = Thresholds(theme, VERDICT)
        self.p_c, self.verdict = self.thresholds.p_c, self.thresholds.second
        self._build()
        theme.changed.connect(self._on_theme_changed)

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.thresholds.attach(presenter)
        actions = {action.text: action for action in presenter.actions}
        self.take = ActionButton(actions["Detections to boxes"], self._theme)
        self._side.column.insertWidget(self._side.column.count() - 1, self.take)

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the thresholds."""
        self.thresholds.show_scene(scene)

    def show_evaluation(self, shown: EvaluationShown, pixels: np.ndarray) -> None:
        """Show judged boxes, curve and areas."""
        self._shown = shown
        self.canvas.show_pixels(pixels)
        self.canvas.update()
        self.p_c.show_ticks(shown.scores)
        for widget in (self.plot, self.table, self.counts):
            widget.setVisible(shown.has_truth)
        self.hint.setVisible(not shown.has_truth)
        self.take.setVisible(not shown.has_truth)
        self._show_words(shown)
        self.plot.show_curve(shown.recall, shown.precision, shown.point)

    def _show_words(self, shown: EvaluationShown) -> None:
        self.counts.setText(counts_text(shown, self._theme))
        rows = "".join(
            f"<tr><td>{row.name}&nbsp;&nbsp;</td><td align=right>{row.truths}&nbsp;&nbsp;</td>"
            f"<td align=right>{number(row.ap)}</td></tr>"
            for row in shown.rows
        )
        means = "".join(
            f"<tr><td colspan=2>{kind}&nbsp;&nbsp;</td><td align=right>{number(value)}</td></tr>"
            for kind, value in (*shown.ap, ("COCO's ten", shown.coco))
        )
        head = "<tr><td></td><td align=right>truths&nbsp;&nbsp;</td><td align=right>AP</td></tr>"
        mean = "<tr><td colspan=3><b>mean AP</b></td></tr>"
        self.table.setText(f"<table cellspacing=1>{head}{rows}{mean}{means}</table>")

    def _paint_boxes(self, painter: QPainter, transform: QTransform) -> None:
        if self._shown is not None:
            paint_judged(painter, transform, self._theme, self._shown.judged)

    def _build(self) -> None:
        photo = Card()
        photo.column.setContentsMargins(4, 4, 4, 4)
        photo.column.addWidget(self.canvas, 1)
        self._side = Card("How good is it?")
        self._side.column.addWidget(self.counts)
        self._side.column.addWidget(self.plot)
        self._side.column.addWidget(self.table)
        self._side.column.addWidget(self.hint)
        self._side.column.addStretch(1)
        lower = Card()
        lower.column.addWidget(self.thresholds)
        page_column(self, Beside(photo, self._side, self._theme), lower)

    def _on_theme_changed(self) -> None:
        if self._shown is not None:
            self._show_words(self._shown)


class CurvePlot(QWidget):
    """Precision over recall, with the point of the slider on it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._recall = self._precision = np.zeros(0)
        self._point: tuple[float, float] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_curve(
        self, recall: Floats, precision: Floats, point: tuple[float, float] | None
    ) -> None:
        """Show a curve and (precision, recall) of the slider."""
        self._recall, self._precision, self._point = recall, precision, point
        where = f"at precision {point[0]:.2f}, recall {point[1]:.2f}" if point else "no detections"
        self.setAccessibleName(f"Precision over recall, {where}")
        self.setToolTip("Each detection, from the highest score down, is a point of the curve.")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self._theme.px(132))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self._theme.font(11)
        painter.setFont(font)
        line = QFontMetricsF(font).height()
        area = QRectF(self.rect()).adjusted(line + 4, 8, -8, -line - 6)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        for share in (0.0, 0.5, 1.0):
            painter.drawLine(_at(area, 0, share), _at(area, 1, share))
            painter.drawLine(_at(area, share, 0), _at(area, share, 1))
        painter.setPen(self._theme.colour("muted"))
        below = QRectF(area.left(), area.bottom() + 3, area.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "recall")
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "1")
        painter.save()
        painter.translate(line - 2, area.center().y())
        painter.rotate(-90)
        width = area.height()
        painter.drawText(
            QRectF(-width / 2, -line, width, line), Qt.AlignmentFlag.AlignCenter, "precision"
        )
        painter.restore()
        self._paint_curve(painter, area)

    def _paint_curve(self, painter: QPainter, area: QRectF) -> None:
        if not len(self._recall):
            return
        curve = QPolygonF([_at(area, 0, float(self._precision[0]))])
        for recall, precision in zip(self._recall.tolist(), self._precision.tolist(), strict=True):
            curve.append(_at(area, recall, precision))
        painter.setPen(QPen(self._theme.colour("output"), 2))
        painter.drawPolyline(curve)
        if self._point is not None:
            painter.setBrush(self._theme.colour("kernel_line"))
            painter.setPen(QPen(self._theme.colour("card"), 2))
            painter.drawEllipse(_at(area, self._point[1], self._point[0]), 6, 6)


def _at(area: QRectF, x: float, y: float) -> QPointF:
    return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())
