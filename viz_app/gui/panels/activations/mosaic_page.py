"""The page of all channels: the mosaic above; below, the photo, the channel and its figures."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from viz_app.core.errors import SaveError
from viz_app.gui.film_dialog import ask_for_film
from viz_app.gui.grabbing import to_png
from viz_app.gui.panel import Card
from viz_app.gui.panels.activations.channel_figures import ChannelFigures
from viz_app.gui.panels.activations.channel_view import ChannelView, coloured
from viz_app.gui.panels.activations.live_bar import LiveBar
from viz_app.gui.panels.activations.mosaic_beside import Beside
from viz_app.gui.panels.activations.mosaic_grid import MosaicGrid
from viz_app.gui.panels.activations.photo_view import PhotoView
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.words import Words
from viz_app.labs.activations.jobs import BesideTiles, Guessed, Tiles
from viz_app.labs.activations.mosaic_shown import ChannelShown, EffectiveShown, LiveShown
from viz_app.labs.activations.presenter import ActivationsPresenter
from viz_app.labs.activations.scene import Colours

NARROW_PX = 600
LIVE_PX = 110  # two buttons and the margins
FIGURES_PX, TEXT_PX, SPACING_PX = 200, 76, 12
BELOW_SHARES = (0.36, 0.5)  # of the height, at least and at most


class MosaicPage(QWidget):
    """Shows a layer and one of its channels."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._presenter: ActivationsPresenter
        self._shown: ChannelShown | None = None
        self._is_live = False
        self.facts = Words(role="muted")
        self.live = LiveBar(theme)
        self.grid = MosaicGrid(theme, "All channels of the layer")
        self.beside = Beside(theme)
        self.waiting = QLabel()
        self.waiting.setWordWrap(True)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.waiting, "muted")
        self.photo = PhotoView(theme)
        self.channel = ChannelView(theme)
        self.figures = ChannelFigures(theme)
        self.brief = QLabel()
        set_role(self.brief, "muted")
        self.brief.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._classes: tuple[Guessed, ...] = ()
        self.sentence = Words()
        self._build()
        theme.changed.connect(self._arrange)
        self._arrange()

    def attach(self, presenter: ActivationsPresenter) -> None:
        """Connect the intents."""
        self._presenter = presenter
        self.grid.chosen.connect(presenter.channel_chosen)
        self.grid.page_asked.connect(presenter.layer_moved)
        self.beside.chosen.connect(presenter.beside_chosen)
        self.channel.pointed.connect(self._on_pointed)
        self.channel.pinned.connect(presenter.unit_pinned)
        self.live.attach(presenter.mosaic.live)

    def show_waiting(self, sentence: str) -> None:
        """Nothing is there yet; say why."""
        self.waiting.setText(sentence)
        self._stack.setCurrentWidget(self.waiting)

    def show_tiles(self, tiles: Tiles, channel: int, dead: frozenset[int]) -> None:
        """Show all channels, mark the selected one and those that are known to be dead."""
        colours = tiles.paint.colours
        self.grid.show_tiles(tiles.shades, tiles.order, colours, channel, tiles.largest)
        self.grid.show_dead(dead)
        self._stack.setCurrentWidget(self.grid)

    def show_beside(self, five: tuple[BesideTiles, ...], colours: Colours) -> None:
        """Show five layers side by side instead."""
        self.beside.show_five(five, colours)
        self._stack.setCurrentWidget(self.beside)

    def show_channel(self, shown: ChannelShown) -> None:
        """Show the selected channel large, over the photo and in figures."""
        self._shown = shown
        pixels = coloured(shown)
        self.channel.show_channel(shown, pixels)
        self.photo.show_map(shown.square, pixels, shown.opacity)
        self.photo.show_field(shown.field)
        self.figures.show_channel(shown)
        self._tell_brief()
        self._tell_unit()

    def show_effective(self, shown: EffectiveShown | None) -> None:
        """Show the effective field over the photo, or no longer."""
        if shown is None:
            self.photo.show_effective(None, None)
        else:
            self.photo.show_effective(shown.strength, shown.box)
        self._effective_words = "" if shown is None else shown.words
        self._tell_unit()

    def show_facts(self, words: str) -> None:
        """One line about the layer as a whole."""
        self.facts.setText(words)
        self.facts.setToolTip(words)
        self._give_room_to_live()

    def show_classes(self, classes: tuple[Guessed, ...] | None) -> None:
        """Show what a classifier takes the image for."""
        self.figures.show_classes(classes)
        self._classes = classes or ()
        self._tell_brief()

    def show_live(self, shown: LiveShown) -> None:
        """Show which commands there are for a webcam or a film."""
        self.live.show_live(shown)
        self._is_live = shown.is_on
        self._give_room_to_live()

    def ask_for_film(self) -> None:
        """Ask for a film and look at it."""
        if (path := ask_for_film(self)) is not None:
            self._presenter.mosaic.live.start(path)

    def to_png(self) -> bytes:
        """The mosaic as PNG; raises SaveError where there is none yet."""
        image = self.grid.to_image()
        if image is None:
            raise SaveError("There is no mosaic yet: wait until the network has looked.")
        return to_png(image)

    def _build(self) -> None:
        self._effective_words = ""
        above = Card()
        above.column.setContentsMargins(12, 8, 12, 10)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.facts, 1)
        head.addWidget(self.live, 0, Qt.AlignmentFlag.AlignTop)
        above.column.addLayout(head)
        self._stack = QStackedWidget()
        for widget in (self.grid, self.beside, self.waiting):
            self._stack.addWidget(widget)
        above.column.addWidget(self._stack, 1)
        below = Card()
        below.column.setContentsMargins(12, 10, 12, 10)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.photo, 1)
        row.addWidget(self.channel, 1)
        row.addWidget(self.figures)
        below.column.addLayout(row, 1)
        below.column.addWidget(self.brief)
        below.column.addWidget(self.sentence)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING_PX)
        column.addWidget(above, 1)
        column.addWidget(below)
        self._above, self._below = above, below

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Where there is little room the figures become one line."""
        is_wide = self.width() >= self._theme.px(NARROW_PX)
        self.figures.setVisible(is_wide)
        self.brief.setVisible(not is_wide)
        self._give_room_to_live()
        words = self._theme.px(FIGURES_PX) if is_wide else 0
        wanted = (self.width() - words) // 2 + self._theme.px(TEXT_PX)
        least, most = (round(self.height() * share) for share in BELOW_SHARES)
        below = max(min(wanted, most), least, self._below.minimumSizeHint().height())
        self._below.setFixedHeight(below)
        # a column of broken lines takes for the least what its widgets would like to have
        rest = self.height() - SPACING_PX - below
        self._above.setMaximumHeight(max(rest, self._above.minimumSizeHint().height()))

    def _give_room_to_live(self) -> None:
        """Where the page is narrow the words come first, and while frames come they change."""
        words = self.facts.fontMetrics().horizontalAdvance(self.facts.text())
        has_room = not self._is_live and words <= self.width() - self._theme.px(LIVE_PX)
        self.live.show_narrow(self.width() < self._theme.px(NARROW_PX) and not has_room)

    def _tell_brief(self) -> None:
        if self._shown is None:
            return
        words = [f"Channel {self._shown.channel}"]
        words += [
            f"{name} {value}" for name, value in self._shown.figures if name in ("largest", "zeros")
        ]
        words += [f"{guess.label} {guess.probability:.0%}" for guess in self._classes[:1]]
        self.brief.setText(" · ".join(words))
        self.brief.setToolTip("\n".join(words))

    def _on_pointed(self, row: int, column: int) -> None:
        if self._shown is None:
            return
        if row < 0:
            self.photo.show_field(self._shown.field)
            self._tell_unit()
            return
        field = self._presenter.mosaic.field_at(row, column)
        height, width = self._shown.map.shape
        if field is None or row >= height or column >= width:
            return
        self.photo.show_field(field)
        value = float(self._shown.map[row, column])
        self.sentence.setText(f"Unit ({row}, {column}) = {value:.4g} {field.sentence}.")

    def _tell_unit(self) -> None:
        if self._shown is None:
            return
        row, column = self._shown.unit
        word = "Pinned unit" if self._shown.is_pinned else "Strongest unit"
        text = f"{word} ({row}, {column}) = {self._shown.value:.4g} {self._shown.field.sentence}."
        if self._effective_words:
            text = f"{text[:-1]}; {self._effective_words}."
        self.sentence.setText(text)
        if self._below.minimumSizeHint().height() > self._below.height():
            self._arrange()  # a long sentence is not cut off
