"""The column on the right: the image strip, then the controls of the lab that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from viz_app.gui.theme import Theme, set_role

if TYPE_CHECKING:
    from viz_app.gui.image_strip import ImageStrip

WIDTH_PX = 300


class Inspector(QFrame):
    """The column on the right: the image strip, then the controls of the lab that is shown."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        set_role(self, "inspector")
        self._inside = QWidget()
        set_role(self._inside, "inspector")
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(16, 12, 16, 16)
        self._column.setSpacing(12)
        self._column.addStretch(1)
        self._lists: dict[str, QWidget] = {}
        area = self._area = QScrollArea()
        set_role(area, "inspector")
        area.setWidget(self._inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def set_strip(self, strip: ImageStrip) -> None:
        """Put the image strip above the controls."""
        self.strip = strip
        self._column.insertWidget(0, strip)

    def add(self, name: str, controls: QWidget) -> None:
        """Take in a lab's controls."""
        self._lists[name] = controls
        controls.hide()
        self.bring_back(name)

    def set_aside(self, name: str) -> None:
        """Take a lab's controls out of the window."""
        self._lists[name].setParent(None)

    def bring_back(self, name: str) -> None:
        """Put a lab's controls back; they are not shown yet."""
        self._column.insertWidget(self._column.count() - 1, self._lists[name])

    def show_lab(self, name: str) -> None:
        """Show one lab's controls, from the top, and hide the others."""
        if self._lists[name].isHidden():
            self._area.verticalScrollBar().setValue(0)
        for key, controls in self._lists.items():
            controls.setVisible(key == name)

    def fit(self, window_px: int) -> None:
        """Be as wide as the text scale asks for, but leave the lab two thirds of the window."""
        self.setFixedWidth(max(min(self._theme.px(WIDTH_PX), window_px // 3), WIDTH_PX))
