"""All channels of a layer as one painted picture."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viz_app.core.colour_maps import signed_table, strength_table
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.arrows import arrow_of

Shades = NDArray[np.uint8]
PIXELS_A_GAP = 16  # a gap is one pixel of a channel so wide, two of one twice as wide
LEAST_EXPORT_PX = 64


@cache
def colour_table(colours: str) -> list[int]:
    """Qt's table for shades: 0 is clear, 1 to 255 the colours."""
    table = signed_table(255) if colours == "signed" else strength_table(255)
    packed = [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in table]
    return [0, *packed]


def to_image(shades: Shades, colours: str) -> QImage:
    """Shades [h, w] as an image in the form that is painted fastest, clear where they are 0."""
    height, width = shades.shape
    image = QImage(shades.data, width, height, shades.strides[0], QImage.Format.Format_Indexed8)
    image.setColorTable(colour_table(colours))
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def composed(shades: Shades, columns: int, gap: int) -> Shades:
    """Channels [n, h, w] in rows of so many, with a clear gap after each, as one picture."""
    count, height, width = shades.shape
    lines = -(-count // columns)
    cells = np.zeros((lines, height + gap, columns, width + gap), np.uint8)
    whole, rest = divmod(count, columns)
    inside = cells[:, :height, :, :width]
    inside[:whole] = shades[: whole * columns].reshape(-1, columns, height, width).swapaxes(1, 2)
    if rest:
        inside[whole, :, :rest] = shades[whole * columns :].swapaxes(0, 1)
    return cells.reshape(lines * (height + gap), columns * (width + gap))


class MosaicGrid(QWidget):
    """One item whatever the number of channels; arrow keys walk, a click chooses."""

    chosen = Signal(int)  # a channel
    page_asked = Signal(int)  # so many layers further on

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shades: Shades | None = None
        self._order: tuple[int, ...] = ()
        self._values: NDArray[np.float32] | None = None
        self._colours = "strength"
        self._dead: frozenset[int] = frozenset()
        self._channel = -1
        self._columns = 1
        self._image: QImage | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def columns(self) -> int:
        """How many channels stand in a row."""
        return self._columns

    def show_tiles(
        self,
        shades: Shades | None,
        order: tuple[int, ...],
        colours: str,
        channel: int,
        values: NDArray[np.float32] | None = None,
    ) -> None:
        """Show channels [n, h, w], which channel stands where, and which one is selected."""
        is_same = shades is self._shades and colours == self._colours
        self._order, self._colours, self._channel = order, colours, channel
        self._values = values
        if not is_same:
            self._shades = shades
            self._compose()
        self.update()

    def show_dead(self, channels: frozenset[int]) -> None:
        """Strike out the channels that fire on no image."""
        self._dead = channels
        self.update()

    def to_image(self) -> QImage | None:
        """The mosaic for a file: whole pixels, no channel smaller than can be seen."""
        if self._image is None or self._shades is None:
            return None
        factor = max(1, round(LEAST_EXPORT_PX / max(self._shades.shape[1:])))
        image = QImage(self._image.size() * factor, QImage.Format.Format_RGB32)
        image.fill(self._theme.colour("card"))
        painter = QPainter(image)
        painter.drawImage(QRectF(image.rect()), self._image)
        painter.end()
        return image

    def rect_of(self, place: int) -> QRectF:
        """Where the channel at a place is painted."""
        if self._shades is None:
            return QRectF()
        (right, down), target, scale = self._step(), self._target(), self._scale()
        line, column = divmod(place, self._columns)
        height, width = self._shades.shape[1:]
        return QRectF(
            target.left() + column * right,
            target.top() + line * down,
            width * scale,
            height * scale,
        )

    def place_at(self, point: QPointF) -> int:
        """The place under a point, or −1."""
        if self._shades is None:
            return -1
        (right, down), target = self._step(), self._target()
        column = int((point.x() - target.left()) // right)
        line = int((point.y() - target.top()) // down)
        place = line * self._columns + column
        is_there = 0 <= column < self._columns and 0 <= place < len(self._order) and line >= 0
        return place if is_there else -1

    def sizeHint(self) -> QSize:
        return QSize(480, 320)

    def minimumSizeHint(self) -> QSize:
        return QSize(36, 48)

    def _gap(self) -> int:
        assert self._shades is not None
        return max(1, round(self._shades.shape[2] / PIXELS_A_GAP))

    def _compose(self) -> None:
        if self._shades is None or not len(self._shades):
            self._image = None
            return
        self._columns = self._best_columns()
        grid = composed(self._shades, self._columns, self._gap())
        self._image = to_image(grid, self._colours)

    def _best_columns(self) -> int:
        """The columns for which the channels are largest in the room there is."""
        assert self._shades is not None
        count, height, width = self._shades.shape
        gap = self._gap()
        columns = np.arange(1, count + 1)
        lines = -(-count // columns)
        scales = np.minimum(
            max(self.width() - 4, 1) / (columns * (width + gap)),
            max(self.height() - 4, 1) / (lines * (height + gap)),
        )
        return int(columns[scales.argmax()])

    def _scale(self) -> float:
        assert self._image is not None
        return min(
            (self.width() - 4) / self._image.width(), (self.height() - 4) / self._image.height()
        )

    def _target(self) -> QRectF:
        assert self._image is not None
        scale = max(self._scale(), 1e-3)
        width, height = self._image.width() * scale, self._image.height() * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._scale() < 1)
        self._paint_ground(painter)
        painter.drawImage(self._target(), self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("warning"), 1.5))
        for place, channel in enumerate(self._order if self._dead else ()):
            if channel in self._dead:
                tile = self.rect_of(place)
                painter.drawLine(tile.bottomLeft(), tile.topRight())
        if self._channel in self._order:
            tile = self.rect_of(self._order.index(self._channel))
            for width, token in ((4.0, "card"), (2.0, "accent")):
                painter.setPen(QPen(self._theme.colour(token), width))
                painter.drawRect(tile.adjusted(-1, -1, 1, 1))
        if self.hasFocus():
            painter.setPen(self._theme.colour("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _paint_ground(self, painter: QPainter) -> None:
        """What shows between the channels, so that light ones have an edge."""
        target = self._target()
        whole, rest = divmod(len(self._order), self._columns)
        step = self._step()
        ground = self._theme.colour("line")
        painter.fillRect(
            QRectF(target.left(), target.top(), target.width(), whole * step[1]), ground
        )
        last = QRectF(target.left(), target.top() + whole * step[1], rest * step[0], step[1])
        painter.fillRect(last, ground)

    def _step(self) -> tuple[float, float]:
        """From one channel to the next, right and down."""
        assert self._shades is not None
        _count, height, width = self._shades.shape
        gap, scale = self._gap(), self._scale()
        return (width + gap) * scale, (height + gap) * scale

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._shades is not None and self._best_columns() != self._columns:
            self._compose()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.chosen.emit(self._order[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, arrow = event.key(), arrow_of(event)
        if arrow is not None and self._channel in self._order:
            line, column = arrow
            place = self._order.index(self._channel) + line * self._columns + column
            if 0 <= place < len(self._order):
                self.chosen.emit(self._order[place])
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.page_asked.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            place = self.place_at(QPointF(event.pos()))
            words = ""
            if place >= 0:
                channel = self._order[place]
                words = f"Channel {channel}"
                if self._values is not None:
                    words += f", largest {self._values[channel]:.4g}"
                if channel in self._dead:
                    words += ", dead: it fires on none of the images"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)
