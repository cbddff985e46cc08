"""The page of the optimised image: the image as it grows, and its value step by step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from viz_app.core.errors import VizError
from viz_app.files.atomic import write_atomic
from viz_app.files.video import to_png
from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.activations.attribution_classes import ClassBox
from viz_app.gui.save_dialog import ask_to_save
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.gui.widgets.words import Words
from viz_app.labs.activations.ascent import AscentPart, AscentShown

CURVE_PX = 196
FEWEST_STEPS = 10  # that the axis spans
SAVES = ("Picture (*.png)",)


class AscentPage(QWidget):
    """Shows how far the image is; intents go to the part."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._part: AscentPart
        self.image = Canvas(theme, "The optimised image")
        self.image.is_smooth = True
        self.image.setToolTip("The image as it grows. The wheel zooms, a double click fits.")
        self.image.placeholder = (
            "An image from nothing: each step changes it so that the channel, the unit or the "
            "class answers more."
        )
        self.classes = ClassBox("Class to optimise for", "Which class's logit is to grow.")
        self.plot = pg.PlotWidget()
        self.plot.setAccessibleName("The goal's value against steps")
        self.plot.setToolTip("The value after each step; it trembles since the image is shaken.")
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setMenuEnabled(False)
        self._curve = self.plot.plot(connect="all")
        self.words = Words()
        self._empty = QLabel("The value will grow here.")
        self._buttons = QHBoxLayout()
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, part: AscentPart) -> None:
        """Connect the intents of the page to its part; called once."""
        self._part = part
        self.classes.chosen.connect(part.class_chosen)
        self.toggle = ActionButton(part.actions[0], self._theme, is_primary=True)
        self.restart = ActionButton(part.actions[1], self._theme)
        self.save = ActionButton(part.actions[2], self._theme)
        self.restart.setText("Start over")
        self.save.setText("Save…")
        for button in (self.toggle, self.restart, self.save):
            self._buttons.addWidget(button)

    def show_ascent(self, shown: AscentShown) -> None:
        """Show how far the image is."""
        self.image.show_pixels(shown.pixels)
        self._card.title.setText(shown.title)
        self.words.setText(shown.words)
        self.classes.setVisible(shown.is_class)
        self.classes.show_class(shown.klass)
        values = np.array(shown.values)
        steps = np.flatnonzero(np.isfinite(values)) if values.size else np.empty(0, int)
        self._curve.setData(steps, values[steps] if values.size else values)
        self.plot.setXRange(0, max(len(values) - 1, FEWEST_STEPS), padding=0.02)
        self.plot.setVisible(bool(steps.size))
        self._empty.setVisible(not steps.size)
        text = {"running": "Pause", "paused": "Go on"}.get(shown.state, "Optimise")
        for button in (self.restart, self.save):
            button.refresh()
        icon = "pause" if shown.state == "running" else "play"
        self.toggle.show_action(replace(self._part.actions[0], text=text, icon=icon))
        self.restart.setVisible(shown.pixels is not None)
        self.save.setVisible(shown.pixels is not None)

    def ask_where_to_save_image(self, name: str) -> None:
        """Ask for a file and save the optimised image."""
        path = ask_to_save(self, "Save the optimised image", name, SAVES)
        if path is not None:
            self.save_to(path)

    def save_to(self, path: Path) -> None:
        """Save the image as PNG."""
        newest, house = self._part.newest, self._part.house
        if newest is None:
            return
        try:
            write_atomic(path, to_png(newest.pixels))
        except VizError as error:
            house.speaker.tell(str(error))
        else:
            house.tell_done(f"Saved {path.name}.")

    def _build(self) -> None:
        self._card = Card("Optimised image")
        set_role(self._card.title, "output")
        self._card.column.setContentsMargins(4, 10, 4, 4)
        head = QHBoxLayout()
        head.setContentsMargins(12, 0, 8, 0)
        self._card.column.removeWidget(self._card.title)
        head.addWidget(self._card.title, 1)
        head.addWidget(self.classes)
        self._card.column.addLayout(head)
        self._card.column.addWidget(self.image, 1)
        self._below = Card("Value of the goal")
        self._below.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self._empty, "muted")
        self._below.column.addWidget(self.words)
        self._below.column.addWidget(self._empty, 1)
        self._below.column.addWidget(self.plot, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self._buttons.setSpacing(8)
        row.addLayout(self._buttons)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._card, 1)
        column.addLayout(row)
        column.addWidget(self._below)

    def _on_theme_changed(self) -> None:
        c = self._theme.colour
        self._below.setFixedHeight(self._theme.px(CURVE_PX))
        self.plot.setBackground(c("card"))
        self._curve.setPen(pg.mkPen(c("kernel_line"), width=2))
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(c("line"))
            axis.setTextPen(c("muted"))
            axis.setTickFont(self._theme.font(11))
