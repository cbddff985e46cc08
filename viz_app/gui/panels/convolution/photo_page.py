"""The Photo view: the photo and its output side by side, and the kernel that can be dragged."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from viz_app.core.records import Picture
from viz_app.gui.panel import Card
from viz_app.gui.panels.convolution.grid_figure import GridFigure
from viz_app.gui.panels.convolution.linked_canvas import LinkedCanvas, canvas_card, link
from viz_app.gui.panels.convolution.scale_bar import ScaleBar
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.words import Words
from viz_app.labs.convolution.figure import Figure
from viz_app.labs.convolution.photo import Filtered, PhotoWords
from viz_app.labs.convolution.presenter import ConvolutionPresenter

KERNEL_PX = (250, 190)
WAITING = "Filtering …"


class PhotoPage(QWidget):
    """Shows the whole photo through the kernel; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.photo = LinkedCanvas(theme, "Photo")
        self.output = LinkedCanvas(theme, "Output of the whole photo")
        tip = "The wheel zooms both, Ctrl and drag moves both, a double click fits both."
        for canvas in (self.photo, self.output):
            canvas.setToolTip(tip)
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
            "the output follows.",
            "muted",
        )
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: ConvolutionPresenter) -> None:
        """Connect the intents."""
        self.kernel.dragged.connect(presenter.photo.kernel_dragged)
        self.kernel.typed.connect(presenter.photo.typed)

    def show_photo(self, picture: Picture | None, filtered: Filtered | None) -> None:
        """Show both pictures."""
        self.photo.show_pixels(picture.pixels if picture else None)
        self.output.show_pixels(filtered.pixels if filtered else None)
        if filtered is not None:
            share = self.photo.share_of_middle()
            self.output.follow(self.photo._zoom, share)

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
        above.addWidget(canvas_card("Photo", "input", self.photo), 1)
        output = canvas_card("Output", "output", self.output)
        above.addWidget(output, 1)
        below = QHBoxLayout()
        below.setContentsMargins(10, 0, 10, 2)
        below.addWidget(self.scale)
        below.addStretch(1)
        output.column.addLayout(below)
        self._kernel_card = Card()
        self._kernel_card.column.setContentsMargins(4, 2, 4, 2)
        self._kernel_card.column.addWidget(self.kernel)
        self._kernel_card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._words_card = Card("From photo to output")
        for label in (self._sizes, self._cost, self._words, self._hint):
            self._words_card.column.addWidget(label)
        self._words_card.column.addStretch(1)
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
        self._kernel_card.setFixedSize(width, height)
        self._words_card.setFixedHeight(height)
