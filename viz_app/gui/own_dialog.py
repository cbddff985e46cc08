"""Asks for the user's own network, and says before it is opened whether code is run."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viz_app.core.errors import VizError
from viz_app.core.traced import SUFFIXES, parse_spec
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.words import Words

NUMBERS = "Only the numbers in this file are read; nothing in it is run."
CODE = (
    "This runs the code in “{}” on this computer, with all that you may do there. Agree only if "
    "you know what is in it."
)
HINT = (
    "A file of weights (.safetensors, .pth) of a network of the catalogue; or my_module:make, or "
    "file.py:Net, for a torch module that your code makes. @1x28x28 behind it tells the shape "
    "of an example."
)


class OwnDialog(QDialog):
    """One line for a file or ``module:factory``; the button says what pressing it means."""

    agreed = Signal(str, bool)  # the spec, and whether the user agreed to run its code

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Open own network")
        self.spec = QLineEdit()
        self.spec.setPlaceholderText("weights.safetensors, or my_module:make")
        self.spec.setAccessibleName("File of weights, or module:factory")
        self.spec.setToolTip(HINT)
        self.sentence = Words(HINT)
        self.sentence.setMinimumWidth(theme.px(460))
        self.agree = QPushButton("Open")
        self.agree.setDefault(True)
        self.agree.setToolTip("Open what the line names.")
        set_role(self.agree, "primary")
        browse, cancel = QPushButton("Browse…"), QPushButton("Cancel")
        browse.setToolTip("Choose a file of weights, or a Python file.")
        cancel.setToolTip("Leave everything as it is.")
        row, buttons = QHBoxLayout(), QHBoxLayout()
        row.addWidget(self.spec, 1)
        row.addWidget(browse)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.agree)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(12)
        column.addWidget(QLabel("File of weights, or module:factory"))
        column.addLayout(row)
        column.addWidget(self.sentence)
        column.addLayout(buttons)
        self.spec.textChanged.connect(self._on_text_changed)
        browse.clicked.connect(self._browse)
        cancel.clicked.connect(self.reject)
        self.agree.clicked.connect(self._on_agreed)
        self._on_text_changed("")

    def _on_text_changed(self, text: str) -> None:
        words, role, runs_code = HINT, "muted", False
        try:
            spec = parse_spec(text)
        except VizError as error:
            if text.strip():
                words = HINT if not text.strip().endswith(".pt2") else str(error)
            self.agree.setEnabled(False)
        else:
            runs_code = spec.runs_code
            words = CODE.format(spec.source) if runs_code else NUMBERS
            role = "warning" if runs_code else "plain"
            self.agree.setEnabled(True)
        self.agree.setText("Run it and open" if runs_code else "Open")
        set_role(self.sentence, role)
        self.sentence.setText(words)

    def _browse(self) -> None:
        endings = " ".join(f"*{suffix}" for suffix in (*SUFFIXES, ".py"))
        name, _ = QFileDialog.getOpenFileName(
            self, "Weights, or a Python file", "", f"Networks ({endings});;All files (*)"
        )
        if name:
            self.spec.setText(f"{name}:" if name.endswith(".py") else name)
            self.spec.setFocus()

    def _on_agreed(self) -> None:
        spec = parse_spec(self.spec.text())
        self.accept()
        self.agreed.emit(spec.text, spec.runs_code)
