"""The buttons that begin, pause and end the watching of a webcam or a film."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QWidget

from viz_app.gui.panel import ActionButton
from viz_app.gui.theme import Theme
from viz_app.labs.activations.live import Live
from viz_app.labs.activations.mosaic_shown import LiveShown

BEGINNING = 2  # the first actions begin, the others belong to what runs
NEEDED = (2, 3)  # pause and stop, also where there is little room


class LiveBar(QWidget):
    """Icons only: they stand in the line of facts; their words are in the tips and in the menu."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.buttons: list[ActionButton] = []
        self._shown, self._is_narrow = LiveShown(False, False, ""), False
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
        self._show()

    def show_narrow(self, is_narrow: bool) -> None:
        """Leave the room to the words: what begins is in the menu too."""
        self._is_narrow = is_narrow
        self._show()

    def show_live(self, shown: LiveShown) -> None:
        """Show the buttons that begin, or those of what runs."""
        self._shown = shown
        self._show()

    def _show(self) -> None:
        if not self.buttons:
            return
        shown = self._shown
        self.buttons[BEGINNING].show_action(self._turns[shown.is_paused])
        for at, button in enumerate(self.buttons):
            button.setText("")
            is_for_it = (at < BEGINNING) != shown.is_on
            button.setVisible(is_for_it and (not self._is_narrow or at in NEEDED))
            button.refresh()
