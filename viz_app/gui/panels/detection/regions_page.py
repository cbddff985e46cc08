"""The regions view: proposals over the photo, one of them on the feature map, three ways' costs."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column, picture_card
from viz_app.gui.panels.detection.box_layer import BoxLayer
from viz_app.gui.panels.detection.side_card import SideCard
from viz_app.gui.panels.detection.suppression_page import ClickCanvas
from viz_app.gui.panels.detection.ticks import TickSlider
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.choices import ChoiceButtons
from viz_app.labs.detection.controls import REGION_SCORE, REGION_WAY
from viz_app.labs.detection.found import Floats
from viz_app.labs.detection.presenter import DEFAULTS, DetectionPresenter
from viz_app.labs.detection.regions import RegionsShown
from viz_app.labs.detection.scene import DetectionScene

BINS, SAMPLES = 7, 2
TOKENS = ("muted", "text", "text", "text")


class RegionsPage(QWidget):
    """Shows one way to classify regions."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: RegionsShown | None = None
        self._way = DEFAULTS.region_way
        self.canvas = ClickCanvas(theme, "Photo with region proposals")
        self.canvas.setToolTip("Dotted: regions. Click one to see it on the feature map.")
        self.layer = BoxLayer(theme)
        self.canvas.add_overlay(self.layer.paint)
        self.summary, self.facts, self.how = QLabel(), QLabel(), QLabel()
        for label in (self.summary, self.how):
            label.setWordWrap(True)
            set_role(label, "muted")
        self.facts.setAccessibleName("What the three ways cost")
        self.facts.setToolTip("Products are multiplications; seconds were measured just now.")
        self.map = RoiView(theme)
        self.fetch = QPushButton("Get the network…")
        self.fetch.setToolTip("Choose where it comes from; size and licence are shown before.")
        set_role(self.fetch, "primary")
        self.ways = ChoiceButtons(REGION_WAY)
        self.score = TickSlider(REGION_SCORE, DEFAULTS.region_score, theme)
        self._build()
        theme.changed.connect(self._on_theme_changed)

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.canvas.clicked.connect(presenter.regions.clicked)
        self.fetch.clicked.connect(presenter.regions.offer_accepted)
        self.ways.moved.connect(lambda value: presenter.edited("region_way", value))
        self.score.moved.connect(lambda value: presenter.edited("region_score", value))

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the way and the threshold."""
        self._way = scene.region_way
        self.ways.show_value(scene.region_way)
        self.score.show_value(scene.region_score)
        self.map.show_pooling(scene.pooling)

    def show_regions(self, shown: RegionsShown) -> None:
        """Show regions, costs, and the chosen region on the map."""
        self._shown = shown
        self.canvas.placeholder = shown.words
        self.canvas.show_pixels(shown.pixels)
        self.layer.show_boxes(shown.boxes, shown.selected)
        self.canvas.update()
        self.summary.setText(shown.summary or ("" if shown.missing else shown.words))
        self.how.setText(shown.how or shown.words)
        self.fetch.setVisible(bool(shown.missing))
        self.map.setVisible(shown.regions is not None and shown.regions.strength is not None)
        self.map.show_roi(shown)
        self.score.show_ticks([score for _name, score in shown.kept])
        self._show_facts(shown)

    def _show_facts(self, shown: RegionsShown) -> None:
        chosen = {"rcnn": 1, "fast": 2, "faster": 3}[self._way]
        rows = ""
        for row in shown.facts:
            cells = ""
            for column, text in enumerate(row):
                token = "output" if column == chosen else TOKENS[column]
                align = "right" if column else "left"
                cells += (
                    f'<td align="{align}" style="padding-left: {4 if column else 0}px; '
                    f'color: {self._theme.colour(token).name()}">{text}</td>'
                )
            rows += f"<tr>{cells}</tr>"
        self.facts.setFont(self._theme.font(11))
        self.facts.setText(f"<table cellspacing=0>{rows}</table>" if rows else "")

    def _build(self) -> None:
        photo = picture_card(self.canvas, self.summary)
        self._side = SideCard("Three ways")
        for widget in (self.facts, self.how, self.fetch):
            self._side.inside.addWidget(widget)
        self._side.inside.addWidget(self.map, 1)
        self._side.inside.addStretch(0)
        lower = Card()
        lower.column.addWidget(self.ways)
        lower.column.addWidget(self.score)
        page_column(self, Beside(photo, self._side, self._theme), lower)

    def _on_theme_changed(self) -> None:
        if self._shown is not None:
            self._show_facts(self._shown)


class RoiView(QWidget):
    """The feature map with the chosen region, its bins or samples, and what they took."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: RegionsShown | None = None
        self._pooling = DEFAULTS.pooling
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip(
            "The feature map, the mean of its 1,280 channels. RoI pooling rounds the region to "
            "whole cells and takes the largest of each bin; RoI align takes samples between the "
            "cells and rounds nothing."
        )
        self.setAccessibleName("Feature map with the chosen region")

    def show_pooling(self, pooling: str) -> None:
        """Choose whose bins are drawn on the map."""
        self._pooling = "pool" if pooling == "pool" else "align"
        self.update()

    def show_roi(self, shown: RegionsShown) -> None:
        """Show a region."""
        self._shown = shown
        words = f": {shown.chosen}" if shown.chosen else ""
        self.setAccessibleName(f"Feature map with the chosen region{words}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, self._theme.px(230))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self._theme.px(120))

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self._shown
        if shown is None or shown.regions is None or shown.regions.strength is None:
            return
        painter = QPainter(self)
        font = self._theme.font(11)
        painter.setFont(font)
        line = QFontMetricsF(font).height() + 2
        strength = shown.regions.strength
        upper = QRectF(0, line, self.width(), (self.height() - 3 * line) * 0.58)
        place = self._draw(painter, upper, strength, float(strength.max()))
        painter.setPen(self._theme.colour("muted"))
        title = f"feature map {strength.shape[0]} × {strength.shape[1]}"
        painter.drawText(QRectF(0, 0, self.width(), line), Qt.AlignmentFlag.AlignHCenter, title)
        if shown.roi is not None:
            self._draw_roi(painter, place, shown.roi, strength.shape[1])
        below = QRectF(0, upper.bottom() + 4, self.width(), self.height() - upper.bottom() - 4)
        for i, (name, bins) in enumerate((("pooling", shown.pooled), ("align", shown.aligned))):
            half = QRectF(i * below.width() / 2, below.top(), below.width() / 2 - 6, below.height())
            is_chosen = (name == "align") == (self._pooling == "align")
            painter.setPen(self._theme.colour("kernel" if is_chosen else "muted"))
            painter.drawText(half, Qt.AlignmentFlag.AlignHCenter, f"RoI {name}")
            if bins is not None:
                room = half.adjusted(0, line, 0, -2)
                self._draw(painter, room, bins, max(float(strength.max()), 1e-9))

    def _draw(self, painter: QPainter, room: QRectF, values: Floats, most: float) -> QRectF:
        """Draw a map as large as fits, and return where it is."""
        rows, columns = values.shape
        scale = max(min(room.width() / columns, room.height() / rows), 0.1)
        place = QRectF(0, 0, columns * scale, rows * scale)
        place.moveCenter(room.center())
        low, high = self._theme.colour("card"), self._theme.colour("output")
        ends = np.array([[c.red(), c.green(), c.blue()] for c in (low, high)], np.float64)
        shares = np.clip(values / most, 0, 1)[..., None]
        pixels = (ends[0] + (ends[1] - ends[0]) * shares).round().astype(np.uint8)
        pixels = np.ascontiguousarray(pixels)
        image = QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        painter.drawImage(place, image.copy())
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(place)
        return place

    def _draw_roi(
        self,
        painter: QPainter,
        place: QRectF,
        roi: tuple[float, float, float, float],
        columns: int,
    ) -> None:
        cell = place.width() / columns
        x1, y1, x2, y2 = roi
        amber = self._theme.colour("kernel_line")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._pooling == "pool":
            x1, y1 = (float(np.floor(v + 0.5)) for v in (x1, y1))
            x2, y2 = max(np.floor(x2 + 0.5), x1 + 1), max(np.floor(y2 + 0.5), y1 + 1)
        rect = QRectF(
            place.left() + x1 * cell, place.top() + y1 * cell, (x2 - x1) * cell, (y2 - y1) * cell
        )
        painter.setPen(QPen(amber, 2))
        painter.drawRect(rect)
        painter.setPen(QPen(amber, 1))
        if self._pooling == "pool":
            for i in range(1, BINS):  # the bins' borders lie on cells
                x = place.left() + cell * (x1 + np.floor(i * (x2 - x1) / BINS))
                y = place.top() + cell * (y1 + np.floor(i * (y2 - y1) / BINS))
                painter.drawLine(QLineF(x, rect.top(), x, rect.bottom()))
                painter.drawLine(QLineF(rect.left(), y, rect.right(), y))
            return
        side = BINS * SAMPLES
        steps = (np.arange(side) + 0.5) / side
        points = [
            QPointF(rect.left() + u * rect.width(), rect.top() + v * rect.height())
            for v in steps.tolist()
            for u in steps.tolist()
        ]
        painter.setPen(QPen(amber, 2))
        painter.drawPoints(points)
