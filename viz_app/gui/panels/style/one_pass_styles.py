"""The 26 built-in styles as small pictures; they break into as many lines as they need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon, QPixmap, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from viz_app.gui.image_strip import to_qimage
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.style.scene import BUILT_IN

THUMB_PX, GAP_PX = 44, 4


class BuiltInStyles(QWidget):
    """A click chooses a style; with Ctrl, or a right click, it is mixed in; arrow keys walk."""

    chosen = Signal(int)
    toggled = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._thumbs: tuple[np.ndarray, ...] = ()
        self._marked: tuple[int, ...] = ()
        self.buttons = [self._button(i) for i in range(BUILT_IN)]
        theme.changed.connect(self._arrange)
        self._arrange()

    def show_styles(self, marked: Sequence[int]) -> None:
        """Mark the styles that are mixed."""
        self._marked = tuple(marked)
        for i, button in enumerate(self.buttons):
            button.setChecked(i in self._marked)

    def show_thumbs(self, thumbs: tuple[np.ndarray, ...]) -> None:
        """Show the small pictures that are painted so far; a number stands for the others."""
        for i in range(len(self._thumbs), len(thumbs)):
            height, width = thumbs[i].shape[:2]
            side = min(height, width)
            top, left = (height - side) // 2, (width - side) // 2
            square = thumbs[i][top : top + side, left : left + side]
            image = to_qimage(np.ascontiguousarray(square))
            self.buttons[i].setIcon(QIcon(QPixmap.fromImage(image)))
            self.buttons[i].setText("")
        self._thumbs = thumbs

    def sizeHint(self) -> QSize:
        return QSize(13 * self._cell() - GAP_PX, self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(4 * self._cell(), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _button(self, i: int) -> QPushButton:
        button = QPushButton(str(i + 1), self)
        button.setCheckable(True)
        button.setAccessibleName(f"Style {i + 1}")
        button.setToolTip(
            f"Style {i + 1}: paint in this manner. Ctrl and a click, or a right click, mixes it "
            "in or leaves it out."
        )
        button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        button.customContextMenuRequested.connect(lambda _at: self.toggled.emit(i))
        button.clicked.connect(lambda: self._on_clicked(i))
        set_role(button, "thumb")
        return button

    def _on_clicked(self, i: int) -> None:
        is_mixed = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
        self.show_styles(self._marked)  # the scene says what is marked, not the click
        (self.toggled if is_mixed else self.chosen).emit(i)

    def _arrange(self) -> None:
        cell = self._cell()
        side = cell - 6 - GAP_PX
        columns = max((self.width() + GAP_PX) // cell, 1)
        rows = -(-BUILT_IN // columns)
        columns = -(-BUILT_IN // rows)  # lines of the same length
        for i, button in enumerate(self.buttons):
            button.setIconSize(QSize(side, side))
            button.setGeometry(i % columns * cell, i // columns * cell, side + 6, side + 6)
        self.setFixedHeight(rows * cell - GAP_PX)

    def _cell(self) -> int:
        return self._theme.px(THUMB_PX) + 6 + GAP_PX
