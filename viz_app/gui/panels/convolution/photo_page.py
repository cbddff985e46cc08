"""The Photo view: the photo and its output side by side, and the kernel that can be dragged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from viz_app.core.records import Picture
from viz_app.gui.panel import Card
from viz_app.gui.panels.convolution.grid_figure import GridFigure
from viz_app.gui.panels.convolution.linked_canvas import LinkedCanvas, canvas_card, link
from viz_app.gui.panels.convolution.scale_bar import ScaleBar
from viz_app.gui.panels.convolution.sum_view import StoryView, scrolled
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.words import Words
from viz_app.labs.convolution.figure import Figure
from viz_app.labs.convolution.photo import Filtered, PhotoWords
from viz_app.labs.convolution.photo_pointing import Spot
from viz_app.labs.convolution.presenter import ConvolutionPresenter

KERNEL_PX, KERNEL_SHARE = (250, 190), 0.45  # of the page's width at most
WAITING = "Filtering …"
ABOUT = "From photo to output"


class PhotoPage(QWidget):
    """Shows the whole photo through the kernel; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.photo = LinkedCanvas(theme, "Photo")
        self.output = LinkedCanvas(theme, "Output of the whole photo")
        tip = (
            "Point at a pixel for its sum; a click pins it, arrow keys move the pin. The wheel "
            "zooms both, Ctrl and drag moves both, the key 0 fits both."
        )
        for canvas in (self.photo, self.output):
            canvas.setToolTip(tip)
        self.photo.frame_token, self.output.frame_token = "kernel_line", "output"
        self.photo.placeholder = "Reading the image …"
        self.output.placeholder = WAITING
        link((self.photo, self.output))
        self.kernel = GridFigure(theme, "Kernel: drag a number up or down, or double-click it")
        self.kernel.setToolTip(
            "Drag a number up or down and watch the output; double-click to type one."
        )
        self.kernel.drags_numbers = True
        self.scale = ScaleBar(theme)
        self._words, self._sizes, self._cost = Words(role="muted"), Words(), Words()
        for label in (self._sizes, self._cost, self._words):
            label.setTextFormat(Qt.TextFormat.RichText)
        self._hint = Words(
            "Drag a number of the kernel up or down, choose another kernel, or move the sliders: "
            "the output follows. Point at a pixel for its sum; a click pins it.",
            "muted",
        )
        self.story = StoryView(theme)
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: ConvolutionPresenter) -> None:
        """Connect the intents."""
        self.kernel.dragged.connect(presenter.photo.kernel_dragged)
        self.kernel.typed.connect(presenter.photo.typed)

        photo = presenter.photo

        def tell(side: Literal["photo", "output"]) -> tuple[Callable[[Any], None], ...]:
            def pointed(at: QPointF | None) -> None:
                is_inside = at is not None and 0 <= at.x() < 1 and 0 <= at.y() < 1
                photo.pointed(side, (at.x(), at.y()) if at and is_inside else None)

            def clicked(at: QPointF) -> None:
                if 0 <= at.x() < 1 and 0 <= at.y() < 1:
                    photo.clicked(side, (at.x(), at.y()))

            return pointed, clicked

        for canvas, (pointed, clicked) in (
            (self.photo, tell("photo")),
            (self.output, tell("output")),
        ):
            canvas.pointed.connect(pointed)
            canvas.clicked.connect(clicked)
            canvas.walked.connect(photo.walked)

    def show_photo(self, picture: Picture | None, filtered: Filtered | None) -> None:
        """Show both pictures."""
        self.photo.show_pixels(picture.pixels if picture else None)
        self.output.show_pixels(filtered.pixels if filtered else None)
        if filtered is not None:
            share = self.photo.share_of_middle()
            self.output.follow(self.photo._zoom, share)

    def show_spot(self, spot: Spot | None) -> None:
        """Show the sum under the pointer, and where its window lies."""
        for canvas, part in ((self.photo, "window"), (self.output, "pixel")):
            ends = getattr(spot, part, None)
            canvas.show_frame(None if ends is None else _rect(*ends))
        self._pages.setCurrentIndex(0 if spot is None else 1)
        self._words_card.title.setText(ABOUT if spot is None else spot.story.title)
        if spot is not None:
            self.story.show_story(spot.story)

    def show_words(self, words: PhotoWords) -> None:
        """Show sizes, cost and scale."""
        self._sizes.setText(words.sizes)
        self._cost.setText(words.cost)
        self._words.setText(f"Colours: {words.scale}.")
        self.scale.show_scale(words.map, words.low, words.high, words.scale)

    def show_kernel(self, figure: Figure) -> None:
        """Show the kernel's numbers."""
        self._kernel_card.setVisible(bool(figure.rows))
        if figure.rows:
            self.kernel.show_figure(figure, tuple(p.values.shape for p in figure.blocks[0].planes))

    def _build(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(12)
        photo = canvas_card("Photo", "input", self.photo)
        output = canvas_card("Output", "output", self.output)
        for card in (photo, output):
            above.addWidget(card, 1)
        self._strut = QWidget()  # as high as the scale, so that both pictures are as high
        for card, beside in ((photo, self._strut), (output, self.scale)):
            heading = QHBoxLayout()
            heading.setContentsMargins(0, 0, 12, 0)
            card.column.removeWidget(card.title)
            heading.addWidget(card.title, 1)
            heading.addWidget(beside)
            card.column.insertLayout(0, heading)
        self._kernel_card = Card()
        self._kernel_card.column.setContentsMargins(4, 2, 4, 2)
        self._kernel_card.column.addWidget(self.kernel)
        self._kernel_card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._words_card = Card(ABOUT)
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for label in (self._sizes, self._cost, self._words, self._hint):
            column.addWidget(label)
        column.addStretch(1)
        self._pages = QStackedLayout()
        self._pages.addWidget(scrolled(words))
        self._pages.addWidget(self.story)
        self._words_card.column.addLayout(self._pages, 1)
        below_row = QHBoxLayout()
        below_row.setSpacing(12)
        below_row.addWidget(self._kernel_card)
        below_row.addWidget(self._words_card, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(above, 1)
        column.addLayout(below_row)

    def _on_theme_changed(self) -> None:
        width, height = (self._theme.px(size) for size in KERNEL_PX)
        self._kernel_card.setFixedSize(min(width, round(KERNEL_SHARE * self.width())), height)
        self._words_card.setFixedHeight(height)
        self._strut.setFixedSize(0, self.scale.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._on_theme_changed()


def _rect(left: float, top: float, right: float, bottom: float) -> QRectF:
    return QRectF(QPointF(left, top), QPointF(right, bottom))
