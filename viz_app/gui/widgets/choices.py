"""One of several values as segmented buttons, chips or a list; and on/off as a chip."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QStandardItemModel,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QWidget,
)
from superqt import QFlowLayout

from viz_app.gui.theme import set_role
from viz_app.labs.controls import Choice, Option, Toggle

NEXT_KEYS = (Qt.Key.Key_Right, Qt.Key.Key_Down)
FORMER_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Up)


class ChoiceButtons(QWidget):
    """The options of a choice side by side; arrow keys walk over them."""

    moved = Signal(object)

    def __init__(self, control: Choice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self._options: tuple[Option, ...] = ()
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self._on_clicked)
        self.setAccessibleName(control.label)
        is_row = control.style == "segments"
        self._row: QLayout = QHBoxLayout(self) if is_row else QFlowLayout(self)
        self._row.setSpacing(0 if is_row else 6)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.set_options(control.options)

    def set_options(self, options: tuple[Option, ...]) -> None:
        """Show these options, quietly."""
        if options == self._options:
            return
        self._options = options
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.setParent(None)
            button.deleteLater()
        last = len(options) - 1
        for i, option in enumerate(options):
            button = _OptionButton(option.label)
            button.stepped.connect(self._on_stepped)
            button.setCheckable(True)
            button.setToolTip(option.tip or self.control.tip)
            button.setAccessibleName(f"{self.control.label}: {option.label}")
            if self.control.style == "segments":
                button.setProperty("place", {0: "first", last: "last"}.get(i, "middle"))
                set_role(button, "segment")
            else:
                set_role(button, "chip")
            self._group.addButton(button, i)
            self._row.addWidget(button)

    def show_value(self, value: Any) -> None:
        """Mark an option, quietly."""
        for i, option in enumerate(self._options):
            self._group.button(i).setChecked(option.value == value)

    def show_usable(self, scene: Any) -> None:
        """Grey the options that a scene cannot use."""
        for i, option in enumerate(self._options):
            self._group.button(i).setEnabled(option.is_usable(scene))

    def _on_clicked(self, index: int) -> None:
        self.moved.emit(self._options[index].value)

    def _on_stepped(self, watched: QAbstractButton, step: int) -> None:
        buttons = [button for button in self._group.buttons() if button.isEnabled()]
        button = buttons[(buttons.index(watched) + step) % len(buttons)]
        button.setFocus()
        button.click()


class _OptionButton(QPushButton):
    """One option; an arrow key is handed on.

    No event filter: it would see every event of every button, thousands at a change of theme.
    """

    stepped = Signal(object, int)  # itself, and +1 or -1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = (event.key() in NEXT_KEYS) - (event.key() in FORMER_KEYS)
        if step:
            self.stepped.emit(self, step)
        else:
            super().keyPressEvent(event)


class ChoiceList(QComboBox):
    """The options of a choice as a list that opens."""

    moved = Signal(object)

    def __init__(self, control: Choice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        self._options: tuple[Option, ...] = ()
        self.setToolTip(control.tip)
        self.setAccessibleName(control.label)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self._on_activated)
        self.set_options(control.options)

    def set_options(self, options: tuple[Option, ...]) -> None:
        """Show these options, quietly."""
        if options == self._options:
            return
        self._options = options
        self.clear()
        for i, option in enumerate(options):
            self.addItem(option.label)
            self.setItemData(i, option.tip or self.control.tip, Qt.ItemDataRole.ToolTipRole)

    def show_value(self, value: Any) -> None:
        """Mark an option, quietly."""
        self.setCurrentIndex(
            next((i for i, option in enumerate(self._options) if option.value == value), -1)
        )

    def show_usable(self, scene: Any) -> None:
        """Grey the options that a scene cannot use."""
        model = cast("QStandardItemModel", self.model())
        for i, option in enumerate(self._options):
            model.item(i).setEnabled(option.is_usable(scene))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)  # the style sheet's drop-down has no arrow of its own
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().text().color(), 1.6))
        x, y = self.width() - 18.0, self.height() / 2 - 2
        painter.drawPolyline([QPointF(x, y), QPointF(x + 4, y + 4), QPointF(x + 8, y)])

    def _on_activated(self, index: int) -> None:
        self.moved.emit(self._options[index].value)


class Chip(QPushButton):
    """Something shown or not."""

    moved = Signal(object)

    def __init__(self, control: Toggle, parent: QWidget | None = None) -> None:
        super().__init__(control.label, parent)
        self.control = control
        self.setCheckable(True)
        self.setToolTip(control.tip)
        self.setAccessibleName(control.label)
        set_role(self, "chip")
        self.clicked.connect(self._on_clicked)

    def show_value(self, value: bool) -> None:
        """Show on or off, quietly."""
        self.setChecked(value)

    def _on_clicked(self, is_on: bool) -> None:
        self.moved.emit(is_on)


class Chips(QWidget):
    """A row of chips that breaks into lines."""

    def __init__(self, chips: list[Chip], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QFlowLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for chip in chips:
            layout.addWidget(chip)
