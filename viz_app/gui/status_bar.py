"""The line at the bottom: device, running job, progress, time left, steps per second, memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QProgressBar, QPushButton

from viz_app.gui.theme import Theme, set_role

if TYPE_CHECKING:
    from viz_app.gui.runner import Activity

HEIGHT_PX = 30
MEMORY_EVERY_MS = 2000
TELL_MS = 4000


class StatusBar(QFrame):
    """Tells what the program does, and lets it be cancelled."""

    cancel_asked = Signal(str)  # a lane
    device_chosen = Signal(str)
    keys_asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lane = ""
        self._told = ""
        self._activities: list[Activity] = []
        self._hush = QTimer(self)
        self._hush.setSingleShot(True)
        self._hush.timeout.connect(lambda: self.tell(""))
        set_role(self, "status")
        self.device = QPushButton("CPU")
        self.device.setAccessibleName("Device")
        self.device.setToolTip("The device that computes; click to choose another.")
        set_role(self.device, "flat")
        self._menu = QMenu(self.device)
        self.device.setMenu(self._menu)
        self.job = QLabel("Ready")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(120)
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName("Progress of the running job")
        self.amount = QLabel()
        set_role(self.amount, "muted")
        self.cancel = QPushButton("Cancel · Esc")
        self.cancel.setToolTip("Cancel the running job (Esc); what it has reached so far stays.")
        set_role(self.cancel, "flat")
        self.cancel.clicked.connect(self.ask_to_cancel)
        self.image = QLabel()
        self._memory = QLabel()
        for label in (self.image, self._memory):
            set_role(label, "muted")
        self._memory.setToolTip("Memory that the program holds now.")
        keys = QPushButton("?")
        keys.setToolTip("All keys (?)")
        keys.setAccessibleName("Show all keys")
        set_role(keys, "flat")
        keys.clicked.connect(self.keys_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(12)
        for widget in (self.device, self.job, self._bar, self.amount, self.cancel):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.image, self._memory, keys):
            row.addWidget(widget)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show_memory)
        self._timer.start(MEMORY_EVERY_MS)
        self.show_activities([])
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def ask_to_cancel(self) -> None:
        """Ask for the end of the job that is shown, if the user may end it."""
        if self._lane:
            self.cancel_asked.emit(self._lane)

    def show_devices(self, choices: list[tuple[str, str]], now: str) -> None:
        """List devices as (name, words), and mark the one in use."""
        self._menu.clear()
        for name, words in choices:
            entry = self._menu.addAction(words)
            entry.setCheckable(True)
            entry.setChecked(name == now)
            entry.triggered.connect(lambda _=False, n=name: self.device_chosen.emit(n))
            if name == now:
                self.device.setText(words)
                self._fit()

    def tell(self, sentence: str) -> None:
        """Show a sentence for a moment in the place of the job."""
        self._told = sentence
        if sentence:
            self._hush.start(TELL_MS)
        self.show_activities(self._activities)

    def show_activities(self, activities: list[Activity]) -> None:
        """Show the job that tells most: one that works before one that rests, then progress."""
        self._activities = activities
        shown = min(
            activities,
            key=lambda a: (not a.is_cancellable, a.is_paused, a.progress is None),
            default=None,
        )
        self._lane = shown.lane if shown and shown.is_cancellable else ""
        more = f" · {len(activities) - 1} more" if len(activities) > 1 else ""
        words = (
            f"{shown.title}{' (paused)' if shown.is_paused else ''}{more}"
            if shown
            else self._told or "Ready"
        )
        self.job.setText(words)
        progress = shown.progress if shown else None
        self._bar.setVisible(progress is not None)
        self.amount.setVisible(progress is not None)
        self.cancel.setVisible(bool(self._lane))
        if shown is not None and progress is not None:
            self._bar.setValue(round(1000 * progress.done / max(progress.total, 1e-9)))
            self.amount.setText(_amount(shown))

    def _show_memory(self) -> None:
        import psutil  # not before the first paint

        self._memory.setText(f"{psutil.Process().memory_info().rss / 2**20:,.0f} MB")
        self._fit()

    def _fit(self) -> None:
        """Make room now: longer words are not cut off until the next event."""
        layout = self.layout()
        assert layout is not None
        layout.activate()

    def _on_theme_changed(self) -> None:
        self.setFixedHeight(self._theme.px(HEIGHT_PX))


def _amount(activity: Activity) -> str:
    """Return for example ``142 / 300 · 8.1 steps/s · 20 s left``."""
    progress = activity.progress
    assert progress is not None
    is_bytes = progress.unit == "bytes"
    scale, unit = (2**20, "MB") if is_bytes else (1, progress.unit)
    parts = [f"{progress.done / scale:,.0f} / {progress.total / scale:,.0f}"]
    if is_bytes:
        parts[0] += " MB"
    if activity.rate and not activity.is_paused:
        parts.append(f"{activity.rate / scale:.1f} {unit}/s")
    if (left := activity.left_s) is not None:
        parts.append(f"{left:.0f} s left" if left < 100 else f"{left / 60:.0f} min left")
    return " · ".join(parts)
