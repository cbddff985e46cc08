"""Pictures between numpy and torch: uint8 [H, W, 3] there, float32 [1, 3, H, W] in [0, 1] here."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def to_tensor(pixels: NDArray[np.uint8]) -> Tensor:
    """A picture uint8 [H, W, 3] as float32 [1, 3, H, W] in [0, 1]; a copy."""
    return torch.tensor(pixels).permute(2, 0, 1)[None].float() / 255


def to_pixels(image: Tensor) -> NDArray[np.uint8]:
    """An image [1, 3, H, W] in [0, 1] as uint8 [H, W, 3], rounded; a copy."""
    rounded = (image.detach()[0] * 255).round().to(torch.uint8)
    pixels: NDArray[np.uint8] = rounded.permute(1, 2, 0).contiguous().cpu().numpy()
    return pixels
