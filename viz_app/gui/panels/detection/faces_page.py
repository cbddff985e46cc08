"""The faces view: MTCNN's pyramid, the boxes after each of its steps, and five landmarks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPen, QTransform
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column, picture_card
from viz_app.gui.panels.detection.box_layer import BoxLayer
from viz_app.gui.panels.detection.suppression_page import PLAIN_LIST
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.labs.detection.detector_controls import FACE_STAGE
from viz_app.labs.detection.faces import FacesShown, LevelShown
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene

POINT_PX = 3.5
MOST_HEAT = 0.8
ALL_COPIES = "all copies"


class FacesPage(QWidget):
    """Shows one step of the cascade; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: FacesShown | None = None
        self._stage = 0
        self.canvas = Canvas(theme, "Photo with the windows of the face detector")
        self.canvas.setToolTip("The wheel zooms, Ctrl and drag moves.")
        self.layer = BoxLayer(theme)
        self.canvas.add_overlay(self._paint_heat)
        self.canvas.add_overlay(self.layer.paint)
        self.canvas.add_overlay(self._paint_points)
        self.stages = ViewSwitch(FACE_STAGE, theme, fills=True)
        self.summary, self.facts = QLabel(), QLabel()
        for label in (self.summary, self.facts):
            label.setWordWrap(True)
            set_role(label, "muted")
        self.levels = LevelList(theme)
        self.funnel = QLabel()
        self.funnel.setAccessibleName("Boxes that each step leaves")
        self.funnel.setToolTip("How many boxes each step of the cascade leaves.")
        set_role(self.funnel, "mono")
        self._buttons_row = QHBoxLayout()
        self._buttons: list[ActionButton] = []
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.stages.moved.connect(lambda value: presenter.edited("face_stage", value))
        self.levels.level_chosen.connect(presenter.faces_level_chosen)
        actions = {action.text: action for action in presenter.actions}
        for text in ("Step back", "Step"):
            button = ActionButton(actions[text], self._theme, is_primary=text == "Step")
            if button.action_shown.icon:
                button.setText("")
            self._buttons.append(button)
            self._buttons_row.addWidget(button, 1 if text == "Step" else 0)

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the step."""
        self._stage = [option.value for option in FACE_STAGE.options].index(scene.face_stage)
        self.stages.show_value(scene.face_stage)

    def show_faces(self, shown: FacesShown | None, pixels: np.ndarray | None, words: str) -> None:
        """Show a step; without one the photo, and what it waits for."""
        self._shown = shown
        self.canvas.show_pixels(pixels)
        self.layer.show_boxes(shown.boxes if shown is not None else None)
        self.canvas.update()
        self.summary.setText(shown.summary if shown is not None else words)
        self.facts.setText(shown.facts if shown is not None else "")
        self.levels.show_levels(shown.levels if shown else (), shown.level if shown else -1)
        self._show_funnel()
        for button in self._buttons:
            button.refresh()

    def _show_funnel(self) -> None:
        if self._shown is None:
            self.funnel.setText("")
            return
        now, chosen = FACE_STAGE.options, self._stage
        muted, accent = (self._theme.colour(t).name() for t in ("muted", "kernel"))
        rows = [
            f'<tr><td style="color: {accent if i == chosen else muted}">{option.label}</td>'
            f'<td align="right">&nbsp;&nbsp;{"<b>" if i == chosen else ""}{count:,}</td></tr>'
            for i, (option, (_, count)) in enumerate(zip(now, self._shown.counts, strict=True))
        ]
        self.funnel.setText(f"<table cellspacing=1>{''.join(rows)}</table>")

    def _paint_heat(self, painter: QPainter, transform: QTransform) -> None:
        shown = self._shown
        if shown is None or not shown.heat.size:
            return
        left, top, right, bottom = shown.heat_frame
        painter.drawImage(
            transform.mapRect(QRectF(left, top, right - left, bottom - top)),
            heat_image(shown.heat, self._theme),
        )

    def _paint_points(self, painter: QPainter, transform: QTransform) -> None:
        if self._shown is None:
            return
        painter.setPen(QPen(self._theme.colour("card"), 1.5))
        painter.setBrush(self._theme.colour("output"))
        radius = self._theme.px(POINT_PX)
        for x, y in self._shown.points.reshape(-1, 2).tolist():
            painter.drawEllipse(transform.map(QPointF(x, y)), radius, radius)

    def _build(self) -> None:
        photo = picture_card(self.canvas, self.summary, self.facts)
        self._side = Card("Pyramid: scale, size, windows that pass")
        self._side.column.addWidget(self.levels, 1)
        heading = QLabel("Boxes left")
        set_role(heading, "group")
        self._side.column.addWidget(heading)
        self._side.column.addWidget(self.funnel)
        self._buttons_row.setSpacing(8)
        self._side.column.addLayout(self._buttons_row)
        lower = Card()
        lower.column.addWidget(self.stages)
        page_column(self, Beside(photo, self._side, self._theme), lower)

    def _on_theme_changed(self) -> None:
        self._show_funnel()


class LevelList(QListWidget):
    """The copies of the picture, the largest first, and how many windows pass in each."""

    level_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("Copies of the picture")
        self.setToolTip(
            "Each copy is smaller by 0.709; choose one to see P-Net's answer on it. "
            "At the end of each line: its windows above the threshold."
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setStyleSheet(PLAIN_LIST)
        self.currentRowChanged.connect(self._on_row_changed)

    def show_levels(self, levels: Sequence[LevelShown], level: int) -> None:
        """Show these, the chosen one marked, quietly."""
        self.blockSignals(True)
        texts = _aligned([(one.text, f"{one.count:,}") for one in levels])
        while self.count() > len(texts):
            self.takeItem(self.count() - 1)
        for i, text in enumerate(texts):
            if i == self.count():
                self.addItem(QListWidgetItem())
            self.item(i).setText(text)
            self.item(i).setFont(self._theme.font(12, is_mono=True))
        self.setCurrentRow(level + 1 if texts else -1)
        self.blockSignals(False)

    def _on_row_changed(self, row: int) -> None:
        if row >= 0:
            self.level_chosen.emit(row - 1)


def _aligned(lines: Sequence[tuple[str, str]]) -> list[str]:
    """The lines in two columns under that of all copies; none without copies."""
    words = max((len(text) for text, _ in lines), default=0)
    digits = max((len(count) for _, count in lines), default=0)
    below = [f"{text.ljust(words)} {count.rjust(digits)}" for text, count in lines]
    return [ALL_COPIES, *below] if lines else []


def heat_image(shares: np.ndarray, theme: Theme) -> QImage:
    """Shares [rows, columns] in 0…1 as amber that covers more where they are larger."""
    ink = theme.colour("kernel_line")
    rows, columns = shares.shape
    pixels = np.empty((rows, columns, 4), np.uint8)
    pixels[..., :3] = (ink.red(), ink.green(), ink.blue())
    pixels[..., 3] = (np.clip(shares, 0, 1) * MOST_HEAT * 255).astype(np.uint8)
    return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy()
