"""Two networks side by side: totals, and a bar for each layer."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QToolTip, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.networks.compare import Side

ROW_PX = 18


class Bars(QWidget):
    """A line for each layer with numbers: parameters to the left, multiplications to the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._side: Side | None = None
        self._most = (1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_side(self, side: Side, most: tuple[int, int]) -> None:
        """Show a network's layers; both networks share the scale."""
        self._side, self._most = side, most
        self.setAccessibleName(f"{side.title}: parameters and multiplications of each layer")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        layers = len(self._side.layers) if self._side else 0
        return QSize(240, self._theme.px(ROW_PX) * (layers + 1))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._side is not None:
            row = event.pos().y() // self._theme.px(ROW_PX) - 1
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
        metrics, height = QFontMetricsF(font), self._theme.px(ROW_PX)
        middle = min(self._theme.px(130), self.width() // 3)
        room = (self.width() - middle) / 2
        painter.setPen(self._theme.colour("kernel"))
        align = Qt.AlignmentFlag
        painter.drawText(QRectF(0, 0, room - 6, height), align.AlignRight, "parameters")
        painter.setPen(self._theme.colour("output"))
        painter.drawText(QRectF(room + middle + 6, 0, room, height), align.AlignLeft, "MACs")
        first = max(event.rect().top() // height - 1, 0)
        for i, layer in enumerate(self._side.layers[first:], first):
            top = (i + 1) * height
            if top > event.rect().bottom():
                break
            name, parameters, macs = layer
            painter.setPen(self._theme.colour("text"))
            text = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, middle - 8)
            painter.drawText(QRectF(room, top, middle, height), align.AlignCenter, text)
            left = (room - 4) * parameters / self._most[0]
            right = (room - 4) * macs / self._most[1]
            bar = height - 5
            painter.fillRect(
                QRectF(room - left, top + 2, left, bar), self._theme.colour("kernel_line")
            )
            painter.fillRect(
                QRectF(room + middle, top + 2, right, bar), self._theme.colour("output")
            )


class ComparePage(QWidget):
    """Shows two networks and their shares."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.heads: list[QLabel] = []
        self.bars: list[Bars] = []
        row = QHBoxLayout(self)
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

    def show_comparison(self, sides: tuple[Side, Side]) -> None:
        """Show both, their bars on one scale."""
        layers = [layer for side in sides for layer in side.layers]
        most = (
            max([layer[1] for layer in layers], default=1) or 1,
            max([layer[2] for layer in layers], default=1) or 1,
        )
        for head, bars, side in zip(self.heads, self.bars, sides, strict=True):
            rows = "".join(
                f"<tr><td>{label} &nbsp;</td><td align=right><b>{value}</b></td></tr>"
                for label, value in (
                    *side.totals,
                    ("Most parameters", side.largest[0]),
                    ("Most MACs", side.largest[1]),
                )
            )
            warning = self._theme.colour("warning").name()
            failed = f'<p style="color: {warning}">{side.sentence}</p>' * bool(side.sentence)
            head.setText(f"<h3>{side.title}</h3><table cellspacing=2>{rows}</table>{failed}")
            bars.show_side(side, most)
