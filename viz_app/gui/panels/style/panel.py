"""The style lab's panel: inputs on the left, the picture in the middle, its costs below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from viz_app.core.records import Picture
from viz_app.files.animation import ANIMATION_SUFFIXES
from viz_app.files.images import FORMATS
from viz_app.gui.film_dialog import ask_for_film
from viz_app.gui.panel import ActionButton, Card, Panel
from viz_app.gui.panels.style.batch import BatchDialog
from viz_app.gui.panels.style.costs import CostCurves, Legend, TermBars
from viz_app.gui.panels.style.easel import Easel
from viz_app.gui.panels.style.grams import GramView
from viz_app.gui.panels.style.inputs import InputColumn
from viz_app.gui.panels.style.mask import MaskLayer, MaskTools
from viz_app.gui.panels.style.one_pass import OnePassPage
from viz_app.gui.panels.style.presets import PresetsButton
from viz_app.gui.save_dialog import ask_to_save
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.choices import ChoiceButtons
from viz_app.gui.widgets.flow_bar import FlowBar
from viz_app.gui.widgets.pages import Pages
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.gui.widgets.words import Words
from viz_app.labs.controls import Action
from viz_app.labs.style.batch import BatchAsked, BatchShown
from viz_app.labs.style.controls import BELOW
from viz_app.labs.style.gram_jobs import Grams
from viz_app.labs.style.one_pass import OnePassShown
from viz_app.labs.style.one_pass_controls import VIEW
from viz_app.labs.style.presenter import StylePresenter
from viz_app.labs.style.presets import PRESETS
from viz_app.labs.style.scene import StyleScene
from viz_app.labs.style.shown import CostsShown, EaselShown, HistoryLine, Offer

BELOW_PX, EASEL_PX = 184, 150
NARROW_PX = 460  # of an offer: below, its button stands under its words
PATTERNS = " ".join(f"*{suffix}" for suffixes in FORMATS.values() for suffix in suffixes)
PICTURES = f"Images ({PATTERNS});;All files (*)"
SAVES = "PNG (*.png);;JPEG (*.jpg);;TIFF (*.tif)"


class StylePanel(Panel):
    """The view of the style lab."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.inputs = InputColumn(theme)
        self.easels = [Easel(0, theme), Easel(1, theme)]
        self.easels[1].hide()
        self.offer = OfferCard(theme)
        self.offer.hide()
        self.curves = CostCurves(theme)
        self.bars = TermBars(theme)
        self.legend = Legend(theme)
        self.grams = GramView(theme)
        self.below = ChoiceButtons(BELOW)
        self.buttons: dict[str, ActionButton] = {}
        self.presets = PresetsButton(theme)
        self.batch: BatchDialog | None = None
        self.mask_button = QPushButton("Mask")
        self.mask_button.setCheckable(True)
        self.mask_button.setToolTip("Paint on the picture where the style applies, and where not.")
        set_role(self.mask_button, "chip")
        self.tools = MaskTools(theme)
        self.tools.hide()
        self.masks = [MaskLayer(easel.canvas, self.tools, theme) for easel in self.easels]
        self.mask_button.toggled.connect(self._on_mask_toggled)
        self._scene = StyleScene()
        self.views = self.header = ViewSwitch(VIEW, theme)
        self.one_pass = OnePassPage(theme)
        self._commands = FlowBar()
        self._build()
        for easel in self.easels:
            easel.looked.connect(self._on_looked)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: StylePresenter) -> None:  # type: ignore[override]
        """Connect the intents."""
        self._presenter = presenter
        actions = {action.text: action for action in presenter.actions}
        self.buttons["play"] = ActionButton(presenter.play_action(), self.theme, is_primary=True)
        for text in ("Step", "Reset", "Branch", "Keep one", "Save picture…"):
            self.buttons[text] = ActionButton(actions[text], self.theme)
        for button in self.buttons.values():
            self._commands.add(button)
        self._commands.add(self.presets)
        self._commands.add(self.mask_button)
        self.tools.cleared.connect(lambda: presenter.choosing.mask_painted(None))
        self.tools.inverted.connect(presenter.choosing.mask_inverted)
        self.tools.open_asked.connect(self.ask_mask)
        for layer in self.masks:
            layer.painted.connect(presenter.choosing.mask_painted)
        self.inputs.style_toggled.connect(presenter.choosing.style_toggled)
        self.one_pass.attach(presenter)
        self.views.moved.connect(lambda view: presenter.edited("view", view))
        self.presets.show_presets(list(zip(PRESETS, presenter.presets, strict=True)))
        self._on_theme_changed()
        self.inputs.style_chosen.connect(presenter.choosing.style_chosen)
        self.inputs.open_asked.connect(self.ask_style)
        self.inputs.style_dropped.connect(presenter.choosing.styles_dropped)
        self.inputs.run_chosen.connect(presenter.restored)
        self.inputs.run_deleted.connect(presenter.deleted)
        self.below.moved.connect(lambda value: presenter.edited("below", value))
        self.grams.layer_chosen.connect(lambda value: presenter.edited("gram_layer", value))
        self.offer.button.clicked.connect(presenter.offer_accepted)
        for easel in self.easels:
            easel.chosen.connect(presenter.easel_chosen)

    def show_scene(self, scene: StyleScene) -> None:
        """Show the values of the controls in the panel."""
        self._scene = scene
        self.inputs.picker.show_styles(scene.styles)
        for layer in self.masks:
            layer.show_mask(scene.mask, self.mask_button.isChecked())
        self.views.show_value(scene.view)
        self._pages.setCurrentIndex(1 if scene.view == "one_pass" else 0)
        self.one_pass.show_scene(scene)
        self.below.show_value(scene.below)
        for stack in (self._stack, self._heads):
            stack.setCurrentIndex(1 if scene.below == "gram" else 0)
        for part in (self.curves, self.legend):
            part.show_kind("layers" if scene.below == "layers" else "terms")
        self.grams.show_layer(scene.gram_layer)

    def show_inputs(self, content: Picture | None, style: Picture | None, title: str) -> None:
        """Show the two pictures."""
        self.inputs.show_inputs(content, style, title)
        words = f"“{content.name}” in the manner of “{title}”" if content is not None else ""
        self._intent = f"Start paints {words}." if words else ""

    def show_easels(self, easels: tuple[EaselShown, ...]) -> None:
        """Show the picture of each run."""
        is_two = len(easels) > 1
        for easel, shown in zip(self.easels, easels, strict=False):
            easel.show_easel(shown, is_two, self._scene.is_wiped)
            if not shown.words:
                easel.words.setText(self._intent)
        self.easels[1].setVisible(is_two)

    def show_commands(self, play: Action) -> None:
        """Show which commands can be given now."""
        self.buttons["play"].show_action(play)
        for button in self.buttons.values():
            button.refresh()
        self.one_pass.refresh()
        is_two = self.buttons["Keep one"].isEnabled()
        self.buttons["Keep one"].setVisible(is_two)
        self.buttons["Branch"].setVisible(not is_two)

    def show_one_pass(self, shown: OnePassShown) -> None:
        """Show a picture that was painted in one pass, or how far it is."""
        self.one_pass.show_one_pass(shown)

    def ask_video(self) -> None:
        """Ask for a film to watch."""
        if (path := ask_for_film(self)) is not None:
            self._presenter.one_pass.start(path)

    def show_costs(self, costs: CostsShown) -> None:
        """Draw the curves and the layers' shares."""
        self.curves.show_costs(costs)
        self.bars.show_costs(costs)
        self.legend.show_costs(costs)

    def show_grams(self, grams: Grams | None) -> None:
        """Draw the Gram matrices."""
        self.grams.show_grams(grams)

    def show_history(self, lines: tuple[HistoryLine, ...]) -> None:
        """List the runs that can be brought back."""
        self.inputs.show_history(lines)

    def show_offer(self, offer: Offer | None) -> None:
        """Show what is missing, or that nothing is."""
        if offer is not None:
            self.offer.show_offer(offer)
        self.offer.setVisible(offer is not None)

    def ask_save(self, suggestion: str) -> None:
        """Ask where to save the picture."""
        path = ask_to_save(self, "Save picture", suggestion, SAVES.split(";;"))
        if path is not None:
            self._presenter.filing.saved_to(path)

    def ask_film(self, suggestion: str) -> None:
        """Ask where to save the film."""
        kinds = [f"{s[1:].upper()} (*{s})" for s in ANIMATION_SUFFIXES]
        path = ask_to_save(self, "Save film", suggestion, kinds)
        if path is not None:
            self._presenter.filing.film_saved_to(path)

    def ask_batch(self, asked: BatchAsked) -> None:
        """Ask which folders are painted, and show how far it is."""
        if self.batch is None:
            self.batch = BatchDialog(self.theme, self._presenter.batch, self)
        self.batch.open_with(asked)

    def show_batch(self, shown: BatchShown) -> None:
        """Show how far the painting of a folder is."""
        if self.batch is not None:
            self.batch.show_batch(shown)

    def ask_painted(self) -> None:
        """Ask for a picture that this program saved."""
        name, _ = QFileDialog.getOpenFileName(
            self, "Open the settings of a picture", "", "Pictures (*.png *.jpg *.jpeg *.tif *.tiff)"
        )
        if name:
            self._presenter.filing.settings_opened(Path(name))

    def ask_style(self) -> None:
        """Ask for picture files to paint in the manner of."""
        names, _ = QFileDialog.getOpenFileNames(self, "Open style pictures", "", PICTURES)
        if names:
            self._presenter.choosing.style_chosen(*(str(Path(name).absolute()) for name in names))

    def ask_mask(self) -> None:
        """Ask for a picture that is white where the style applies."""
        name, _ = QFileDialog.getOpenFileName(self, "Open a mask", "", PICTURES)
        if name:
            self.mask_button.setChecked(True)
            self._presenter.choosing.mask_opened(Path(name))

    def ask_start(self) -> None:
        """Ask for a picture file to begin a run with."""
        name, _ = QFileDialog.getOpenFileName(self, "Start from a picture", "", PICTURES)
        if name:
            self._presenter.choosing.start_opened(Path(name))

    def _build(self) -> None:
        pictures = QHBoxLayout()
        pictures.setSpacing(12)
        for easel in self.easels:
            pictures.addWidget(easel, 1)
        self._stack = Pages()
        self._stack.addWidget(self._build_costs())
        self._stack.addWidget(self.grams)
        self._heads = Pages()
        self._heads.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._heads.addWidget(self.legend)
        self._heads.addWidget(self.grams.head)
        self._below_card = Card()
        self._below_card.column.setContentsMargins(12, 10, 12, 8)
        self._below_card.column.setSpacing(6)
        self._below_card.column.addWidget(self._stack, 1)
        choose = QHBoxLayout()
        choose.setSpacing(16)
        choose.addWidget(self.below)
        choose.addWidget(self._heads, 1)
        self._below_card.column.insertLayout(1, choose)
        run = QWidget()
        column = QVBoxLayout(run)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(pictures, 1)
        column.addWidget(self._commands)
        column.addWidget(self.tools)
        column.addWidget(self._below_card)
        self._pages = Pages()
        self._pages.addWidget(run)
        self._pages.addWidget(self.one_pass)
        middle = QVBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.offer)
        middle.addWidget(self._pages, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.inputs)
        row.addLayout(middle, 1)
        self._intent = ""

    def _build_costs(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.curves, 3)
        row.addWidget(self.bars, 2)
        return page

    def _on_mask_toggled(self, is_on: bool) -> None:
        self.tools.setVisible(is_on)
        for layer in self.masks:
            layer.show_mask(self._scene.mask, is_on)

    def _on_looked(self, index: int, zoom: float, share: QPointF) -> None:
        other = self.easels[1 - index]
        if other.isVisible():
            other.look_at(zoom, share)

    def _on_theme_changed(self) -> None:
        for easel in self.easels:
            easel.setMinimumHeight(self.theme.px(EASEL_PX))
        self._below_card.setFixedHeight(self.theme.px(BELOW_PX) + 20)
        if "play" in self.buttons:  # its words change, its place does not
            self.buttons["play"].setMinimumWidth(self.theme.px(96))


class OfferCard(Card):
    """What is missing, how large it is and whose, and a button that brings it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._title, self._sentence, self._facts = Words(), Words(), Words(role="muted")
        self.button = QPushButton("Get the network…")
        self.button.setToolTip("Open the list of networks, to fetch this one.")
        set_role(self.button, "primary")
        words = QVBoxLayout()
        words.setSpacing(4)
        for label in (self._title, self._sentence, self._facts):
            words.addWidget(label)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(12)
        self._row.addLayout(words, 1)
        self._row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.column.addLayout(self._row)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(NARROW_PX) // 2, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_narrow = self.width() < self._theme.px(NARROW_PX)
        direction = QBoxLayout.Direction
        self._row.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)

    def show_offer(self, offer: Offer) -> None:
        """Show the words of an offer."""
        self._title.setText(f"<b>{offer.title}</b>")
        self._sentence.setText(offer.sentence)
        self._facts.setText(offer.facts)


def main() -> Any:
    """Show the panel alone."""
    from viz_app.gui.alone import show_alone

    return show_alone(StylePanel)


if __name__ == "__main__":
    main()
