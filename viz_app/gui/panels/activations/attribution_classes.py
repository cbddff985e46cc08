"""A list of classes that can be searched by typing."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QListView, QWidget

from viz_app.files import labels


class ClassBox(QComboBox):
    """Chooses one of ImageNet's classes; ``extra`` is a first line that stands for −1."""

    chosen = Signal(int)

    def __init__(self, name: str, tip: str, extra: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offset = 1 if extra else 0
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(12)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMaxVisibleItems(12)
        names = labels.imagenet()
        self.addItems([extra, *names] if extra else list(names))
        completer = QCompleter(names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)
        for view in (
            self.view(),
            completer.popup(),
        ):  # a thousand lines are not measured one by one
            cast("QListView", view).setUniformItemSizes(True)
        edit = self.lineEdit()
        assert edit is not None
        edit.setAccessibleName(name)
        edit.setToolTip(tip)
        edit.setPlaceholderText("Type a word: cat, bus, piano …")
        self.activated.connect(self._on_activated)
        completer.activated.connect(self._on_completed)
        self._shown = -2

    def show_class(self, index: int) -> None:
        """Mark a class, quietly."""
        if index != self._shown:
            self._shown = index
            with QSignalBlocker(self):
                self.setCurrentIndex(index + self._offset)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _on_activated(self, at: int) -> None:
        self._shown = at - self._offset
        self.chosen.emit(self._shown)

    def _on_completed(self, text: str) -> None:
        self._on_activated(labels.imagenet().index(text) + self._offset)
