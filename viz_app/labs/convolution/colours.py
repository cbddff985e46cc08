"""From numbers to colours: around zero, as light, as strength, as direction."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.colour_maps import HUES, hue_table, signed_table, strength_table

Pixels = NDArray[np.uint8]
SHARE = 0.995  # of the numbers that lie within a scale: a few edges would leave the rest pale
LEAST = 0.02  # of the strongest number: where all but a few are smaller, they are but noise
MOST_LOOKED_AT = 100_000


def reach(values: NDArray[Any]) -> float:
    """The size that all but the strongest few numbers stay within: where a scale ends."""
    flat = values.reshape(-1)
    most = max(float(flat.max()), -float(flat.min()), 1e-12)
    some = np.abs(flat[:: flat.size // MOST_LOOKED_AT + 1])
    place = math.ceil(SHARE * (some.size - 1))
    found = float(np.partition(some, place)[place])
    return found if found > LEAST * most else most


def signed_colours(values: NDArray[Any], scale: float | None = None) -> Pixels:
    """Blue below zero, white at zero, red above, one scale for both  # [h, w, 3]."""
    scale = scale or max(float(np.abs(values).max()), 1e-12)
    values = values.astype(np.float32, copy=False)
    steps = values * np.float32(255 / scale) + np.float32(255.5)
    np.clip(steps, 0, len(signed_table()) - 1, out=steps)  # before it is cut to 16 bits
    pixels: Pixels = signed_table().take(steps.astype(np.int16), axis=0, mode="clip")
    return pixels


def light_colours(values: NDArray[Any]) -> Pixels:
    """0 black, 255 white, the rest cut; one plane or three  # [h, w, 3]."""
    shades = np.rint(values.clip(0, 255)).astype(np.uint8)
    if shades.ndim == 3 and len(shades) == 3:
        return np.ascontiguousarray(np.moveaxis(shades, 0, -1))
    grey: Pixels = np.repeat(shades[..., None], 3, axis=-1)
    return grey


def strength_colours(values: NDArray[Any], scale: float | None = None) -> Pixels:
    """Dark at zero, light at the largest  # [h, w, 3]."""
    scale = scale or max(float(values.max()), 1e-12)
    pixels: Pixels = strength_table()[
        (values * np.float32(255 / scale)).astype(np.int32).clip(0, 255)
    ]
    return pixels


def angle_colours(angle: NDArray[Any], strength: NDArray[Any]) -> Pixels:
    """The direction as a hue, its strength as light; opposite directions differ  # [h, w, 3]."""
    scale = reach(strength)
    hue = ((angle + np.pi) * (HUES / (2 * np.pi))).astype(np.int32) % HUES
    light = np.sqrt(np.minimum(strength / scale, 1))[..., None]
    pixels: Pixels = (hue_table()[hue] * light).astype(np.uint8)
    return pixels
