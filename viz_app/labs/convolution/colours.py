"""From numbers to colours: around zero, as light, as strength, as direction."""

from __future__ import annotations

import colorsys
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
BELOW, ABOVE = (33, 102, 172), (178, 24, 43)  # ColorBrewer's RdBu
# Stops of matplotlib's magma (CC0), dark to light
MAGMA = ("000004", "1c1044", "4f127b", "812581", "b5367a", "e55964", "fb8761", "fec287", "fcfdbf")
HUES = 90


def signed_colours(values: NDArray[Any], scale: float | None = None) -> Pixels:
    """Blue below zero, white at zero, red above, one scale for both  # [h, w, 3]."""
    scale = scale or max(float(np.abs(values).max()), 1e-12)
    values = values.astype(np.float32, copy=False)
    steps = values * np.float32(255 / scale) + np.float32(255.5)
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
    scale = max(float(strength.max()), 1e-12)
    hue = ((angle + np.pi) * (HUES / (2 * np.pi))).astype(np.int32) % HUES
    light = np.sqrt(strength / scale)[..., None]
    pixels: Pixels = (hue_table()[hue] * light).astype(np.uint8)
    return pixels


@cache
def signed_table() -> Pixels:
    """511 colours; the middle one is white."""
    share = np.linspace(-1, 1, 511)[:, None]
    end = np.where(share < 0, np.array(BELOW), np.array(ABOVE))
    table: Pixels = np.rint(255 + (end - 255) * np.abs(share)).astype(np.uint8)
    return table


@cache
def strength_table() -> Pixels:
    """256 colours, dark to light."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in MAGMA], dtype=float)
    at = np.linspace(0, len(stops) - 1, 256)
    columns = [np.interp(at, np.arange(len(stops)), stops[:, i]) for i in range(3)]
    table: Pixels = np.rint(np.stack(columns, axis=1)).astype(np.uint8)
    return table


@cache
def hue_table() -> NDArray[np.float32]:
    """Fully bright hues around the circle."""
    rows = [colorsys.hsv_to_rgb(i / HUES, 0.85, 1) for i in range(HUES)]
    return (np.array(rows) * 255).astype(np.float32)
