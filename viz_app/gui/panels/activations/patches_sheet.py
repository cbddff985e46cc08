"""The nine patches of many channels, one painted item that scrolls."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
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
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolTip, QWidget

from viz_app.gui.theme import Theme
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.labs.activations.patches_shown import LayerSheet

TILE_PX, GAP_PX, LABEL_PX, HEADING_PX = 104, 12, 16, 28


class SheetView(QScrollArea):
    """Scrolls the sheet and keeps the selected channel in view."""

    chosen = Signal(str, int)  # row of the layer table, channel

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.sheet = Sheet(theme)
        self.setWidget(self.sheet)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the sheet has it
        for widget in (self.viewport(), self.sheet):
            widget.setAutoFillBackground(False)
        self.sheet.chosen.connect(self.chosen.emit)
        theme.changed.connect(lambda: self.sheet.arrange(self.viewport().width()))

    def show_sheets(self, sheets: tuple[LayerSheet, ...], selected: tuple[str, int]) -> None:
        """Show the patches of layers, and mark a channel."""
        is_other = selected != self.sheet.selected
        self.sheet.show_sheets(sheets, selected)
        self.sheet.arrange(self.viewport().width())
        if is_other:
            place = self.sheet.rect_of_selected()
            if place is not None and not self.sheet.visibleRegion().contains(place):
                self.ensureVisible(place.center().x(), place.center().y(), 0, place.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sheet.arrange(self.viewport().width())


class Sheet(QWidget):
    """Tiles with the number of their channel and its strongest value."""

    chosen = Signal(str, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._sheets: tuple[LayerSheet, ...] = ()
        self._images: list[list[QImage]] = []
        self._columns, self._side = 1, TILE_PX
        self._tops: list[int] = []
        self.selected = ("", -1)
        self.setAccessibleName("The nine patches of many channels")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_sheets(self, sheets: tuple[LayerSheet, ...], selected: tuple[str, int]) -> None:
        """Show the patches of layers, and mark a channel."""
        self.selected = selected
        if sheets is not self._sheets:
            self._sheets = sheets
            self._images = [[_to_image(tile) for tile in sheet.tiles] for sheet in sheets]
        self.update()

    def arrange(self, width: int) -> None:
        """Find the places of all tiles for a width."""
        step = self._theme.px(TILE_PX) + GAP_PX
        self._columns = max((width + GAP_PX) // step, 1)
        self._side = max((width - 4 + GAP_PX) // self._columns - GAP_PX, 24)
        top, self._tops = 0, []
        for sheet in self._sheets:
            top += self._heading_px()
            self._tops.append(top)
            top += -(-len(sheet.channels) // self._columns) * self._line_px()
        self.setMinimumHeight(top)
        self.update()

    def rect_of(self, which: int, place: int) -> QRect:
        """Where a tile of a layer is painted."""
        side = self._side
        line, column = divmod(place, self._columns)
        top = self._tops[which] + line * self._line_px() + self._theme.px(LABEL_PX)
        return QRect(2 + column * (side + GAP_PX), top, side, side)

    def rect_of_selected(self) -> QRect | None:
        """Where the selected channel is painted."""
        for which, sheet in enumerate(self._sheets):
            if sheet.layer == self.selected[0] and self.selected[1] in sheet.channels:
                return self.rect_of(which, sheet.channels.index(self.selected[1]))
        return None

    def tile_at(self, point: QPointF) -> tuple[int, int] | None:
        """Which layer and which place of it is under a point."""
        for which, sheet in enumerate(self._sheets):
            for place in range(len(sheet.channels)):
                if self.rect_of(which, place).contains(point.toPoint()):
                    return which, place
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        label_px, align = self._theme.px(LABEL_PX), Qt.AlignmentFlag
        for which, sheet in enumerate(self._sheets):
            tall = self._heading_px()
            heading = QRect(0, self._tops[which] - tall, self.width(), tall)
            if heading.intersects(event.rect()) and len(self._sheets) > 1:
                painter.setFont(self._theme.font(12, is_bold=True))
                painter.setPen(self._theme.colour("text"))
                painter.drawText(heading, align.AlignVCenter | align.AlignLeft, sheet.title)
            painter.setFont(self._theme.font(10, is_mono=True))
            for place, channel in enumerate(sheet.channels):
                tile = self.rect_of(which, place)
                if not tile.adjusted(-4, -label_px, 4, 4).intersects(event.rect()):
                    continue
                label = QRect(tile.left(), tile.top() - label_px, tile.width(), label_px)
                painter.setPen(self._theme.colour("muted"))
                painter.drawText(label, align.AlignLeft | align.AlignVCenter, str(channel))
                value = f"{sheet.values[place]:.3g}" if np.isfinite(sheet.values[place]) else ""
                painter.drawText(label, align.AlignRight | align.AlignVCenter, value)
                painter.fillRect(tile, self._theme.colour("window"))
                painter.drawImage(QRectF(tile), self._images[which][place])
                if (sheet.layer, channel) == self.selected:
                    painter.setPen(QPen(self._theme.colour("accent"), 2))
                    painter.drawRect(tile.adjusted(-1, -1, 1, 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.tile_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and at is not None:
            sheet = self._sheets[at[0]]
            self.chosen.emit(sheet.layer, sheet.channels[at[1]])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = arrow_of(event)
        down, right = arrow or (0, 0)
        for sheet in self._sheets if arrow is not None else ():
            if sheet.layer == self.selected[0] and self.selected[1] in sheet.channels:
                to = sheet.channels.index(self.selected[1]) + down * self._columns + right
                if 0 <= to < len(sheet.channels):
                    self.chosen.emit(sheet.layer, sheet.channels[to])
                return
        super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self.tile_at(QPointF(event.pos()))
            words = ""
            if at is not None:
                sheet = self._sheets[at[0]]
                words = f"{sheet.title}, channel {sheet.channels[at[1]]}: click to look at it"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _line_px(self) -> int:
        return self._side + self._theme.px(LABEL_PX) + GAP_PX

    def _heading_px(self) -> int:
        return self._theme.px(HEADING_PX) if len(self._sheets) > 1 else 0


def _to_image(tile: np.ndarray) -> QImage:
    height, width, _ = tile.shape
    plain = np.ascontiguousarray(tile)
    image = QImage(plain.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
