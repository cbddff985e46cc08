"""The Gram matrices of style and picture as heat maps; a cell shows its two channels."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, qRgb
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget
from superqt import QElidingLabel

from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.choices import ChoiceButtons
from viz_app.labs.style.controls import GRAM_LAYER
from viz_app.labs.style.gram_jobs import Grams, shaded
from viz_app.labs.style.shown import compact

NARROW_PX = 560


class HeatMap(QWidget):
    """A matrix or a map under its caption; where it is a matrix, a cell can be pointed at."""

    pointed = Signal(int, int)  # row, column

    def __init__(self, theme: Theme, name: str, *, is_matrix: bool) -> None:
        super().__init__()
        self._theme = theme
        self._image: QImage | None = None
        self._shape = (0, 0)
        self._cell: tuple[int, int] | None = None
        self._is_matrix = is_matrix
        self.caption = name
        self.setAccessibleName(name)
        self.setMouseTracking(is_matrix)
        if is_matrix:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.setToolTip("Point at a cell, or use the arrow keys, to see its two channels.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_shades(self, shades: np.ndarray | None, table: list[int], caption: str) -> None:
        """Show uint8 [H, W] in the colours of a table."""
        self._image, self._shape = None, (0, 0)
        if shades is not None:
            height, width = self._shape = shades.shape
            shades = np.ascontiguousarray(shades)
            form = QImage.Format.Format_Indexed8
            self._image = QImage(shades.data, width, height, width, form).copy()
            self._image.setColorTable(table)
        self.caption = caption
        self.update()

    def show_cell(self, cell: tuple[int, int], caption: str) -> None:
        """Mark a cell, and say what it holds."""
        self._cell, self.caption = cell, caption
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(48, 48)

    def _area(self) -> QRectF:
        caption = self._theme.px(18)
        rows, columns = self._shape
        room_w, room_h = self.width() - 4, self.height() - caption - 2
        scale = min(room_w / max(columns, 1), room_h / max(rows, 1))
        width, height = columns * scale, rows * scale
        return QRectF((self.width() - width) / 2, caption, width, height)

    def _point(self, at: QPointF) -> None:
        area, (rows, columns) = self._area(), self._shape
        if rows and area.contains(at):
            row = int((at.y() - area.top()) / area.height() * rows)
            column = int((at.x() - area.left()) / area.width() * columns)
            self.pointed.emit(min(row, rows - 1), min(column, columns - 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font(11))
        painter.setPen(self._theme.colour("muted"))
        painter.drawText(
            QRectF(0, 0, self.width(), self._theme.px(16)),
            Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter,
            self.caption,
        )
        if self._image is None:
            return
        area = self._area()
        is_enlarged = area.width() > self._image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_enlarged)
        painter.drawImage(area, self._image)
        if self._cell is not None:
            self._paint_cell(painter, area)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.drawRect(area.adjusted(-1, -1, 1, 1))

    def _paint_cell(self, painter: QPainter, area: QRectF) -> None:
        assert self._cell is not None
        rows, columns = self._shape
        x = area.left() + (self._cell[1] + 0.5) * area.width() / columns
        y = area.top() + (self._cell[0] + 0.5) * area.height() / rows
        for colour, width in ((self._theme.colour("card"), 3), (self._theme.colour("text"), 1)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(QPointF(x, y), 5, 5)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_matrix:
            self._point(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._is_matrix:
            self._point(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        down = (event.key() == Qt.Key.Key_Down) - (event.key() == Qt.Key.Key_Up)
        right = (event.key() == Qt.Key.Key_Right) - (event.key() == Qt.Key.Key_Left)
        if self._is_matrix and self._cell is not None and (down or right):
            rows, columns = self._shape
            row = min(max(self._cell[0] + down, 0), rows - 1)
            self.pointed.emit(row, min(max(self._cell[1] + right, 0), columns - 1))
        else:
            super().keyPressEvent(event)


class GramView(QWidget):
    """S, G and S − G of a layer, and the maps of the two channels of the cell pointed at."""

    layer_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._grams: Grams | None = None
        self._cell: tuple[int, int] | None = None
        self.layers = ChoiceButtons(GRAM_LAYER)
        self.layers.moved.connect(self.layer_chosen)
        self.words = QElidingLabel()
        self.words.setAccessibleName("The cell pointed at")
        set_role(self.words, "mono")
        self.matrices = [
            HeatMap(theme, f"Gram matrix {name}", is_matrix=True) for name in ("S", "G", "S − G")
        ]
        self.maps = [
            HeatMap(theme, name, is_matrix=False) for name in ("Map k", "Map k′", "Product")
        ]
        for matrix in self.matrices:
            matrix.pointed.connect(self._on_pointed)
        self.head = QWidget()  # stands beside the choice of what is shown
        top = QHBoxLayout(self.head)
        top.setContentsMargins(0, 0, 0, 0)
        top.setSpacing(12)
        top.addWidget(self.layers)
        top.addWidget(self.words, 1)
        self.words.setMinimumWidth(40)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(6)
        self._columns = 0
        self._arrange()
        theme.changed.connect(self._draw)
        self._draw()

    def show_layer(self, layer: str) -> None:
        """Mark the layer."""
        self.layers.show_value(layer)

    def show_grams(self, grams: Grams | None) -> None:
        """Show a layer's matrices; the cell that was pointed at stays."""
        if grams is self._grams and grams is not None:
            return
        self._grams = grams
        if grams is None:
            self.words.setText("The Gram matrices appear here with the first step.")
            for widget in (*self.matrices, *self.maps):
                widget.show_shades(None, [], "")
            return
        if self._cell is not None and max(self._cell) >= len(grams.style):
            self._cell = None
        self._draw()

    def _arrange(self) -> None:
        """Six beside each other, or three above three where that is too narrow."""
        columns = 6 if self.width() > self._theme.px(NARROW_PX) else 3
        if columns == self._columns:
            return
        self._columns = columns
        for i, widget in enumerate((*self.matrices, *self.maps)):
            self._grid.addWidget(widget, i // columns, i % columns)

    def resizeEvent(self, event: object) -> None:
        self._arrange()

    def _draw(self) -> None:
        grams = self._grams
        if grams is None:
            return
        tables = viridis(), viridis(), self._signed()
        for widget, shades, table in zip(self.matrices, grams.shades, tables, strict=True):
            widget.show_shades(shades, table, "")
        self._show_cell()

    def _show_cell(self) -> None:
        grams = self._grams
        if grams is None:
            return
        cell = self._cell or _brightest(grams.style)
        row, column = cell
        s, g = float(grams.style[row, column]), float(grams.painted[row, column])
        ends = f"0 … {compact(grams.top)}", f"0 … {compact(grams.top)}", f"±{compact(grams.bound)}"
        for widget, name, value, scale in zip(
            self.matrices, ("S", "G", "S − G"), (s, g, s - g), ends, strict=True
        ):
            widget.show_cell(cell, f"{name} {compact(value)} · {scale}".replace("-", "−"))
        first, second = grams.maps[row], grams.maps[column]
        product = first * second
        top = float(max(first.max(), second.max())) or 1.0
        most = float(product.max()) or 1.0
        a = "T∘a" if grams.is_masked else "a"
        for widget, values, end, caption in (
            (self.maps[0], first, top, f"{a}[{row}], 0 … {compact(top)}"),
            (self.maps[1], second, top, f"{a}[{column}], same scale"),
            (self.maps[2], product, most, f"product, 0 … {compact(most)}"),
        ):
            widget.show_shades(shaded(values, end), viridis(), caption)
        words = f"k {row}, k′ {column}: S {compact(s)}  G {compact(g)}  S − G {compact(s - g)}"
        self.words.setText(words)
        of_style = "S is" if grams.styles == 1 else f"S, of {grams.styles} styles, is"
        by = "Σ T², T the mask" if grams.is_masked else "the number of positions"
        self.words.setToolTip(
            f"{words}\n{of_style} what the cost asks for. Both are sums divided by {by}: G[k, k′] "
            "is the mean of the product of the two maps, those of the picture under way."
        )

    def _on_pointed(self, row: int, column: int) -> None:
        self._cell = (row, column)
        self._show_cell()

    def _signed(self) -> list[int]:
        """Blue below zero, the card's colour at zero, red above."""
        low, zero, high = (self._theme.colour(t) for t in ("input", "card", "warning"))
        below = [_mixed(zero, low, i / 128) for i in range(128, 0, -1)]
        return [*below, *(_mixed(zero, high, i / 127) for i in range(128))]


@lru_cache(maxsize=1)
def viridis() -> list[int]:
    """The 256 colours of viridis, for an indexed image."""
    table = pg.colormap.get("viridis").getLookupTable(nPts=256, alpha=False)
    return [qRgb(*map(int, colour)) for colour in table]


def _mixed(one: QColor, other: QColor, share: float) -> int:
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return qRgb(*(round(a + (b - a) * share) for a, b in pairs))


def _brightest(matrix: np.ndarray) -> tuple[int, int]:
    row, column = np.unravel_index(int(np.argmax(matrix)), matrix.shape)
    return int(row), int(column)
