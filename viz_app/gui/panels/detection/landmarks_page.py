"""The landmarks' label: points on the photo that can be dragged, ŷ beside them, and the loss."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainter, QPen, QTransform
from PySide6.QtWidgets import QLabel, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column, picture_card
from viz_app.gui.panels.detection.hold_canvas import HoldCanvas
from viz_app.gui.panels.detection.targets_page import AnswerTable
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.detection.landmarks import LandmarksShown
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene

REACH_PX, DOT_PX = 12, 4


class LandmarksPage(QWidget):
    """Shows the points of truth and answer."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: LandmarksShown | None = None
        self.canvas = HoldCanvas(theme, "Photo with landmarks", REACH_PX)
        self.canvas.setToolTip("Drag a point: blue is the truth y, amber the answer ŷ.")
        self.canvas.add_overlay(self._paint)
        self.table = AnswerTable(theme, "Label and answer of the landmarks")
        self.loss, self.summary = QLabel(), QLabel()
        set_role(self.loss, "mono")
        set_role(self.summary, "muted")
        self.summary.setWordWrap(True)
        self._build()
        theme.changed.connect(self._on_theme_changed)

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        part = presenter.landmarks
        self.canvas.grabbed.connect(part.grabbed)
        self.canvas.dragged.connect(part.dragged)
        self.canvas.released.connect(part.released)
        self.table.edited.connect(part.answer_edited)

    def show_scene(self, scene: DetectionScene) -> None:
        """All values come with what is shown."""

    def show_landmarks(self, shown: LandmarksShown | None, pixels: np.ndarray | None) -> None:
        """Show points and numbers."""
        self._shown = shown
        self.canvas.placeholder = "Reading the image …"
        self.canvas.show_pixels(pixels)
        self.canvas.update()
        if shown is not None:
            self.table.show_terms(shown.terms)
            self.loss.setText(f"loss = {shown.loss:.5f}")
            self.summary.setText(shown.summary)

    def _paint(self, painter: QPainter, transform: QTransform) -> None:
        shown = self._shown
        if shown is None:
            return
        size = np.array(shown.size)
        truth, answer = (
            [transform.map(QPointF(x, y)) for x, y in (points * size).tolist()]
            for points in (shown.truth, shown.answer)
        )
        halo = self._theme.colour("window")
        if shown.has_face:
            painter.setPen(QPen(self._theme.colour("warning"), 1.5))
            painter.drawLines([QLineF(a, b) for a, b in zip(truth, answer, strict=True)])
        layers = [("kernel_line", answer)] + ([("input", truth)] if shown.has_face else [])
        for token, points in layers:
            painter.setPen(QPen(halo, 1.5))
            painter.setBrush(self._theme.colour(token))
            for point in points:
                painter.drawEllipse(point, DOT_PX, DOT_PX)

    def _build(self) -> None:
        photo = picture_card(self.canvas, self.summary)
        self._side = Card("Label of the landmarks")
        self._side.column.addWidget(self.table, 1)
        self._side.column.addWidget(self.loss)
        page_column(self, Beside(photo, self._side, self._theme))

    def _on_theme_changed(self) -> None:
        if self._shown is not None:
            self.table.show_terms(self._shown.terms)
