"""The maps of the view that tells why a unit fired: two large, or all side by side."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viz_app.gui.image_strip import to_qimage
from viz_app.gui.theme import Theme
from viz_app.labs.activations.attribution_shown import WhyShown

GAP_PX = 14
TITLE_PX = 24


class AllMaps(QWidget):
    """The photo and a map a method, as a grid; a click or Enter chooses one."""

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._images: list[tuple[str, str, QImage | None]] = []  # method, title, map
        self._at = 1
        self.setAccessibleName("All methods side by side")
        self.setToolTip("Click a map, or choose with the arrow keys and Enter, to see it large.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def show_why(self, shown: WhyShown) -> None:
        """Show what is there, and what is still to come."""
        photo = None if shown.photo is None else to_qimage(shown.photo)
        self._images = [("", "Photo", photo)]
        for m in shown.maps:
            name = m.title.partition(" · ")[0]
            title = name if m.is_whole else f"{name} …"
            self._images.append((m.method, title, to_qimage(m.over)))
        self._images += [("", f"{title} …", None) for title in shown.waits]
        self._at = min(max(self._at, 1), len(self._images) - 1)
        self.update()

    def cells(self) -> list[QRect]:
        """Where each picture stands, its title included."""
        count = max(len(self._images), 1)
        gap, title = self._theme.px(GAP_PX), self._theme.px(TITLE_PX)
        ratio = self._ratio()
        best, columns = 0.0, 1
        for n in range(1, count + 1):
            lines = math.ceil(count / n)
            wide = (self.width() - gap * (n + 1)) / n
            tall = (self.height() - gap * (lines + 1)) / lines - title
            size = min(wide, tall * ratio)
            if size > best:
                best, columns = size, n
        width, height = max(int(best), 1), max(int(best / ratio), 1)
        lines = math.ceil(count / columns)
        left = (self.width() - columns * width - (columns - 1) * gap) // 2
        top = (self.height() - lines * (height + title) - (lines - 1) * gap) // 2
        return [
            QRect(
                left + (i % columns) * (width + gap),
                top + (i // columns) * (height + title + gap),
                width,
                height + title,
            )
            for i in range(len(self._images))
        ]

    def sizeHint(self) -> QSize:
        return QSize(600, 400)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        title_px = self._theme.px(TITLE_PX)
        painter.setFont(self._theme.font(13))
        for i, ((method, title, image), cell) in enumerate(
            zip(self._images, self.cells(), strict=True)
        ):
            line = QRect(cell.left(), cell.top(), cell.width(), title_px)
            token = "text" if method else ("input" if i == 0 else "muted")
            painter.setPen(self._theme.colour(token))
            words = painter.fontMetrics().elidedText(
                title, Qt.TextElideMode.ElideRight, cell.width()
            )
            painter.drawText(
                line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words
            )
            box = cell.adjusted(0, title_px, 0, 0)
            if image is None:
                painter.setPen(QPen(self._theme.colour("line"), 1, Qt.PenStyle.DashLine))
                painter.drawRect(box.adjusted(0, 0, -1, -1))
            else:
                painter.drawImage(box, image)
            if method and i == self._at and self.hasFocus():
                painter.setPen(QPen(self._theme.colour("accent"), 2))
                painter.drawRect(box.adjusted(1, 1, -1, -1))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._under(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._under(event)
        is_map = at >= 0 and bool(self._images[at][0])
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_map else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if (by := keys.get(Qt.Key(event.key()))) is not None:
            self._at = min(max(self._at + by, 1), max(len(self._images) - 1, 1))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self._at)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def _under(self, event: QMouseEvent) -> int:
        at = event.position().toPoint()
        return next((i for i, cell in enumerate(self.cells()) if cell.contains(at)), -1)

    def _choose(self, at: int) -> None:
        if 0 <= at < len(self._images) and self._images[at][0]:
            self.chosen.emit(self._images[at][0])

    def _ratio(self) -> float:
        image = next((image for _m, _t, image in self._images if image is not None), None)
        return 1.0 if image is None else image.width() / image.height()
