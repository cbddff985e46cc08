"""The presets as small pictures of what they paint, in a sheet under their button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QToolButton, QWidget

from viz_app.core.errors import VizError
from viz_app.files.resources import resource
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.controls import Action
from viz_app.labs.style.presets import Preset

COLUMNS = 3
THUMB_PX = (132, 88)
TIP = "Weights that are known to give a certain look, one click each."


class PresetsButton(QPushButton):
    """Opens the sheet of presets."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("Presets")
        self._theme = theme
        self.setToolTip(TIP)
        self.setAccessibleName("Presets")
        self.sheet: PresetSheet | None = None
        self._presets: Sequence[tuple[Preset, Action]] = ()
        self.clicked.connect(self._open)

    def show_presets(self, presets: Sequence[tuple[Preset, Action]]) -> None:
        """Take what the sheet shows once it is opened."""
        self._presets = presets

    def _open(self) -> None:
        if self.sheet is None:  # the pictures are read at the first look
            self.sheet = PresetSheet(self._theme, self._presets, self)
        self.sheet.open_at(self)


class PresetSheet(QFrame):
    """A grid of presets; arrow keys walk over it, Esc closes it."""

    def __init__(
        self, theme: Theme, presets: Sequence[tuple[Preset, Action]], parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        set_role(self, "card")
        self.setAccessibleName("Presets")
        self.buttons: list[QToolButton] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 8, 8, 8)
        grid.setSpacing(4)
        for i, (preset, action) in enumerate(presets):
            button = QToolButton()
            button.setText(preset.title)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setToolTip(preset.tip)
            button.setAccessibleName(f"Preset: {preset.title}")
            button.setIcon(_picture(preset))
            set_role(button, "rail")
            button.clicked.connect(lambda _checked=False, action=action: self._choose(action))
            self.buttons.append(button)
            grid.addWidget(button, i // COLUMNS, i % COLUMNS)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def open_at(self, button: QWidget) -> None:
        """Show the sheet above its button, inside the window."""
        self.adjustSize()
        window = button.window()
        at = button.mapTo(window, QPoint(0, -self.height() - 4))
        x = min(max(at.x(), 4), max(window.width() - self.width() - 4, 4))
        self.move(window.mapToGlobal(QPoint(x, max(at.y(), 4))))
        self.show()
        self.buttons[0].setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -COLUMNS,
            Qt.Key.Key_Down: COLUMNS,
        }
        move = moves.get(Qt.Key(event.key()))
        now = self.focusWidget()
        if move is None or now not in self.buttons:
            super().keyPressEvent(event)
            return
        place = self.buttons.index(now) + move
        if 0 <= place < len(self.buttons):
            self.buttons[place].setFocus()

    def _choose(self, action: Action) -> None:
        self.close()
        action.run()

    def _on_theme_changed(self) -> None:
        size = QSize(*(self._theme.px(side) for side in THUMB_PX))
        for button in self.buttons:
            button.setIconSize(size)


def _picture(preset: Preset) -> QIcon:
    try:
        return QIcon(QPixmap(str(resource("presets", f"{preset.name}.jpg"))))
    except VizError:  # the words say it too
        return QIcon()
