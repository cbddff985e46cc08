"""The target builder: the cells over the photo, and a cell's label beside an answer ŷ."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QTransform
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.detection.anchor_pad import AnchorPad
from viz_app.gui.panels.detection.arrangement import Beside, page_column, picture_card
from viz_app.gui.panels.detection.box_layer import class_colour
from viz_app.gui.panels.detection.chip import chip_for, paint_chip, place_on
from viz_app.gui.panels.detection.label_edit import LabelEdit
from viz_app.gui.panels.detection.target_canvas import TargetCanvas
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.choices import ChoiceButtons
from viz_app.gui.widgets.flow_bar import FlowBar
from viz_app.gui.widgets.words import Words
from viz_app.labs.controls import Choice, Option
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.targets import TargetsShown, Term, text

ANCHOR = Choice("target_anchor", "Anchor", (), "Which anchor's part of the label is shown.")
ANCHOR_ACTIONS = ("Add anchor", "Remove anchor", "Fit two anchors", "Fit five anchors")
BOX_ACTIONS = ("Detections to boxes", "Delete box")
DOT_PX = 5
PLAIN_TABLE = """QTableWidget { padding: 0; background: transparent; }
QTableWidget:!focus { border: 2px solid transparent; }
QHeaderView { background: transparent; }"""  # it lies in a card that has a frame
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TargetsPage(QWidget):
    """Shows where each drawn box goes in the label y."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: TargetsShown | None = None
        self.canvas = TargetCanvas(theme)
        self.canvas.add_overlay(self._paint)
        self.anchors = ChoiceButtons(ANCHOR)
        self.table = AnswerTable(theme, "Label and answer of the chosen cell")
        self.pad = AnchorPad(theme)
        self.label = LabelEdit()
        self.loss = QLabel()
        self.shape = Words(role="mono")
        self.shape.setToolTip("Cells × cells × anchors × (p_c, the box and the classes).")
        self.summary = Words(role="muted")
        self._actions = FlowBar()
        self._build()
        theme.changed.connect(self._on_theme_changed)

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        part = presenter.targets
        self.canvas.attach(presenter.editor)
        self.label.attach(presenter.editor)
        self.canvas.clicked.connect(part.cell_clicked)
        self.canvas.cell_moved.connect(part.cell_moved)
        self.anchors.moved.connect(lambda value: presenter.edited("target_anchor", value))
        self.table.edited.connect(part.answer_edited)
        self.pad.resized.connect(part.anchor_drawn)
        actions = {action.text: action for action in presenter.actions}
        for name in (*ANCHOR_ACTIONS, *BOX_ACTIONS):
            self._actions.add(ActionButton(actions[name], self._theme))

    def show_scene(self, scene: DetectionScene) -> None:
        """There is no control on this page beside those of the label."""

    def show_targets(self, shown: TargetsShown, pixels: np.ndarray) -> None:
        """Show cells, boxes and the chosen cell's numbers."""
        self._shown = shown
        self.canvas.show_pixels(pixels)
        self.canvas.update()
        row, column = shown.cell
        self._side.title.setText(f"Label of row {row}, column {column}")
        self.anchors.set_options(
            tuple(
                Option(i, str(i + 1), f"Height {a.h:.2f}, width {a.w:.2f} of the picture.")
                for i, a in enumerate(shown.anchors)
            )
        )
        self.anchors.setVisible(len(shown.anchors) > 1)
        self.anchors.show_value(shown.chosen)
        self.table.show_terms(shown.terms)
        self.pad.show_anchors(shown.anchors, shown.chosen, shown.size)
        is_one = 0 <= shown.selected < len(shown.boxes)
        self.label.show_label(shown.boxes[shown.selected].label if is_one else None)
        self.loss.setText(f"loss = {shown.loss:.4f}")
        self.shape.setText(shown.shape)
        self.summary.setText(shown.summary)

    def _paint(self, painter: QPainter, transform: QTransform) -> None:
        shown = self._shown
        if shown is None:
            return
        width, height = shown.size
        area = transform.mapRect(QRectF(0, 0, width, height))
        step_x, step_y = area.width() / shown.grid, area.height() / shown.grid

        def cell_at(row: int, column: int) -> QRectF:
            return QRectF(area.left() + column * step_x, area.top() + row * step_y, step_x, step_y)

        for place in shown.placed:
            ground = self._theme.colour("warning" if place.is_collision else "output")
            ground.setAlphaF(0.35)
            painter.fillRect(cell_at(place.row, place.column), ground)
        line = self._theme.colour("card")
        line.setAlphaF(0.6)
        painter.setPen(QPen(line, 1))
        for i in range(shown.grid + 1):
            x, y = area.left() + i * step_x, area.top() + i * step_y
            painter.drawLines(
                [QLineF(x, area.top(), x, area.bottom()), QLineF(area.left(), y, area.right(), y)]
            )
        self._paint_boxes(painter, transform, shown)
        chosen = cell_at(*shown.cell)
        painter.setPen(QPen(self._theme.colour("accent"), 3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(chosen)
        anchor = shown.anchors[shown.chosen]
        if len(shown.anchors) > 1:
            size = QRectF(0, 0, anchor.w * area.width(), anchor.h * area.height())
            size.moveCenter(chosen.center())
            pen = QPen(self._theme.colour("kernel_line"), 2)
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawRect(size)

    def _paint_boxes(self, painter: QPainter, transform: QTransform, shown: TargetsShown) -> None:
        font = self._theme.font(12, is_bold=True)
        painter.setFont(font)
        for place, box in enumerate(shown.boxes):
            rect = transform.mapRect(QRectF(box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1))
            index = shown.names.index(box.label) if box.label else 0
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("card"), 5))
            painter.drawRect(rect)
            painter.setPen(QPen(class_colour(index), 3.5 if place == shown.selected else 2))
            painter.drawRect(rect)
            words = shown.names[index]
            chip = chip_for(words, QFontMetricsF(font))
            place_on(chip, rect)
            paint_chip(painter, chip, words, class_colour(index))
            painter.setBrush(class_colour(index))
            painter.setPen(QPen(self._theme.colour("card"), 1.5))
            painter.drawEllipse(rect.center(), DOT_PX, DOT_PX)

    def _build(self) -> None:
        photo = picture_card(self.canvas, self.shape, self.summary)
        self._side = Card("Label")
        self._side.column.addWidget(self.anchors)
        self._side.column.addWidget(self.table, 1)
        set_role(self.loss, "mono")
        self._side.column.addWidget(self.loss)
        self._side.column.addWidget(self.label)
        lower = Card()
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(self.pad)
        line.addWidget(self._actions, 1)
        lower.column.addLayout(line)
        page_column(self, Beside(photo, self._side, self._theme), lower)

    def _on_theme_changed(self) -> None:
        if self._shown is not None:
            self.table.show_terms(self._shown.terms)


