"""The page of nine patches: what is searched, the selected channel, the sheet of many channels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from viz_app.files.patch_book import ENDING
from viz_app.gui.panel import Card
from viz_app.gui.panels.activations.channel_view import ChannelView, coloured
from viz_app.gui.panels.activations.patches_grid import PatchGrid
from viz_app.gui.panels.activations.patches_sheet import SheetView
from viz_app.gui.save_dialog import ask_to_save
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.gui.widgets.words import Words
from viz_app.labs.activations.mosaic_shown import ChannelShown
from viz_app.labs.activations.patches import PatchesPart
from viz_app.labs.activations.patches_shown import LayerSheet, PatchesState, UnitShown

SAVES = (
    "Sheet as picture (*.png)",
    "Sheet as pages (*.pdf)",
    f"Patches for Convolab (*{ENDING})",
)
UNIT_SHARES, TITLE_PX, SPACING_PX = (0.3, 0.46), 64, 12
FACTS_PX, NARROW_PX, SENTENCE_PX, BUTTONS_PX = 230, 700, 420, 420


class PatchesPage(QWidget):
    """Shows the patches that were found, also while the search goes on."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._part: PatchesPart
        self._has_map = False
        self._shown: UnitShown | None = None
        self._below = Card(" ")
        self.source, self.hint, self.words = QLabel(), QLabel(), QLabel()
        self.folder = QPushButton("Folder…")
        self.folder.setToolTip("Choose the folder whose images are searched.")
        self.search = QPushButton("Search")
        self.grid = PatchGrid(theme, "The nine strongest patches of the channel")
        self.projected = PatchGrid(theme, "The nine patches followed back", has_values=False)
        self.grown = Canvas(theme, "The image that the channel wants")
        self.grown.is_smooth = True
        self.grown.setToolTip("An image made to excite the channel. The wheel zooms.")
        self._method, self._grown_words = "", ""
        self.map = ChannelView(theme)
        self.title, self.facts, self.sentence = Words(role="group"), QLabel(), QLabel()
        self.sheet = SheetView(theme)
        self._build()
        theme.changed.connect(self._arrange)
        theme.changed.connect(self._show_icons)
        self._show_icons()

    def attach(self, part: PatchesPart) -> None:
        """Connect the intents of the page to its part; called once."""
        self._part = part
        self.folder.clicked.connect(part.folder_asked)
        self.search.clicked.connect(part.search_asked)
        for grid in (self.grid, self.projected):
            grid.chosen.connect(part.patch_chosen)
        self.sheet.chosen.connect(part.channel_chosen)
        self.map.pinned.connect(part.desk.unit_pinned)

    def show_state(self, state: PatchesState) -> None:
        """Show which images are searched, and how far that is."""
        self.source.setText(state.source)
        self.source.setToolTip(state.source)
        self.hint.setText(state.words or state.hint)
        self.hint.setToolTip(state.hint)
        self.words.setText(state.hint if state.words else "")
        self.words.setVisible(bool(self.words.text()))
        self.search.setText("Cancel" if state.is_running else "Search")
        self.search.setAccessibleName(self.search.text())
        self.search.setToolTip(
            "End the search; what was found is kept, and the next one goes on from there."
            if state.is_running
            else "Find the nine patches of each channel in these images."
        )
        set_role(self.search, "" if state.is_running else "primary")
        self.search.setEnabled(state.can_search)

    def show_map(self, shown: ChannelShown | None) -> None:
        """Show the selected channel's map of the current image."""
        if shown is not None:
            self.map.show_channel(shown, coloured(shown))
        self._has_map = shown is not None
        self._arrange()

    def show_unit(self, shown: UnitShown | None, sentence: str) -> None:
        """Show the patches of the selected channel, or why there are none."""
        self.grid.show_unit(shown)
        self.sentence.setText(sentence)
        self._stack.setCurrentWidget(self._unit if shown is not None else self._empty)
        self._below.setVisible(shown is not None)
        self._arrange()
        if shown is None:
            return
        self._shown = shown
        self._show_title()
        self._show_facts()

    def show_projected(self, shown: UnitShown | None, method: str) -> None:
        """Show what the unit of each patch owes to its pixels instead of the map; None: the map."""
        self.projected.show_unit(shown)
        self._method = method
        self._arrange()
        self._show_title()

    def show_grown(self, pixels: np.ndarray | None, words: str) -> None:
        """Show the image that the channel wants instead of the map; without words: the map."""
        self.grown.show_pixels(pixels)
        is_other = bool(words) != bool(self._grown_words)
        self._grown_words = words
        if is_other:
            self._arrange()
        self._show_title()

    def show_sheet(self, sheets: tuple[LayerSheet, ...], selected: tuple[str, int]) -> None:
        """Show the patches of many channels, and mark the selected one."""
        self.sheet.show_sheets(sheets, selected)
        count = sum(len(sheet.channels) for sheet in sheets)
        words = "The patches of all channels are cut out …"
        if sheets:
            words = f"{sheets[0].title}: {count} channels" if len(sheets) == 1 else "Five layers"
        self._below.title.setText(words)

    def ask_folder(self) -> None:
        """Ask for a folder of images."""
        name = QFileDialog.getExistingDirectory(
            self, "Search the images of a folder", self._part.folder_of_image()
        )
        if name:
            self._part.folder_chosen(Path(name))

    def ask_file(self) -> None:
        """Ask for a file of patches."""
        name, _ = QFileDialog.getOpenFileName(
            self, "Open patches", "", f"Patches (*{ENDING});;All files (*)"
        )
        if name:
            self._part.file_chosen(Path(name))

    def ask_where_to_save(self, suggestion: str) -> None:
        """Ask for a file: the sheet as picture or pages, or the patches for later."""
        path = ask_to_save(self, "Save patches", suggestion, SAVES)
        if path is not None:
            self._part.saved_to(path)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _build(self) -> None:
        set_role(self.source, "brand")
        for label in (self.hint, self.words):
            set_role(label, "muted")
        set_role(self.facts, "mono")
        for label in (self.hint, self.words):
            label.setWordWrap(True)
        self.source.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.facts.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.facts.setMinimumWidth(1)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING_PX)
        column.addWidget(self._build_top())
        column.addWidget(self._build_unit())
        self._below.column.addWidget(self.sheet, 1)
        self._below.hide()
        column.addWidget(self._below, 1)

    def _build_top(self) -> Card:
        self._top = top = Card()
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (self.source, self.hint, self.words):
            words.addWidget(label)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        for button in (self.folder, self.search):
            button.setIconSize(QSize(16, 16))
            buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._top_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._top_row.setSpacing(10)
        self._top_row.addLayout(words, 1)
        self._top_row.addLayout(buttons)
        top.column.addLayout(self._top_row)
        return top

    def _build_unit(self) -> Card:
        self._above = Card()
        self._unit = QWidget()
        column = QVBoxLayout(self._unit)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.title)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.grid, 1)
        row.addWidget(self.projected, 1)
        row.addWidget(self.grown, 1)
        row.addWidget(self.map, 1)
        row.addWidget(self.facts)
        column.addLayout(row, 1)
        self._stack = QStackedWidget()
        for widget in (self._unit, self._build_empty()):
            self._stack.addWidget(widget)
        self._above.column.addWidget(self._stack, 1)
        return self._above

    def _build_empty(self) -> QWidget:
        """What is shown before there are patches."""
        self._empty = QWidget()
        self._picture, title = QLabel(), QLabel("Nine patches of every channel")
        title.setWordWrap(True)
        set_role(title, "title")
        set_role(self.sentence, "muted")
        self.sentence.setWordWrap(True)
        column = QVBoxLayout(self._empty)
        column.setSpacing(12)
        column.addStretch(1)
        for widget in (self._picture, title, self.sentence):
            widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
            widget.setMinimumWidth(1)
            row = QHBoxLayout()  # in the middle, and narrower where there is little room
            row.addStretch(1)
            row.addWidget(widget, 100)
            row.addStretch(1)
            column.addLayout(row)
        column.addStretch(1)
        return self._empty

    def _arrange(self) -> None:
        """Give the selected channel its share of the height; the facts go where it is narrow."""
        is_wide = self.width() >= self._theme.px(NARROW_PX)
        side = self.width() >= self._theme.px(BUTTONS_PX)
        way = QBoxLayout.Direction
        self._top_row.setDirection(way.LeftToRight if side else way.TopToBottom)
        self.facts.setVisible(is_wide)
        self.facts.setMaximumWidth(self._theme.px(FACTS_PX))
        self._show_facts()
        has_more = self._has_map or bool(self._method or self._grown_words)
        self.projected.setVisible(bool(self._method))
        self.grown.setVisible(bool(self._grown_words))
        self.map.setVisible(self._has_map and not (self._method or self._grown_words))
        if not self._below.isVisibleTo(self):
            self._above.setMinimumHeight(0)
            self._above.setMaximumHeight(16_777_215)
            return
        words = self._theme.px(FACTS_PX) if is_wide else 0
        wanted = (self.width() - words) // (2 if has_more else 1) + self._theme.px(TITLE_PX)
        least, most = (round(self.height() * share) for share in UNIT_SHARES)
        others = self._top.sizeHint().height() + self._below.minimumSizeHint().height()
        room = self.height() - others - 2 * SPACING_PX  # the cards never lie over each other
        height = min(max(min(wanted, most), least), room)
        self._above.setFixedHeight(max(height, self._above.minimumSizeHint().height()))

    def _show_title(self) -> None:
        if self._shown is None:
            return
        beside = ", and its map of the current image" * self._has_map
        if self._method:
            beside = f", and what each owes to its pixels: {self._method.lower()}"
        elif self._grown_words:
            beside = f", and {self._grown_words}"
        named = f"Channel {self._shown.channel} of {self._shown.layer}"
        title = f"{named}: its nine patches{beside}"
        if self._shown.is_dead:
            title = f"{named} fires on none of these images: any patches are as good as these"
        self.title.setText(title)
        self.title.setToolTip(title)

    def _show_facts(self) -> None:
        """Value and image of each patch, a line each, no longer than there is room for."""
        if self._shown is None:
            return
        metrics = QFontMetrics(self._theme.font(12, is_mono=True))
        lines = [f"{i} {p.value:7.4g}  {p.name}" for i, p in enumerate(self._shown.patches, 1)]
        room = self._theme.px(FACTS_PX) - 4
        end = Qt.TextElideMode.ElideRight
        self.facts.setText("\n".join(metrics.elidedText(line, end, room) for line in lines))
        self.facts.setToolTip("\n".join(p.words for p in self._shown.patches))

    def _show_icons(self) -> None:
        self.folder.setIcon(self._theme.icon("folder-open"))
        side = self._theme.px(40)
        self._picture.setPixmap(
            self._theme.icon("squares-four", "accent").pixmap(QSize(side, side))
        )
        self.sentence.setMaximumWidth(self._theme.px(SENTENCE_PX))
