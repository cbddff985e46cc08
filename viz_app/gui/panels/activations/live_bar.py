"""The buttons that begin, pause and end the watching of a webcam or a film."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QWidget

from viz_app.gui.panel import ActionButton
from viz_app.gui.theme import Theme
from viz_app.labs.activations.live import Live
from viz_app.labs.activations.mosaic_shown import LiveShown

BEGINNING = 2  # the first actions begin, the others belong to what runs


class LiveBar(QWidget):
    """Icons only: they stand in the line of facts; their words are in the tips and in the menu."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.buttons: list[ActionButton] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)

    def attach(self, live: Live) -> None:
        """Make a button of each action."""
        self.buttons = [ActionButton(action, self._theme) for action in live.actions]
        for button in self.buttons:
            self._row.addWidget(button)
        pause = live.actions[BEGINNING]
        self._turns = (pause, replace(pause, text="Go on", icon="play"))
        self.show_live(LiveShown(False, False, ""))

    def show_live(self, shown: LiveShown) -> None:
        """Show the buttons that begin, or those of what runs."""
        if not self.buttons:
            return
        self.buttons[BEGINNING].show_action(self._turns[shown.is_paused])
        for at, button in enumerate(self.buttons):
            button.setText("")
            button.setVisible((at < BEGINNING) != shown.is_on)
            button.refresh()
