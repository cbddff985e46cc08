"""The grid view: the network's cells over the photo, and one cell's boxes in numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QTransform
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column, picture_card
from viz_app.gui.panels.detection.box_layer import BoxLayer
from viz_app.gui.panels.detection.suppression_page import ClickCanvas
from viz_app.gui.panels.detection.thresholds import Thresholds
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.gui.widgets.choices import ChoiceButtons
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.gui.widgets.words import Words
from viz_app.labs.controls import Choice, Option
from viz_app.labs.detection.controls import STAGE
from viz_app.labs.detection.found import Found, short
from viz_app.labs.detection.grid import AnchorShown, GridShown, with_border
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene

ANCHOR = Choice("anchor", "Anchor", (), "Which of the cell's boxes is shown in numbers.")
MOST_HEAT = 0.75


class GridCanvas(ClickCanvas):
    """A click or the arrow keys choose a cell."""

    cell_moved = Signal(int, int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = arrow_of(event)
        if arrow is None:
            super().keyPressEvent(event)
        else:
            self.cell_moved.emit(*arrow)


class GridPage(QWidget):
    """Shows a stage of the way from the output tensor to the boxes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: GridShown | None = None
        self._pixels: tuple[np.ndarray, np.ndarray] | None = None  # a photo, and with its border
        self.canvas = GridCanvas(theme, "Photo with the network's grid")
        self.canvas.setToolTip("Click a cell, or walk with the arrow keys, to see its numbers.")
        self.layer = BoxLayer(theme)
        self.canvas.add_overlay(self._paint_grid)
        self.canvas.add_overlay(
            lambda painter, transform: self.layer.paint(painter, self._on_picture(transform))
        )
        self.stages = ViewSwitch(STAGE, theme, fills=True)
        self.anchors = ChoiceButtons(ANCHOR)
        self.shape = Words(role="mono")
        self.summary = Words(role="muted")
        self.numbers = QLabel()
        self.numbers.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        set_role(self.numbers, "mono")
        self.numbers.setAccessibleName("Numbers of the chosen box")
        self.bars = Bars(theme)
        self.thresholds = Thresholds(theme)
        self.p_c, self.iou = self.thresholds.p_c, self.thresholds.second
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.canvas.clicked.connect(
            lambda x, y: presenter.cell_clicked(x - self._border[0], y - self._border[1])
        )
        self.canvas.cell_moved.connect(presenter.cell_moved)
        self.stages.moved.connect(lambda value: presenter.edited("stage", value))
        self.anchors.moved.connect(lambda value: presenter.edited("anchor", value))
        self.thresholds.attach(presenter)

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the stage and the thresholds."""
        self.stages.show_value(scene.stage)
        self.thresholds.show_scene(scene)
        self.p_c.setEnabled(scene.stage in ("p_c", "kept"))
        self.iou.setEnabled(scene.stage == "kept")

    def show_grid(self, shown: GridShown, found: Found, pixels: np.ndarray) -> None:
        """Show a stage and a cell."""
        self._shown = shown
        if self._pixels is None or self._pixels[0] is not pixels or shown.border == (0, 0):
            self._pixels = (pixels, pixels)
        if shown.border != (0, 0) and self._pixels[1] is pixels:
            self._pixels = (pixels, with_border(pixels, shown.border))
        self.canvas.show_pixels(self._pixels[1])
        anchor = shown.anchors[shown.chosen]
        self.layer.show_boxes(shown.boxes, anchor.box)
        self.canvas.update()
        self.shape.setText(shown.shape)
        self.summary.setText(shown.summary)
        row, column = shown.cell
        self._side.title.setText(f"Cell in row {row}, column {column}")
        self.anchors.set_options(
            tuple(
                Option(i, str(i + 1), f"The box of anchor {i + 1}, {_size(a)} pixels.")
                for i, a in enumerate(shown.anchors)
            )
        )
        self.anchors.show_value(shown.chosen)
        self.numbers.setText(self._described(anchor))
        self.bars.show_bars(anchor.classes, is_softmax=shown.is_softmax)

    @property
    def _border(self) -> tuple[int, int]:
        return self._shown.border if self._shown is not None else (0, 0)

    def _on_picture(self, transform: QTransform) -> QTransform:
        """From the picture's pixels, where they lie within a letterbox's border."""
        left, top = self._border
        return QTransform.fromTranslate(left, top) * transform

    def _described(self, anchor: AnchorShown) -> str:
        """The way from t to b, as a small table."""
        t, b = dict(zip("xywh", anchor.t, strict=True)), dict(zip("xyhw", anchor.b, strict=True))
        colour = self._theme.colour
        rows = [
            ("p<sub>c</sub>", f"{anchor.p_c:.3f}", "kernel"),
            *((f"t<sub>{k}</sub>", f"{t[k]:.2f}", "input") for k in "xyhw"),
            *((f"b<sub>{k}</sub>", f"{b[k]:.1f}", "output") for k in "xyhw"),
        ]
        cells = [
            f'<td style="color: {colour("muted").name()}">{name}</td><td align="right" '
            f'style="color: {colour(token).name()}">{text}&nbsp;</td>'
            for name, text, token in rows
        ]
        left, right = cells[1:5], cells[5:]
        table = "".join(f"<tr>{x}{y}</tr>" for x, y in zip(left, right, strict=True))
        anchor_row = f"<tr><td colspan=4>anchor {_size(anchor)}</td></tr>"
        p_c = f"<tr>{cells[0]}</tr>"
        last = (
            f"<tr><td colspan=4>{anchor.name} {short(anchor.classes[0][1])}, "
            f"score <b>{short(anchor.score)}</b></td></tr>"
        )
        return f"<table cellspacing=2>{anchor_row}{p_c}{table}{last}</table>"

    def _paint_grid(self, painter: QPainter, transform: QTransform) -> None:
        shown = self._shown
        if shown is None:
            return
        transform = self._on_picture(transform)
        xs = [transform.m11() * x + transform.dx() for x in shown.xs]
        ys = [transform.m22() * y + transform.dy() for y in shown.ys]

        def cell_at(row: int, column: int) -> QRectF:
            left, top = xs[column], ys[row]
            return QRectF(left, top, xs[column + 1] - left, ys[row + 1] - top)

        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if shown.heat.size:
            ink = self._theme.colour("kernel_line")
            for row, column in np.argwhere(shown.heat > 0.01).tolist():
                ink.setAlphaF(MOST_HEAT * float(shown.heat[row, column]))
                painter.fillRect(cell_at(row, column), ink)
        line = self._theme.colour("card")
        line.setAlphaF(0.55 if shown.heat.size else 0.3)
        painter.setPen(QPen(line, 1))
        painter.drawLines([QLineF(x, ys[0], x, ys[-1]) for x in xs])
        painter.drawLines([QLineF(xs[0], y, xs[-1], y) for y in ys])
        painter.setPen(QPen(self._theme.colour("accent"), 3))
        painter.drawRect(cell_at(*shown.cell))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _build(self) -> None:
        self.shape.setToolTip("Rows × columns × anchors × (4 + p_c + classes) of this output.")
        photo = picture_card(self.canvas, self.shape, self.summary)
        self._side = Card("Cell")
        self._side.column.addWidget(self.anchors)
        self._side.column.addWidget(self.numbers)
        self._side.column.addSpacing(6)
        heading = QLabel("Classes, if there is an object")
        set_role(heading, "group")
        self._side.column.addWidget(heading)
        self._side.column.addWidget(self.bars)
        self._side.column.addStretch(1)
        lower = Card()
        lower.column.addWidget(self.stages)
        lower.column.addWidget(self.thresholds)
        page_column(self, Beside(photo, self._side, self._theme), lower)

    def _on_theme_changed(self) -> None:
        if self._shown is not None:
            self.numbers.setText(self._described(self._shown.anchors[self._shown.chosen]))


class Bars(QWidget):
    """Shares between 0 and 1 as bars with their names, the largest first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bars: tuple[tuple[str, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_bars(self, bars: Sequence[tuple[str, float]], *, is_softmax: bool = False) -> None:
        """Show these."""
        rule = (
            "A softmax over all classes: they sum to 1."
            if is_softmax
            else "Each class has its own sigmoid, so they need not sum to 1."
        )
        self._bars = tuple(bars)
        self.setAccessibleName(", ".join(f"{name} {value:.3f}" for name, value in self._bars))
        self.setToolTip("\n".join([rule, *(f"{name} {value:.4f}" for name, value in self._bars)]))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._theme.px(24) * max(len(self._bars), 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self._theme.px(24)
        for i, (name, value) in enumerate(self._bars):
            row = QRectF(0, i * height, self.width(), height)
            track = QRectF(0, row.bottom() - 5, self.width(), 3)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("line"))
            painter.drawRoundedRect(track, 1.5, 1.5)
            painter.setBrush(self._theme.colour("output"))
            painter.drawRoundedRect(QRectF(0, track.top(), self.width() * value, 3), 1.5, 1.5)
            painter.setPen(self._theme.colour("text"))
            painter.setFont(self._theme.font(12))
            words = row.adjusted(0, 0, 0, -5)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft | middle, name)
            painter.setFont(self._theme.font(12, is_mono=True))
            painter.drawText(words, Qt.AlignmentFlag.AlignRight | middle, short(value))


def _size(anchor: AnchorShown) -> str:
    width, height = (round(side, 1) for side in anchor.anchor)
    return f"{width:g} × {height:g}"
