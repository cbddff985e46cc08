"""Whose colours a painted picture has: two ways to keep those of the content.

Gatys, Bethge, Hertzmann and Shechtman (2016), "Preserving Color in Neural Artistic Style
Transfer", arXiv:1606.05897.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
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
    x_s = style.reshape(-1, 3).astype(np.float64) / 255
    x_c = content.reshape(-1, 3).astype(np.float64) / 255
    move = _power(_spread(x_c), 0.5) @ _power(_spread(x_s), -0.5)
    mixed = (x_s - x_s.mean(0)) @ move.T + x_c.mean(0)
    pixels: Pixels = (np.clip(mixed, 0, 1) * 255).round().astype(np.uint8)
    return pixels.reshape(style.shape)


def _spread(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariance of colours [N, 3], kept from being singular (a grey or one-pixel picture)."""
    centred = x - x.mean(0)
    return np.asarray(centred.T @ centred / max(len(x), 1) + 1e-5 * np.eye(3))


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T)
