"""Nine patches of one channel, three by three; a click opens the image of one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from viz_app.files.patch_crops import SIDE, SMALL_PX
from viz_app.gui.image_strip import to_qimage
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.labs.activations.patches_shown import UnitShown

GAP_PX = 6
WHOLE = SIDE * SIDE


class PatchGrid(QWidget):
    """Shows the patches with their values; arrow keys walk, Enter opens."""

    chosen = Signal(int)  # a rank

    def __init__(
        self, theme: Theme, name: str, *, has_values: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._has_values = theme, has_values
        self._shown: UnitShown | None = None
        self._images: list[QImage] = []
        self._current = 0
        self.setAccessibleName(name)
        self.setToolTip("The strongest patch first. Click one to look at its image.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def show_unit(self, shown: UnitShown | None) -> None:
        """Show the patches of a channel."""
        self._shown = shown
        self._images = [] if shown is None else [to_qimage(p.pixels) for p in shown.patches]
        self._current = min(self._current, max(len(self._images) - 1, 0))
        words = "" if shown is None else "\n".join(p.words for p in shown.patches)
        self.setAccessibleDescription(words)
        self.update()

    def rect_of(self, rank: int) -> QRectF:
        """The cell of a rank, in the widget."""
        side = min(self.width(), self.height()) - 2
        cell = (side - (SIDE - 1) * GAP_PX) / SIDE
        down, along = divmod(rank, SIDE)
        left, top = (self.width() - side) / 2, (self.height() - side) / 2
        return QRectF(left + along * (cell + GAP_PX), top + down * (cell + GAP_PX), cell, cell)

    def rank_at(self, point: QPointF) -> int:
        """The patch under a point, or −1."""
        ranks = (r for r in range(len(self._images)) if self.rect_of(r).contains(point))
        return next(ranks, -1)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(280), self._theme.px(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(90, 90)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font(10, is_mono=True))
        text_px = QFontMetricsF(painter.font()).height()
        for rank in range(WHOLE):
            cell = self.rect_of(rank)
            painter.fillRect(cell, self._theme.colour("window"))
            if rank < len(self._images):
                self._paint_patch(painter, rank, cell, text_px)
        if self.hasFocus() and self._images:
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.drawRect(self.rect_of(self._current).adjusted(-1, -1, 1, 1))

    def _paint_patch(self, painter: QPainter, rank: int, cell: QRectF, text_px: float) -> None:
        image = self._images[rank]
        assert self._shown is not None
        scale = min(cell.width() / image.width(), cell.height() / image.height())
        target = QRectF(0, 0, image.width() * scale, image.height() * scale)
        target.moveCenter(cell.center())
        painter.setRenderHint(
            QPainter.RenderHint.SmoothPixmapTransform, scale < 1 or _is_smooth(image)
        )
        painter.drawImage(target, image)
        if cell.width() < 4 * text_px or not self._has_values:
            return
        text = f"{self._shown.patches[rank].value:.3g}"
        width = QFontMetricsF(painter.font()).horizontalAdvance(text) + 8
        plate = QRectF(cell.right() - width, cell.bottom() - text_px, width, text_px)
        painter.fillRect(plate, self._theme.colour("card"))
        painter.setPen(self._theme.colour("text"))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        rank = self.rank_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and rank >= 0:
            self._current = rank
            self.chosen.emit(rank)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_on = self.rank_at(event.position()) >= 0
        shape = Qt.CursorShape.PointingHandCursor if is_on else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, arrow = event.key(), arrow_of(event)
        if arrow is not None and self._images:
            down, right = arrow
            line, column = divmod(self._current, SIDE)
            to = (line + down) * SIDE + column + right
            if 0 <= column + right < SIDE and 0 <= to < len(self._images):
                self._current = to
                self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._images:
            self.chosen.emit(self._current)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._shown is not None:
            rank = self.rank_at(QPointF(event.pos()))
            if rank >= 0:
                patch = self._shown.patches[rank]
                text = f"{rank + 1}. {patch.value:.4g}\n{patch.words}"
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)


def _is_smooth(image: QImage) -> bool:
    """Whether a patch is so large that its pixels are not the point."""
    return max(image.width(), image.height()) > SMALL_PX
