"""What layers answer to one picture, and their channels as shades for the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from viz_app.compute.backward import slope_of
from viz_app.compute.classify import centre_crop
from viz_app.compute.pixels import to_pixels, to_tensor
from viz_app.nets.build import Net

Size = Literal["224", "320", "original"]
Scale = Literal["each", "common"]
Colours = Literal["strength", "signed"]
Check = Callable[[], None]
Shades = NDArray[np.uint8]
Maps = NDArray[np.float32]

SQUARE = 224
LONGEST = {"320": 320, "original": 800}
SHORTEST = 32
"""Pixels that the shorter side keeps at least, so that every pooling has something to pool."""
MIDDLE = 128
"""The shade of zero in a signed map."""
TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class Effective:
    """How a unit's value depends on each pixel: |gradient| summed over colours, float32 [h, w].

    ``box`` holds at least 95 % of the sum (:func:`box_of_share`).
    """

    strength: Maps
    value: float
    inside: float
    box: tuple[tuple[int, int], tuple[int, int]]


def as_input(pixels: NDArray[np.uint8], size: Size, side: int = SQUARE) -> NDArray[np.uint8]:
    """What a network looks at, uint8 [h, w, 3]: the middle square of ``side`` pixels, or the whole
    picture with its longer side at 320 or at most 800 pixels (never enlarged for the latter).
    """
    if size == "224":
        crop = centre_crop(pixels, side, side)
    else:
        height, width = pixels.shape[:2]
        most = LONGEST[size]
        scale = most / max(height, width)
        if size == "original":
            scale = min(scale, 1.0)
        shape = tuple(max(round(n * scale), SHORTEST) for n in (height, width))
        whole = to_tensor(pixels)
        crop = F.interpolate(whole, shape, mode="bilinear", antialias=True).clamp(0, 1)
    return to_pixels(crop)


def as_maps(output: Tensor) -> Tensor:
    """What a layer answers as maps [N, C, H, W]: numbers in a row are maps of one unit."""
    return output[..., None, None] if output.dim() == 2 else output


def maps_of(
    net: Net, pixels: NDArray[np.uint8], layers: Sequence[str], check: Check | None = None
) -> dict[str, Maps]:
    """All channels of layers for one picture, each float32 [C, H, W].

    Parameters
    ----------
    net
        a network
    pixels
        uint8 [h, w, 3], what it looks at
    layers
        names in its table
    check
        called before each layer; what it raises ends the pass

    Raises
    ------
    ShapeError
        if there is no such layer
    """
    device = next(net.parameters()).device
    with torch.inference_mode():
        found = net(to_tensor(pixels).to(device), layers, check)
        return {name: as_maps(maps)[0].float().cpu().numpy() for name, maps in found.items()}


def effective_field(
    net: Net,
    pixels: NDArray[np.uint8],
    layer: str,
    unit: tuple[int, int, int],
    field: tuple[tuple[int, int], tuple[int, int]],
    check: Check | None = None,
) -> Effective:
    """The effective receptive field of a unit (channel, row, column) on a picture.

    The size of ∂unit/∂pixel, after Luo, Li, Urtasun and Zemel (2016), on this one picture rather
    than on random ones. ``field`` is the exact receptive field, rows and columns, ends included;
    what lies within it (all, if it is right) is told as ``inside``.

    Raises
    ------
    ShapeError
        if there is no such layer
    """
    device = next(net.parameters()).device
    x = to_tensor(pixels).to(device).requires_grad_()
    channel, row, column = unit
    with torch.enable_grad():
        value = as_maps(net(x, (layer,), check)[layer])[0, channel, row, column]
        gradient = slope_of(value, x, check)
    strength: Maps = gradient[0].abs().sum(0).float().cpu().numpy()
    (top, bottom), (left, right) = field
    total = float(strength.sum(dtype=np.float64))
    within = float(strength[top : bottom + 1, left : right + 1].sum(dtype=np.float64))
    inside = within / total if total else 1.0
    return Effective(strength, float(value.detach()), inside, box_of_share(strength, 0.95))


def box_of_share(strength: Maps, share: float) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns, ends included, with at least a share of the sum.

    No more than (1 − share)/4 of it is left out on each of the four sides.
    """
    rest = (1 - share) / 4
    (top, bottom), (left, right) = (_ends(strength.sum(axis), rest) for axis in (1, 0))
    return (top, bottom), (left, right)


def shades_of(maps: Maps, scale: Scale, colours: Colours) -> Shades:
    """Channels as shades that a table of 256 colours turns into a picture; 0 stays free.

    ``strength`` goes from the smallest value (zero where none is below) at shade 1 to the largest
    at 255; ``signed`` puts zero at 128 and gives both signs one scale. ``each`` scales every
    channel by itself, ``common`` all by one.

    Parameters
    ----------
    maps
        float32 [C, H, W]

    Returns
    -------
    uint8 [C, H, W]
    """
    flat = maps.reshape(len(maps), -1)
    low, high = flat.min(1)[:, None, None], flat.max(1)[:, None, None]
    if scale == "common":
        low, high = low.min(), high.max()
    if colours == "signed":
        first, most = np.float32(MIDDLE + 0.5), np.maximum(np.maximum(high, -low), TINY)
        factor = np.float32(127) / most
    else:
        low = np.minimum(low, 0)
        factor = np.float32(254) / np.maximum(high - low, TINY)
        first = np.float32(1.5) - low * factor
    scaled = maps * factor
    scaled += first
    out: Shades = scaled.clip(1, 255, out=scaled).astype(np.uint8)
    return out


def shrunk(maps: Maps, most: int) -> Maps:
    """Channels whose longer side is at most so many cells, by the mean over areas."""
    height, width = maps.shape[1:]
    if max(height, width) <= most:
        return maps
    factor = most / max(height, width)
    shape = tuple(max(round(n * factor), 1) for n in (height, width))
    small: Maps = F.interpolate(torch.from_numpy(maps)[None], shape, mode="area")[0].numpy()
    return small


def strongest_first(maps: Maps) -> NDArray[np.intp]:
    """Channels by their largest value, the strongest first; equals stay in order."""
    return np.argsort(-maps.max((1, 2)), kind="stable")


def largest_values(maps: Maps) -> Maps:
    """The largest value of each channel, float32 [C]."""
    out: Maps = maps.max((1, 2))
    return out


def _ends(sums: Maps, rest: float) -> tuple[int, int]:
    grown = np.cumsum(sums, dtype=np.float64)
    total = float(grown[-1])
    if total <= 0:
        return 0, len(sums) - 1
    first = int(np.searchsorted(grown, total * rest, side="right"))
    last = int(np.searchsorted(grown, total * (1 - rest), side="left"))
    return min(first, len(sums) - 1), min(max(last, first), len(sums) - 1)
