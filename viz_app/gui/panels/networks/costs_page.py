"""The calculators: two formulas with the user's numbers, bars on one scale, and a curve."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.panels.networks.costs_paint import paint_block, paint_places, paint_windows
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.formula import Formula
from viz_app.labs.networks.costs import Costs
from viz_app.labs.networks.presenter import NetworksPresenter

MOST_BARS = 3
MARGIN_PX = 24
FORMULA_AFTER_MS = 20  # title and plot are painted by then


class CostsPage(QWidget):
    """Shows one calculator."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._costs: Costs | None = None
        self._due: list[int] = []  # formulas to be set; each takes 20 to 60 ms the first time
        self._soon = QTimer(self)
        self._soon.setInterval(FORMULA_AFTER_MS)
        self._soon.timeout.connect(self._set_next)
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
        card.column.setContentsMargins(MARGIN_PX, 20, MARGIN_PX, 20)
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
        theme.changed.connect(self._set_formulas_soon)

    def attach(self, presenter: NetworksPresenter) -> None:
        """Connect the intents."""
        self.plot.width_moved.connect(lambda width: presenter.edited("bottleneck", width))

    def show_costs(self, costs: Costs) -> None:
        """Show formulas, verdict and the plot."""
        self.title.setText(costs.title)
        for i, (label, formula) in enumerate(zip(self.labels, self.formulas, strict=True)):
            is_there = i < len(costs.bars)
            label.setVisible(is_there)
            formula.setVisible(is_there)
            if is_there:
                label.setText(costs.bars[i].label)
        self._costs = costs
        self._set_formulas_soon()
        self.verdict.setText(costs.verdict)
        self.plot.show_costs(costs)

    def settle(self) -> None:
        """Set now the formulas that would be set in a moment."""
        while self._due:
            self._set_next()

    def _set_formulas_soon(self) -> None:
        """Set them one at a time, so that what is dragged is not held up by them."""
        there = range(len(self._costs.bars) if self._costs else 0)
        waiting = [i for i in self._due if i in there]
        self._due = waiting + [i for i in there if i not in waiting]  # in turn, also while dragged
        if self._due and not self._soon.isActive():
            self._soon.start()

    def _set_next(self) -> None:
        """Set a formula in one line, or broken at its signs where that is too wide."""
        if self._costs is None or not self._due:
            self._soon.stop()
            return
        i = self._due.pop(0)
        bar, formula = self._costs.bars[i], self.formulas[i]
        words = f"{bar.label}: {bar.value:,}"
        formula.show_latex(bar.latex, words)
        if formula.sizeHint().width() > self.width() - 2 * MARGIN_PX:
            formula.show_latex(broken(bar.latex), words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_formulas_soon()


def broken(latex: str) -> str:
    """A formula with a line for each of its equals signs."""
    parts = latex.split(" = ")
    lines = [parts[0], *(f"= {part}" for part in parts[1:])]
    return r"\begin{aligned} & " + r" \\ & ".join(lines) + r" \end{aligned}"


class CostPlot(QWidget):
    """The costs as bars; for a bottleneck also the line over all its widths, to drag along."""

    width_moved = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._costs: Costs | None = None
        self._curve_area: QRectF | None = None  # as it was painted
        self.setMouseTracking(True)
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
        font, plain = self._theme.font(12, is_bold=True, is_mono=True), self._theme.font(12)
        line = QFontMetricsF(font).height()
        most = max(*(bar.value for bar in self._costs.bars), 1)
        step = 2 * line + 14
        bars = [bar for bar in self._costs.bars if bar.is_drawn]
        for i, bar in enumerate(bars):
            top = i * step
            painter.setPen(self._theme.colour("text"))
            painter.setFont(plain)
            painter.drawText(QPointF(0, top + line), bar.label)
            after = QFontMetricsF(plain).horizontalAdvance(bar.label) + 10
            painter.setFont(font)
            painter.drawText(QPointF(after, top + line), f"{bar.value:,}")
            width = max(self.width() * bar.value / most, 1.5)
            token = "kernel_line" if bar.token == "kernel" else bar.token
            place = QRectF(0, top + line + 5, width, line * 0.8)
            painter.fillRect(place, self._theme.colour(token))
        painter.setFont(plain)
        self._curve_area = None
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
        self._curve_area = area

        def at(width: float, value: float) -> QPointF:
            x = area.left() + area.width() * (width - 1) / (count - 1)
            return QPointF(x, area.bottom() - area.height() * value / most)

        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(area.bottomLeft(), area.topLeft())
        warning = self._theme.colour("warning")
        painter.setPen(QPen(warning, 1.5, Qt.PenStyle.DashLine))
        limit = at(1, costs.limit)
        painter.drawLine(limit, QPointF(area.right(), limit.y()))
        painter.drawText(limit + QPointF(6, -5), f"directly {costs.limit:,}")
        even = costs.limit / costs.curve[0]  # each channel of the bottleneck costs as much
        if 1 < even < count:
            painter.drawLine(at(even, costs.limit), at(even, 0))
        painter.setPen(QPen(self._theme.colour("output"), 2))
        painter.drawPolyline(QPolygonF([at(k, v) for k, v in enumerate(costs.curve, 1)]))
        point = at(costs.at, costs.curve[costs.at - 1])
        painter.setBrush(self._theme.colour("kernel_line"))
        painter.setPen(QPen(self._theme.colour("card"), 2))
        painter.drawEllipse(point, 6, 6)
        self._paint_point_words(painter, point, area, line)
        painter.setPen(self._theme.colour("muted"))
        below = QRectF(area.left(), area.bottom() + 4, area.width(), line + 2)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "1")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, str(count))
        words = "multiplications, over the channels of the bottleneck"
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, words)

    def _paint_point_words(
        self, painter: QPainter, point: QPointF, area: QRectF, line: float
    ) -> None:
        """Say what the point stands for, on the side of it where the curve does not run."""
        assert self._costs is not None
        costs = self._costs
        words = f"{costs.at} channels: {costs.curve[costs.at - 1]:,}"
        width = QFontMetricsF(painter.font()).horizontalAdvance(words)
        is_right = point.x() + 14 + width <= area.right()
        left = point.x() + 14 if is_right else point.x() - 14 - width
        base = point.y() + (line * 1.1 if is_right else -line * 0.4)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(QPointF(left, min(base, area.bottom() - 4)), words)

    def _show_hand(self, point: QPointF) -> None:
        is_over = self._curve_area is not None and self._curve_area.contains(point)
        self.setCursor(Qt.CursorShape.SizeHorCursor if is_over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        area, costs = self._curve_area, self._costs
        self._show_hand(event.position())
        if area is None or costs is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        share = (event.position().x() - area.left()) / max(area.width(), 1)
        width = 1 + round(min(max(share, 0.0), 1.0) * (len(costs.curve) - 1))
        if width != costs.at:
            self.width_moved.emit(width)
