"""The Qt half of the engine: its events cross to the window's thread here, the newest only."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from viz_app.engine.engine import Engine, Event, Failure, Job, Progress

log = logging.getLogger(__name__)

RATE_OVER_S = 5.0  # steps per second are told as their mean over this time


@dataclass(slots=True)
class Activity:
    """A job as the status bar tells it; ``rate`` in its unit per second, ``left_s`` in seconds."""

    lane: str
    title: str
    progress: Progress | None = None
    is_paused: bool = False
    is_cancellable: bool = True
    rate: float | None = None
    _since: tuple[float, float] | None = None  # time and progress at the start of the mean

    @property
    def left_s(self) -> float | None:
        if self.progress is None or not self.rate or self.is_paused:
            return None
        return max(self.progress.total - self.progress.done, 0) / self.rate

    def advance(self, progress: Progress) -> None:
        """Take in a snapshot's progress, and work out the rate."""
        now = time.monotonic()
        if self._since is None or (self.progress and progress.done < self.progress.done):
            self._since = (now, progress.done)
        start, done = self._since
        if now - start > 0.2:
            self.rate = (progress.done - done) / (now - start)
        if now - start > RATE_OVER_S:
            self._since = (
                now - RATE_OVER_S / 2,
                progress.done - (self.rate or 0) * RATE_OVER_S / 2,
            )
        self.progress = progress

    def rest(self, is_paused: bool) -> None:
        """Pause or go on; the time in between does not count."""
        self.is_paused, self._since = is_paused, None


@dataclass(slots=True)
class _Client:
    ticket: int
    on_done: Callable[[Any], None]
    on_step: Callable[[Any], None]
    on_failed: Callable[[Failure], None] | None
    activity: Activity


def _ignore(value: Any) -> None:
    """Take a snapshot that nobody looks at (its progress is read all the same)."""


class Runner(QObject):
    """Hands jobs to an engine and its answers to whoever asked, in the window's thread.

    Of a lane's undelivered snapshots only the newest is kept, so a fast job cannot flood the
    window. Answers to a job that was replaced are dropped.
    """

    activity_changed = Signal()
    failed = Signal(object)  # a Failure that its client left to the house
    _mail = Signal()

    def __init__(
        self,
        name: str,
        relieve: Callable[[], None] = lambda: None,
        parent: QObject | None = None,
        *,
        is_held: bool = False,
    ) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._inbox: dict[tuple[str, bool], Event] = {}
        self._clients: dict[str, _Client] = {}
        self._is_closed = False
        self._mail.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self.engine = Engine(self._post, name, relieve, is_held=is_held)

    @property
    def activities(self) -> list[Activity]:
        """The jobs that have not ended, the oldest first."""
        return [client.activity for client in self._clients.values()]

    def run(
        self,
        lane: str,
        job: Job,
        *,
        title: str,
        on_done: Callable[[Any], None] = _ignore,
        on_step: Callable[[Any], None] = _ignore,
        on_failed: Callable[[Failure], None] | None = None,
        is_cancellable: bool = True,
        must_finish: bool = False,
        turns: float = float("inf"),
    ) -> None:
        """Start a job; a new one in the same lane replaces it and its answers.

        What the house does for itself is not cancellable by Esc; what saves the user's work must
        finish also when the window closes meanwhile. With ``turns`` it rests after so many.
        """
        if self._is_closed:
            return  # the window is gone; nobody waits for an answer
        self._clients.pop(lane, None)
        ticket = self.engine.submit(lane, job, must_finish=must_finish, turns=turns)
        activity = Activity(lane, title, is_cancellable=is_cancellable and not must_finish)
        activity.is_paused = turns != float("inf")
        self._clients[lane] = _Client(ticket, on_done, on_step, on_failed, activity)
        self.activity_changed.emit()

    def cancel(self, lane: str) -> None:
        """Stop wanting the lane's answer, and retire its job."""
        if self._clients.pop(lane, None) is not None:
            self.engine.cancel(lane)
            self.activity_changed.emit()

    def pause(self, lane: str) -> None:
        """Let the lane's job rest."""
        self.engine.pause(lane)
        self._rest(lane, True)

    def resume(self, lane: str, turns: float = float("inf")) -> None:
        """Let it go on, or only for so many turns."""
        self.engine.resume(lane, turns)
        self._rest(lane, turns != float("inf"))

    def close(self, timeout_s: float = 5.0) -> bool:
        """End the engine's thread; False if it did not end in time (it is a daemon)."""
        self._is_closed = True
        self._clients.clear()
        return self.engine.close(timeout_s)

    def _rest(self, lane: str, is_paused: bool) -> None:
        if (client := self._clients.get(lane)) is not None:
            client.activity.rest(is_paused)
            self.activity_changed.emit()

    def _post(self, event: Event) -> None:  # on the engine's thread
        with self._lock:
            is_first = not self._inbox
            self._inbox[event.lane, event.kind == "step"] = event
        if is_first:
            self._mail.emit()

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            mail, self._inbox = self._inbox, {}
        for event in sorted(mail.values(), key=lambda e: (e.ticket, e.kind != "step")):
            client = self._clients.get(event.lane)
            if client is None or client.ticket != event.ticket:
                continue
            if event.kind != "step":
                del self._clients[event.lane]
            try:
                self._hand_over(client, event)
            except Exception:  # noqa: BLE001 - the other lanes' answers must not be lost with it
                sys.excepthook(*sys.exc_info())
        if mail:
            self.activity_changed.emit()

    def _hand_over(self, client: _Client, event: Event) -> None:
        if event.kind == "step":
            if isinstance(progress := getattr(event.value, "progress", event.value), Progress):
                client.activity.advance(progress)
            client.on_step(event.value)
        elif event.kind == "done":
            client.on_done(event.value)
        else:
            log.info("job %s failed: %s", client.activity.title, event.value.details)
            if client.on_failed is not None:
                client.on_failed(event.value)
            else:
                self.failed.emit(event.value)
