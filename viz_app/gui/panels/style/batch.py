"""A small window for painting a folder of pictures; it goes on when it is closed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viz_app.core.errors import VizError
from viz_app.gui.panels.style.inputs import Thumbnail
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.style.batch import BatchAsked, BatchShown

INTRO = (
    "Every content picture is painted in every style, with the settings of the lab as they are "
    "now, and saved with them inside. The run on the easel goes on beside it."
)
ROWS = (
    ("Contents", "A folder of pictures, or one picture."),
    ("Styles", "A folder of style pictures, or one picture; the lab's own style stands here."),
    ("Save into", "The folder for what is painted; no file there is overwritten."),
)


class Paints(Protocol):
    """What the dialog asks of the presenter."""

    def start(
        self, contents: str, styles: str, folder: Path, *, is_mixed: bool, is_masked: bool
    ) -> None:
        """Paint every content in every style."""

    def count(self, contents: str, styles: str) -> tuple[int, int]:
        """How many contents and styles there are."""

    def cancel(self) -> None:
        """Stop."""


class BatchDialog(QDialog):
    """Two inputs, one output, and how far it is."""

    def __init__(self, theme: Theme, paints: Paints, parent: QWidget) -> None:
        super().__init__(parent)
        self._paints = paints
        self.setWindowTitle("Paint a folder")
        self._theme = theme
        theme.changed.connect(self._on_theme_changed)
        self.fields = [QLineEdit() for _ in ROWS]
        self.mix = QCheckBox()
        self.mix.setToolTip(
            "Blend these into every style, with the weights under Styles; without the check mark "
            "each picture has one style."
        )
        self.masked = QCheckBox("Apply the mask, stretched over every picture")
        self.masked.setToolTip(
            "The mask that is painted in the lab; without the check mark styles apply everywhere."
        )
        self.count = QLabel()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setAccessibleName("How far it is")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.preview = Thumbnail(theme, "The picture under way")
        self.start = QPushButton("Start")
        self.start.setToolTip("Paint every content in every style.")
        set_role(self.start, "primary")
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("Stop; finished pictures stay in the folder.")
        self._is_running = False
        set_role(self.count, "muted")
        self._build()
        for field in self.fields:
            field.textChanged.connect(self._refresh)
        self.start.clicked.connect(self._on_start)
        self.stop.clicked.connect(paints.cancel)
        self._refresh()
        self._on_theme_changed()

    def open_with(self, asked: BatchAsked) -> None:
        """Show the dialog; fields that the user filled stay."""
        for field, text in zip(self.fields, (asked.content, asked.style), strict=False):
            if not field.text():
                field.setText(text)
        self.mix.setText(f"Mix in {', '.join(asked.others)}")
        self.mix.setVisible(bool(asked.others))
        self.masked.setVisible(asked.is_masked)
        self.resize(self.width(), max(self.height(), self.sizeHint().height()))
        self.show()
        self.raise_()
        self.fields[0].setFocus()

    def show_batch(self, shown: BatchShown) -> None:
        """Show how far it is."""
        self._is_running = shown.is_running
        self.words.setText(shown.words)
        self.bar.setValue(round(1000 * shown.share))
        if shown.pixels is not None:
            self.preview.show_pixels(shown.pixels)
        self.start.setEnabled(False)
        self.stop.setEnabled(shown.is_running)
        self.bar.setVisible(shown.is_running)
        if not shown.is_running:
            self._refresh()

    def _build(self) -> None:
        intro = QLabel(INTRO)
        intro.setWordWrap(True)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        for i, ((name, tip), field) in enumerate(zip(ROWS, self.fields, strict=True)):
            field.setToolTip(tip)
            field.setAccessibleName(name)
            field.setPlaceholderText(tip)
            button = QPushButton("Folder…")
            button.setToolTip(tip)
            button.setAccessibleName(f"{name}: choose a folder")
            button.clicked.connect(self._chooser(name, field))
            grid.addWidget(QLabel(name), i, 0)
            grid.addWidget(field, i, 1)
            grid.addWidget(button, i, 2)
        options = QVBoxLayout()
        for box in (self.mix, self.masked):
            box.setChecked(True)
            box.hide()
            options.addWidget(box)
        told = QVBoxLayout()
        told.addWidget(self.count)
        told.addWidget(self.words)
        told.addWidget(self.bar)
        told.addStretch(1)
        below = QHBoxLayout()
        below.addLayout(told, 1)
        below.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        close = QPushButton("Close")
        close.setToolTip("Close this window; painting goes on.")
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.start, self.stop, close):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(intro)
        column.addLayout(grid)
        column.addLayout(options)
        column.addLayout(below, 1)
        column.addLayout(buttons)

    def _chooser(self, name: str, field: QLineEdit) -> Callable[[], None]:
        def choose() -> None:
            folder = QFileDialog.getExistingDirectory(self, name, field.text())
            if folder:
                field.setText(folder)

        return choose

    def _counted(self) -> tuple[int, int] | None:
        """How many contents and styles the fields name; None while something is missing."""
        contents, styles, folder = (field.text().strip() for field in self.fields)
        if not (contents and styles and folder):
            return None
        return self._paints.count(contents, styles)

    def _refresh(self) -> None:
        counted = None
        try:
            counted = self._counted()
            words = "Name the contents, the styles and a folder for the result."
            if counted is not None:
                contents, styles = counted
                words = f"{contents} × {styles} = {contents * styles}"
                words += " picture" if contents * styles == 1 else " pictures"
        except VizError as error:
            words = str(error)
        self.count.setText(words)
        self.start.setEnabled(counted is not None and not self._is_running)
        self.stop.setEnabled(self._is_running)
        self.bar.setVisible(self._is_running)

    def _on_theme_changed(self) -> None:
        px = self._theme.px
        self.preview.setFixedSize(px(132), px(88))
        self.setMinimumWidth(px(420))  # the least height is the layout's
        self.resize(px(560), max(px(330), self.sizeHint().height()))

    def _on_start(self) -> None:
        contents, styles, folder = (field.text().strip() for field in self.fields)
        self._paints.start(
            contents,
            styles,
            Path(folder),
            is_mixed=self.mix.isChecked(),
            is_masked=self.masked.isChecked(),
        )
