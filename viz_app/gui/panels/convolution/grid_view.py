"""Paints a figure: the cells once into a picture, and over it only what is marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from viz_app.gui.panels.convolution.grid_layout import Layout, Locator, lay_out, target_at
from viz_app.gui.panels.convolution.grid_paint import GridPainter
from viz_app.gui.theme import Theme
from viz_app.labs.convolution.figure import Figure
from viz_app.labs.convolution.pointing import Mark, Target

MOST_ZOOM = 16.0
GLIDE_MS, TURN_MS = 180, 700


class GridView(QWidget):
    """Shows a figure, enlarged and moved; what is done with mouse and keys a subclass says."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._painter = GridPainter(theme)
        self._figure: Figure | None = None
        self._key: object = None
        self._layout = Layout()
        self._locators: list[Locator] = []
        self._marks: tuple[Mark, ...] = ()
        self._passed: int | None = None
        self._shows_ahead = True
        self._base: tuple[QPixmap, QPixmap] | None = None  # outputs ahead, outputs passed
        self._zoom, self._pan = 1.0, QPointF()
        self._over: Target | None = None
        self.has_motion = True
        self._outlines: dict[int, QRectF] = {}  # around the window, in each plane
        self._frames: dict[int, QRectF] = {}  # where they were before the step
        self._glide = self._animation(GLIDE_MS)
        self._turn = self._animation(TURN_MS)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._relayout)

    # What is shown

    def show_figure(self, figure: Figure, key: object) -> None:
        """Show a figure; one of another key is fitted anew."""
        turned, was_turned = _is_turned(figure), _is_turned(self._figure)
        is_same_shape = key == self._key
        self._figure, self._key = figure, key
        self._painter.forget()
        if not is_same_shape:
            self._zoom, self._pan = 1.0, QPointF()
        self._relayout()
        can_turn = is_same_shape and None not in (turned, was_turned)
        if self.has_motion and can_turn and turned != was_turned:
            self._turn.start()

    def show_marks(self, marks: tuple[Mark, ...], passed: int | None, shows_ahead: bool) -> None:
        """Show marks; ``passed`` output cells of each plane are done, None is all."""
        if (shows_ahead, marks, passed) == (self._shows_ahead, self._marks, self._passed):
            return
        if shows_ahead != self._shows_ahead:
            self._base = None
        before = self._outlines
        self._marks, self._passed, self._shows_ahead = marks, passed, shows_ahead
        self._outlines = self._window_frames()
        if self.has_motion and before and before.keys() == self._outlines.keys():
            self._frames = before
            self._glide.start()
        else:
            self._frames = {}
        self.update()

    def box_of(self, target: Target) -> QRectF | None:
        """Where a cell is on the widget (for tests and the cell editor)."""
        for locator in self._locators:
            if locator.box.block.key == target.block and (at := locator.find(target.index)):
                return locator.box.cell(*at)
        return None

    def paint_into(self, painter: QPainter, size: QSize) -> None:
        """Paint everything as it is onto another surface, cell by cell (print, animation)."""
        if self._figure is None:
            return
        self._painter.forget()
        layout = lay_out(self._figure, size.width(), size.height(), self._theme.scale)
        clip = QRectF(0, 0, size.width(), size.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.paint_layout(
            painter, layout, clip, is_passed=self._passed is None, shows_ahead=self._shows_ahead
        )
        if self._passed is not None:
            self._paint_passed_cells(painter, layout, clip)
        self._paint_marks(painter, [Locator(box) for box in layout.boxes], is_exact=True)

    def _value_text(self, target: Target) -> str:
        for locator in self._locators:
            if locator.box.block.key == target.block and (at := locator.find(target.index)):
                return str(locator.box.plane.values[at].item())
        return ""

    # Zoom

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom, keeping a point of the widget where it is."""
        at = at or QPointF(self.rect().center())
        middle = QPointF(self.width() / 2, self.height() / 2)
        zoom = min(max(self._zoom * factor, 1.0), MOST_ZOOM)
        fixed = (at - middle - self._pan) / self._zoom
        self._pan = at - middle - fixed * zoom if zoom > 1.0 else QPointF()
        self._zoom = zoom
        self._relayout()

    def fit(self) -> None:
        """Show the whole figure."""
        self._zoom, self._pan = 1.0, QPointF()
        self._relayout()

    def _hit(self, point: QPointF) -> Target | None:
        found = self._layout.hit(point)
        return target_at(*found) if found else None

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._figure is None:
            return
        ahead, passed = self._bases()
        painter.drawPixmap(0, 0, passed if self._passed is None else ahead)
        if self._passed is not None:
            self._copy_passed(painter, passed)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._turn.state() == QVariantAnimation.State.Running:
            degrees = -180.0 * (1 - float(self._turn.currentValue()))
            for box in self._layout.boxes:
                if box.block.key == "kernel":
                    painter.fillRect(box.rect.adjusted(-2, -2, 2, 2), self._theme.colour("card"))
                    self._painter.paint_turning(painter, box, degrees)
        else:
            self._paint_marks(painter, self._locators)
        if self._over is not None and (rect := self.box_of(self._over)) is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("text"), 1.6))
            painter.drawRoundedRect(rect.adjusted(-1, -1, 1, 1), 5, 5)
        if self.hasFocus():
            painter.setPen(self._theme.colour("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 9, 9)

    def _bases(self) -> tuple[QPixmap, QPixmap]:
        if self._base is None:
            made: list[QPixmap] = []
            for is_passed in (False, True):
                ratio = self.devicePixelRatioF()
                pixmap = QPixmap(self.size() * ratio)
                pixmap.setDevicePixelRatio(ratio)
                pixmap.fill(QColor(Qt.GlobalColor.transparent))
                painter = QPainter(pixmap)
                if is_passed:  # only the outputs differ
                    painter.drawPixmap(0, 0, made[0])
                    for box in self._layout.boxes:
                        if box.block.key == "output":
                            self._painter.paint_plane(
                                painter, box, QRectF(self.rect()), is_passed=True, shows_ahead=True
                            )
                else:
                    self._painter.paint_layout(
                        painter, self._layout, QRectF(self.rect()), is_passed=False,
                        shows_ahead=self._shows_ahead,
                    )  # fmt: skip
                painter.end()
                made.append(pixmap)
            self._base = (made[0], made[1])
        return self._base

    def _copy_passed(self, painter: QPainter, passed: QPixmap) -> None:
        """Whole rows, then the part of a row, from the picture with the outputs done."""
        ratio = passed.devicePixelRatio()
        for box in self._layout.boxes:
            if box.block.key != "output":
                continue
            rows, rest = divmod(self._passed or 0, box.columns)
            height, width = rows * box.step, box.columns * box.step
            for part in (
                QRectF(box.x, box.y, width, height),
                QRectF(box.x, box.y + height, rest * box.step, box.step if rest else 0),
            ):
                part = part.intersected(QRectF(self.rect()))
                if not part.isEmpty():
                    source = QRectF(part.topLeft() * ratio, part.size() * ratio)
                    painter.drawPixmap(part, passed, source)

    def _paint_passed_cells(self, painter: QPainter, layout: Layout, clip: QRectF) -> None:
        for box in layout.boxes:
            if box.block.key == "output":
                rows, rest = divmod(self._passed or 0, box.columns)
                for part in (
                    QRectF(box.x, box.y, box.rect.width(), rows * box.step),
                    QRectF(box.x, box.y + rows * box.step, rest * box.step - 0.5, box.step - 0.5),
                ):
                    if not part.isEmpty():
                        painter.save()
                        painter.setClipRect(part)
                        self._painter.paint_plane(
                            painter, box, part, is_passed=True, shows_ahead=True
                        )
                        painter.restore()

    def _paint_marks(
        self, painter: QPainter, locators: Sequence[Locator], *, is_exact: bool = False
    ) -> None:
        by_block: dict[str, list[Locator]] = {}
        for locator in locators:
            by_block.setdefault(locator.box.block.key, []).append(locator)
        last = [m for m in self._marks if m.look == "wrong"]
        for mark in [*(m for m in self._marks if m.look != "wrong"), *last]:
            for locator in by_block.get(mark.block, ()):
                if (at := locator.find(mark.index)) is not None:
                    self._painter.paint_mark(painter, locator.box, *at, mark)
        frames = {} if is_exact else self._frames_now()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour("input"), 2.5))
        for frame in frames.values():
            painter.drawRoundedRect(frame.adjusted(-2, -2, 0, 0), 6, 6)

    def _window_frames(self) -> dict[int, QRectF]:
        """The rectangle around the window in each plane of the input."""
        frames: dict[int, QRectF] = {}
        window = [m for m in self._marks if m.look in ("window", "winner")]
        for i, locator in enumerate(self._locators):
            key = locator.box.block.key
            if not key.endswith("input"):
                continue
            found = [locator.find(m.index) for m in window if m.block == key]
            cells = [at for at in found if at is not None]
            if cells:
                rows, columns = [row for row, _ in cells], [column for _, column in cells]
                first = locator.box.cell(min(rows), min(columns))
                frames[i] = first.united(locator.box.cell(max(rows), max(columns)))
        return frames

    def _frames_now(self) -> dict[int, QRectF]:
        now = self._outlines
        if self._glide.state() != QVariantAnimation.State.Running:
            return now
        share = float(self._glide.currentValue())
        return {
            i: QRectF(
                _between(self._frames[i].topLeft(), rect.topLeft(), share),
                _between(self._frames[i].bottomRight(), rect.bottomRight(), share),
            )
            for i, rect in now.items()
            if i in self._frames
        }

    def _relayout(self) -> None:
        self._base = None
        if self._figure is not None:
            size = (float(self.width()), float(self.height()))
            fitted = lay_out(self._figure, *size, self._theme.scale)
            self._layout = fitted.zoomed(self._zoom, self._pan, size)
            self._locators = [Locator(box) for box in self._layout.boxes]
            self._outlines = self._window_frames()
        self.update()

    def _animation(self, duration_ms: int) -> QVariantAnimation:
        animation = QVariantAnimation(self)
        animation.setDuration(duration_ms)
        animation.setStartValue(0.0)
        animation.setEndValue(1.0)
        animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        animation.valueChanged.connect(lambda _value: self.update())
        return animation

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._relayout()

    def sizeHint(self) -> QSize:
        return QSize(640, 380)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 140)


def _is_turned(figure: Figure | None) -> bool | None:
    """Whether the kernel is shown turned; None if there is no kernel."""
    if figure is None:
        return None
    for block in figure.blocks:
        if block.key == "kernel":
            return block.title.endswith("turned")
    return None


def _between(a: QPointF, b: QPointF, share: float) -> QPointF:
    return a + (b - a) * share
