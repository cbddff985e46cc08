"""A line of numbers with fractions, painted at once: for formulas that change while dragging."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from viz_app.gui.theme import Theme

GAP_PX = 3
SHRINKS = 40  # steps from the full size to nothing; half of them are tried
Run = tuple[str, str]  # text, colour token


@dataclass(frozen=True, slots=True)
class Fraction:
    """Coloured runs above and below a line."""

    above: tuple[Run, ...]
    below: tuple[Run, ...]


Piece = Run | Fraction


class LiveFormula(QWidget):
    """Paints runs and fractions in one line, smaller where there is no room."""

    def __init__(self, theme: Theme, size_px: float = 14, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size_px = size_px
        self._pieces: tuple[Piece, ...] = ()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_pieces(self, pieces: Sequence[Piece], words: str) -> None:
        """Show a line; ``words`` say the same for a screen reader."""
        self._pieces = tuple(pieces)
        self._words = words
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._font(1.0))
        return QSize(120, round(2 * metrics.height() + 2 * GAP_PX + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        font = self._font_that_fits()
        metrics = QFontMetricsF(font)
        painter = QPainter(self)
        painter.setFont(font)
        x, middle = 0.0, self.height() / 2
        for piece in self._pieces:
            if isinstance(piece, Fraction):
                width = max(_run_width(metrics, piece.above), _run_width(metrics, piece.below))
                painter.setPen(self._theme.colour("text"))
                painter.drawLine(round(x), round(middle), round(x + width), round(middle))
                for runs, top in (
                    (piece.above, middle - GAP_PX - metrics.height()),
                    (piece.below, middle + GAP_PX),
                ):
                    start = x + (width - _run_width(metrics, runs)) / 2
                    for run in runs:
                        start = self._paint_run(painter, metrics, run, start, top)
                x += width
            else:
                x = self._paint_run(painter, metrics, piece, x, middle - metrics.height() / 2)

    def _paint_run(
        self, painter: QPainter, metrics: QFontMetricsF, run: Run, x: float, top: float
    ) -> float:
        text, token = run
        width = metrics.horizontalAdvance(text)
        painter.setPen(self._theme.colour(token))
        painter.drawText(QRectF(x, top, width + 2, metrics.height()), Qt.AlignmentFlag(0), text)
        return x + width

    def _width(self, metrics: QFontMetricsF) -> float:
        return sum(
            max(_run_width(metrics, p.above), _run_width(metrics, p.below))
            if isinstance(p, Fraction)
            else metrics.horizontalAdvance(p[0])
            for p in self._pieces
        )

    def _font_that_fits(self) -> QFont:
        """The largest; a font has whole pixels, so its width does not shrink in proportion."""
        shares = [1 - i / SHRINKS for i in range(SHRINKS // 2)]
        fonts = [self._font(share) for share in shares]
        fitting = (f for f in fonts if self._width(QFontMetricsF(f)) <= self.width())
        return next(fitting, fonts[-1])

    def _font(self, scale: float) -> QFont:
        return self._theme.font(self._size_px * scale, is_mono=True)


def _run_width(metrics: QFontMetricsF, runs: Sequence[Run]) -> float:
    return sum(metrics.horizontalAdvance(text) for text, _token in runs)
