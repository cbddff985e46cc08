"""Kernels by name, at any size and for any number of channels and filters."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from viz_app.core.convolution.grids import KERNELS
from viz_app.labs.convolution.numbers import Array, centred

OWN = "own"
RANDOM = "random"
CHOICES: dict[str, str] = {
    "vertical edge": "Vertical",
    "horizontal edge": "Horizontal",
    "Sobel vertical": "Sobel",
    "Sobel horizontal": "Sobel —",
    "Scharr vertical": "Scharr",
    "edge at 45°": "45°",
    "edge at 70°": "70°",
    "edge at 73°": "73°",
    "blur": "Blur",
    "Gaussian": "Gauss",
    "sharpen": "Sharpen",
    "Laplacian": "Laplace",
    "emboss": "Emboss",
    "identity": "Identity",
    RANDOM: "Random",
    OWN: "Own",
}
"""Names of kernels, and what a chip says."""

FURTHER = ("vertical edge", "horizontal edge", "Sobel vertical", "Laplacian", "blur", "emboss")
"""What the second filter, the third … begin with."""


def named(name: str, sizes: Sequence[int], seed: int = 0) -> Array:
    """Return a kernel [*sizes] by name; edges, blur and Gauss grow with the size.

    In 1-D it is the middle row (or column); in 3-D edges and blur reach through the depth, and
    the others stand in the middle slice.
    """
    sizes = tuple(sizes)
    if name == RANDOM:
        rng = np.random.default_rng(seed)
        return rng.integers(-3, 4, sizes)
    if name == "blur":
        return np.ones(sizes, dtype=np.int64)
    if name == "Gaussian":
        return _gaussian(sizes)
    if name in ("vertical edge", "horizontal edge"):
        axis = len(sizes) - 1 if name == "vertical edge" or len(sizes) == 1 else len(sizes) - 2
        line = np.sign(sizes[axis] - 1 - 2 * np.arange(sizes[axis]))
        shape = [1] * len(sizes)
        shape[axis] = sizes[axis]
        return np.broadcast_to(line.reshape(shape), sizes).astype(np.int64)
    grid = np.array(KERNELS.get(name, KERNELS["identity"]))
    if len(sizes) == 1:
        grid = grid[grid.shape[0] // 2] if "horizontal" not in name else grid[:, 1]
    return centred(grid, sizes)


def _gaussian(sizes: tuple[int, ...]) -> Array:
    total = np.ones((), dtype=np.int64)
    for size in sizes:
        line = [math.comb(size - 1, i) for i in range(size)]
        total = np.multiply.outer(total, np.array(line, dtype=np.int64))
    return total


def weights_of(base: Array | None, name: str, shape: Sequence[int], seed: int = 0) -> Array:
    """Weights [F, C/groups, *f] from the user's own, or from a name.

    What the user's array does not hold begins with something to see: a further filter with a
    further kernel, a further channel with the numbers of the first, a further cell with zero.
    """
    filters, channels, *sizes = shape
    if name == RANDOM:
        return named(RANDOM, shape, seed)
    if base is None or name != OWN:
        base = named(name, sizes)[None, None]
    elif base.ndim != len(shape):  # of a scene with other axes
        base = base.reshape(*base.shape[:2], *([1] * (len(sizes) - 1)), -1)
    own = centred(base, (*base.shape[:2], *sizes))
    out = np.zeros(tuple(shape), dtype=own.dtype)
    for f in range(filters):
        for c in range(channels):
            out[f, c] = (
                own[f, min(c, own.shape[1] - 1)]
                if f < len(own)
                else named(FURTHER[f % len(FURTHER)], sizes)
            )
    return out
