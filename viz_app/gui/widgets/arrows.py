"""The arrow keys as steps over rows and columns."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


def arrow_of(event: QKeyEvent) -> tuple[int, int] | None:
    """How far an arrow key goes: down and right; None for other keys.

    With Alt an arrow is the lab's own: it goes to the next or the former step.
    """
    if event.modifiers() & Qt.KeyboardModifier.AltModifier:
        return None
    return _STEPS.get(Qt.Key(event.key()))
