"""A row of buttons that breaks into lines, and keeps the height that its lines need."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

GAP_PX = 8


class FlowBar(QWidget):
    """Places what is added side by side; what is hidden takes no room.

    A layout with a height for its width may be squeezed to one line; this one's height is fixed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._widgets: list[QWidget] = []

    def add(self, widget: QWidget) -> None:
        """Add a widget at the end."""
        widget.setParent(self)
        self._widgets.append(widget)
        self._arrange()

    def sizeHint(self) -> QSize:
        widths = [w.sizeHint().width() + GAP_PX for w in self._shown()]
        return QSize(max(sum(widths) - GAP_PX, 0), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        widths = (w.sizeHint().width() for w in self._shown())
        return QSize(max(widths, default=0), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a button went, came or has other words
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _shown(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def _arrange(self) -> None:
        x = y = line = 0
        for widget in self._shown():
            size = widget.sizeHint().expandedTo(widget.minimumSize())
            if x and x + size.width() > self.width():
                x, y, line = 0, y + line + GAP_PX, 0
            widget.setGeometry(x, y, size.width(), size.height())
            x, line = x + size.width() + GAP_PX, max(line, size.height())
        if y + line != self.minimumHeight() or y + line != self.maximumHeight():
            self.setFixedHeight(y + line)
