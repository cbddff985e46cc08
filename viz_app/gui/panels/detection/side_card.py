"""A card beside a picture whose contents scroll where the window is low."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from viz_app.gui.panel import Card


class SideCard(Card):
    """Its contents go into ``inside``; text is never squeezed."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        contents = QWidget()
        self.inside = QVBoxLayout(contents)
        self.inside.setContentsMargins(0, 0, 4, 0)
        self.inside.setSpacing(8)
        area.setWidget(contents)
        for widget in (contents, area.viewport()):
            widget.setAutoFillBackground(False)
        self.column.setContentsMargins(16, 12, 10, 12)
        self.column.addWidget(area, 1)
