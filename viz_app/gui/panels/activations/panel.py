"""The activations lab's panel: the layers at the left, and a page for each view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from viz_app.core.errors import VizError
from viz_app.files.atomic import write_atomic
from viz_app.files.export import save_numbers
from viz_app.gui.own_dialog import OwnDialog
from viz_app.gui.panel import Card, Panel
from viz_app.gui.panels.activations.ascent_page import AscentPage
from viz_app.gui.panels.activations.attribution_page import AttributionPage
from viz_app.gui.panels.activations.layers_list import LayersList
from viz_app.gui.panels.activations.mosaic_page import MosaicPage
from viz_app.gui.panels.activations.patches_page import PatchesPage
from viz_app.gui.save_dialog import ask_to_save
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.pages import Pages
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.labs.activations.controls import VIEW
from viz_app.labs.activations.layers import Stage
from viz_app.labs.activations.presenter import ActivationsPresenter
from viz_app.labs.activations.scene import ActivationsScene, View
from viz_app.labs.activations.view import Offer
from viz_app.labs.presenter import Presenter

OFFER_PX, NARROW_PX = 460, 560
SAVES = ("Mosaic as picture (*.png)", "The layer's numbers for NumPy (*.npz)")


class ActivationsPanel(Panel):
    """Shows the page of the view that is chosen, beside the list of layers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._presenter: ActivationsPresenter
        self.views = self.header = ViewSwitch(VIEW, theme)
        self.layers = LayersList(theme)
        self.mosaic = MosaicPage(theme)
        self.patches = PatchesPage(theme)
        self.attribution = AttributionPage(theme)
        self.ascent = AscentPage(theme)
        self.offer = OfferCard(theme)
        self._pages = Pages()
        self._page_of: dict[View, QWidget] = {
            "mosaic": self.mosaic,
            "patches": self.patches,
            "why": self.attribution,
            "optimised": self.ascent,
        }
        for page in (*self._page_of.values(), self.offer):
            self._pages.addWidget(page)
        self._view: View = "mosaic"
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.layers)
        row.addWidget(self._pages, 1)

    def attach(self, presenter: Presenter[Any, Any]) -> None:
        assert isinstance(presenter, ActivationsPresenter)
        self._presenter = presenter
        self.views.moved.connect(lambda view: presenter.edited("view", view))
        self.layers.chosen.connect(presenter.layer_chosen)
        self.offer.button.clicked.connect(presenter.offer_accepted)
        self.mosaic.attach(presenter)
        self.patches.attach(presenter.patches)
        self.attribution.attach(presenter.attribution)
        self.ascent.attach(presenter.ascent)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.layers.show_narrow(self.width() < self.theme.px(NARROW_PX))

    def show_view(self, view: View) -> None:
        """Bring a page forward."""
        self._view = view
        self.views.show_value(view)
        self._pages.setCurrentWidget(self._page_of[view])

    def show_layers(self, stages: tuple[Stage, ...], scene: ActivationsScene) -> None:
        """List the layers of the network and mark the selected one."""
        self.layers.show_layers(stages, scene.layer)

    def show_offer(self, offer: Offer | None) -> None:
        """Show what is missing and where to get it, or the page of the view."""
        if offer is not None:
            self.offer.show_offer(offer)
        page = self._page_of[self._view] if offer is None else self.offer
        self._pages.setCurrentWidget(page)

    def ask_for_network(self) -> None:
        """Ask for a network of the user's own, beside the window: it is not held up."""
        dialog = OwnDialog(self.theme, self)
        dialog.agreed.connect(lambda spec, may_run: self._presenter.open_own(spec, may_run=may_run))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_where_to_save(self) -> None:
        """Ask for a file and save the mosaic as PNG or the layer's numbers as NPZ."""
        path = ask_to_save(self, "Save the mosaic", "mosaic.png", SAVES)
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Save the mosaic (.png) or the layer's numbers (.npz)."""
        house = self._presenter.house
        try:
            if path.suffix.lower() == ".png":
                write_atomic(path, self.mosaic.to_png())
            else:
                save_numbers(path, self._presenter.mosaic.layer_numbers())
        except VizError as error:
            house.speaker.tell(str(error))
        else:
            house.tell_done(f"Saved {path.name}.")


class OfferCard(QWidget):
    """What is missing, how large it is and whose, and a button that brings it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._picture, self._title, self._sentence, self._facts = (QLabel() for _ in range(4))
        set_role(self._title, "title")
        set_role(self._facts, "muted")
        self._sentence.setWordWrap(True)
        self._facts.setWordWrap(True)
        self.button = QPushButton("Get the network…")
        self.button.setToolTip("Choose where it comes from; size and licence are shown before.")
        set_role(self.button, "primary")
        self._card = Card()
        self._card.column.setContentsMargins(28, 24, 28, 24)
        self._card.column.setSpacing(14)
        for widget in (self._picture, self._title, self._sentence, self._facts, self.button):
            self._card.column.addWidget(widget)
        column = QVBoxLayout(self)
        column.addWidget(self._card, 0, Qt.AlignmentFlag.AlignCenter)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_offer(self, offer: Offer) -> None:
        """Show the words of an offer."""
        self._title.setText(offer.title)
        self._sentence.setText(offer.sentence)
        self._facts.setText(offer.facts)
        self.button.setText(offer.button)

    def _on_theme_changed(self) -> None:
        self._card.setMaximumWidth(self._theme.px(OFFER_PX))
        size = self._theme.px(40)
        icon = self._theme.icon("squares-four", "accent")
        self._picture.setPixmap(icon.pixmap(QSize(size, size)))
