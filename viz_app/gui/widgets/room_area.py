"""Scrolls a lab where the window is too small for it; otherwise the lab fills the area."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget


class RoomArea(QScrollArea):
    """Gives a widget the whole area, but never less than its smallest size.

    Qt's own resizable area takes the preferred height of wrapped text for the smallest, and would
    scroll a lab that fits.
    """

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)
        self._inside = inside
        inside.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        smallest = self._inside.minimumSizeHint()
        room = self.maximumViewportSize()
        bar = self.verticalScrollBar().sizeHint().width()
        if smallest.height() > room.height():
            room.setWidth(room.width() - bar)
        if smallest.width() > room.width():
            room.setHeight(room.height() - bar)
        self._inside.resize(room.expandedTo(smallest))
