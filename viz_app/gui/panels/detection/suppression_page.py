"""The suppression view: boxes over the photo, the thresholds under it, what happened beside it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column, picture_card
from viz_app.gui.panels.detection.box_layer import BoxLayer, class_colour
from viz_app.gui.panels.detection.live_formula import Fraction, LiveFormula, Piece
from viz_app.gui.panels.detection.thresholds import Thresholds
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.gui.widgets.words import Words
from viz_app.labs.detection.found import Found, short
from viz_app.labs.detection.overlap import amount
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.suppression import Line, SuppressionShown, Why

WHY_PX, LEAST_STORY_PX = 172, 72
PLAIN_LIST = """QListWidget { padding: 0; background: transparent; }
QListWidget:!focus { border: 2px solid transparent; }"""  # it lies in a card that has a frame
HINT = "Click a box, or a line above, to ask why it is shown or hidden."


class ClickCanvas(Canvas):
    """A canvas that tells where it was clicked, in the picture's pixels."""

    clicked = Signal(float, float)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.button() == Qt.MouseButton.LeftButton and is_plain:
            at = self.to_picture(event.position())
            self.clicked.emit(at.x(), at.y())
        else:
            super().mousePressEvent(event)


class SuppressionPage(QWidget):
    """Shows one state of the algorithm; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.canvas = ClickCanvas(theme, "Photo with the detector's boxes")
        self.canvas.setToolTip(
            "Click a box to ask why it is shown or hidden; the wheel zooms, Ctrl and drag moves."
        )
        self.layer = BoxLayer(theme)
        self.canvas.add_overlay(self.layer.paint)
        self.summary, self.facts = Words(role="muted"), Words(role="muted")
        self.thresholds = Thresholds(theme)
        self.p_c, self.iou = self.thresholds.p_c, self.thresholds.second
        self.story = StoryList(theme)
        self.why = WhyView(theme)
        self._buttons_row = QHBoxLayout()
        self._buttons: list[ActionButton] = []
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.canvas.clicked.connect(presenter.picture_clicked)
        self.thresholds.attach(presenter)
        self.story.box_chosen.connect(presenter.box_chosen)
        actions = {action.text: action for action in presenter.actions}
        for text in ("Step back", "Step", "All steps"):
            button = ActionButton(actions[text], self._theme, is_primary=text == "Step")
            if button.action_shown.icon:
                button.setText("")
            self._buttons.append(button)
            self._buttons_row.addWidget(button, 1 if text == "Step" else 0)

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the thresholds."""
        self.thresholds.show_scene(scene)

    def show_shown(self, shown: SuppressionShown, found: Found, pixels: np.ndarray) -> None:
        """Show boxes, story and reason."""
        self.canvas.show_pixels(pixels)
        self.layer.show_boxes(shown.boxes, shown.selected)
        self.canvas.update()
        self.summary.setText(shown.summary)
        size = found.request.input_size
        is_pyramid = found.raw is not None and found.raw.layout == "pyramid"
        looked_at = f"faces from {size} pixels" if is_pyramid else f"{size} × {size}"
        self.facts.setText(
            f"{looked_at} · {len(found.boxes):,} boxes · {found.seconds * 1e3:,.0f} ms"
            if size
            else f"the slide's {len(found.boxes)} boxes"
        )
        self.p_c.show_ticks(shown.p_c_ticks)
        self.iou.show_ticks(shown.iou_ticks)
        self.story.show_lines(shown.lines, shown.step, shown.selected)
        self.why.show_why(shown.why)
        for button in self._buttons:
            button.refresh()

    def show_waiting(self, words: str, pixels: np.ndarray | None) -> None:
        """Show the photo alone."""
        self.canvas.show_pixels(pixels)
        self.layer.show_boxes(None)
        self.canvas.update()
        self.summary.setText(words)
        self.facts.setText("")
        self.p_c.show_ticks(())
        self.iou.show_ticks(())
        self.story.show_lines((), 0, -1)
        self.why.show_why(None)
        for button in self._buttons:
            button.refresh()

    def _build(self) -> None:
        photo = picture_card(self.canvas, self.summary, self.facts)
        self._side = Card("What happened")
        self._side.column.addWidget(self.story, 1)
        self._buttons_row.setSpacing(8)
        self._side.column.addLayout(self._buttons_row)
        self._side.column.addSpacing(4)
        self._side.column.addWidget(self.why)
        thresholds = Card()
        thresholds.column.addWidget(self.thresholds)
        page_column(self, Beside(photo, self._side, self._theme), thresholds)

    def _on_theme_changed(self) -> None:
        self.why.setFixedHeight(self._theme.px(WHY_PX))
        self.story.setMinimumHeight(self._theme.px(LEAST_STORY_PX))


