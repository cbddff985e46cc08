"""The live view: a webcam or a film with the detector's boxes, as they come."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.detection.arrangement import picture_card
from viz_app.gui.panels.detection.box_layer import BoxLayer
from viz_app.gui.panels.detection.thresholds import Thresholds
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.canvas import Canvas
from viz_app.gui.widgets.flow_bar import FlowBar
from viz_app.gui.widgets.words import Words
from viz_app.labs.detection.live import LiveShown
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene

LEAST_FRAME_PX = 150  # the words about the view have room
TEACHES = (
    "Watch a webcam or a film: the detector looks at the newest frame, and frames that come "
    "meanwhile are dropped, so that what you see is never late. Nothing is kept or sent."
)


class LivePage(QWidget):
    """Shows the newest frame that was looked at; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.canvas = Canvas(theme, "Frame with the detector's boxes")
        self.canvas.setToolTip("The wheel zooms, Ctrl and drag moves.")
        self.canvas.placeholder = TEACHES
        self.canvas.is_smooth = True
        theme.changed.connect(self._on_theme_changed)
        self.layer = BoxLayer(theme)
        self.canvas.add_overlay(self.layer.paint)
        self.summary, self.facts = Words(role="muted"), Words(role="muted")
        self.thresholds = Thresholds(theme)
        self.p_c, self.iou = self.thresholds.p_c, self.thresholds.second
        self.buttons: list[ActionButton] = []
        self._bar = FlowBar()
        self._build()
        self._on_theme_changed()

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.thresholds.attach(presenter)
        for action in presenter.live.actions:
            self.buttons.append(ActionButton(action, self._theme))
            self._bar.add(self.buttons[-1])
        self._pause = self.buttons[2]
        pause = self._pause.action_shown
        self._turns = (pause, replace(pause, text="Go on", icon="play"))

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the thresholds."""
        self.thresholds.show_scene(scene)

    def show_live(self, shown: LiveShown) -> None:
        """Show a frame with its boxes, or how to begin."""
        self.canvas.show_pixels(shown.pixels)
        self.layer.show_boxes(shown.boxes if shown.pixels is not None else None)
        self.canvas.update()
        self.summary.setText(shown.summary)
        self.facts.setText(shown.facts)
        self._pause.show_action(self._turns[shown.is_paused])
        for button in self.buttons:
            button.refresh()

    def _build(self) -> None:
        photo = picture_card(self.canvas, self.summary, self.facts)
        lower = Card()
        lower.column.addWidget(self._bar)
        lower.column.addWidget(self.thresholds)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(photo, 1)
        column.addWidget(lower)

    def _on_theme_changed(self) -> None:
        self.canvas.setMinimumHeight(self._theme.px(LEAST_FRAME_PX))
