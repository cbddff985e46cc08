"""Two networks side by side: totals, and a bar for each layer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolTip,
    QWidget,
)

from viz_app.gui.panel import Card
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.networks.compare import Side

MIDDLE = Qt.AlignmentFlag.AlignCenter
TO_THE_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
TO_THE_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ROW_PX, TALLEST_PX, BAR_PX = 18, 42, 20
NARROW_PX, CARD_PX = 680, 320


class Bars(QWidget):
    """A line for each layer with numbers: parameters to the left, multiplications to the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._side: Side | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        theme.changed.connect(self.updateGeometry)

    def show_side(self, side: Side) -> None:
        """Show a network's layers."""
        self._side = side
        self.setAccessibleName(f"{side.title}: parameters and multiplications of each layer")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        layers = len(self._side.layers) if self._side else 0
        return QSize(self._theme.px(CARD_PX), self._theme.px(ROW_PX) * (layers + 1))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @property
    def row_px(self) -> int:
        """The height of a line: it grows where there is room."""
        lines = 1 + (len(self._side.layers) if self._side else 0)
        low, high = self._theme.px(ROW_PX), self._theme.px(TALLEST_PX)
        return min(max(self.height() // lines, low), high)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._side is not None:
            row = event.pos().y() // self.row_px - 1
            if 0 <= row < len(self._side.layers):
                name, parameters, macs = self._side.layers[row]
                words = f"{name}: {parameters:,} parameters, {macs:,} MACs"
                QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._side is None:
            return
        painter = QPainter(self)
        font = self._theme.font(11)
        painter.setFont(font)
        metrics, height = QFontMetricsF(font), self.row_px
        middle = min(self._theme.px(130), self.width() // 3)
        room = (self.width() - middle) / 2
        painter.setPen(self._theme.colour("kernel"))
        painter.drawText(QRectF(0, 0, room - 6, height), TO_THE_RIGHT, "parameters")
        painter.setPen(self._theme.colour("output"))
        painter.drawText(QRectF(room + middle + 6, 0, room, height), TO_THE_LEFT, "MACs")
        first = max(event.rect().top() // height - 1, 0)
        for i, layer in enumerate(self._side.layers[first:], first):
            top = (i + 1) * height
            if top > event.rect().bottom():
                break
            painter.setPen(self._theme.colour("text"))
            text = metrics.elidedText(layer[0], Qt.TextElideMode.ElideMiddle, middle - 8)
            painter.drawText(QRectF(room, top, middle, height), MIDDLE, text)
            self._paint_bar(painter, QRectF(0, top, room, height), layer[1], 0)
            self._paint_bar(painter, QRectF(room + middle, top, room, height), layer[2], 1)

    def _paint_bar(self, painter: QPainter, room: QRectF, value: int, which: int) -> None:
        """A bar that grows away from the layers' names, and its number at its end."""
        assert self._side is not None
        digits = painter.fontMetrics().horizontalAdvance(f"{self._side.most[which]:,}") + 10
        length = max(room.width() - digits, 0) * value / self._side.most[which]
        bar = min(self._theme.px(BAR_PX), room.height() - 5)
        y = room.center().y() - bar / 2
        painter.setPen(self._theme.colour("muted"))
        if which == 0:
            painter.fillRect(QRectF(room.right() - length, y, length, bar), self._colour(which))
            words = room.adjusted(0, 0, -length - 5, 0)
            painter.drawText(words, TO_THE_RIGHT, f"{value:,}")
        else:
            painter.fillRect(QRectF(room.left(), y, length, bar), self._colour(which))
            words = room.adjusted(length + 5, 0, 0, 0)
            painter.drawText(words, TO_THE_LEFT, f"{value:,}")

    def _colour(self, which: int) -> QColor:
        return self._theme.colour(("kernel_line", "output")[which])


class ComparePage(QWidget):
    """Shows two networks and their shares."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.heads: list[QLabel] = []
        self.bars: list[Bars] = []
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for _ in range(2):
            card, head, bars = Card(), QLabel(), Bars(theme)
            head.setWordWrap(True)
            head.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            area = QScrollArea()
            area.setWidget(bars)
            area.setWidgetResizable(True)
            area.viewport().setAutoFillBackground(False)
            bars.setAutoFillBackground(False)
            area.setAccessibleName("Layers")
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            card.column.addWidget(head)
            card.column.addWidget(area, 1)
            row.addWidget(card, 1)
            self.heads.append(head)
            self.bars.append(bars)
            set_role(head, "plain")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = event.size().width() < self._theme.px(NARROW_PX)
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)

    def show_comparison(self, sides: tuple[Side, Side]) -> None:
        """Show both."""
        muted = self._theme.colour("muted").name()
        warning = self._theme.colour("warning").name()
        for head, bars, side in zip(self.heads, self.bars, sides, strict=True):
            rows = "".join(
                f"<tr><td>{label} &nbsp;</td><td align=right><b>{value}</b></td>"
                f'<td style="color: {muted}; white-space: nowrap">&nbsp; {times}</td></tr>'
                for label, value, times in side.totals
            )
            failed = f'<p style="color: {warning}">{side.sentence}</p>' * bool(side.sentence)
            head.setText(f"<h3>{side.title}</h3><table cellspacing=2>{rows}</table>{failed}")
            bars.show_side(side)
