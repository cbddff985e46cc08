"""One way to speak to the user: a sentence above the lab, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout

from viz_app.gui.theme import Theme, set_role
from viz_app.labs.controls import Action

GOOD_MS = 6000


class MessageBar(QFrame):
    """Shows the newest sentence until it is closed or no longer true; never a modal box."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        set_role(self, "message")
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # a file's name is no markup
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setAccessibleName("Message")
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setMaximumHeight(220)
        self._details.setAccessibleName("Details of the message")
        set_role(self._details, "mono")
        self._more = QPushButton("Details")
        self._more.setCheckable(True)
        self._more.setToolTip("Show what the program knows of this failure, for a report.")
        self._more.toggled.connect(self._details.setVisible)
        self._close = QPushButton("Close")
        self._close.setToolTip("Close this message.")
        self._close.clicked.connect(self.hush)
        self._buttons: list[QPushButton] = []
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.timeout.connect(self.hush)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self._more)
        self._row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 8, 8)
        column.addLayout(self._row)
        column.addWidget(self._details)
        self.hush()

    @property
    def sentence(self) -> str:
        """What is being told, or an empty string."""
        return "" if self.isHidden() else self._text.text()

    def tell(
        self,
        sentence: str,
        *,
        actions: tuple[Action, ...] = (),
        details: str = "",
        is_good: bool = False,
    ) -> None:
        """Show one sentence, and what can be done about it; good news leave by themselves."""
        self._clear_buttons()
        set_role(self, "message", good=is_good)
        if is_good:
            self._leave.start(GOOD_MS)
        else:
            self._leave.stop()
        self._text.setText(sentence)
        self._details.setPlainText(details)
        self._details.hide()
        self._more.setChecked(False)
        self._more.setVisible(bool(details))
        for action in actions:
            button = QPushButton(action.text)
            button.setToolTip(action.tip)
            set_role(button, "primary")
            button.clicked.connect(self._run_and_hush(action.run))
            self._row.insertWidget(self._row.count() - 2, button)
            self._buttons.append(button)
        self.show()

    def hush(self) -> None:
        """Take the sentence away."""
        self._clear_buttons()
        self.hide()

    def _run_and_hush(self, run: Callable[[], None]) -> Callable[[], None]:
        def clicked() -> None:
            self.hush()
            run()

        return clicked

    def _clear_buttons(self) -> None:
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons.clear()
