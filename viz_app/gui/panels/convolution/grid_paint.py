"""Paints the planes of a figure and the marks over them, in the theme's colours."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from viz_app.gui.panels.convolution.grid_layout import CAPTION_PX, TITLE_PX, Box, Layout
from viz_app.gui.theme import Theme
from viz_app.labs.convolution.colours import signed_colours
from viz_app.labs.convolution.numbers import text_of
from viz_app.labs.convolution.pointing import Mark

LEAST_FONT_PX = 8.0
CENTRE = Qt.AlignmentFlag.AlignCenter


class GridPainter:
    """Knows how cells look; asks the theme for every colour."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._sizes: dict[tuple[int, float], float] = {}
        self._colours: dict[str, QColor] = {}  # asking the theme costs more than a cell
        theme.changed.connect(self._colours.clear)

    def colour(self, token: str) -> QColor:
        """A colour of the theme."""
        if token not in self._colours:
            self._colours[token] = self.theme.colour(token)
        return self._colours[token]

    def forget(self) -> None:
        """Another figure is shown: measure its numbers anew."""
        self._sizes.clear()

    def font_px(self, box: Box) -> float:
        """The size of the numbers in a box; 0 where they could not be read."""
        key = (id(box.plane), box.step)
        if key not in self._sizes:
            self._sizes[key] = self._fit_font(box)
        return self._sizes[key]

    def _fit_font(self, box: Box) -> float:
        room = box.step - box.gap - 4
        if room < LEAST_FONT_PX:
            return 0.0
        values = box.plane.values
        if values.dtype.kind == "i":
            longest = max(len(text_of(values.max())), len(text_of(values.min())))
        else:
            longest = max(len(text_of(v)) for v in values.reshape(-1)[:4096])
        wanted = max(box.step * 0.36, min(box.step * 0.5, 10.0 * self.theme.scale))
        px = min(wanted, 22.0 * self.theme.scale, room / (0.61 * max(longest, 1)))
        return px if px >= LEAST_FONT_PX else 0.0

    # Planes

    def paint_layout(
        self, painter: QPainter, layout: Layout, clip: QRectF, *, is_passed: bool,
        shows_ahead: bool, skip_block: str = "",
    ) -> None:  # fmt: skip
        """Paint all planes with their titles; output cells as passed or as still ahead."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for box in layout.boxes:
            self.paint_titles(painter, box)
            if box.block.key != skip_block and box.rect.intersects(clip):
                self.paint_plane(painter, box, clip, is_passed=is_passed, shows_ahead=shows_ahead)
        for rect, sign in layout.signs:
            is_word = len(sign) > 2
            painter.setFont(self.theme.font(15 if is_word else 24))
            painter.setPen(self.colour("muted"))
            painter.drawText(rect, CENTRE, sign)

    def paint_titles(self, painter: QPainter, box: Box) -> None:
        """Paint the heading of a block and the caption of its plane."""
        scale = self.theme.scale
        top = box.y - (CAPTION_PX * scale if box.plane.name else 0) - TITLE_PX * scale
        below = box.y - CAPTION_PX * scale
        bold, plain = self.theme.font(11, is_bold=True), self.theme.font(11)
        for text, font, token, y, height, room in (
            (box.title, bold, box.block.token, top, TITLE_PX, box.room),
            (box.plane.name, plain, "muted", below, CAPTION_PX, box.name_room),
        ):
            if text:
                painter.setFont(font)
                painter.setPen(self.colour(token))
                short = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
                rect = QRectF(box.x, y, room + 2, height * scale - 3)
                painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, short)

    def paint_plane(
        self, painter: QPainter, box: Box, clip: QRectF, *, is_passed: bool, shows_ahead: bool
    ) -> None:
        """Paint the cells of a plane that lie in the clip."""
        font_px = self.font_px(box)
        if font_px == 0.0:
            self._paint_shaded(painter, box, hides=not is_passed and not shows_ahead)
            return
        painter.setFont(self._number_font(font_px))
        first_row, last_row, first_column, last_column = _visible(box, clip)
        for row in range(first_row, last_row):
            for column in range(first_column, last_column):
                self._paint_cell(
                    painter, box, row, column, font_px, is_passed=is_passed, shows_ahead=shows_ahead
                )

    def _paint_cell(
        self, painter: QPainter, box: Box, row: int, column: int, font_px: float, *,
        is_passed: bool, shows_ahead: bool,
    ) -> None:  # fmt: skip
        c, plane, rect = self.colour, box.plane, box.cell(row, column)
        is_ghost = plane.ghost is not None and bool(plane.ghost[row, column])
        ground, line, text, token = c("card"), c("line"), c("text"), box.block.token
        shows = True
        if is_ghost:
            ground, text = c("window"), c("muted")
        elif token == "kernel":
            ground, line = c("kernel_soft"), c("kernel_line")
        elif box.block.key == "output":
            shows = is_passed or shows_ahead
            ground, line = (c("output_soft"), c("output_soft")) if is_passed else (ground, line)
            text = text if is_passed else c("muted")
        elif token == "output":
            ground, line = c("output_soft"), c("output_soft")
        if box.block.is_shaded and not is_ghost:
            ground = grey(plane.values[row, column])
            text = on_grey(ground)
        if plane.counts is not None and not is_ghost:
            ground = blend(c("card"), c("input"), 0.55 * _share(plane.counts, row, column))
        pen = QPen(line)
        if is_ghost:
            pen.setStyle(Qt.PenStyle.DashLine)
            pen.setColor(c("edge"))
        self.cell_shape(painter, box, rect, ground, pen)
        if plane.unused is not None and plane.unused[row, column]:
            painter.fillRect(rect, QBrush(c("warning"), Qt.BrushStyle.BDiagPattern))
        if font_px and shows:
            if plane.counts is not None:
                painter.setFont(self._number_font(font_px))  # the last cell's note was smaller
            painter.setPen(text)
            painter.drawText(rect, CENTRE, text_of(plane.values[row, column]))
        if plane.counts is not None and not is_ghost and box.step >= 26:
            self.note(painter, box, rect, f"{plane.counts[row, column]}×", c("input"))

    def cell_shape(
        self, painter: QPainter, box: Box, rect: QRectF, ground: QColor, pen: QPen
    ) -> None:
        """Paint an empty cell."""
        if box.step < 14:
            painter.fillRect(rect, ground)
            return
        painter.setPen(pen)
        painter.setBrush(ground)
        radius = min(5.0, box.step / 8)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def note(self, painter: QPainter, box: Box, rect: QRectF, text: str, colour: QColor) -> None:
        """Paint a small word into the lower right corner of a cell, if it can be read."""
        room = rect.width() - 7
        px = min(box.step * 0.22, 11 * self.theme.scale)
        if not text or room < 6:
            return
        width = QFontMetricsF(self._number_font(px)).horizontalAdvance(text)
        px *= min(room / width, 1.0)
        if px < 6.5:
            return
        painter.setFont(self._number_font(px))
        painter.setPen(colour)
        corner = rect.adjusted(0, 0, -2.5, -1)
        painter.drawText(corner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, text)

    def _number_font(self, px: float) -> QFont:
        font = self.theme.font(13, is_mono=True)
        font.setPixelSize(max(round(px), 1))
        return font

    def _paint_shaded(self, painter: QPainter, box: Box, *, hides: bool) -> None:
        """Cells too small for numbers are colours: the input light, the output around zero."""
        if hides and box.block.key == "output":
            painter.fillRect(box.rect, self.colour("line"))
            return
        values = box.plane.values.astype(np.float64)
        if box.plane.counts is not None:
            share = box.plane.counts / max(float(box.plane.counts.max()), 1.0)
            none, most = (_rgb(self.colour(t)) for t in ("card", "input"))
            rgb = (none + (most - none) * 0.7 * share[..., None]).astype(np.uint8)
        elif box.block.token != "input":
            rgb = signed_colours(values)
        else:
            low, high = float(values.min()), float(values.max())
            if box.block.is_shaded:
                low, high = 0.0, 255.0
            share = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
            rgb = np.repeat((share * 255).astype(np.uint8)[..., None], 3, axis=2)
        if box.plane.ghost is not None:
            window = self.colour("line")
            rgb[box.plane.ghost] = (window.red(), window.green(), window.blue())
        rgb = np.ascontiguousarray(rgb)
        h, w = rgb.shape[:2]
        image = QImage(rgb.data, w, h, 3 * w, QImage.Format.Format_RGB888)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(box.rect, image)
        if box.plane.unused is not None:
            hatch = QBrush(self.colour("warning"), Qt.BrushStyle.BDiagPattern)
            for row, column in np.argwhere(box.plane.unused):
                painter.fillRect(box.cell(int(row), int(column)), hatch)

    # Marks

    def paint_mark(self, painter: QPainter, box: Box, row: int, column: int, mark: Mark) -> None:
        """Paint one marked cell over the plane."""
        c, rect = self.colour, box.cell(row, column)
        token = box.block.token
        is_ghost = box.plane.ghost is not None and bool(box.plane.ghost[row, column])
        if mark.look == "wrong":
            pen = QPen(c("warning"), 2, Qt.PenStyle.DashLine)
            self.cell_shape(painter, box, rect, QColor(Qt.GlobalColor.transparent), pen)
            self.note(painter, box, rect, mark.note, c("warning"))
            return
        line = c("kernel_line") if token == "kernel" else c(token)
        soft, text = c(f"{token}_soft"), c("text")
        pen = QPen(line, 1.4)
        if mark.look == "current":
            soft, text = line, c("on_accent")
        elif mark.look == "winner":
            soft, pen = c("output_soft"), QPen(c("output"), 2.5)
        elif is_ghost:
            pen.setStyle(Qt.PenStyle.DashLine)
        if box.block.is_shaded and mark.look in ("window", "use") and not is_ghost:
            soft = grey(box.plane.values[row, column])
            text = on_grey(soft)
            pen.setWidthF(2)
        if box.step < 14:
            painter.setPen(QPen(line, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -0.5, -0.5))
            if mark.look == "current":
                painter.fillRect(rect, line)
            return
        self.cell_shape(painter, box, rect, soft, pen)
        px = self.font_px(box)
        if px:
            painter.setFont(self._number_font(px))
            painter.setPen(c("muted") if is_ghost and mark.look != "current" else text)
            painter.drawText(rect, CENTRE, text_of(box.plane.values[row, column]))
        if mark.note and box.step >= 24:
            colour = c("kernel") if mark.look != "current" else text
            self.note(painter, box, rect, mark.note, colour)

    def paint_turning(self, painter: QPainter, box: Box, degrees: float) -> None:
        """Paint a kernel on its way round; its numbers stay upright."""
        middle = box.rect.center()
        angle = math.radians(degrees)
        font_px = self.font_px(box)
        painter.setFont(self._number_font(font_px or 8))
        for row in range(box.rows):
            for column in range(box.columns):
                rect = box.cell(row, column)
                dx, dy = rect.center().x() - middle.x(), rect.center().y() - middle.y()
                centre = QPointF(
                    middle.x() + dx * math.cos(angle) - dy * math.sin(angle),
                    middle.y() + dx * math.sin(angle) + dy * math.cos(angle),
                )
                rect.moveCenter(centre)
                c = self.colour
                self.cell_shape(painter, box, rect, c("kernel_soft"), QPen(c("kernel_line")))
                if font_px:
                    painter.setPen(c("text"))
                    painter.drawText(rect, CENTRE, text_of(box.plane.values[row, column]))


def _rgb(colour: QColor) -> np.ndarray:
    return np.array([colour.red(), colour.green(), colour.blue()])


def _visible(box: Box, clip: QRectF) -> tuple[int, int, int, int]:
    """Rows and columns of a box that a clip meets."""
    return (
        max(int((clip.top() - box.y) / box.step), 0),
        min(math.ceil((clip.bottom() - box.y) / box.step), box.rows),
        max(int((clip.left() - box.x) / box.step), 0),
        min(math.ceil((clip.right() - box.x) / box.step), box.columns),
    )


def _share(counts: np.ndarray, row: int, column: int) -> float:
    return float(counts[row, column]) / max(float(counts.max()), 1.0)


def grey(value: float) -> QColor:
    """A number from 0 to 255 as a shade."""
    level = int(min(max(float(value), 0.0), 255.0))
    return QColor(level, level, level)


def on_grey(ground: QColor) -> QColor:
    """Numbers that can be read on a shade of the photo, in either scheme."""
    return grey(0 if ground.lightnessF() > 0.5 else 255)


def blend(a: QColor, b: QColor, share: float) -> QColor:
    """A colour between two."""
    return QColor(
        round(a.red() + (b.red() - a.red()) * share),
        round(a.green() + (b.green() - a.green()) * share),
        round(a.blue() + (b.blue() - a.blue()) * share),
    )
