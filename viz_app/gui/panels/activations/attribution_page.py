"""The page that tells why a unit fired: the photo under the map, the map, and what it means."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.activations.attribution_classes import ClassBox
from viz_app.gui.panels.activations.attribution_maps import AllMaps
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.gui.widgets.choices import ChoiceList
from viz_app.gui.widgets.words import Words
from viz_app.labs.activations.attribution import AttributionPart
from viz_app.labs.activations.attribution_shown import WhyShown
from viz_app.labs.controls import Choice, Option

FORMER = "The class it is taken for"
MAPS_OF = Choice(
    "why_layer",
    "Layer whose maps Grad-CAM weights",
    (),
    "Whose maps Grad-CAM weights; the nearer the input, the finer.",
    "list",
)


class AttributionPage(QWidget):
    """Shows one method large, or all side by side."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.over, self.alone = Canvas(theme, "The map over the photo"), Canvas(theme, "The map")
        self.over.setToolTip("The photo as the network gets it, under the map (Opacity).")
        self.alone.setToolTip("The map by itself. The wheel zooms, a double click fits.")
        for canvas in (self.over, self.alone):
            canvas.is_smooth = True
            canvas.placeholder = "Following the value back to the pixels …"
        self.all = AllMaps(theme)
        self.headline, self.does, self.weakness, self.note = (Words() for _ in range(4))
        self.classes = ClassBox("Class to explain", "Which class's logit is explained.", FORMER)
        self.layers = ChoiceList(MAPS_OF)
        self.layers.setMinimumContentsLength(20)
        self._layers_label = QLabel("Maps of")
        self._pages = QStackedWidget()
        self._buttons = QHBoxLayout()
        self._build()

    def attach(self, part: AttributionPart) -> None:
        """Connect the intents of the page to its part; called once."""
        self.all.chosen.connect(part.method_chosen)
        self.classes.chosen.connect(part.class_chosen)
        self.layers.moved.connect(part.layer_chosen)
        self.compare = ActionButton(part.actions[0], self._theme)
        self._buttons.addWidget(self.compare)

    def show_why(self, shown: WhyShown) -> None:
        """Show the maps and the words."""
        if shown.is_compared:
            self.all.show_why(shown)
        else:
            newest = shown.maps[0] if shown.maps else None
            self.over.show_pixels(shown.photo if newest is None else newest.over)
            self.alone.show_pixels(None if newest is None else newest.alone)
            self._alone_card.title.setText(newest.title if newest else "The map")
        self._pages.setCurrentIndex(1 if shown.is_compared else 0)
        for words, text in (
            (self.headline, shown.headline),
            (self.does, shown.does),
            (self.weakness, f"Beware: {shown.weakness}" if shown.weakness else ""),
            (self.note, shown.note),
        ):
            words.setText(text)
            words.setVisible(bool(text))
        self.compare.setText("One method" if shown.is_compared else "Compare all")
        self.compare.refresh()
        self.classes.setVisible(shown.is_class)
        self.classes.show_class(shown.klass)
        self._show_layers(shown)
        self._choosers.setVisible(shown.is_class or bool(shown.choices))

    def _show_layers(self, shown: WhyShown) -> None:
        is_cam = bool(shown.choices)
        self.layers.setVisible(is_cam)
        self._layers_label.setVisible(is_cam)
        if is_cam:
            choices = (Option(name, f"{name} · {size}") for name, size in shown.choices)
            self.layers.set_options(tuple(choices))
            self.layers.show_value(shown.choice)

    def _build(self) -> None:
        set_role(self.headline, "title")
        set_role(self.weakness, "muted")
        self._over_card, self._alone_card = Card("Over the photo"), Card("The map")
        set_role(self._over_card.title, "input")
        set_role(self._alone_card.title, "output")
        large = QWidget()
        row = QHBoxLayout(large)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for card, canvas in ((self._over_card, self.over), (self._alone_card, self.alone)):
            card.column.setContentsMargins(4, 10, 4, 4)
            card.title.setContentsMargins(12, 0, 0, 0)
            card.column.addWidget(canvas, 1)
            row.addWidget(card, 1)
        grid = Card()
        grid.column.setContentsMargins(4, 4, 4, 4)
        grid.column.addWidget(self.all, 1)
        self._pages.addWidget(large)
        self._pages.addWidget(grid)
        below = Card()
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.headline, 1)
        top.addLayout(self._buttons)
        self._choosers = QWidget()
        choosers = QHBoxLayout(self._choosers)
        choosers.setContentsMargins(0, 0, 0, 0)
        choosers.setSpacing(10)
        choosers.addWidget(self.classes)
        choosers.addWidget(self._layers_label)
        choosers.addWidget(self.layers)
        choosers.addStretch(1)
        below.column.addLayout(top)
        below.column.addWidget(self._choosers)
        for words in (self.does, self.weakness, self.note):
            below.column.addWidget(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._pages, 1)
        column.addWidget(below)
