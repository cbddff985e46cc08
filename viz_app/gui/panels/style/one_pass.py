"""The view of one pass: the painted picture, its buttons, and by what it was painted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.style.easel import Easel
from viz_app.gui.panels.style.one_pass_codes import CodeStrips
from viz_app.gui.panels.style.one_pass_styles import BuiltInStyles
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.choices import Chip
from viz_app.gui.widgets.flow_bar import FlowBar
from viz_app.gui.widgets.pages import Pages
from viz_app.labs.controls import Toggle
from viz_app.labs.style.one_pass import OnePassShown
from viz_app.labs.style.presenter import StylePresenter
from viz_app.labs.style.scene import StyleScene
from viz_app.labs.style.shown import EaselShown

WIPE = Toggle(
    "is_wiped",
    "Before and after",
    "The photo left of a line that can be dragged, the painted picture right of it.",
)
CODES = "Codes that it paints by, 100 numbers each"
STYLES = "Its styles: a click chooses, Ctrl and a click mixes"
EASEL_PX = 180
BEGIN = ("Watch the webcam", "Watch a film…")


class OnePassPage(QWidget):
    """Shows what one pass painted; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.easel = Easel(0, theme)
        self.easel.canvas.setAccessibleName("Picture painted in one pass")
        self.easel.canvas.setToolTip(
            "The wheel zooms, Ctrl and drag moves, a double click fits; with “Before and after” "
            "drag the line, or use the left and right keys."
        )
        self.easel.words.setAccessibleName("How it was painted")
        self.wipe = Chip(WIPE)
        self.codes = CodeStrips(theme)
        self.styles = BuiltInStyles(theme)
        self.buttons: list[ActionButton] = []
        self._bar = FlowBar()
        theme.changed.connect(self._on_theme_changed)
        self._is_wiped = False
        self._build()
        self._on_theme_changed()

    def attach(self, presenter: StylePresenter) -> None:
        """Connect the intents."""
        save = next(a for a in presenter.actions if a.text == "Save picture…")
        for action in (*presenter.one_pass.actions, save):
            is_first = not self.buttons
            self.buttons.append(ActionButton(action, self._theme, is_primary=is_first))
            self._bar.add(self.buttons[-1])
        self._bar.add(self.wipe)
        self._pause = next(b for b in self.buttons if b.text().startswith("Pause"))
        pause = self._pause.action_shown
        self._turns = (pause, replace(pause, text="Go on", icon="play"))
        self.wipe.moved.connect(lambda value: presenter.edited("is_wiped", value))
        self.styles.chosen.connect(presenter.one_pass.chosen)
        self.styles.toggled.connect(presenter.one_pass.toggled)

    def show_scene(self, scene: StyleScene) -> None:
        """Show the values of the controls on the page."""
        self.wipe.show_value(scene.is_wiped)
        self.styles.show_styles(scene.built_in)
        self._is_wiped = scene.is_wiped
        is_built_in = scene.one_pass == "multistyle26"
        self._below.setCurrentIndex(1 if is_built_in else 0)
        self._card.title.setText(STYLES if is_built_in else CODES)

    def show_one_pass(self, shown: OnePassShown) -> None:
        """Show a picture that was painted in one pass, or how far it is."""
        before = _of_shape(shown.before, shown.pixels)
        self.easel.show_easel(
            EaselShown("", shown.pixels, before, shown.words, False, "idle"), False, self._is_wiped
        )
        self.codes.show_codes(shown.codes)
        self.styles.show_thumbs(shown.thumbs)
        self._pause.show_action(self._turns[shown.is_paused])
        for button in self.buttons[1:6]:
            is_of_watching = button.action_shown.text not in BEGIN
            button.setVisible(is_of_watching == shown.is_watching)
        self.refresh()

    def refresh(self) -> None:
        """Show which commands can be given now."""
        for button in self.buttons:
            button.refresh()

    def _on_theme_changed(self) -> None:
        self.easel.setMinimumHeight(self._theme.px(EASEL_PX))

    def _build(self) -> None:
        self._card = card = Card(CODES)
        card.column.setContentsMargins(12, 10, 12, 12)
        self._below = Pages()
        self._below.addWidget(self.codes)
        self._below.addWidget(self.styles)
        card.column.addWidget(self._below)
        card.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(12)
        whole.addWidget(self.easel, 1)
        whole.addWidget(self._bar)
        whole.addWidget(card)


def _of_shape(before: np.ndarray | None, pixels: np.ndarray | None) -> np.ndarray | None:
    """The photo for comparing; the wipe needs none where the photo itself is shown."""
    return None if before is pixels else before
