"""Where the style applies: a small grey picture, and the text that a scene keeps of it."""

from __future__ import annotations

import base64
import zlib

import numpy as np
from numpy.typing import NDArray

from viz_app.files.images import thumbnail

MOST_SIDE = 256
"""Longer side of a mask; the layers that it guides are at most a few times as large."""

Mask = NDArray[np.uint8]


def as_text(mask: Mask | None) -> str:
    """A mask uint8 [h, w] (255: the style applies) as a scene keeps it; empty for none."""
    if mask is None:
        return ""
    height, width = mask.shape
    packed = base64.b64encode(zlib.compress(np.ascontiguousarray(mask).tobytes(), 9))
    return f"{width}x{height}:{packed.decode()}"


def of_picture(pixels: Mask) -> Mask:
    """The mask that a picture uint8 [H, W, 3] shows: white where the style applies."""
    return np.asarray(thumbnail(pixels, MOST_SIDE).mean(2).round().astype(np.uint8))


def from_text(text: str) -> Mask | None:
    """The mask in a scene; None where there is none, or what there is cannot be read."""
    try:
        size, _, packed = text.partition(":")
        width, height = map(int, size.split("x"))
        if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
            return None
        data = zlib.decompressobj().decompress(base64.b64decode(packed), width * height + 1)
        return np.frombuffer(data, np.uint8).reshape(height, width)
    except (ValueError, zlib.error):
        return None
