"""How a page lies: a picture with a card beside it, below each other where it is narrow."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.theme import Theme

SIDE_PX, LEAST_SIDE_PX, SIDE_SHARE = 264, 238, 0.27
NARROW_PX = 400  # of the page: below, nothing stands beside the picture
LEAST_PICTURE_PX, MOST_BELOW_PX = 220, 300  # heights, where the page scrolls
UNBOUNDED_PX = 16_777_215  # Qt's QWIDGETSIZE_MAX
Direction = QBoxLayout.Direction


def picture_card(canvas: QWidget, *words: QWidget) -> Card:
    """A picture with what is said of it below."""
    card, below = Card(), QVBoxLayout()
    card.column.setContentsMargins(4, 4, 4, 8)
    card.column.addWidget(canvas, 1)
    below.setContentsMargins(12, 0, 12, 0)
    below.setSpacing(2)
    for widget in words:
        below.addWidget(widget)
    card.column.addLayout(below)
    return card


class Row(QWidget):
    """Two widgets in a row where there is room, else in a column; as narrow as the wider one."""

    def __init__(self, first: QWidget, second: QWidget, theme: Theme, spacing_px: int) -> None:
        super().__init__()
        self._theme = theme
        self._both = (first, second)
        self._spacing_px = spacing_px
        self._row = QBoxLayout(Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(spacing_px)
        self._row.addWidget(first, 1)
        self._row.addWidget(second, 1)
        theme.changed.connect(self.arrange)

    @property
    def is_narrow(self) -> bool:
        """Whether one stands below the other."""
        return self.width() < self._theme.px(NARROW_PX)

    def arrange(self) -> None:
        """Take on the width and the text scale."""
        wanted = Direction.TopToBottom if self.is_narrow else Direction.LeftToRight
        if self._row.direction() != wanted:
            self._row.setDirection(wanted)
            self._row.setSpacing(12 if self.is_narrow else self._spacing_px)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        width = max(max(w.minimumSizeHint().width(), w.minimumWidth()) for w in self._both)
        return QSize(width, self._row.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()


class Beside(Row):
    """A picture's card and the card beside it: the picture has the first claim to the room."""

    def __init__(self, photo: Card, side: Card, theme: Theme) -> None:
        super().__init__(photo, side, theme, 12)
        self._row.setStretch(1, 0)
        self.arrange()

    def arrange(self) -> None:
        photo, side = self._both
        if self.is_narrow:
            side.setMinimumWidth(0)
            side.setMaximumWidth(UNBOUNDED_PX)
            photo.setMinimumHeight(0)
            least = max(self._theme.px(LEAST_PICTURE_PX), photo.minimumSizeHint().height())
            photo.setMinimumHeight(least)
            side.setMinimumHeight(min(side.sizeHint().height(), self._theme.px(MOST_BELOW_PX)))
        else:
            side.setFixedWidth(side_width(self._theme, self.width()))
            photo.setMinimumHeight(0)
            side.setMinimumHeight(0)
        super().arrange()


def page_column(page: QWidget, *below: QWidget) -> QVBoxLayout:
    """The first widget takes the room of the page, the others what they need."""
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(12)
    for i, widget in enumerate(below):
        column.addWidget(widget, 0 if i else 1)
    return column


def side_width(theme: Theme, width: int) -> int:
    """How wide the card beside a picture is."""
    return min(max(round(width * SIDE_SHARE), theme.px(LEAST_SIDE_PX)), theme.px(SIDE_PX))
