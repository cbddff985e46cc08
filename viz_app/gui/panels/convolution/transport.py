"""Play, step, scrub and speed, as on a player."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from viz_app.gui.panel import ActionButton
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.controls import Action
from viz_app.labs.convolution.step_view import Steps

SPEED_STOPS = 100
SLOWEST, FASTEST = 0.5, 60.0  # steps a second
NARROW_PX = 500  # below, the sliders stand under the buttons
ORDER = ("First step", "Step back", "Play or pause", "Step", "Last step")


class Transport(QWidget):
    """Shows where the steps are; its timer gives the beat while playing."""

    step_chosen = Signal(int)
    speed_chosen = Signal(float)
    ticked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._buttons: dict[str, ActionButton] = {}
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.ticked)
        self.scrub = QSlider(Qt.Orientation.Horizontal)
        self.scrub.setAccessibleName("Step")
        self.scrub.setToolTip("Go to any output cell.")
        self.scrub.valueChanged.connect(self.step_chosen)
        self.count = QLabel()
        set_role(self.count, "mono")
        self._speed_label = QLabel("Speed")
        set_role(self._speed_label, "muted")
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setRange(0, SPEED_STOPS)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("Steps a second while playing, from 0.5 to 60.")
        self.speed.valueChanged.connect(lambda stop: self.speed_chosen.emit(_speed_of(stop)))
        self._lines = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row, sliders = QHBoxLayout(), QHBoxLayout()
        self._lines.setContentsMargins(0, 0, 0, 0)
        for line in (self._lines, self._row, sliders):
            line.setSpacing(8)
        sliders.addWidget(self.scrub, 1)
        sliders.addWidget(self.count)
        sliders.addWidget(self._speed_label)
        sliders.addWidget(self.speed)
        self._row.addStretch()
        self._lines.addLayout(self._row)
        self._lines.addLayout(sliders, 1)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, actions: Mapping[str, Action]) -> None:
        """Add the buttons of the lab's commands."""
        for i, text in enumerate(ORDER):
            button = ActionButton(actions[text], self._theme, is_primary=text == "Play or pause")
            if text == "Play or pause":
                button.setText("Play")
            else:
                button.setText("")
                button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self._buttons[text] = button
            self._row.insertWidget(i, button)

    def show_steps(self, steps: Steps) -> None:
        """Show the place, and beat while playing."""
        self.scrub.blockSignals(True)
        self.scrub.setRange(1, steps.total)
        self.scrub.setPageStep(max(steps.total // 10, 1))
        self.scrub.setValue(steps.at)
        self.scrub.blockSignals(False)
        self.count.setText(f"{steps.at:,} / {steps.total:,}")
        play = self._buttons["Play or pause"]
        word = "Pause" if steps.is_playing else "Play"
        if play.text() != word:
            play.setText(word)
            play.setIcon(self._theme.icon(word.lower(), "on_accent"))
        if steps.is_playing and self._timer.interval() != steps.interval_ms:
            self._timer.setInterval(steps.interval_ms)
        if steps.is_playing != self._timer.isActive():
            if steps.is_playing:
                self._timer.start(steps.interval_ms)
            else:
                self._timer.stop()

    def show_speed(self, speed: float) -> None:
        """Show the steps a second, quietly."""
        self.speed.blockSignals(True)
        self.speed.setValue(_stop_of(speed))
        self.speed.blockSignals(False)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._row.minimumSize().width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        is_narrow = self.width() < self._theme.px(NARROW_PX)
        direction = QBoxLayout.Direction
        self._lines.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)

    def _on_theme_changed(self) -> None:
        self.speed.setFixedWidth(self._theme.px(84))
        self.count.setMinimumWidth(self._theme.px(64))
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


def _speed_of(stop: int) -> float:
    return round(SLOWEST * (FASTEST / SLOWEST) ** (stop / SPEED_STOPS), 2)


def _stop_of(speed: float) -> int:
    return round(SPEED_STOPS * math.log(speed / SLOWEST) / math.log(FASTEST / SLOWEST))
