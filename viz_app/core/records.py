"""Records that several layers hand to each other; plain data, made once, never changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An opened image, ready for every lab.

    Parameters
    ----------
    ref
        where it came from, for sessions: ``"sample:chelsea"`` or an absolute path;
        empty for a picture that exists in memory only (pasted, dropped, a webcam frame)
    name
        what the window shows, ``"chelsea.png"``
    pixels
        uint8 [H, W, 3], RGB; kept C-contiguous and read-only
    note
        one sentence if the picture differs from its file (shrunk, first frame of 12, ...)

    Raises
    ------
    ValueError
        if `pixels` is anything but a non-empty uint8 [H, W, 3] array
    """

    ref: str
    name: str
    pixels: np.ndarray
    note: str = ""

    def __post_init__(self) -> None:
        shape, dtype = self.pixels.shape, self.pixels.dtype
        if dtype != np.uint8 or len(shape) != 3 or shape[2] != 3 or 0 in shape:
            raise ValueError(f"pixels must be uint8 [H, W, 3], not {dtype} {list(shape)}")
        pixels = np.ascontiguousarray(self.pixels).view()
        pixels.flags.writeable = False
        object.__setattr__(self, "pixels", pixels)

    @property
    def width(self) -> int:
        """Columns, in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Rows, in pixels."""
        return int(self.pixels.shape[0])
