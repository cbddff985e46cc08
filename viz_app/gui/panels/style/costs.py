"""The cost step by step on a logarithmic axis, and what each term adds to it now."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from viz_app.core.style_terms import STYLE_LAYERS
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.words import Words
from viz_app.labs.style.shown import CostsShown, compact
from viz_app.labs.style.trace import Mark, Row

Kind = Literal["terms", "layers"]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of the plot: whose colour it has, and its height in a row of the trace."""

    name: str
    token: str
    height: Callable[[Row], float]
    style: Qt.PenStyle = Qt.PenStyle.SolidLine
    width: float = 1.6
    stage: int = -1  # of a style layer; its colour comes from a scale


def _layer(stage: int, name: str) -> Curve:
    def height(row: Row) -> float:
        return row.styles[stage] if stage < len(row.styles) else math.nan

    return Curve(name, "", height, stage=stage)


J = Curve("J", "output", lambda row: row.total, width=2.4)
NORM = Curve("‖∂J/∂G‖", "text", lambda row: row.gradient_norm, Qt.PenStyle.DashDotLine, 1.0)
CURVES: dict[Kind, tuple[Curve, ...]] = {
    "terms": (
        J,
        Curve("α content", "input", lambda row: row.content),
        Curve("β style", "kernel_line", lambda row: row.style, Qt.PenStyle.DashLine),
        Curve("τ TV", "muted", lambda row: row.variation, Qt.PenStyle.DotLine),
        NORM,
    ),
    "layers": (J, *(_layer(i, name) for i, name in enumerate(STYLE_LAYERS))),
}
KINDS: tuple[Kind, ...] = ("terms", "layers")
SCALE_ENDS = {"light": (0.0, 0.78), "dark": (0.3, 1.0)}  # of viridis, as far as it is legible
MOST_MARKS = 40
MOST_POINTS = 300  # a dashed line of thousands takes longer than a frame to draw
LABELLED = 6  # of the marks, the newest
DECADES = 4.0
LINE_PX = 18
FEWEST_STEPS = 10  # that the axis spans


class Legend(QWidget):
    """The names of the curves in their colours, and the steepness now."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._kind: Kind = "terms"
        self._norm = ""
        self.words = Words("", "group")
        self.words.setAccessibleName("The curves")
        self.words.setToolTip("‖∂J/∂G‖: how steep the cost is at the picture that is shown.")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.words)
        theme.changed.connect(self._write)
        self._write()

    def show_kind(self, kind: Kind) -> None:
        """Name the curves of the terms or of the layers."""
        if kind != self._kind:
            self._kind = kind
            self._write()

    def show_costs(self, shown: CostsShown) -> None:
        """Show the gradient's length."""
        last = shown.last
        self._norm = compact(last.gradient_norm) if last is not None else ""
        self._write()

    def _write(self) -> None:
        parts = []
        for curve in CURVES[self._kind]:
            token = "kernel" if curve.token == "kernel_line" else curve.token  # legible as words
            colour = self._theme.colour(token) if token else colour_of(curve, self._theme)
            words = f"{curve.name}&nbsp;{self._norm}" if curve is NORM else curve.name
            weight = "normal" if curve is NORM else "bold"  # bold bars of a norm are blocks
            parts.append(f'<span style="color:{colour.name()};font-weight:{weight}">{words}</span>')
        self.words.setText("&nbsp;&nbsp; ".join(parts))


class CostAxis(pg.AxisItem):
    """A logarithmic axis that has room for its numbers: 1, 2 and 5 of each decade."""

    def logTickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """Leave out the numbers between."""
        strings = super().logTickStrings(values, scale, spacing)
        leading = [round(10 ** (value % 1), 1) for value in values]
        return [s if n in (1, 2, 5, 10) else "" for s, n in zip(strings, leading, strict=True)]


