"""A formula set as a formula, from LaTeX, in the colours of the theme."""

from __future__ import annotations

import logging
from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from viz_app.gui.theme import Theme

log = logging.getLogger(__name__)


@lru_cache(maxsize=512)
def _svg(latex: str, size_px: float, colour: str) -> bytes:
    """Return a formula as SVG; 20 ms the first time, so it is kept."""
    import ziamath  # 100 ms: not before the first formula is wanted

    ziamath.config.svg2 = False  # QtSvg draws only the fraction bars of the default form
    text: str = ziamath.Latex(latex, size=size_px, color=colour, inline=False).svg()
    return text.encode()


class Formula(QWidget):
    """Shows one LaTeX formula; ``{token}`` colours are written as ``\\color{token}``."""

    def __init__(self, theme: Theme, size_px: float = 17, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size_px = size_px
        self._latex = ""
        self._renderer: QSvgRenderer | None = None
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._render)

    def show_latex(self, latex: str, words: str = "") -> None:
        """Show a formula; ``words`` say the same for a screen reader."""
        self.setAccessibleName(words or latex)
        if latex != self._latex:
            self._latex = latex
            self._render()

    def _render(self) -> None:
        if not self._latex:
            self._renderer = None
        else:
            latex = self._latex
            for token in ("input", "kernel", "output", "accent", "muted", "warning", "pink"):
                hex_colour = self._theme.colour(token).name()
                latex = latex.replace(rf"\color{{{token}}}", rf"\color{{{hex_colour}}}")
            size, colour = self._theme.px(self._size_px), self._theme.colour("text").name()
            self._renderer = QSvgRenderer(QByteArray(_svg(latex, size, colour)), self)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._renderer is None:
            return QSize(0, 0)
        return self._renderer.defaultSize() + QSize(2, 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._renderer is None:
            return
        size = self._renderer.defaultSize()
        scale = min(1.0, self.width() / max(size.width(), 1), self.height() / max(size.height(), 1))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = size.width() * scale, size.height() * scale
        top = (self.height() - height) / 2
        self._renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        self._renderer.render(painter, QRectF(0, top, width, height))
