"""The image that is optimised: how it is written down in numbers, and how it is shaken.

After Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017: the numbers are those
of a Fourier transform, each frequency scaled by its length, in colours that are uncorrelated in
natural images. A step is then as long for a coarse shape as for a fine one, and the picture does
not drown in the high frequencies that a plain step in pixels prefers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from viz_app.core.ascent import SLIGHT, Shake

# The square root of the covariance of red, green and blue over ImageNet, as published with the
# article (lucid, Apache-2.0); its columns are the uncorrelated colours
COLOUR_ROOT = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))
START = 0.01  # standard deviation of the first numbers
FOURIER_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Manner:
    """How the image is written down and shaken, and whether a class's is kept like photos; all
    on is what gives good pictures."""

    is_fourier: bool = True
    is_decorrelated: bool = True
    is_shaken: bool = True
    is_natural: bool = True


def first_numbers(side: int, manner: Manner, seed: int) -> Tensor:
    """Small random numbers for an image, the same for a seed on every device.

    Returns
    -------
    Tensor
        [1, 3, side, side // 2 + 1, 2] with Fourier, real and imaginary parts; else
        [1, 3, side, side]
    """
    shape = (1, 3, side, side // 2 + 1, 2) if manner.is_fourier else (1, 3, side, side)
    return START * torch.randn(shape, generator=Generator().manual_seed(seed))


def to_image(numbers: Tensor, side: int, manner: Manner) -> Tensor:
    """Numbers as an image in (0, 1), [1, 3, side, side]; differentiable."""
    plane = numbers
    if manner.is_fourier:
        spectrum = torch.view_as_complex(numbers) * _weights(side, numbers.device)
        plane = FOURIER_SHARE * torch.fft.irfft2(spectrum, s=(side, side), norm="ortho")
    if manner.is_decorrelated:
        plane = torch.einsum("rc,nchw->nrhw", _colours(numbers.device), plane)
    return plane.sigmoid()


def shaken(image: Tensor, dice: Generator, shake: Shake = SLIGHT) -> Tensor:
    """The image turned, enlarged and moved by a little at random, [1, 3, H, W].

    A feature that must survive this cannot hang on single pixels. ``dice`` is a generator on the
    CPU, so that a seed throws the same on every device. What comes in from beyond the edge is the
    mirrored image.
    """
    thrown = (2 * torch.rand(5, generator=dice, dtype=torch.float64) - 1).tolist()
    turn, zoom, down, right, side = thrown
    angle = math.radians(shake.degrees * turn)
    scale = shake.most**-zoom if zoom > 0 else shake.least**zoom
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    flip = -1 if shake.is_mirrored and side < 0 else 1
    rows = [
        [flip * cosine, -sine, 2 * shake.move * right],
        [flip * sine, cosine, 2 * shake.move * down],
    ]
    matrix = torch.tensor([rows], dtype=image.dtype, device=image.device)
    grid = F.affine_grid(matrix, list(image.shape), align_corners=False)
    return F.grid_sample(image, grid, "bilinear", "reflection", align_corners=False)


def enlarged(image: Tensor, side: int) -> Tensor:
    """The image brought to another side, [1, 3, side, side]."""
    if image.shape[-1] == side:
        return image
    return F.interpolate(image, (side, side), mode="bilinear")


def _weights(side: int, device: torch.device) -> Tensor:
    """One over each frequency's length, [side, side // 2 + 1]; the mean's as the lowest's."""
    tall = torch.fft.fftfreq(side, device=device)[:, None]
    wide = torch.fft.rfftfreq(side, device=device)[None]
    weights: Tensor = 1 / torch.hypot(tall, wide).clamp(min=1 / side)
    return weights


def _colours(device: torch.device) -> Tensor:
    root = torch.tensor(COLOUR_ROOT, device=device)
    colours: Tensor = root / root.norm(dim=0).max()
    return colours