class CostCurves(pg.PlotWidget):
    """J and its weighted terms; the living curves are extended, never rebuilt."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(axisItems={"left": CostAxis("left")})
        self._theme = theme
        self._kind: Kind = "terms"
        self._rows: object = None
        self._count = 0
        self._steps = np.empty(256)
        self._marks: tuple[Mark, ...] = ()
        self._lines: list[pg.InfiniteLine] = []
        self.setAccessibleName("Curves of the cost")
        self.setToolTip(
            "J and its weighted terms, step by step, on a logarithmic axis; dashed lines mark "
            "where the run was steered."
        )
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setMouseEnabled(x=False, y=False)
        self.setLogMode(y=True)
        self.setMinimumSize(120, 60)
        known = {curve for kind in KINDS for curve in CURVES[kind]}
        self.curves = {curve: self.plot([], [], connect="finite") for curve in known}
        self._values = {curve: np.empty(256) for curve in known}
        self._empty = QLabel("The cost appears here, step by step.", self)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._empty, "muted")
        self.getPlotItem().hide()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show_lines()

    def show_kind(self, kind: Kind) -> None:
        """Draw the terms or the layers."""
        if kind != self._kind:
            self._kind = kind
            self._show_lines()

    def show_costs(self, shown: CostsShown) -> None:
        """Draw what came since the last call."""
        if shown.rows is not self._rows or shown.count < self._count:
            self._rows, self._count = shown.rows, 0
        if shown.count != self._count:
            self._take(shown.rows[self._count : shown.count])
            self._draw_lines()
        elif not shown.count:
            for line in self.curves.values():
                line.setData([], [])
        if shown.marks != self._marks:
            self._marks = shown.marks
            self._draw_marks()
        self.getPlotItem().setVisible(shown.count > 0)
        self._empty.setVisible(shown.count == 0)
        last = shown.last
        self.setXRange(0, max(last.step if last is not None else 0, FEWEST_STEPS), padding=0.02)

    def _show_lines(self) -> None:
        for curve, line in self.curves.items():
            line.setVisible(curve in CURVES[self._kind])
        self._draw_lines()

    def _draw_lines(self) -> None:
        if not self._count:
            return
        every = -(-self._count // MOST_POINTS)
        shown_rows = slice((self._count - 1) % every, self._count, every)  # the last among them
        for curve in CURVES[self._kind]:
            self.curves[curve].setData(self._steps[shown_rows], self._values[curve][shown_rows])

    def _take(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if self._count == len(self._steps):
                self._steps = np.resize(self._steps, 2 * len(self._steps))
                self._values = {k: np.resize(v, 2 * len(v)) for k, v in self._values.items()}
            self._steps[self._count] = row.step
            for curve, values in self._values.items():
                value = curve.height(row)
                values[self._count] = value if value > 0 else np.nan
            self._count += 1

    def _draw_marks(self) -> None:
        for line in self._lines:
            self.removeItem(line)
        self._lines.clear()
        marks = self._marks[-MOST_MARKS:]
        last = self._steps[self._count - 1] if self._count else 0
        colour = self._theme.colour("muted")
        for i, mark in enumerate(marks):
            is_labelled = i >= len(marks) - LABELLED
            line = pg.InfiniteLine(
                mark.step,
                pen=pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine),
                label=mark.words if is_labelled else None,
                labelOpts={
                    "color": self._theme.colour("text"),
                    "fill": self._theme.colour("card"),
                    "position": 0.92 - 0.16 * (i % 3),
                    "anchors": [(1 if mark.step > 0.6 * last else 0, 0.5)] * 2,
                },
            )
            if is_labelled:
                line.label.setFont(self._theme.font(11))
            self.addItem(line)
            self._lines.append(line)

    def _on_theme_changed(self) -> None:
        theme = self._theme
        self.setBackground(theme.colour("card"))
        for curve, line in self.curves.items():
            pen = pg.mkPen(colour_of(curve, theme), width=curve.width, style=curve.style)
            line.setPen(pen)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(theme.colour("line"))
            axis.setTextPen(theme.colour("muted"))
            axis.setTickFont(theme.font(10, is_mono=True))
        self.getAxis("left").setWidth(theme.px(46))
        self._draw_marks()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_empty"):  # the first one comes while the plot is being made
            self._empty.setGeometry(self.rect())


def colour_of(curve: Curve, theme: Theme) -> QColor:
    """A term's own colour; a layer's, from dark to bright with its depth."""
    if curve.stage < 0:
        return theme.colour(curve.token)
    low, high = SCALE_ENDS[theme.scheme]
    place = low + (high - low) * curve.stage / (len(STYLE_LAYERS) - 1)
    return QColor(pg.colormap.get("viridis").map(place, mode="qcolor"))


class TermBars(QWidget):
    """One bar a term, on a logarithmic scale of four decades below the largest."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._terms: tuple[tuple[str, float, str], ...] = ()
        self.setAccessibleName("What each term adds to J")
        self.setToolTip("What each term adds to J now, weighted; a bar's length is logarithmic.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_costs(self, shown: CostsShown) -> None:
        """Show the newest step."""
        self._terms = shown.terms()
        self.setAccessibleDescription(
            ", ".join(f"{name} {compact(value)}" for name, value, _ in self._terms)
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(240), self._theme.px(7 * LINE_PX + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(150), self._theme.px(80))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._terms:
            painter.setPen(self._theme.colour("muted"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, "What each term adds to J appears here.")
            return
        largest = max(value for _, value, _ in self._terms)
        height = min(self.height() / len(self._terms), self._theme.px(22))
        name_px, value_px = self._theme.px(60), self._theme.px(58)
        room = max(self.width() - name_px - value_px - 8, 10)
        for i, (name, value, token) in enumerate(self._terms):
            top = i * height
            painter.setFont(self._theme.font(11))
            painter.setPen(self._theme.colour("text"))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, name_px, height), middle, name)
            share = 0.0
            if value > 0 and largest > 0:
                share = max(1 + math.log10(value / largest) / DECADES, 0.01)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(token))
            thick = min(height * 0.5, self._theme.px(9))
            bar = QRectF(name_px, top + (height - thick) / 2, share * room, thick)
            painter.drawRoundedRect(bar, 3, 3)
            painter.setFont(self._theme.font(11, is_mono=True))
            painter.setPen(self._theme.colour("text" if value > 0 else "muted"))
            right = Qt.AlignmentFlag.AlignRight | middle
            words = compact(value) if value > 0 else "off"
            painter.drawText(QRectF(self.width() - value_px, top, value_px, height), right, words)
