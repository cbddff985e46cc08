"""A canvas whose left button takes hold of what is on the picture."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent

from viz_app.gui.theme import Theme
from viz_app.gui.widgets.canvas import Canvas


class HoldCanvas(Canvas):
    """The left button takes hold; Ctrl with it, or the middle one, moves the picture."""

    grabbed = Signal(float, float, float, bool)  # x, y and reach in the picture, whether with Shift
    dragged = Signal(float, float)
    released = Signal()

    def __init__(self, theme: Theme, name: str, reach_px: int) -> None:
        super().__init__(theme, name)
        self._reach_px = reach_px
        self._is_held = False

    @property
    def reach(self) -> float:
        """How near the pointer must be to take hold, in pixels of the picture."""
        return self._reach_px / max(self.to_widget().m11(), 1e-6)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        keys = event.modifiers()
        is_plain = not keys & Qt.KeyboardModifier.ControlModifier
        if event.button() == Qt.MouseButton.LeftButton and is_plain:
            at = self.to_picture(event.position())
            self._is_held = True
            with_shift = bool(keys & Qt.KeyboardModifier.ShiftModifier)
            self.grabbed.emit(at.x(), at.y(), self.reach, with_shift)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_held:
            at = self.to_picture(event.position())
            self.dragged.emit(at.x(), at.y())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_held and event.button() == Qt.MouseButton.LeftButton:
            self._is_held = False
            self.released.emit()
        else:
            super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # a quick second press holds again; the key 0 fits the picture
