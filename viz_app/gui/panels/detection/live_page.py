"""The live view: a webcam or a film with the detector's boxes, as they come."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget
from superqt import QFlowLayout

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.detection.box_layer import BoxLayer
from viz_app.gui.panels.detection.ticks import TickSlider
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.canvas import Canvas
from viz_app.labs.detection.controls import IOU, P_C
from viz_app.labs.detection.live import LiveShown
from viz_app.labs.detection.presenter import DEFAULTS, DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene

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
        self.layer = BoxLayer(theme)
        self.canvas.add_overlay(self.layer.paint)
        self.summary, self.facts = QLabel(), QLabel()
        for label in (self.summary, self.facts):
            set_role(label, "muted")
        self.p_c = TickSlider(P_C, DEFAULTS.p_c, theme)
        self.p_c.slider.label.setText("p<sub>c</sub> above")
        self.iou = TickSlider(IOU, DEFAULTS.iou, theme)
        self.buttons: list[ActionButton] = []
        self._bar = QWidget()
        self._bar_row = QFlowLayout(self._bar)
        self._bar_row.setContentsMargins(0, 0, 0, 0)
        self._bar_row.setSpacing(8)
        self._build()

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.p_c.moved.connect(lambda value: presenter.edited("p_c", value))
        self.iou.moved.connect(lambda value: presenter.edited("iou", value))
        for action in presenter.live.actions:
            self.buttons.append(ActionButton(action, self._theme))
            self._bar_row.addWidget(self.buttons[-1])
        self._pause = self.buttons[2]
        pause = self._pause.action_shown
        self._turns = (pause, replace(pause, text="Go on", icon="play"))

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the thresholds."""
        sign = "from" if scene.rule == "at_least" else "above"
        self.iou.slider.label.setText(f"IoU {sign}")
        self.p_c.show_value(scene.p_c)
        self.iou.show_value(scene.iou)

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
        photo = Card()
        photo.column.setContentsMargins(4, 4, 4, 8)
        photo.column.addWidget(self.canvas, 1)
        below = QWidget()
        row = QFlowLayout(below)  # two lines where one has no room
        row.setContentsMargins(12, 0, 12, 0)
        row.setHorizontalSpacing(18)
        row.setVerticalSpacing(2)
        row.addWidget(self.summary)
        row.addWidget(self.facts)
        photo.column.addWidget(below)
        lower = Card()
        lower.column.addWidget(self._bar)
        sliders = QHBoxLayout()
        sliders.setSpacing(28)
        sliders.addWidget(self.p_c, 1)
        sliders.addWidget(self.iou, 1)
        lower.column.addLayout(sliders)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(photo, 1)
        column.addWidget(lower)
