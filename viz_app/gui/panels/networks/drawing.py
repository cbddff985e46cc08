"""A network drawn to scale: blocks, links, skips; zoom, pan, and a selection."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viz_app.gui.theme import Theme
from viz_app.labs.networks.figure import Block, Figure, Link

MOST_ZOOM, LABEL_PX, MARGIN_PX = 24.0, 11, 26
CLICK_PX = 4
WAY_POINTS = 12
Way = tuple[QPointF, QPointF, QPointF, QPointF]
"""A cubic curve: its start, two points that bend it, its end."""
TOKENS = {"input": "input", "conv": "kernel", "linear": "kernel", "add": "accent",
          "concat": "accent"}  # fmt: skip


class Drawing(QWidget):
    """Paints a figure; the wheel zooms, a drag pans, a click or an arrow key selects."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._figure: Figure | None = None
        self._selected = ""
        self._zoom = 1.0
        self._offset = QPointF()
        self._is_fitted = True
        self._pressed: QPointF | None = None
        self._dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setToolTip("Wheel: zoom. Drag: pan. Click: select. Double click: all of it.")
        self._rects: dict[str, QRectF] = {}  # of the blocks, while they are painted
        self._ways: list[Way] = []  # bent links, which no label shall cross
        self._colours: dict[str, QColor] = {}
        theme.changed.connect(self._on_theme_changed)

    def show_figure(self, figure: Figure, selected: str, words: str) -> None:
        """Show a figure; a new one is fitted."""
        if figure is not self._figure:
            is_other = self._figure is None or figure.width != self._figure.width
            self._figure = figure
            if is_other or self._is_fitted:
                self.fit()
        self._selected = figure.home.get(selected, "")
        self.setAccessibleName(words)
        self.update()

    def fit(self) -> None:
        """Show all of it."""
        if (figure := self._figure) is None:
            return
        self._is_fitted = True
        margin = self._theme.px(MARGIN_PX)
        height = figure.bottom - figure.top
        room = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        self._zoom = min(room.width() / max(figure.width, 1), room.height() / max(height, 1), 3.0)
        self._zoom = max(self._zoom, 0.01)
        middle = QPointF(figure.width / 2, (figure.top + figure.bottom) / 2)
        self._offset = room.center() - middle * self._zoom
        self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a point."""
        at = QRectF(self.rect()).center() if at is None else at
        new = min(max(self._zoom * factor, 0.02), MOST_ZOOM)
        self._offset = at - (at - self._offset) * (new / self._zoom)
        self._zoom = new
        self._is_fitted = False
        self.update()

    def height_for(self, figure: Figure, width: int) -> int:
        """How high a page of this width must be to hold a figure and its labels."""
        margin = self._theme.px(MARGIN_PX)
        zoom = min((width - 2 * margin) / max(figure.width, 1), 3.0)
        return round((figure.bottom - figure.top) * zoom + 2 * margin)

    def place_of(self, name: str) -> QPointF:
        """The middle of a block on the widget."""
        assert self._figure is not None
        block = next(b for b in self._figure.blocks if b.name == self._figure.home[name])
        return self._rect(block).center()

    def paint(self, painter: QPainter) -> None:
        """Paint all of it; also for a file."""
        if (figure := self._figure) is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        transform = self._transform()
        self._rects = {
            b.name: transform.mapRect(QRectF(b.x, b.y, b.width, b.height)) for b in figure.blocks
        }
        self._ways.clear()
        blocks = {block.name: block for block in figure.blocks}
        for link in figure.links:
            self._paint_link(painter, link, blocks[link.source], blocks[link.target])
        for block in figure.blocks:
            self._paint_block(painter, block)
        self._paint_labels(painter, figure)

    def _on_theme_changed(self) -> None:
        self._colours.clear()
        self.update()

    def _colour(self, token: str) -> QColor:
        """A token's colour, looked up once."""
        if token not in self._colours:
            self._colours[token] = self._theme.colour(token)
        return self._colours[token]

    def sizeHint(self) -> QSize:
        return QSize(480, self._theme.px(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self._theme.px(120))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._is_fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        by = event.position() - self._pressed
        if self._dragged or by.manhattanLength() > CLICK_PX:
            self._dragged, self._is_fitted = True, False
            self._offset += by
            self._pressed = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None and not self._dragged:
            block = self._block_at(event.position())
            if block is not None:
                self.chosen.emit(block.name)
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        step = (key == Qt.Key.Key_Right) - (key == Qt.Key.Key_Left)
        if step and self._figure is not None:
            names = [block.name for block in self._figure.blocks]
            at = names.index(self._selected) if self._selected in names else 0
            self.chosen.emit(names[min(max(at + step, 0), len(names) - 1)])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self.zoom(1.25 if key == Qt.Key.Key_Plus else 0.8)
        elif key == Qt.Key.Key_Home:
            self.fit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            block = self._block_at(QPointF(event.pos()))
            words = f"{block.name}: {block.label}" if block else self.toolTip()
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _transform(self) -> QTransform:
        return QTransform(self._zoom, 0, 0, self._zoom, self._offset.x(), self._offset.y())

    def _rect(self, block: Block) -> QRectF:
        return self._transform().mapRect(QRectF(block.x, block.y, block.width, block.height))

    def _block_at(self, point: QPointF) -> Block | None:
        if self._figure is None:
            return None
        for block in reversed(self._figure.blocks):
            back = block.depth * self._zoom
            if self._rect(block).adjusted(-3, -back, max(back, 3), 3).contains(point):
                return block
        return None

    def _paint_link(self, painter: QPainter, link: Link, source: Block, target: Block) -> None:
        a, b = self._rects[source.name], self._rects[target.name]
        is_arc = link.is_skip and link.leap > 1
        token = "accent" if is_arc else "edge"
        painter.setPen(QPen(self._colour(token), 1.8 if is_arc else 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if is_arc:
            back_a, back_b = source.depth * self._zoom, target.depth * self._zoom
            start = QPointF(a.center().x() + back_a / 2, a.top() - back_a)
            end = QPointF(b.center().x() + back_b / 2, b.top() - back_b)
            top = min(start.y(), end.y()) - 26 * self._zoom
            way = start, QPointF(start.x(), top), QPointF(end.x(), top), end
        else:
            start = QPointF(a.right(), a.center().y())
            end = QPointF(b.left(), b.center().y())
            bend = QPointF((end.x() - start.x()) / 2, 0)
            way = start, start + bend, end - bend, end
        path = QPainterPath(way[0])
        path.cubicTo(*way[1:])
        painter.drawPath(path)
        if is_arc or abs(a.center().y() - b.center().y()) > 1:
            self._ways.append(way)

    def _paint_block(self, painter: QPainter, block: Block) -> None:
        token = TOKENS.get(block.kind, "output")
        rect, back = self._rects[block.name], block.depth * self._zoom
        line = self._colour("kernel_line" if token == "kernel" else token)
        soft = self._colour("accent_soft" if token == "accent" else f"{token}_soft")
        is_selected = block.name == self._selected
        painter.setPen(QPen(line, 2.4 if is_selected else 1))
        front = line if is_selected else soft
        if back > 1:
            up = QPointF(back, -back)
            top = QPolygonF([rect.topLeft(), rect.topLeft() + up, rect.topRight() + up,
                             rect.topRight()])  # fmt: skip
            side = QPolygonF([rect.topRight(), rect.topRight() + up, rect.bottomRight() + up,
                              rect.bottomRight()])  # fmt: skip
            painter.setBrush(_between(soft, line, 0.08))
            painter.drawPolygon(top)
            painter.setBrush(_between(soft, line, 0.28))
            painter.drawPolygon(side)
        painter.setBrush(front)
        painter.drawRect(rect)

    def _paint_labels(self, painter: QPainter, figure: Figure) -> None:
        """Shapes under the blocks and names over them, each where it touches no other."""
        font = self._theme.font(LABEL_PX, is_mono=True)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        # all signs of the font are as wide as one
        sign, line = metrics.horizontalAdvance("0"), metrics.height()
        whole = QRectF(self.rect())
        inside = whole.adjusted(2, 1, -2, -1)
        points = _points_of(self._ways)
        taken = _Taken(len(points) + 3 * len(figure.blocks))
        for block in figure.blocks:
            back = block.depth * self._zoom
            taken.add(self._rects[block.name].adjusted(0, -back, back, 0))
        taken.add_points(points)
        order = sorted(figure.blocks, key=lambda block: block.name != self._selected)
        for block in order:
            rect, back = self._rects[block.name], block.depth * self._zoom
            if not whole.intersects(rect):
                continue
            is_selected = block.name == self._selected
            middle, bottom = rect.center().x(), rect.bottom() + line * 0.2
            top = rect.top() - back - line * 1.2
            places = (
                (block.name, middle + back / 2, top, "text"),
                (block.label, middle, bottom, "muted"),
            )
            for text, x, y, token in places:
                width = sign * len(text) + 6
                left = min(max(x - width / 2, inside.left()), inside.right() - width)
                place = QRectF(left, y, width, line)
                if not is_selected and taken.meets(place):
                    continue
                if is_selected:
                    ground = QColor(self._colour("card"))
                    ground.setAlphaF(0.85)
                    painter.fillRect(place, ground)
                taken.add(place)
                painter.setPen(self._colour(token))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


class _Taken:
    """Rectangles that are in use, side by side, so that one is asked against all at once."""

    def __init__(self, most: int) -> None:
        self._sides = np.empty((4, most))  # left, top, right, bottom
        self._count = 0

    def add(self, rect: QRectF) -> None:
        """Take a rectangle."""
        self._sides[:, self._count] = rect.left(), rect.top(), rect.right(), rect.bottom()
        self._count += 1

    def add_points(self, points: NDArray[np.float64]) -> None:
        """Take small squares around points [N, 2]."""
        into = slice(self._count, self._count + len(points))
        self._sides[:2, into], self._sides[2:, into] = points.T - 1, points.T + 1
        self._count += len(points)

    def meets(self, rect: QRectF) -> bool:
        """Whether a rectangle touches one that is in use."""
        left, top, right, bottom = self._sides[:, : self._count]
        across = (left < rect.right()) & (right > rect.left())
        return bool((across & (top < rect.bottom()) & (bottom > rect.top())).any())


def _points_of(ways: Sequence[Way]) -> NDArray[np.float64]:
    """Points along cubic curves, [curves · (WAY_POINTS − 1), 2]; the ends are left out."""
    if not ways:
        return np.empty((0, 2))
    t = np.linspace(0, 1, WAY_POINTS + 1)[1:-1, None]
    shares = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    controls = np.array([[(p.x(), p.y()) for p in way] for way in ways])  # [curves, 4, 2]
    return np.einsum("tc,wcx->wtx", shares, controls).reshape(-1, 2)


def _between(a: QColor, b: QColor, share: float) -> QColor:
    pairs = zip(a.getRgb()[:3], b.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(x + (y - x) * share) for x, y in pairs))
