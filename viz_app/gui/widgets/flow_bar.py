"""A row of buttons that breaks into lines, and keeps the height that its lines need."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize
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
        lines: list[list[tuple[QWidget, QRect]]] = []
        y = height = 0
        for widget in self._shown():
            size = widget.sizeHint().expandedTo(widget.minimumSize())
            x = lines[-1][-1][1].right() + 1 + GAP_PX if lines else 0
            if not lines or x + size.width() > self.width():
                y, x, height = (y + height + GAP_PX if lines else 0), 0, 0
                lines.append([])
            lines[-1].append((widget, QRect(QPoint(x, y), size)))
            height = max(height, size.height())
        for line in lines:
            middle = max(place.height() for _, place in line)
            for widget, place in line:  # a chip is lower than a button
                widget.setGeometry(place.translated(0, (middle - place.height()) // 2))
        if y + height != self.minimumHeight() or y + height != self.maximumHeight():
            self.setFixedHeight(y + height)
