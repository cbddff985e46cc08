"""A number on one line: label, slider, and the value, which can also be typed."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSlider, QWidget

from viz_app.gui.theme import Theme, set_role
from viz_app.labs.controls import Slider

LOG_STOPS = 200


class ValueSlider(QWidget):
    """Shows and moves one number of a scene; a double click on the label resets it."""

    moved = Signal(float)

    def __init__(
        self, control: Slider, default: float, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.control = control
        self.default = default
        self._theme = theme
        self._low, self._high = control.low, control.high
        self._value = default
        self.label = _ResetLabel(control.label)
        self.label.setToolTip(f"{control.tip}\nDouble-click the label for {self._text(default)}.")
        self.label.reset_asked.connect(self.reset)
        self.slider = _CalmSlider(Qt.Orientation.Horizontal)
        self.slider.setToolTip(control.tip)
        self.slider.setAccessibleName(control.label)
        self.slider.setAccessibleDescription(control.tip)
        self.edit = ValueEdit()
        self.edit.given_up.connect(self._on_given_up)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.edit.setToolTip(f"{control.tip}\nType a number and press Enter.")
        self.edit.setAccessibleName(f"{control.label}, value")
        set_role(self.edit, "value")
        self.label.setBuddy(self.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.edit)
        self.slider.valueChanged.connect(self._on_slider_moved)
        self.edit.editingFinished.connect(self._on_typed)
        self.set_limits(control.low, control.high)
        self.on_theme_changed()

    def on_theme_changed(self) -> None:
        """Take on the text scale."""
        self.label.setFixedWidth(self._theme.px(98))
        self.edit.setFixedWidth(self._theme.px(58))
        self.setFixedHeight(self._theme.px(28))

    def set_limits(self, low: float, high: float) -> None:
        """Change the range, quietly."""
        self._low, self._high = low, max(high, low)
        stops = LOG_STOPS if self.control.is_log else round((high - low) / self.control.step)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(stops, 0))
        self.slider.setPageStep(max(stops // 10, 1))
        self.slider.blockSignals(False)
        self.show_value(self._value)

    def show_value(self, value: float) -> None:
        """Show a number, quietly."""
        self._value = value
        self.slider.blockSignals(True)
        self.slider.setValue(self._stop_of(value))
        self.slider.blockSignals(False)
        if not self.edit.hasFocus() or not self.edit.isModified():
            self.edit.setText(self._text(value))

    def reset(self) -> None:
        """Go back to the value of the first scene."""
        self._move(self.default)

    def _text(self, value: float) -> str:
        if self.control.shown is not None:
            return self.control.shown(value)
        if self.control.is_log:
            return f"{value:.3g}"
        return f"{value:.{self.control.decimals}f}"

    def _stop_of(self, value: float) -> int:
        value = min(max(value, self._low), self._high)
        if self.control.is_log:
            share = math.log(value / self._low) / math.log(self._high / self._low)
            return round(share * LOG_STOPS)
        return round((value - self._low) / self.control.step)

    def _value_of(self, stop: int) -> float:
        if self.control.is_log:
            return float(f"{self._low * (self._high / self._low) ** (stop / LOG_STOPS):.3g}")
        value = round(self._low + stop * self.control.step, 10)
        return min(value, self._high)

    def _move(self, value: float) -> None:
        value = min(max(value, self._low), self._high)
        if value != self._value:
            self.show_value(value)
            self.moved.emit(value)

    def _on_slider_moved(self, stop: int) -> None:
        self._move(self._value_of(stop))

    def _on_typed(self) -> None:
        text = self.edit.text().strip().replace(",", ".")
        self.edit.setModified(False)
        try:
            value = float(text)
        except ValueError:
            self.show_value(self._value)
            return
        if math.isfinite(value):
            self._move(value)
        self.show_value(self._value)

    def _on_given_up(self) -> None:
        self.edit.setModified(False)
        self.show_value(self._value)


class _ResetLabel(QLabel):
    """A label to be double-clicked."""

    reset_asked = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_asked.emit()


class ValueEdit(QLineEdit):
    """A field for a number: Esc gives up what was typed; undo is the document's otherwise.

    It listens for shortcuts while it has the focus, and not to every event of every field.
    """

    given_up = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.installEventFilter(self)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.removeEventFilter(self)
        super().focusOutEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if event.key() == Qt.Key.Key_Escape and self.isModified():
                event.accept()  # or it would cancel the running job
                return True
            is_undo = event.matches(QKeySequence.StandardKey.Undo)
            if (is_undo or event.matches(QKeySequence.StandardKey.Redo)) and not self.isModified():
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class _CalmSlider(QSlider):
    """A slider that jumps to where it is clicked, and lets the wheel scroll the page."""

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.width() > 0:
            share = (event.position().x() - 7) / max(self.width() - 14, 1)
            span = self.maximum() - self.minimum()
            self.setValue(round(self.minimum() + min(max(share, 0), 1) * span))
        super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def main() -> Any:
    """Show one slider alone."""
    from viz_app.gui.alone import show_alone

    control = Slider("p", "Padding p", 0, 8, "Cells added on each side.")
    return show_alone(lambda theme: ValueSlider(control, 0, theme))


if __name__ == "__main__":
    main()
