"""Tables of colours for numbers: around zero, as strength, as direction."""

from __future__ import annotations

import colorsys
from functools import cache

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
BELOW, ABOVE = (33, 102, 172), (178, 24, 43)  # ColorBrewer's RdBu
# Stops of matplotlib's magma (CC0), dark to light
MAGMA = ("000004", "1c1044", "4f127b", "812581", "b5367a", "e55964", "fb8761", "fec287", "fcfdbf")
HUES = 90


@cache
def signed_table(size: int = 511) -> Pixels:
    """Blue below, white in the middle, red above; an odd number of colours, uint8 [size, 3]."""
    share = np.linspace(-1, 1, size)[:, None]
    end = np.where(share < 0, np.array(BELOW), np.array(ABOVE))
    table: Pixels = np.rint(255 + (end - 255) * np.abs(share)).astype(np.uint8)
    return table


@cache
def strength_table(size: int = 256) -> Pixels:
    """Dark to light, uint8 [size, 3]."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in MAGMA], dtype=float)
    at = np.linspace(0, len(stops) - 1, size)
    columns = [np.interp(at, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    table: Pixels = np.rint(np.stack(columns, axis=1)).astype(np.uint8)
    return table


@cache
def hue_table() -> NDArray[np.float32]:
    """Fully bright hues around the circle, [HUES, 3] from 0 to 255."""
    rows = [colorsys.hsv_to_rgb(i / HUES, 0.85, 1) for i in range(HUES)]
    return (np.array(rows) * 255).astype(np.float32)