class StoryList(QListWidget):
    """The picks in order, and under each the boxes it removed."""

    box_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[Line, ...] = ()
        self._icons: dict[tuple[int, bool], QIcon] = {}
        self.setAccessibleName("What happened")
        self.setToolTip("Each pick, and the boxes it removed. Choose a line to see its box.")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setStyleSheet(PLAIN_LIST)
        self.currentRowChanged.connect(self._on_row_changed)
        self.itemClicked.connect(lambda item: self._on_row_changed(self.row(item)))
        theme.changed.connect(self._on_theme_changed)

    def show_lines(self, lines: Sequence[Line], step: int, selected: int) -> None:
        """Show the story; what lies after the step is grey."""
        self._lines = tuple(lines)
        self.blockSignals(True)
        self.setFont(self._theme.font(12, is_mono=True))
        self.setIconSize(QSize(self._theme.px(10), self._theme.px(10)))
        while self.count() > len(lines):
            self.takeItem(self.count() - 1)
        row = -1
        for i, line in enumerate(lines):
            if i == self.count():
                self.addItem(QListWidgetItem())
            self._show_line(self.item(i), line, is_done=line.turn <= step)
            if line.box == selected >= 0 and row < 0:
                row = i
        if row >= 0 or self.currentRow() >= len(lines):
            self.setCurrentRow(row)
        if selected < 0:
            self.clearSelection()
        elif row >= 0:
            self.scrollToItem(self.item(row))
        self.blockSignals(False)

    def _show_line(self, item: QListWidgetItem, line: Line, *, is_done: bool) -> None:
        is_pick = line.kind == "pick"
        item.setText(line.text if is_pick or line.kind == "low" else f" {line.text}")
        item.setToolTip(line.text)
        token = "text" if is_done and line.kind != "low" else "muted"
        item.setForeground(self._theme.colour(token))
        item.setFont(self._theme.font(12, is_mono=True, is_bold=is_pick and is_done))
        item.setIcon(self._icon(line.class_index, is_pick) if line.box >= 0 else QIcon())

    def _icon(self, index: int, is_pick: bool) -> QIcon:
        key = (index, is_pick)
        if key not in self._icons:
            self._icons[key] = square(class_colour(index), is_filled=is_pick)
        return self._icons[key]

    def _on_row_changed(self, row: int) -> None:
        if 0 <= row < len(self._lines):
            self.box_chosen.emit(self._lines[row].box)

    def _on_theme_changed(self) -> None:
        self._icons.clear()


class WhyView(QWidget):
    """Why the chosen box is shown or hidden: a sentence and the overlap that decided."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.title = QLabel()
        set_role(self.title, "group")
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.formula = LiveFormula(theme, 13)
        self.origin = QLabel()
        self.origin.setWordWrap(True)
        set_role(self.origin, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addWidget(self.sentence)
        column.addWidget(self.formula)
        column.addWidget(self.origin)
        column.addStretch(1)
        self.show_why(None)

    def show_why(self, why: Why | None) -> None:
        """Show a reason, or how to get one."""
        self.title.setText(why.title if why else "Why?")
        self.sentence.setText(why.sentence if why else HINT)
        set_role(self.sentence, "" if why else "muted")
        self.origin.setText(why.origin if why else "")
        self.formula.setVisible(why is not None and why.iou is not None)
        pieces: list[Piece] = []
        words = ""
        if why is not None and why.iou is not None:
            inside, union = amount(why.intersection or 0), amount(why.union or 0)
            pieces = [
                ("IoU = ", "text"),
                Fraction(((inside, "output"),), ((union, "text"),)),
                (f" = {short(why.iou)}", "output"),
            ]
            words = f"IoU = {inside} / {union} = {why.iou:.4f}"
            if why.threshold is not None:
                pieces.append((f" {why.sign} {short(why.threshold)}", "kernel"))
                words += f" {why.sign} {why.threshold}"
        self.formula.show_pieces(pieces, words)


def square(colour: QColor, *, is_filled: bool, size_px: int = 20) -> QIcon:
    """A small square in a class's colour: filled for a box that stays, hollow for others."""
    pixmap = QPixmap(size_px, size_px)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(colour)
    pen = painter.pen()
    pen.setWidth(4)
    painter.setPen(pen)
    if is_filled:
        painter.setBrush(colour)
    painter.drawRect(3, 3, size_px - 6, size_px - 6)
    painter.end()
    return QIcon(pixmap)
