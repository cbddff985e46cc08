"""Named kernels and inputs: small integer grids to start from.

Kernels are given as cross-correlation uses them. Edge kernels answer with a positive number where
the brighter side is left, above, or above left of the edge, as in the course.
"""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import ShapeError

Grid = NDArray[np.int64]


def grid(text: str) -> Grid:
    """Read a grid written as rows of integers parted by "/"; the result is read-only."""
    rows = np.array([[int(cell) for cell in row.split()] for row in text.split("/")])
    rows.flags.writeable = False
    return rows


KERNELS = MappingProxyType(
    {
        "vertical edge": grid("1 0 -1 / 1 0 -1 / 1 0 -1"),
        "horizontal edge": grid("1 1 1 / 0 0 0 / -1 -1 -1"),
        "Sobel vertical": grid("1 0 -1 / 2 0 -2 / 1 0 -1"),
        "Sobel horizontal": grid("1 2 1 / 0 0 0 / -1 -2 -1"),
        "Scharr vertical": grid("3 0 -3 / 10 0 -10 / 3 0 -3"),
        "Scharr horizontal": grid("3 10 3 / 0 0 0 / -3 -10 -3"),
        "edge at 45°": grid("1 1 0 / 1 0 -1 / 0 -1 -1"),
        "edge at 70°": grid("4 3 -2 / 9 0 -9 / 2 -3 -4"),
        "edge at 73°": grid("4 3 -2 / 10 0 -10 / 2 -3 -4"),
        "blur": grid("1 1 1 / 1 1 1 / 1 1 1"),
        "Gaussian": grid("1 2 1 / 2 4 2 / 1 2 1"),
        "Gaussian 5×5": grid("1 4 6 4 1 / 4 16 24 16 4 / 6 24 36 24 6 / 4 16 24 16 4 / 1 4 6 4 1"),
        "sharpen": grid("0 -1 0 / -1 5 -1 / 0 -1 0"),
        "Laplacian": grid("0 1 0 / 1 -4 1 / 0 1 0"),
        "Laplacian, eight neighbours": grid("1 1 1 / 1 -8 1 / 1 1 1"),
        "emboss": grid("-2 -1 0 / -1 1 1 / 0 1 2"),
        "identity": grid("0 0 0 / 0 1 0 / 0 0 0"),
        "shift right": grid("0 0 0 / 1 0 0 / 0 0 0"),
        "difference": grid("1 -1"),
        "twice": grid("2"),
    }
)
"""Kernels by name. A blur's numbers sum to :func:`scale_of`, by which to divide for a mean."""

INPUTS = MappingProxyType(
    {
        "course 6×6": grid(
            "3 0 1 2 7 4 / 1 5 8 9 3 1 / 2 7 2 5 1 3 / 0 1 3 1 7 8 / 4 2 1 6 2 8 / 2 4 5 2 3 9"
        ),
        "light to dark": grid(" / ".join(["10 10 10 0 0 0"] * 6)),
        "dark to light": grid(" / ".join(["0 0 0 10 10 10"] * 6)),
        "four fields": grid(" / ".join(["10 10 10 0 0 0"] * 3 + ["0 0 0 10 10 10"] * 3)),
        "ramp": grid(" / ".join(["0 1 2 3 4 5 6 7"] * 8)),
        "checkerboard": grid(" / ".join(["10 0 10 0 10 0 10 0", "0 10 0 10 0 10 0 10"] * 4)),
        "blob": grid(
            "0 0 0 1 0 0 0 / 0 1 4 6 4 1 0 / 0 4 8 10 8 4 0 / 1 6 10 12 10 6 1 / 0 4 8 10 8 4 0"
            " / 0 1 4 6 4 1 0 / 0 0 0 1 0 0 0"
        ),
        "plus": grid(
            "0 0 0 10 0 0 0 / 0 0 0 10 0 0 0 / 0 0 0 10 0 0 0 / 10 10 10 10 10 10 10"
            " / 0 0 0 10 0 0 0 / 0 0 0 10 0 0 0 / 0 0 0 10 0 0 0"
        ),
        "diagonal edge": grid(
            "10 10 10 10 10 10 5 / 10 10 10 10 10 5 0 / 10 10 10 10 5 0 0 / 10 10 10 5 0 0 0"
            " / 10 10 5 0 0 0 0 / 10 5 0 0 0 0 0 / 5 0 0 0 0 0 0"
        ),
        "single point": grid("0 0 0 0 0 / 0 0 0 0 0 / 0 0 1 0 0 / 0 0 0 0 0 / 0 0 0 0 0"),
    }
)
"""Inputs of one channel by name."""


def scale_of(kernel: Grid) -> int:
    """Number to divide by for a mean: the sum of a smoothing kernel, 1 for one that has none."""
    return max(int(kernel.sum()), 1) if (kernel >= 0).all() else 1


def edge_at(degrees: float) -> NDArray[np.float64]:
    """Scharr's kernel steered to an edge that rises at `degrees` from the horizontal.

    sin θ · vertical + cos θ · horizontal: 90° is "Scharr vertical", 0° "Scharr horizontal". The
    named kernels at 70° and 73° are these rounded; the one at 45° is half of Sobel's sum.

    Source: Freeman and Adelson, "The design and use of steerable filters", PAMI 13(9), 1991,
    equation 3.

    Returns
    -------
    float64 array [3, 3]
        for cross-correlation
    """
    if not math.isfinite(degrees):
        raise ShapeError("The angle is not a number: give degrees from 0 to 180.")
    angle = math.radians(degrees)
    steered: NDArray[np.float64] = (
        math.sin(angle) * KERNELS["Scharr vertical"]
        + math.cos(angle) * KERNELS["Scharr horizontal"]
    )
    return steered
