"""Whose colours a painted picture has: two ways to keep those of the content.

Gatys, Bethge, Hertzmann and Shechtman (2016), "Preserving Color in Neural Artistic Style
Transfer", arXiv:1606.05897.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
STRIP_PX = 1 << 18
Pixels = NDArray[np.uint8]


def with_luminance_of(painted: Pixels, content: Pixels) -> Pixels:
    """The content's colours with the brightness that was painted.

    In YIQ the picture gets Y of the painted one, I and Q of the content. The transform is
    linear, so adding the difference of Y to each of R, G and B does the same.

    Parameters
    ----------
    painted, content
        uint8 [H, W, 3] both
    """
    lighter = (painted.astype(np.float32) - content.astype(np.float32)) @ LUMA  # [H, W]
    mixed = content.astype(np.float32) + lighter[..., None]
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def with_colours_of(style: Pixels, content: Pixels) -> Pixels:
    """The style picture with the content's mean colour and covariance.

    x ↦ A (x − μ_S) + μ_C with A = Σ_C^½ Σ_S^−½, as in section 4.1 of the paper.
    """
    mean_s, spread_s = _moments(style)
    mean_c, spread_c = _moments(content)
    move = _power(spread_c, 0.5) @ _power(spread_s, -0.5)
    pixels = np.empty_like(style)
    for rows in _strips(style):
        x = style[rows] / 255
        mixed = (x - mean_s) @ move.T + mean_c
        pixels[rows] = (np.clip(mixed, 0, 1) * 255).round()
    return pixels


def _moments(pixels: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and covariance of the colours; kept from being singular for a grey picture."""
    count = pixels.shape[0] * pixels.shape[1]
    first, second = np.zeros(3), np.zeros((3, 3))
    for rows in _strips(pixels):
        x = pixels[rows].reshape(-1, 3) / 255
        first += x.sum(0)
        second += x.T @ x
    mean = first / count
    return mean, second / count - np.outer(mean, mean) + 1e-5 * np.eye(3)


def _strips(pixels: Pixels) -> Iterator[slice]:
    """Rows of a picture, a strip at a time: eight bytes a number are too many for a large one."""
    height, width = pixels.shape[:2]
    step = max(STRIP_PX // width, 1)
    return (slice(top, top + step) for top in range(0, height, step))


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T)
