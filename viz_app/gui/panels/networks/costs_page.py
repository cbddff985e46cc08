"""The calculators: two formulas with the user's numbers, bars on one scale, and a curve."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.panels.networks.costs_paint import paint_block, paint_places, paint_windows
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.formula import Formula
from viz_app.labs.networks.costs import Costs

MOST_BARS = 3


class CostsPage(QWidget):
    """Shows one calculator."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.title = QLabel()
        set_role(self.title, "title")
        self.labels = [QLabel() for _ in range(MOST_BARS)]
        self.formulas = [Formula(theme, 18) for _ in range(MOST_BARS)]
        for formula in self.formulas:
            formula.setToolTip("The cost, from the numbers beside it.")
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.plot = CostPlot(theme)
        card = Card()
        card.column.setContentsMargins(24, 20, 24, 20)
        card.column.setSpacing(12)
        card.column.addWidget(self.title)
        for label, formula in zip(self.labels, self.formulas, strict=True):
            set_role(label, "muted")
            card.column.addWidget(label)
            card.column.addWidget(formula)
        card.column.addWidget(self.verdict)
        card.column.addWidget(self.plot, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(card)

    def show_costs(self, costs: Costs) -> None:
        """Show formulas, verdict and the plot."""
        self.title.setText(costs.title)
        for i, (label, formula) in enumerate(zip(self.labels, self.formulas, strict=True)):
            is_there = i < len(costs.bars)
            label.setVisible(is_there)
            formula.setVisible(is_there)
            if is_there:
                bar = costs.bars[i]
                label.setText(bar.label)
                formula.show_latex(bar.latex, f"{bar.label}: {bar.value:,}")
        self.verdict.setText(costs.verdict)
        self.plot.show_costs(costs)


class CostPlot(QWidget):
    """The costs as bars; for a bottleneck also the line over all its widths."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._costs: Costs | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_costs(self, costs: Costs) -> None:
        """Show the costs of a calculator."""
        self._costs = costs
        words = "; ".join(f"{bar.label}: {bar.value:,}" for bar in costs.bars)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, self._theme.px(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._theme.px(160))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._costs is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = self._theme.font(12, is_mono=True)
        painter.setFont(font)
        line = QFontMetricsF(font).height()
        most = max(*(bar.value for bar in self._costs.bars), 1)
        step = 2 * line + 14
        bars = [bar for bar in self._costs.bars if bar.is_drawn]
        for i, bar in enumerate(bars):
            top = i * step
            painter.setPen(self._theme.colour("text"))
            painter.drawText(QPointF(0, top + line), f"{bar.label}  {bar.value:,}")
            width = max(self.width() * bar.value / most, 1.5)
            token = "kernel_line" if bar.token == "kernel" else bar.token
            place = QRectF(0, top + line + 5, width, line * 0.8)
            painter.fillRect(place, self._theme.colour(token))
        top = len(bars) * step + line
        area = QRectF(self.rect()).adjusted(0, top, 0, 0)
        if self._costs.picture == "curve":
            area = area.adjusted(line + 8, 0, -line, -2 * line)
            if area.height() > 3 * line:
                self._paint_curve(painter, area, line)
        elif area.height() > 6 * line:
            if self._costs.picture == "windows":
                paint_windows(painter, area, self._theme, self._costs.fits)
            elif self._costs.picture == "places":
                paint_places(painter, area, self._theme)
            elif self._costs.picture == "block":
                paint_block(painter, area, self._theme, self._costs.bars[1].value > 0)
            else:
                self._paint_connections(painter, area, line)

    def _paint_connections(self, painter: QPainter, area: QRectF, line: float) -> None:
        """Eight inputs and six outputs, all joined; and joined by one filter of three weights."""
        half = area.width() / 2
        colours = [self._theme.colour(token) for token in ("input", "kernel_line", "pink")]
        for right, words in enumerate(("48 weights", "3 weights, the same everywhere")):
            box = QRectF(area.left() + right * half, area.top(), half, area.height())
            box = box.adjusted(line, 2 * line, -line * 2, -line)
            height = min(box.height(), box.width() * 0.9)
            box.setHeight(height)
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(QPointF(box.left(), box.top() - line), words)
            width = min(box.width(), height * 1.6)
            ins = [QPointF(box.left() + 6, box.top() + height * i / 7) for i in range(8)]
            outs = [QPointF(box.left() + width, box.top() + height * (i + 1) / 7) for i in range(6)]
            for o, end in enumerate(outs):
                for i, start in enumerate(ins):
                    tap = i - o
                    if right and not 0 <= tap < 3:
                        continue
                    colour = colours[tap] if right else self._theme.colour("edge")
                    painter.setPen(QPen(colour, 2 if right else 1))
                    painter.drawLine(start, end)
            for points, token in ((ins, "input"), (outs, "output")):
                painter.setPen(QPen(self._theme.colour("card"), 2))
                painter.setBrush(self._theme.colour(token))
                for point in points:
                    painter.drawEllipse(point, 6, 6)

    def _paint_curve(self, painter: QPainter, area: QRectF, line: float) -> None:
        costs = self._costs
        assert costs is not None
        most = max(*costs.curve, costs.limit)
        count = len(costs.curve)

        def at(width: int, value: int) -> QPointF:
            x = area.left() + area.width() * (width - 1) / (count - 1)
            return QPointF(x, area.bottom() - area.height() * value / most)

        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(area.bottomLeft(), area.topLeft())
        painter.setPen(QPen(self._theme.colour("warning"), 1.5, Qt.PenStyle.DashLine))
        limit = at(1, costs.limit)
        painter.drawLine(limit, QPointF(area.right(), limit.y()))
        painter.drawText(limit + QPointF(6, -5), "directly")
        painter.setPen(QPen(self._theme.colour("output"), 2))
        painter.drawPolyline(QPolygonF([at(k, v) for k, v in enumerate(costs.curve, 1)]))
        point = at(costs.at, costs.curve[costs.at - 1])
        painter.setBrush(self._theme.colour("kernel_line"))
        painter.setPen(QPen(self._theme.colour("card"), 2))
        painter.drawEllipse(point, 6, 6)
        painter.setPen(self._theme.colour("muted"))
        below = QRectF(area.left(), area.bottom() + 4, area.width(), line + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "1")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, str(count))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "channels of the bottleneck")
