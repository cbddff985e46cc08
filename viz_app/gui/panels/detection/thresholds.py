"""The two thresholds below a picture: p_c, and from which IoU on."""

from __future__ import annotations

from viz_app.gui.panels.detection.arrangement import Row
from viz_app.gui.panels.detection.ticks import TickSlider
from viz_app.gui.theme import Theme
from viz_app.labs.controls import Slider
from viz_app.labs.detection.controls import IOU, P_C
from viz_app.labs.detection.presenter import DEFAULTS, DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene


class Thresholds(Row):
    """p_c and one more, in a line where there is room."""

    def __init__(self, theme: Theme, second: Slider = IOU) -> None:
        self.p_c = TickSlider(P_C, DEFAULTS.p_c, theme)
        self.p_c.slider.label.setText("p<sub>c</sub> above")
        self.second = TickSlider(second, getattr(DEFAULTS, second.field), theme)
        self._field = second.field
        super().__init__(self.p_c, self.second, theme, 28)

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        self.p_c.moved.connect(lambda value: presenter.edited("p_c", value))
        self.second.moved.connect(lambda value: presenter.edited(self._field, value))

    def show_scene(self, scene: DetectionScene) -> None:
        """Show both, and whether an overlap of exactly the threshold removes a box."""
        if self._field == "iou":
            sign = "from" if scene.rule == "at_least" else "above"
            self.second.slider.label.setText(f"IoU {sign}")
        self.p_c.show_value(scene.p_c)
        self.second.show_value(getattr(scene, self._field))
