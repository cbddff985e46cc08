"""What the network of any style paints by: three rows of a hundred numbers as shades."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viz_app.gui.theme import Theme
from viz_app.labs.style.one_pass_jobs import Codes

ROW_PX, GAP_PX = 18, 6
NAMES = ("style", "photo", "mix")
TOKENS = ("kernel_line", "input", "output")
BESIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
TIP = (
    "The code of the style pictures, of the photo, and their mix by the strength: 100 numbers "
    "each, up is positive. Point at one to read it."
)


class CodeStrips(QWidget):
    """Each number is a bar up or down from its row's middle; all rows have one scale."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: tuple[np.ndarray, ...] = ()
        self.setAccessibleName("Codes of the styles")
        self.setToolTip(TIP)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_codes(self, codes: Codes | None) -> None:
        """Show these codes, or empty rows."""
        self._rows = () if codes is None else (codes.style, codes.content, codes.mix)
        self.update()

    def sizeHint(self) -> QSize:
        px = self._theme.px
        return QSize(px(260), 3 * px(ROW_PX) + 2 * GAP_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self.sizeHint().height())

    def words_at(self, at: QPointF) -> str:
        """What a bar says: its row, its place and its value."""
        for row in range(len(self._rows)):
            lane = self._lane(row)
            if lane.contains(at):
                i = min(int((at.x() - lane.left()) / lane.width() * 100), 99)
                return f"{NAMES[row]}: number {i + 1} is {self._rows[row][i]:.3f}"
        return TIP

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.words_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font())
        top = max((float(np.abs(row).max()) for row in self._rows), default=0.0) or 1.0
        for row, (name, token) in enumerate(zip(NAMES, TOKENS, strict=True)):
            lane, colour = self._lane(row), self._theme.colour(token)
            painter.setPen(self._theme.colour("muted"))
            label = QRectF(0, lane.top(), lane.left() - 8, lane.height())
            painter.drawText(
                label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name
            )
            painter.setPen(self._theme.colour("line"))
            painter.drawLine(
                QPointF(lane.left(), lane.center().y()), QPointF(lane.right(), lane.center().y())
            )
            if row < len(self._rows):
                _draw_bars(painter, lane, self._rows[row] / top, colour)

    def _lane(self, row: int) -> QRectF:
        px = self._theme.px
        left = px(52)
        return QRectF(left, row * (px(ROW_PX) + GAP_PX), max(self.width() - left, 1), px(ROW_PX))


def _draw_bars(painter: QPainter, lane: QRectF, shares: np.ndarray, colour: QColor) -> None:
    """Bars from the lane's middle; a share of 1 reaches its edge."""
    step, middle, half = lane.width() / len(shares), lane.center().y(), lane.height() / 2
    for i, share in enumerate(shares.tolist()):
        height = abs(share) * half
        y = middle - height if share > 0 else middle
        painter.fillRect(
            QRectF(lane.left() + i * step, y, max(step - 1, 1), max(height, 0.5)), colour
        )
