"""Where a number comes from: coloured products in lines, and the sum below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from viz_app.gui.theme import Theme
from viz_app.labs.convolution.pointing import Run, Story


class RunLines(QWidget):
    """Paints lines of coloured runs in the face for numbers, smaller where they are wide."""

    refitted = Signal(int)  # the height that the lines take

    def __init__(self, theme: Theme, size_px: float = 13, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size_px = size_px
        self._lines: Sequence[Sequence[Run]] = ()
        self._colours: dict[str, QColor] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._refit)

    def show_lines(self, lines: Sequence[Sequence[Run]]) -> None:
        """Show lines of runs."""
        self._lines = lines
        self.setAccessibleName("; ".join("".join(text for text, _ in line) for line in lines))
        self._refit()

    def _refit(self) -> None:
        self._colours.clear()
        self.setFixedHeight(max(round(self._line_height() * len(self._lines)), 1))
        self.refitted.emit(self.height())
        self.update()

    def _font(self) -> QFont:
        return self._theme.font(self._size_px, is_mono=True)

    def _line_height(self) -> float:
        return QFontMetricsF(self._font()).height() * 1.22

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font, height = self._font(), self._line_height()
        advance = QFontMetricsF(font).horizontalAdvance("0")  # every sign is as wide
        longest = max((sum(len(text) for text, _ in line) for line in self._lines), default=0)
        if longest * advance > self.width():
            font.setPixelSize(max(int(font.pixelSize() * self.width() / (longest * advance)), 8))
            advance = QFontMetricsF(font).horizontalAdvance("0")
        painter.setFont(font)
        ascent = QFontMetricsF(font).ascent()
        first = max(int(event.rect().top() / height) - 1, 0)
        last = int(event.rect().bottom() / height) + 2
        for i, line in enumerate(self._lines[first:last], first):
            x, base = 0.0, (i + 0.5) * height + ascent * 0.36
            for text, token in line:
                painter.setPen(self._colour(token))
                painter.drawText(QPointF(x, base), text)
                x += advance * len(text)

    def _colour(self, token: str) -> QColor:
        if token not in self._colours:
            self._colours[token] = self._theme.colour(token)
        return self._colours[token]


class TotalLine(QWidget):
    """One line whose last runs are large: the result."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._runs: Sequence[Run] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show the line."""
        self._runs = runs
        self.setAccessibleName("".join(text for text, _token in runs))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, round(QFontMetricsF(self._theme.font(18, is_mono=True)).height()) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        fonts = {
            "output": self._theme.font(18, is_bold=True, is_mono=True),
            "": self._theme.font(13, is_mono=True),
        }
        base = self.height() * 0.74
        x = 0.0
        for text, token in self._runs:
            font = fonts.get(token, fonts[""])
            painter.setFont(font)
            painter.setPen(self._theme.colour(token))
            painter.drawText(QPointF(x, base), text)
            x += QFontMetricsF(font).horizontalAdvance(text)


class StoryView(QWidget):
    """A story: its lines scroll, its total stays."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.lines = RunLines(theme)
        self.total = TotalLine(theme)
        area = scrolled(self.lines)
        self.lines.refitted.connect(area.setMaximumHeight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(area, 1000)  # as high as its lines, so that the total follows them
        column.addWidget(self.total)
        column.addStretch(1)

    def show_story(self, story: Story) -> None:
        """Show lines and total."""
        self.lines.show_lines(story.lines)
        self.total.show_runs(story.total)
        self.setToolTip(story.note)


def scrolled(inside: QWidget) -> QScrollArea:
    """An area that scrolls what is too high for its card, on the card's own ground."""
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    for clear in (inside, area.viewport()):
        clear.setAutoFillBackground(False)
    return area
