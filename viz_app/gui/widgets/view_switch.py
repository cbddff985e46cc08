"""Views or stages as segments in a row, or as a list where the row is narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from viz_app.gui.theme import Theme
from viz_app.gui.widgets.choices import ChoiceButtons, ChoiceList
from viz_app.labs.controls import Choice

ROOM_PX = 26  # of a segment, beside its word
LIST_PX, ARROW_PX = 104, 48  # the narrowest list; its margins and its arrow


class ViewSwitch(QWidget):
    """Chooses one of the views; both forms show the same value.

    ``fills`` makes the segments as wide as the row; in a header they are as wide as their words.
    """

    moved = Signal(object)

    def __init__(self, control: Choice, theme: Theme, *, fills: bool = False) -> None:
        super().__init__()
        self._theme, self._fills = theme, fills
        self.buttons, self.list = ChoiceButtons(control, self), ChoiceList(control, self)
        for form in (self.buttons, self.list):
            form.moved.connect(self.moved.emit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_value(self, value: object) -> None:
        """Mark a view, quietly."""
        self.buttons.show_value(value)
        self.list.show_value(value)

    def sizeHint(self) -> QSize:
        return self.buttons.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._list_width(), self.buttons.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wanted = self.buttons.sizeHint()
        is_wide = wanted.width() <= self.width()
        self.buttons.setVisible(is_wide)
        self.list.setVisible(not is_wide)
        width = self.width() if self._fills else wanted.width()
        self.buttons.setGeometry(0, 0, width, self.height())
        self.list.setGeometry(0, 0, min(self.width(), self._list_width()), self.height())

    def _list_width(self) -> int:
        """So wide that the longest word is read whole."""
        metrics = QFontMetrics(self._theme.font())
        words = (metrics.horizontalAdvance(b.text()) for b in self._segments())
        room = max(words, default=0) + self._theme.px(ARROW_PX)
        return max(self._theme.px(LIST_PX), room)

    def _segments(self) -> list[QPushButton]:
        return self.buttons.findChildren(QPushButton)

    def _on_theme_changed(self) -> None:
        metrics = QFontMetrics(self._theme.font(is_bold=True))
        for button in self._segments():
            width = metrics.horizontalAdvance(button.text())
            button.setMinimumWidth(width + self._theme.px(ROOM_PX))
        self.updateGeometry()
        self._arrange()
