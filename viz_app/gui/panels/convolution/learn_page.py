"""The Learn view: photo, target and output; the kernel as it forms, and its loss."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.convolution.grid_figure import GridFigure
from viz_app.gui.panels.convolution.linked_canvas import LinkedCanvas, canvas_card, link
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.flow_bar import FlowBar
from viz_app.gui.widgets.words import Words
from viz_app.labs.convolution.learn import LessonShown
from viz_app.labs.convolution.presenter import ConvolutionPresenter

BELOW_PX = 236
LEAST_WORDS_PX = 220  # that the words need to stand beside the buttons
LEAST_MOVE = 0.004  # of the picture: shorter strokes are joined


class DrawCanvas(LinkedCanvas):
    """A canvas to draw a target on, in parts of the picture."""

    stroke = Signal(object)  # (x1, y1, x2, y2)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self.draws = False
        self._last: QPointF | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if self.draws and is_plain and event.button() == Qt.MouseButton.LeftButton:
            self._last = self._share(event)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self._last is not None:
            at = self._share(event)
            if (at - self._last).manhattanLength() > LEAST_MOVE:
                self._emit(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self._emit(self._share(event))
            self._last = None
        super().mouseReleaseEvent(event)

    def _emit(self, at: QPointF) -> None:
        assert self._last is not None
        self.stroke.emit((self._last.x(), self._last.y(), at.x(), at.y()))
        self._last = at

    def _share(self, event: QMouseEvent) -> QPointF:
        width, height = self.picture_size
        at = self.to_picture(event.position())
        x, y = at.x() / max(width, 1), at.y() / max(height, 1)
        return QPointF(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))


class LearnPage(QWidget):
    """Shows a descent; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.photo = DrawCanvas(theme, "Photo; draw on it for a target of your own")
        self.target = LinkedCanvas(theme, "Target: what the output is to become")
        self.output = LinkedCanvas(theme, "Output of the learned kernel")
        self.output.placeholder = "Press Learn."
        self.target.setToolTip("What the output is to become; the colours are those of the output.")
        self.output.setToolTip("What the learned kernel makes of the photo, at the target's scale.")
        self.target.placeholder = "Making the target …"
        link((self.photo, self.target, self.output))
        self.plot = pg.PlotWidget()
        self.kernels = GridFigure(theme, "The learned kernel beside the wanted one")
        self.kernels.has_motion = False
        self.kernels.setToolTip("The numbers learned so far, beside those of the kernel to find.")
        self.plot.setToolTip("The loss after each step; every factor of ten is as high.")
        self.plot.setAccessibleName("Loss against steps")
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setMenuEnabled(False)
        self.plot.setLogMode(False, True)
        self._curve = self.plot.plot(antialias=True)
        self._words = Words()
        self._buttons = FlowBar()
        self._toggle: ActionButton | None = None
        self._shown_photo: np.ndarray | None = None
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: ConvolutionPresenter) -> None:
        """Connect the intents."""
        self.photo.stroke.connect(presenter.learn.drawn)
        actions = {action.text: action for action in presenter.actions}
        for text in ("Learn or pause", "A few steps", "Start over", "Wipe the drawing"):
            button = ActionButton(actions[text], self._theme, is_primary=text == "Learn or pause")
            self._buttons.add(button)
            if text == "Learn or pause":
                self._toggle = button
            if text == "Wipe the drawing":
                self._wipe = button

    def show_lesson(self, shown: LessonShown | None) -> None:
        """Show how far learning is."""
        if shown is None:
            self._shown_photo = None
            self.photo.show_pixels(None)
            return
        if self._shown_photo is None or not _is_same(shown.photo, self._shown_photo):
            self._shown_photo = shown.photo
            self.photo.show_pixels(shown.photo)
        self.photo.draws = shown.is_drawn
        self.photo.setToolTip(
            "Draw where the output should answer." if shown.is_drawn else "The photo to learn from."
        )
        self.target.show_pixels(shown.target)
        self.output.show_pixels(shown.output)
        key = tuple(b.planes[0].values.shape for b in shown.kernels.blocks)
        self.kernels.show_figure(shown.kernels, key)
        self.plot.setVisible(bool(shown.losses))
        self._no_loss.setVisible(not shown.losses)
        if shown.losses:
            steps, losses = np.array(shown.losses).T
            self._curve.setData(steps, np.maximum(losses, 1e-18))
        else:
            self._curve.setData([], [])
        self._words.setText(shown.words)
        if self._toggle is not None:
            words = {"running": "Pause", "paused": "Go on"}.get(shown.state, "Learn")
            icon = "pause" if shown.state == "running" else "play"
            self._toggle.setText(words)
            self._toggle.setIcon(self._theme.icon(icon, "on_accent"))
            self._wipe.setVisible(shown.is_drawn)
            self._arrange()

    def _build(self) -> None:
        above, below = self._cards = QHBoxLayout(), QHBoxLayout()
        for row in self._cards:
            row.setSpacing(12)
        for title, token, canvas in (
            ("Photo", "input", self.photo),
            ("Target", "output", self.target),
            ("Output so far", "output", self.output),
        ):
            above.addWidget(canvas_card(title, token, canvas), 1)
        self._kernel_card = Card()
        self._kernel_card.column.setContentsMargins(4, 2, 4, 2)
        self._kernel_card.column.addWidget(self.kernels)
        self._loss_card = Card("Loss after each step: mean square error, logarithmic")
        self._loss_card.column.setContentsMargins(10, 10, 10, 6)
        self._no_loss = Words("The loss will fall here.")
        self._no_loss.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._no_loss, "muted")
        self._loss_card.column.addWidget(self._no_loss, 1)
        self._loss_card.column.addWidget(self.plot, 1)
        below.addWidget(self._kernel_card, 1)
        below.addWidget(self._loss_card, 1)
        for card in (self._kernel_card, self._loss_card):
            card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(12)
        self._row.addWidget(self._buttons)
        self._row.addWidget(self._words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(above, 1)
        column.addLayout(self._row)
        column.addLayout(below)

    def minimumSizeHint(self) -> QSize:
        width = max(row.minimumSize().width() for row in self._cards)  # the words go below
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Put the words beside the buttons where they have room, otherwise below."""
        words_px = self._theme.px(LEAST_WORDS_PX)
        is_narrow = self.width() < self._buttons.sizeHint().width() + words_px
        direction, side = QBoxLayout.Direction, Qt.AlignmentFlag
        self._row.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)
        self._words.setAlignment(
            side.AlignVCenter | (side.AlignLeft if is_narrow else side.AlignRight)
        )

    def _on_theme_changed(self) -> None:
        c = self._theme.colour
        for card in (self._kernel_card, self._loss_card):
            card.setFixedHeight(self._theme.px(BELOW_PX))
        self.plot.setBackground(c("card"))
        self._curve.setPen(pg.mkPen(c("kernel_line"), width=2))
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(c("line"))
            axis.setTextPen(c("muted"))
            axis.setTickFont(self._theme.font(11))


def _is_same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two views show the same pixels of one array."""
    return a.shape == b.shape and a.__array_interface__["data"] == b.__array_interface__["data"]
