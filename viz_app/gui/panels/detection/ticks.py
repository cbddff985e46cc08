"""A slider with marks below it where the answer changes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from viz_app.gui.theme import Theme
from viz_app.gui.widgets.value_slider import ValueSlider
from viz_app.labs.controls import Slider

HANDLE_PX = 14  # the handle's middle runs from half of it to the groove's end less half
MARK_PX = 7


class TickSlider(QWidget):
    """A value slider and, under its groove, a mark at each value that changes the answer."""

    def __init__(self, control: Slider, default: float, theme: Theme) -> None:
        super().__init__()
        self.slider = ValueSlider(control, default, theme)
        self.moved = self.slider.moved
        self._marks = Marks(self.slider, theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.slider)
        column.addWidget(self._marks)
        theme.changed.connect(self.slider.on_theme_changed)

    def show_value(self, value: float) -> None:
        """Show a number, quietly."""
        self.slider.show_value(value)
        self._marks.update()

    def show_ticks(self, values: Sequence[float]) -> None:
        """Mark the values at which the answer changes."""
        self._marks.show_values(values)


class Marks(QWidget):
    """The marks, aligned with the groove of a slider."""

    def __init__(self, of: ValueSlider, theme: Theme) -> None:
        super().__init__()
        self._of, self._theme = of, theme
        self.values: tuple[float, ...] = ()
        self.setToolTip("A mark stands where the boxes shown change.")
        self.setFixedHeight(MARK_PX + 2)

    def show_values(self, values: Sequence[float]) -> None:
        """Show these values."""
        if tuple(values) != self.values:
            self.values = tuple(values)
            self.setAccessibleName(f"{len(self.values)} marks where the answer changes")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(60, MARK_PX + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        groove, control = self._of.slider.geometry(), self._of.control
        span = groove.width() - HANDLE_PX
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.colour("kernel_line"), 1.5))
        lines = []
        for value in self.values:
            share = (value - control.low) / (control.high - control.low)
            x = groove.left() + HANDLE_PX / 2 + min(max(share, 0.0), 1.0) * span
            lines.append(QLineF(x, 1, x, MARK_PX))
        painter.drawLines(lines)
