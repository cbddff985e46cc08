"""Canvases that zoom and move together, each over a picture of its own size."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QTransform

from viz_app.gui.panel import Card
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.arrows import arrow_of
from viz_app.gui.widgets.canvas import Canvas

LEAST_FRAME_PX = 8.0


class LinkedCanvas(Canvas):
    """A canvas that can take over the zoom of another, in parts of the picture."""

    pointed = Signal(object)  # QPointF in parts of the picture, or None
    clicked = Signal(object)  # QPointF in parts of the picture
    walked = Signal(int, int)  # rows and columns, by an arrow key

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, name)
        self._spot: QPointF | None = None
        self._frame: QRectF | None = None
        self.frame_token = "text"
        self.add_overlay(self._paint_spot)
        self.add_overlay(self._paint_frame)

    def follow(self, zoom: float, share: QPointF | None) -> None:
        """Show the same part as another canvas does."""
        width, height = self.picture_size
        self._zoom = zoom
        is_whole = share is None or zoom == 1.0 or not width
        self._middle = None if is_whole or share is None else QPointF(
            share.x() * width, share.y() * height
        )  # fmt: skip
        self.update()

    def share_of_middle(self) -> QPointF | None:
        """The middle of what is seen, in parts of the picture."""
        width, height = self.picture_size
        if self._middle is None or not width:
            return None
        return QPointF(self._middle.x() / width, self._middle.y() / height)

    def show_spot(self, share: QPointF | None) -> None:
        """Mark a point that the pointer is over in the other picture."""
        if share != self._spot:
            self._spot = share
            self.update()

    def show_frame(self, frame: QRectF | None) -> None:
        """Frame a part of the picture, in parts of its width and height."""
        if frame != self._frame:
            self._frame = frame
            self.update()

    def fit(self) -> None:
        super().fit()
        self.zoomed.emit(1.0, QPointF())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        width, height = self.picture_size
        if width:
            at = self.to_picture(event.position())
            self.pointed.emit(QPointF(at.x() / width, at.y() / height))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        width, height = self.picture_size
        if width and self._drag is None and event.button() == Qt.MouseButton.LeftButton:
            at = self.to_picture(event.position())
            self.clicked.emit(QPointF(at.x() / width, at.y() / height))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = arrow_of(event)
        if arrow is None:
            super().keyPressEvent(event)
        else:
            self.walked.emit(*arrow)

    def leaveEvent(self, event: object) -> None:
        self.pointed.emit(None)

    def _paint_spot(self, painter: QPainter, transform: QTransform) -> None:
        if self._spot is not None and self._frame is None:
            self._paint_ring(painter, _to_pixels(self, transform).map(self._spot), "text")

    def _paint_frame(self, painter: QPainter, transform: QTransform) -> None:
        if self._frame is None:
            return
        frame = _to_pixels(self, transform).mapRect(self._frame).adjusted(-1, -1, 1, 1)
        if frame.width() < LEAST_FRAME_PX:
            self._paint_ring(painter, frame.center(), self.frame_token)
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for token, width_px in (("card", 4.0), (self.frame_token, 2.0)):
            painter.setPen(QPen(self._theme.colour(token), width_px))
            painter.drawRect(frame)

    def _paint_ring(self, painter: QPainter, at: QPointF, colour: str) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for token, width_px in (("card", 3.5), (colour, 1.5)):
            painter.setPen(QPen(self._theme.colour(token), width_px))
            painter.drawEllipse(at, 6, 6)


def _to_pixels(canvas: LinkedCanvas, transform: QTransform) -> QTransform:
    """From parts of a canvas's picture to pixels of the widget."""
    return QTransform.fromScale(*canvas.picture_size) * transform


def link(canvases: Sequence[LinkedCanvas]) -> None:
    """Let canvases zoom, move and point together."""
    for canvas in canvases:
        others = [other for other in canvases if other is not canvas]

        def on_zoomed(
            zoom: float, _middle: QPointF, source: LinkedCanvas = canvas,
            targets: list[LinkedCanvas] = others,
        ) -> None:  # fmt: skip
            for other in targets:
                other.follow(zoom, source.share_of_middle())

        def on_pointed(share: QPointF | None, targets: list[LinkedCanvas] = others) -> None:
            for other in targets:
                other.show_spot(share)

        canvas.zoomed.connect(on_zoomed)
        canvas.pointed.connect(on_pointed)


def canvas_card(title: str, role: str, canvas: LinkedCanvas) -> Card:
    """A card that a canvas fills to its edge; its heading has the colour of its role."""
    card = Card(title)
    set_role(card.title, role)
    card.column.setContentsMargins(4, 10, 4, 6)
    card.title.setContentsMargins(10, 0, 0, 0)
    card.column.addWidget(canvas, 1)
    card.title.setWordWrap(False)  # or the box layout takes the height wanted for the least
    return card
