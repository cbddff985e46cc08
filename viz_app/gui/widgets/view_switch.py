"""The views of a lab as segments in the header, or as a list where the header is narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from viz_app.gui.theme import Theme
from viz_app.gui.widgets.choices import ChoiceButtons, ChoiceList
from viz_app.labs.controls import Choice

ROOM_PX = 26  # of a segment, beside its word
LIST_PX = 136


class ViewSwitch(QWidget):
    """Chooses one of the views; both forms show the same value."""

    moved = Signal(object)

    def __init__(self, control: Choice, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
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
        return QSize(self._theme.px(LIST_PX), self.buttons.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        wanted = self.buttons.sizeHint()
        is_wide = wanted.width() <= self.width()
        self.buttons.setVisible(is_wide)
        self.list.setVisible(not is_wide)
        self.buttons.setGeometry(0, 0, wanted.width(), self.height())
        self.list.setGeometry(0, 0, min(self.width(), self._theme.px(LIST_PX)), self.height())

    def _on_theme_changed(self) -> None:
        metrics = QFontMetrics(self._theme.font(is_bold=True))
        for button in self.buttons.findChildren(QPushButton):
            width = metrics.horizontalAdvance(button.text())
            button.setMinimumWidth(width + self._theme.px(ROOM_PX))
        self.updateGeometry()
        self._arrange()
