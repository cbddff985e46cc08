"""Pictures between numpy and torch, at the size of a style run."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from viz_app.core.errors import ShapeError
from viz_app.core.style_terms import StyleState

MIN_SIDE_PX = 16
"""Four poolings halve a side before VGG's last stage; thinner pictures are stretched to this."""


def shape_at(pixels: np.ndarray, size_px: int) -> tuple[int, int]:
    """(H, W) of a picture [H, W, 3] once its longer side is ``size_px``."""
    height, width = pixels.shape[:2]
    scale = size_px / max(height, width)
    return max(MIN_SIDE_PX, round(height * scale)), max(MIN_SIDE_PX, round(width * scale))


def as_tensor(pixels: np.ndarray, shape: tuple[int, int]) -> Tensor:
    """uint8 or float [H, W, 3] to float32 [1, 3, *shape] in [0, 1], bicubic, antialiased."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ShapeError(f"A picture has height, width and 3 colours, not {pixels.shape}.")
    x = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None]
    if tuple(x.shape[2:]) != shape:
        x = F.interpolate(x, shape, mode="bicubic", antialias=True)
    return (x.float() / 255 if x.dtype == torch.uint8 else x.float()).clamp(0, 1).contiguous()


def noise(shape: tuple[int, int], seed: int) -> Tensor:
    """Evenly spread noise [1, 3, *shape] in [0, 1), the same for the same seed everywhere."""
    return torch.rand(1, 3, *shape, generator=torch.Generator("cpu").manual_seed(seed))


def as_pixels(picture: Tensor) -> np.ndarray:
    """[1, 3, H, W] in [0, 1] to a read-only uint8 copy [H, W, 3]."""
    pixels = picture.detach()[0].permute(1, 2, 0).mul(255).round().clamp(0, 255)
    return _sealed(pixels.to("cpu", torch.uint8).contiguous().numpy())


def as_state(picture: Tensor, step: int) -> StyleState:
    """An exact, read-only copy to go on from."""
    pixels = picture.detach()[0].permute(1, 2, 0).clone(memory_format=torch.contiguous_format)
    return StyleState(_sealed(pixels.cpu().numpy()), step)


def _sealed(pixels: np.ndarray) -> np.ndarray:
    pixels.flags.writeable = False
    return pixels
