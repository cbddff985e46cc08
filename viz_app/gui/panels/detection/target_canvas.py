"""The canvas of the target builder: a drag edits a box, a click chooses a cell."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from viz_app.gui.panels.detection.box_canvas import CURSORS, REACH_PX
from viz_app.gui.panels.detection.hold_canvas import HoldCanvas
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.labs.detection.box_editor import BoxEditor

CLICK_PX = 4  # a press that moves less is a click


class TargetCanvas(HoldCanvas):
    """Tells clicks from drags; the arrow keys walk over the cells."""

    clicked = Signal(float, float)
    cell_moved = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "Photo with the label's cells", REACH_PX)
        self._editor: BoxEditor | None = None
        self._pressed: QPointF | None = None  # while the press may still be a click
        self.setToolTip(
            "A box belongs to the cell of its midpoint. Drag to draw a box, with Shift on top of "
            "another; drag its inside or its edges to move or resize it. Click a cell, or walk "
            "with the arrow keys, to see its label."
        )

    def attach(self, editor: BoxEditor) -> None:
        """Connect to what knows the boxes."""
        self._editor = editor
        self.grabbed.connect(editor.grabbed)
        self.dragged.connect(editor.dragged)
        self.released.connect(editor.released)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed = event.position() if self._is_held else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            if (event.position() - self._pressed).manhattanLength() < CLICK_PX:
                return
            self._pressed = None
        super().mouseMoveEvent(event)
        if not self._is_held and self._drag is None and self._editor is not None:
            at = self.to_picture(event.position())
            handle = self._editor.handle_at(at.x(), at.y(), self.reach)
            shape = CURSORS[handle] if handle is not None else Qt.CursorShape.CrossCursor
            if self.cursor().shape() != shape:
                self.setCursor(shape)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        super().mouseReleaseEvent(event)
        if pressed is not None:
            at = self.to_picture(pressed)
            self.clicked.emit(at.x(), at.y())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = arrow_of(event)
        if arrow is None:
            super().keyPressEvent(event)
        else:
            self.cell_moved.emit(*arrow)
