"""A webcam or a film, looked at frame by frame: what the labs that do so share.

`looked_at` is the job's loop, on the engine's thread; `Watching` starts, pauses and ends it, in
the window's. What is made of a frame is the lab's own.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from viz_app.engine.engine import Failure, Job
from viz_app.files.video import Frame, LatestFrame, to_png
from viz_app.labs.presenter import House

WEBCAM = 0
TAKE_S = 0.1  # so long a turn waits for a frame, then the other lanes get theirs
MEAN_OVER = 12  # frames, for the rate


class HasFrame(Protocol):
    """A frame and what was made of it."""

    @property
    def frame(self) -> Frame:
        """The frame."""

    @property
    def fps(self) -> float:
        """Frames a second that were looked at; 0 for the first."""

    @property
    def dropped(self) -> int:
        """Frames that came while another was looked at."""


W = TypeVar("W", bound=HasFrame)


def looked_at(
    source: LatestFrame, begin: Callable[[], None], look: Callable[[Frame, float], W]
) -> Generator[W | None, None, W | None]:
    """Look at the newest frame, a frame a step, until the film is over or the job is not wanted.

    Parameters
    ----------
    source
        not yet open; it is closed in the end, whatever happens
    begin
        called before the frames begin to come: loads what ``look`` needs
    look
        what is made of a frame, told how many a second there are
    """
    last: W | None = None
    times: deque[float] = deque(maxlen=MEAN_OVER)
    begin()
    source.open()
    try:
        while not source.is_over:
            frame = source.take(TAKE_S)
            if frame is not None:
                times.append(time.perf_counter())
                fps = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0
                last = look(frame, fps)
            yield last
    finally:
        source.close()
    return last


class Watching(Generic[W]):
    """A source and its lane; ``changed`` is called when there is something new to show."""

    def __init__(
        self,
        lane: str,
        house: House,
        changed: Callable[[], None],
        fail: Callable[[Failure], None],
    ) -> None:
        self._lane, self._house, self._changed, self._fail = lane, house, changed, fail
        self.source: LatestFrame | None = None
        self.last: W | None = None
        self.is_paused = False

    @property
    def is_running(self) -> bool:
        """Whether frames come, or would but for a pause."""
        return self.source is not None

    def start(self, source: int | Path, job: Callable[[LatestFrame], Job]) -> None:
        """Watch a webcam or a film from its beginning; ``job`` makes what runs on the engine."""
        self.stop()
        self._house.speaker.hush()
        self.last, self.is_paused = None, False
        self.source = LatestFrame(source)
        self._house.runner.run(
            self._lane,
            job(self.source),
            title=f"Watching {self.source.name}",
            on_step=self._on_step,
            on_done=self._on_over,
            on_failed=self._on_failed,
        )
        self._changed()

    def pause_toggled(self) -> None:
        """Stand still, or go on."""
        if self.source is not None:
            self.is_paused = not self.is_paused
            self.source.pause(self.is_paused)
            turn = self._house.runner.pause if self.is_paused else self._house.runner.resume
            turn(self._lane)
            self._changed()

    def stop(self) -> None:
        """Let go of the source; the last frame stays."""
        if self.source is not None:
            self._house.runner.cancel(self._lane)
            self._ended()

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps this one."""
        if lane == self._lane and self.source is not None:
            self._ended()

    def frame_taken(self) -> None:
        """Make the frame that is shown the current image."""
        if self.last is not None:
            pixels, number = self.last.frame.pixels, self.last.frame.number
            self._house.pictures.open_bytes(lambda: to_png(pixels), f"frame {number}")

    def words(self) -> str:
        """How it goes: ``paused · 21.3 fps · 4 dropped``."""
        if self.last is None:
            return "Waiting for the first frame …" if self.is_running else ""
        state = ("paused · " if self.is_paused else "") if self.is_running else "ended · "
        rate = f"{self.last.fps:.1f} fps · " if self.last.fps else ""
        return f"{state}{rate}{self.last.dropped:,} dropped"

    def place(self) -> str:
        """Where in the film the frame stands: ``2.4 of 11.0 s``."""
        if self.last is None:
            return ""
        length = f" of {self.source.length_s:.1f}" if self.source and self.source.length_s else ""
        return f"{self.last.frame.at_s:.1f}{length} s"

    def _ended(self) -> None:
        self.source, self.is_paused = None, False
        self._changed()

    def _on_step(self, watched: W | None) -> None:
        if watched is not None and watched is not self.last:
            self.last = watched
            self._changed()

    def _on_over(self, watched: W | None) -> None:
        self.last = watched or self.last
        self._ended()

    def _on_failed(self, failure: Failure) -> None:
        self._ended()
        self._fail(failure)
