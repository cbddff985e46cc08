"""What the lab shows where its detector is absent: what it does, and how to get it."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.flow_bar import FlowBar
from viz_app.gui.widgets.words import Words
from viz_app.labs.detection.offer import Offer
from viz_app.labs.detection.presenter import DetectionPresenter

WIDTH_PX = 460


class OfferPage(QWidget):
    """A card in the middle with two ways on."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture = QLabel()
        self._title = Words(role="title")
        self._sentence = Words()
        self._facts = Words(role="muted")
        self.fetch = QPushButton("Get the network…")
        self.fetch.setToolTip("Choose where it comes from; size and licence are shown before.")
        set_role(self.fetch, "primary")
        self.example = QPushButton("Try the slide's example")
        self.example.setToolTip("Five boxes around two cars, as in the course.")
        self._card = Card()
        self._card.column.setContentsMargins(28, 24, 28, 24)
        self._card.column.setSpacing(14)
        for label in (self._picture, self._title, self._sentence, self._facts):
            self._card.column.addWidget(label)
        ways = FlowBar()
        ways.add(self.fetch)
        ways.add(self.example)
        self._card.column.addWidget(ways)
        column = QVBoxLayout(self)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._card, 1000)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.fetch.clicked.connect(presenter.offer_accepted)
        self.example.clicked.connect(lambda: presenter.edited("source", "example"))

    def show_offer(self, offer: Offer) -> None:
        """Show what is missing."""
        self._title.setText(offer.title)
        self._sentence.setText(offer.sentence)
        self._facts.setText(offer.facts)
        self.example.setVisible(offer.has_example)

    def _on_theme_changed(self) -> None:
        self._card.setMaximumWidth(self._theme.px(WIDTH_PX))
        size = self._theme.px(40)
        self._picture.setPixmap(
            self._theme.icon("bounding-box", "accent").pixmap(QSize(size, size))
        )
