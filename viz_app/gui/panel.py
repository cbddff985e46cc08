"""What the panels share: a place in the window, cards, buttons made from actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.words import Words
from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.labs.presenter import Presenter


class Panel(QWidget):
    """The view of one lab; a subclass adds the ``show_*`` methods its presenter calls."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.header: QWidget | None = None  # shown beside the lab's title

    def attach(self, presenter: Presenter[Any, Any]) -> None:
        """Connect the intents of the panel to its presenter; called once."""

    def figure(self) -> QWidget:
        """Return what Export draws."""
        return self


class Card(QFrame):
    """A framed area with a small heading."""

    def __init__(self, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 12)
        self.column.setSpacing(8)
        self.title = Words(title, "group")
        self.title.setVisible(bool(title))
        self.column.addWidget(self.title)


class ActionButton(QPushButton):
    """A button that runs an action, with its words, icon, key and tooltip."""

    def __init__(self, action: Action, theme: Theme, *, is_primary: bool = False) -> None:
        super().__init__(action.text)
        self._theme = theme
        self._is_primary = is_primary
        self.action_shown = action
        if is_primary:
            set_role(self, "primary")
        self.setIconSize(QSize(16, 16))
        self.show_action(action)
        self.clicked.connect(lambda: self.action_shown.run())
        theme.changed.connect(self.refresh)

    def show_action(self, action: Action) -> None:
        """Stand for another action (Play becomes Pause)."""
        self.action_shown = action
        self.setText(action.text)
        self.setAccessibleName(action.text)
        self.setToolTip(f"{action.tip} ({action.key})" if action.key else action.tip)
        self.refresh()

    def refresh(self) -> None:
        """Take on the theme and whether the action can be run now."""
        self.setEnabled(self.action_shown.is_enabled())
        if self.action_shown.icon:
            token = "on_accent" if self._is_primary and self.isEnabled() else "text"
            self.setIcon(self._theme.icon(self.action_shown.icon, token))


def to_qaction(action: Action, parent: QWidget) -> QAction:
    """Return a menu entry for an action; the palette and the table of keys read the same."""
    entry = QAction(action.text, parent)
    entry.setToolTip(action.tip)
    entry.setStatusTip(action.tip)
    if action.key:
        entry.setShortcut(action.key)
    entry.triggered.connect(lambda: action.run() if action.is_enabled() else None)
    return entry