class AnswerTable(QTableWidget):
    """A label, an answer that can be typed, and the squared difference of each number."""

    edited = Signal(int, float)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(0, 4)
        self._theme = theme
        self._terms: tuple[Term, ...] = ()
        self.setHorizontalHeaderLabels(["", "y", "ŷ", "Δ²"])
        self.setAccessibleName(name)
        self.setToolTip(
            "Type into the column ŷ; “?” is what the loss does not look at. Δ² is (ŷ − y)²."
        )
        self.setTabKeyNavigation(False)  # Tab leaves it; the arrow keys walk in it
        self.verticalHeader().hide()
        self.setShowGrid(False)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet(PLAIN_TABLE)
        self.cellChanged.connect(self._on_cell_changed)

    def show_terms(self, terms: tuple[Term, ...]) -> None:
        """Show these numbers, quietly."""
        self._terms = terms
        self.blockSignals(True)
        self.setRowCount(len(terms))
        font = self._theme.font(12, is_mono=True)
        for row, term in enumerate(terms):
            texts = (term.name, text(term.y), f"{term.y_hat:.3g}", _small(term.term))
            tokens = ("muted", "input", "kernel", "output")
            for column, (words, token) in enumerate(zip(texts, tokens, strict=True)):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    self.setItem(row, column, item)
                item.setText(words)
                item.setFont(font)
                is_blank = words == "?"
                item.setForeground(self._theme.colour("muted" if is_blank else token))
                if column != 2:
                    item.setFlags(Qt.ItemFlag.ItemIsEnabled)
                if column:
                    item.setTextAlignment(RIGHT)
            self.setRowHeight(row, self._theme.px(26))
        self.blockSignals(False)

    def _on_cell_changed(self, row: int, column: int) -> None:
        item = self.item(row, column)
        try:
            value = float(item.text().replace(",", ".")) if item is not None else math.nan
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            self.edited.emit(row, value)
        else:
            self.show_terms(self._terms)


def _small(value: float) -> str:
    """A squared difference: two decimals, or as 4e-4 where they would be zeros."""
    return f"{value:.0e}".replace("e-0", "e-") if 0 < value < 0.005 else text(value)
