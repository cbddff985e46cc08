"""A timer in the window's thread that notes how far apart its ticks come."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, Qt, QTimer

TICK_MS, LOOK_MS = 5, 20


class Pulse:
    """Ticks every 5 ms while it measures; a tick that comes late is a window that stood still."""

    def __init__(self) -> None:
        self._gaps: list[float] = []
        self._last = 0.0
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def measure(self, seconds: float, is_broken: Callable[[], bool] = lambda: False) -> list[float]:
        """Let the event loop run for so long; return the gaps in ms."""
        self._gaps = []
        self._last = time.perf_counter()
        end = self._last + seconds
        self._timer.start(TICK_MS)
        wait(lambda: is_broken() or time.perf_counter() > end)
        self._timer.stop()
        return self._gaps

    def _tick(self) -> None:
        now = time.perf_counter()
        self._gaps.append(1e3 * (now - self._last))
        self._last = now


def wait(is_so: Callable[[], bool]) -> None:
    """Let the event loop run until something is so."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if is_so() else None)
    timer.start(LOOK_MS)
    loop.exec()
