"""The line in which the user says what is in a drawn box."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

from viz_app.labs.detection.box_editor import BoxEditor


class LabelEdit(QLineEdit):
    """Enter keeps the label of the selected box; known names are offered."""

    def __init__(self) -> None:
        super().__init__()
        self._editor: BoxEditor | None = None
        self.setPlaceholderText("What is in the box?")
        self.setAccessibleName("Label of the selected box")
        self.setToolTip("A name for what is in the selected box; Enter keeps it.")
        self.editingFinished.connect(self._on_finished)

    def attach(self, editor: BoxEditor) -> None:
        """Connect to what knows the boxes."""
        self._editor = editor

    def show_names(self, names: tuple[str, ...]) -> None:
        """Offer these names."""
        completer = QCompleter(list(names), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)

    def show_label(self, label: str | None) -> None:
        """Show the selected box's label, unless the user is typing; None: no box is selected."""
        self.setEnabled(label is not None)
        if not self.isModified():
            self.setText(label or "")

    def _on_finished(self) -> None:
        if self.isModified() and self._editor is not None:
            self.setModified(False)
            self._editor.labelled(self.text())
