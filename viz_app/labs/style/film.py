"""The frames of a run, thinned as it grows, so that a film of any run has a bounded size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_FRAMES = 64
LONGEST_PX = 400
FRAME_MS, LAST_MS = 80, 2000


class Film:
    """Takes every step at first, then every second, fourth and so on."""

    def __init__(self) -> None:
        self._frames: list[NDArray[np.uint8]] = []
        self._every = 1
        self._seen = 0

    @property
    def frames(self) -> tuple[NDArray[np.uint8], ...]:
        """The frames so far, in their order."""
        return tuple(self._frames)

    def add(self, pixels: NDArray[np.uint8]) -> None:
        """Take a step's picture, if its turn has come."""
        if self._seen % self._every == 0:
            skip = -(-max(pixels.shape[:2]) // LONGEST_PX)
            self._frames.append(np.ascontiguousarray(pixels[::skip, ::skip]))
            if len(self._frames) > MOST_FRAMES:
                self._frames = self._frames[::2]
                self._every *= 2
        self._seen += 1

    def copied(self) -> Film:
        """The same so far, for a branch."""
        twin = Film()
        twin._frames, twin._every, twin._seen = list(self._frames), self._every, self._seen
        return twin
