"""Input, kernel and output side by side, to be pointed at, clicked, typed into and dragged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from viz_app.gui.panels.convolution.grid_view import GridView
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.convolution.pointing import Target

UNIT_PX = 8  # of a drag for one unit of a number
TYPED = "0123456789-+."
ARROWS = {
    Qt.Key.Key_Left: (-1, -1),
    Qt.Key.Key_Right: (-1, 1),
    Qt.Key.Key_Up: (-2, -1),
    Qt.Key.Key_Down: (-2, 1),
    Qt.Key.Key_PageUp: (-3, -1),
    Qt.Key.Key_PageDown: (-3, 1),
}
"""Keys that move the pinned cell: axis (−1 the last), by."""


class GridFigure(GridView):
    """Tells which cell is pointed at, clicked, typed into or dragged."""

    hovered = Signal(object)  # Target or None
    clicked = Signal(object)
    typed = Signal(object, str)
    moved = Signal(int, int)  # axis (−1 the last), by
    dragged = Signal(object, int)  # a cell's number, by so many units
    gone_to = Signal(str)  # "first" or "last"
    pin_asked = Signal(str)  # block

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, name, parent)
        self._drag: QPointF | None = None
        self.pinned: Target | None = None  # the cell that keys type into
        self.drags_numbers = False
        self._held: tuple[Target, float, int] | None = None  # where it began, units so far
        self._edit = _CellEdit(self)
        self._edit.entered.connect(self._on_entered)
        self._edited: Target | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def start_edit(self, target: Target, text: str = "") -> None:
        """Open the editor on a cell."""
        rect = self.box_of(target)
        block = next((b for b in (self._figure.blocks if self._figure else ())
                      if b.key == target.block), None)  # fmt: skip
        if rect is None or block is None or not block.is_editable:
            return
        self._edited = target
        side = max(rect.height(), self._theme.px(26))
        width = max(rect.width(), self._theme.px(58))
        middle = rect.center()
        self._edit.setGeometry(
            round(middle.x() - width / 2), round(middle.y() - side / 2), round(width), round(side)
        )
        self._edit.setFont(self._theme.font(13, is_mono=True))
        self._edit.open_with(text or self._value_text(target), is_typed=bool(text))

    def _on_entered(self, text: str) -> None:
        target, self._edited = self._edited, None
        if target is not None and text.strip():
            self.typed.emit(target, text)
        self.setFocus()

    def _relayout(self) -> None:
        super()._relayout()
        self._edit.hide()

    # Qt

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._pan += event.position() - self._drag
            self._drag = event.position()
            self._relayout()
            return
        if self._held is not None:
            target, start, before = self._held
            units = round((start - event.position().y()) / UNIT_PX)
            if units != before:
                self._held = (target, start, units)
                self.dragged.emit(target, units - before)
            return
        over = self._hit(event.position())
        if over != self._over:
            self._over = over
            self.hovered.emit(over)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        if self._over is not None:
            self._over = None
            self.hovered.emit(None)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_move = event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        )
        if is_move:
            self._drag = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            target = self._hit(event.position())
            if target is not None:
                self.clicked.emit(target)
                if self.drags_numbers:
                    self.pinned = target
                    self._held = (target, event.position().y(), 0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        if self._drag is not None:
            self._drag = None
            self.unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        target = self._hit(event.position())
        if target is None:
            self.fit()
        else:
            self.start_edit(target)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            target = self._hit(QPointF(event.pos()))
            words = _words(target, self._value_text(target)) if target else self.toolTip()
            QToolTip.showText(event.globalPos() + QPoint(12, 12), words, self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text()
        is_plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
            Qt.KeyboardModifier.ShiftModifier,
        )
        if not is_plain:
            super().keyPressEvent(event)
        elif key in ARROWS:
            self.moved.emit(*ARROWS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.gone_to.emit("first" if key == Qt.Key.Key_Home else "last")
        elif self.pinned is not None and text and text in TYPED:
            self.start_edit(self.pinned, text)
        elif self.pinned is not None and key in (
            Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2
        ):  # fmt: skip
            self.start_edit(self.pinned)
        elif text.lower() in ("i", "k", "o") and text:
            self.pin_asked.emit({"i": "input", "k": "kernel", "o": "output"}[text.lower()])
        elif text in ("+", "="):
            self.zoom_by(1.25)
        elif text == "-":
            self.zoom_by(0.8)
        elif text == "0":
            self.fit()
        else:
            super().keyPressEvent(event)


class _CellEdit(QLineEdit):
    """The editor over one cell; Enter takes the number, Esc leaves it."""

    entered = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "cell")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName("Number of the cell")
        self.setToolTip("Type a number; Enter takes it, Esc leaves the cell as it was.")
        self.editingFinished.connect(self._on_finished)
        self.hide()

    def open_with(self, text: str, *, is_typed: bool) -> None:
        """Show the editor with a text, selected unless it was just typed."""
        self.setText(text)
        self.show()
        self.setFocus()
        if not is_typed:
            self.selectAll()

    def _on_finished(self) -> None:
        if self.isVisible():
            self.hide()
            self.entered.emit(self.text())

    def event(self, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # Esc is for the cell first, not for the running job
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText("")
            self.hide()
            self.entered.emit("")
        else:
            super().keyPressEvent(event)


def _words(target: Target, value: str) -> str:
    where = ", ".join(str(i) for i in target.index[1:])
    deed = "Click to pin it" if target.block == "output" else "Click to pin, double-click to type"
    return f"{target.block.capitalize()} ({where}): {value}\n{deed}."
