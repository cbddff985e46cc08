"""The evaluation of a folder: its images, the boxes of one, the curve, and the classes' AP."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column
from viz_app.gui.panels.detection.evaluation_page import CurvePlot
from viz_app.gui.panels.detection.judged import counts_text, number, paint_judged
from viz_app.gui.panels.detection.side_card import SideCard
from viz_app.gui.panels.detection.targets_page import PLAIN_TABLE
from viz_app.gui.panels.detection.thresholds import Thresholds
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.labs.detection.controls import VERDICT
from viz_app.labs.detection.evaluation import EvaluationShown
from viz_app.labs.detection.folder import FolderShown, PictureRow
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene

COLUMNS = ("Image", "✓", "✗", "?")
CLASS_COLUMNS = ("Class", "Truths", "AP")
ACTIONS = ("Evaluate a folder…", "Evaluate results…")
LIST_PX, LEAST_IMAGE_PX = 150, 130
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FolderPage(QWidget):
    """Shows how good the detections of a folder's images are."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: FolderShown | None = None
        self._rows: list[PictureRow] = []  # in the order of the table
        self._sorted_by = 0  # a column; 0: the most errors first
        self.canvas = Canvas(theme, "Image of the folder with judged boxes")
        self.canvas.setToolTip("✓ found, ✗ found wrongly, ? missed (dashed).")
        self.canvas.add_overlay(self._paint)
        self.images = NumberTable(theme, COLUMNS, "Images of the folder, the most errors first")
        self.images.setToolTip("True, false and missed boxes of each image; choose one to see it.")
        header = self.images.horizontalHeader()
        header.setSectionsClickable(True)
        header.setToolTip("Click ✓, ✗ or ? for the images with the most of them first.")
        header.sectionClicked.connect(self._on_sorted)
        self.classes = NumberTable(theme, CLASS_COLUMNS, "Classes and their average precision")
        self.classes.setMinimumHeight(120)
        self.classes.setToolTip("AP by all points of the curve's envelope at 101 recalls (COCO).")
        self.plot = CurvePlot(theme)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.plot.setMinimumHeight(84)
        self.counts, self.means, self.words, self.files = (QLabel() for _ in range(4))
        for label in (self.counts, self.means, self.words, self.files):
            label.setWordWrap(True)
        for label in (self.words, self.files):
            set_role(label, "muted")
        self.means.setAccessibleName("Mean average precision")
        self.fetch = QPushButton("Get the network…")
        self.fetch.setToolTip("Choose where it comes from; size and licence are shown before.")
        set_role(self.fetch, "primary")
        self.thresholds = Thresholds(theme, VERDICT)
        self.p_c, self.verdict = self.thresholds.p_c, self.thresholds.second
        self._buttons = QVBoxLayout()
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.thresholds.attach(presenter)
        self.images.row_chosen.connect(self._on_row_chosen)
        self.fetch.clicked.connect(presenter.folder.offer_accepted)
        self._presenter = presenter
        actions = {action.text: action for action in presenter.actions}
        for text in ACTIONS:
            self._buttons.addWidget(ActionButton(actions[text], self._theme))

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the thresholds."""
        self.thresholds.show_scene(scene)

    def show_folder(self, shown: FolderShown) -> None:
        """Show images, curve and classes; before there are any, what it waits for."""
        self._shown = shown
        is_ready = shown.judged is not None
        for widget in (self.images, self.plot, self.counts, self.means, self.classes):
            widget.setVisible(is_ready)
        self._filler.setVisible(not is_ready)
        self.fetch.setVisible(bool(shown.missing))
        self.words.setVisible(not is_ready or bool(self._broken(shown)))
        self.words.setText(self._broken(shown) if is_ready else shown.words)
        self.files.setText(" · ".join(shown.files))
        self.files.setVisible(bool(shown.files))
        self.canvas.placeholder = "Reading the image …" if is_ready else shown.words
        self.canvas.show_pixels(shown.pixels)
        self.canvas.update()
        if shown.judged is None:
            return
        judged = shown.judged
        self.p_c.show_ticks(judged.scores if len(judged.scores) <= 400 else ())
        self.plot.show_curve(judged.recall, judged.precision, judged.point)
        self._rows = self._in_order(shown.rows)
        rows = [(Path(r.name).name, f"{r.true}", f"{r.false}", f"{r.missed}") for r in self._rows]
        chosen = next(i for i, row in enumerate(self._rows) if row.index == shown.chosen)
        self.images.show_rows(rows, chosen, ("text", "output", "warning", "input"))
        classes = [(r.name, f"{r.truths}", number(r.ap)) for r in judged.rows]
        self.classes.show_rows(classes, -1, ("text", "muted", "output"))
        self._show_words(judged, len(rows))

    def _show_words(self, judged: EvaluationShown, images: int) -> None:
        self.counts.setText(f"{images} images: {counts_text(judged, self._theme)}")
        means = " · ".join(
            f"{kind} {number(value)}".replace("-", "\u2011").replace(" ", "\u00a0")
            for kind, value in judged.ap
        )
        self.means.setText(f"<b>mAP</b> {means}<br><b>COCO .50:.95</b> {number(judged.coco)}")

    def _broken(self, shown: FolderShown) -> str:
        sentences = () if shown.found is None else shown.found.sentences
        self.words.setToolTip("\n".join(sentences))
        if not sentences:
            return ""
        return f"{len(sentences)} left out: {sentences[0]}" + " …" * (len(sentences) > 1)

    def _on_sorted(self, column: int) -> None:
        """Sort by a number, or by the errors again at the name, and show the first image."""
        self._sorted_by = column
        if self._shown is not None and self._shown.rows:
            self.show_folder(self._shown)
            self._presenter.folder.picture_chosen(self._rows[0].index)

    def _in_order(self, rows: Sequence[PictureRow]) -> list[PictureRow]:
        if not self._sorted_by:
            return list(rows)
        field = ("name", "true", "false", "missed")[self._sorted_by]
        return sorted(rows, key=lambda row: -int(getattr(row, field)))

    def _on_row_chosen(self, row: int) -> None:
        if 0 <= row < len(self._rows):
            self._presenter.folder.picture_chosen(self._rows[row].index)

    def _paint(self, painter: QPainter, transform: QTransform) -> None:
        if self._shown is not None and self._shown.judged is not None:
            paint_judged(painter, transform, self._theme, self._shown.judged.judged)

    def _build(self) -> None:
        photo = Card()
        photo.column.setContentsMargins(4, 4, 4, 4)
        photo.column.addWidget(self.canvas, 1)
        photo.column.addWidget(self.images)
        self._side = SideCard("How good is it?")
        for widget in (self.counts, self.plot, self.means):
            self._side.inside.addWidget(widget)
        self._side.inside.addWidget(self.classes, 1)
        for below in (self.words, self.files, self.fetch):
            self._side.inside.addWidget(below)
        self._filler = QWidget()
        self._side.inside.addWidget(self._filler, 1)
        self._side.inside.addLayout(self._buttons)
        lower = Card()
        lower.column.addWidget(self.thresholds)
        page_column(self, Beside(photo, self._side, self._theme), lower)

    def _on_theme_changed(self) -> None:
        self.images.setFixedHeight(self._theme.px(LIST_PX))
        self.canvas.setMinimumHeight(self._theme.px(LEAST_IMAGE_PX))
        if self._shown is not None and self._shown.judged is not None:
            self._show_words(self._shown.judged, len(self._shown.rows))


class NumberTable(QTableWidget):
    """Names and their numbers; a row can be chosen by the mouse or the arrow keys."""

    row_chosen = Signal(int)

    def __init__(self, theme: Theme, columns: tuple[str, ...], name: str) -> None:
        super().__init__(0, len(columns))
        self._theme = theme
        self.setHorizontalHeaderLabels(list(columns))
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setStyleSheet(PLAIN_TABLE)
        header = self.horizontalHeader()
        header.setMinimumSectionSize(28)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.currentCellChanged.connect(self._on_current)

    def show_rows(
        self, rows: Sequence[tuple[str, ...]], chosen: int, tokens: tuple[str, ...]
    ) -> None:
        """Show rows, quietly; −1 chooses none."""
        self.blockSignals(True)
        self.setRowCount(len(rows))
        font = self._theme.font(12, is_mono=True)
        for i, row in enumerate(rows):
            for column, text in enumerate(row):
                item = self.item(i, column) or QTableWidgetItem()
                if item.tableWidget() is None:
                    self.setItem(i, column, item)
                item.setText(text)
                item.setForeground(self._theme.colour(tokens[column]))
                if column:
                    item.setFont(font)
                    item.setTextAlignment(RIGHT)
            self.setRowHeight(i, self._theme.px(24))
        if chosen >= 0:
            self.setCurrentCell(chosen, 0)
            self.scrollTo(self.model().index(chosen, 0))
        else:
            self.clearSelection()
        self.blockSignals(False)

    def _on_current(self, row: int, column: int, before: int, before_column: int) -> None:
        if row >= 0 and row != before:
            self.row_chosen.emit(row)
