"""A formula set as a formula, from LaTeX, in the colours of the theme."""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from viz_app.gui.theme import TOKENS, Theme

PAINT = re.compile(f'(?<==")({"|".join(TOKENS["light"])})(?=")')  # fill="input"


@lru_cache(maxsize=512)
def _svg(latex: str, size_px: float) -> str:
    """Return a formula as SVG with tokens for colours; 20 ms the first time, so it is kept."""
    import ziamath  # 100 ms: not before the first formula is wanted

    ziamath.config.svg2 = False  # QtSvg draws only the fraction bars of the default form
    svg: str = ziamath.Latex(latex, size=size_px, color="text", inline=False).svg()
    return svg


class Formula(QWidget):
    """Shows one LaTeX formula; ``{token}`` colours are written as ``\\color{token}``."""

    def __init__(self, theme: Theme, size_px: float = 17, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size_px = size_px
        self._latex = ""
        self._renderer = QSvgRenderer(self)
        self._renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._render)

    def show_latex(self, latex: str, words: str = "") -> None:
        """Show a formula; ``words`` say the same for a screen reader."""
        self.setAccessibleName(words or latex)
        if latex != self._latex:
            self._latex = latex
            self._render()

    def _render(self) -> None:
        """Set it anew; a theme changes only colours and scale of what is already set."""
        if self._latex:
            svg = _svg(self._latex, self._size_px)
            svg = PAINT.sub(lambda token: self._theme.colour(token[0]).name(), svg)
            self._renderer.load(QByteArray(svg.encode()))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if not self._latex:
            return QSize(0, 0)
        return self._renderer.defaultSize() * self._theme.scale + QSize(2, 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._latex:
            return
        size = self._renderer.defaultSize() * self._theme.scale
        scale = min(1.0, self.width() / max(size.width(), 1), self.height() / max(size.height(), 1))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = size.width() * scale, size.height() * scale
        top = (self.height() - height) / 2
        self._renderer.render(painter, QRectF(0, top, width, height))
