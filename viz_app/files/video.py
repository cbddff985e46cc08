"""The newest frame of a webcam or a film: a thread reads, what nobody took in time is dropped."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import ImageError

MOST_SIDE_PX = 1280  # frames are shrunk to this: a detector's input is smaller still
USUAL_FPS = 25.0  # of a film that does not tell
JOIN_S = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: uint8 [H, W, 3], RGB; its number from 0, and where in the film it stands."""

    pixels: NDArray[np.uint8]
    number: int
    at_s: float


class LatestFrame:
    """Reads a webcam or a film in a thread of its own and holds the newest frame only.

    A film is read at its own speed, so that it is seen as fast as it was taken; frames that come
    while the last one is still being looked at are dropped and counted, never queued.

    Parameters
    ----------
    source
        a webcam's number, or the path of a film
    is_paced
        False reads a film as fast as frames are taken, and drops none
    """

    def __init__(self, source: int | Path, *, is_paced: bool = True) -> None:
        self.source = source
        self.is_film = not isinstance(source, int)
        self.name = source.name if isinstance(source, Path) else "webcam"
        self.fps = 0.0
        self.length_s = 0.0
        self.dropped = 0
        self._is_paced = is_paced or not self.is_film
        self._frame: Frame | None = None
        self._wake = threading.Condition()
        self._is_over = self._is_closed = self._is_paused = False
        self._thread: threading.Thread | None = None

    @property
    def is_over(self) -> bool:
        """Whether no further frame will come."""
        return self._is_over and self._frame is None

    def open(self) -> None:
        """Open the source and begin to read.

        Raises
        ------
        ImageError
            if there is no such webcam, or the file is no film
        """
        capture = _open(self.source)
        import cv2

        self.fps = float(capture.get(cv2.CAP_PROP_FPS) or 0)
        if not 1 <= self.fps <= 1000:
            self.fps = USUAL_FPS
        frames = float(capture.get(cv2.CAP_PROP_FRAME_COUNT) or 0) if self.is_film else 0.0
        self.length_s = max(frames, 0.0) / self.fps
        self._thread = threading.Thread(
            target=self._read, args=(capture,), name="frames", daemon=True
        )
        self._thread.start()

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame that was not taken yet; None if none comes in time."""
        with self._wake:
            self._wake.wait_for(lambda: self._frame or self._is_over, timeout_s)
            frame, self._frame = self._frame, None
            self._wake.notify_all()
        return frame

    def pause(self, is_paused: bool) -> None:
        """Let a film stand still; a webcam's frames are thrown away meanwhile."""
        with self._wake:
            self._is_paused = is_paused
            self._wake.notify_all()

    def close(self) -> None:
        """End the reading and let go of the webcam."""
        with self._wake:
            self._is_closed = True
            self._wake.notify_all()
        if self._thread is not None:
            self._thread.join(JOIN_S)

    def _read(self, capture: Any) -> None:
        number, start = 0, time.monotonic()
        try:
            while not self._is_closed:
                if self.is_film and self._is_paused:
                    start += self._rest()
                    continue
                is_there, frame = capture.read()
                if not is_there:
                    break
                if self.is_film and self._is_paced:
                    self._wait_until(start + number / self.fps)
                self._offer(Frame(_as_rgb(frame), number, number / self.fps))
                number += 1
        finally:
            capture.release()
            with self._wake:
                self._is_over = True
                self._wake.notify_all()

    def _rest(self) -> float:
        """Stand still until the pause is over; how long that took, in seconds."""
        began = time.monotonic()
        with self._wake:
            self._wake.wait_for(lambda: not self._is_paused or self._is_closed)
        return time.monotonic() - began

    def _wait_until(self, moment: float) -> None:
        with self._wake:
            self._wake.wait_for(lambda: self._is_closed, max(moment - time.monotonic(), 0))

    def _offer(self, frame: Frame) -> None:
        with self._wake:
            if self._is_paused and not self.is_film:
                return
            if not self._is_paced:
                self._wake.wait_for(lambda: self._frame is None or self._is_closed)
            self.dropped += self._frame is not None
            self._frame = frame
            self._wake.notify_all()


def to_png(pixels: NDArray[np.uint8]) -> bytes:
    """A frame (uint8 [H, W, 3], RGB) as the bytes of a PNG file."""
    import cv2

    is_done, data = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    if not is_done:
        raise ImageError("This frame could not be kept as a picture: take another one.")
    return data.tobytes()


def _open(source: int | Path) -> Any:
    import cv2

    if isinstance(source, Path) and not source.is_file():
        raise ImageError(f"“{source.name}” is not there any more: choose another film.")
    log: Any = cv2.utils.logging  # it would print what the sentences below say
    log.setLogLevel(log.LOG_LEVEL_SILENT)
    capture = cv2.VideoCapture(source if isinstance(source, int) else str(source.absolute()))
    if not capture.isOpened():
        capture.release()
        if isinstance(source, int):
            raise ImageError(
                "No webcam answers: plug one in, allow this program to use it, or choose a film."
            )
        raise ImageError(f"“{source.name}” is no film that can be read: choose an MP4, AVI or MOV.")
    return capture


def _as_rgb(frame: Any) -> NDArray[np.uint8]:
    """A frame of OpenCV (BGR, or grey) as a picture of ours, shrunk where it is large."""
    import cv2

    longest = max(frame.shape[:2])
    if longest > MOST_SIDE_PX:
        share = MOST_SIDE_PX / longest
        size = (max(1, round(frame.shape[1] * share)), max(1, round(frame.shape[0] * share)))
        frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    code = cv2.COLOR_GRAY2RGB if frame.ndim == 2 else cv2.COLOR_BGR2RGB
    pixels = np.ascontiguousarray(cv2.cvtColor(frame, code))
    pixels.flags.writeable = False
    return pixels
