"""Sentences that break into lines, and keep the height that their lines need."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

from viz_app.gui.theme import set_role


class Words(QLabel):
    """A wrapped label that is never cut off below; Qt's own may be squeezed to one line."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        if role:
            set_role(self, role)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._keep_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_height()

    def _keep_height(self) -> None:
        self.setMinimumHeight(0)  # heightForWidth is never less than the former minimum
        self.setMinimumHeight(self.heightForWidth(self.width()) if self.text() else 0)
