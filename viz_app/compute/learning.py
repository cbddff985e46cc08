"""Learning a kernel from a photo and a target by gradient descent on its k² numbers.

The loss is the mean square error over all pixels, J(w) = mean (X w − t)² with a row of X for each
output cell: all the gradient needs is A = XᵀX/N and b = Xᵀt/N, ∇J = 2(A w − b). They are computed
once, so a step is exact (the whole photo, not a batch) and takes microseconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from viz_app.core.errors import NotFinite, ShapeError

Floats = NDArray[np.float64]
Optimiser = Literal["plain", "momentum", "adam"]

ROWS = 32  # of the output that are unfolded at a time
MOMENTUM, BETA_1, BETA_2, TINY = 0.9, 0.9, 0.999, 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """The loss of a kernel as a quadratic function of its numbers.

    Parameters
    ----------
    gram
        A [k², k²]
    moment
        b [k²]
    power
        mean t²
    """

    gram: Floats
    moment: Floats
    power: float

    @property
    def size(self) -> int:
        """Cells of the kernel along each axis."""
        return math.isqrt(len(self.moment))

    def loss(self, w: Floats) -> float:
        """J(w), at least 0."""
        value = w @ self.gram @ w - 2 * self.moment @ w + self.power
        return max(float(value), 0.0)

    def gradient(self, w: Floats) -> Floats:
        """∇J(w)  # [k²]."""
        gradient: Floats = 2 * (self.gram @ w - self.moment)
        return gradient


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """The kernel after so many steps."""

    step: int
    kernel: Floats  # [k, k]
    loss: float


def pose(
    x: torch.Tensor, target: torch.Tensor, size: int, check: Callable[[], None] = lambda: None
) -> Problem:
    """Pose the problem of a photo and a target.

    Parameters
    ----------
    x
        [H, W]
    target
        [H − k + 1, W − k + 1], what the valid cross-correlation should give
    size
        k

    Raises
    ------
    ShapeError
        if the target is not of the output's size, or the photo smaller than the kernel
    """
    height, width = x.shape
    rows, columns = height - size + 1, width - size + 1
    if rows < 1 or columns < 1:
        raise ShapeError(
            f"The photo has {width} × {height} pixels: choose a larger one, or a kernel of at most"
            f" {min(width, height)}."
        )
    if target.shape != (rows, columns):
        raise ShapeError(
            f"The target has {tuple(target.shape)} cells: give {(rows, columns)}, as the output."
        )
    k = size * size
    gram, moment = torch.zeros(k, k, dtype=torch.float64), torch.zeros(k, dtype=torch.float64)
    x, target = x.double().cpu(), target.double().cpu()
    for top in range(0, rows, ROWS):
        check()
        part = x[top : min(top + ROWS, rows) + size - 1]
        windows = part.unfold(0, size, 1).unfold(1, size, 1)  # [rows, columns, k, k]
        matrix = windows.reshape(-1, k)  # [rows·columns, k²]
        gram += matrix.T @ matrix
        moment += matrix.T @ target[top : top + ROWS].reshape(-1)
    count = rows * columns
    return Problem((gram / count).numpy(), (moment / count).numpy(), float((target**2).mean()))


def descend(
    problem: Problem,
    rate: Callable[[], float],
    optimiser: Optimiser = "adam",
    start: Floats | None = None,
) -> Iterator[Learned]:
    """Go down the loss for ever, a step at a time; the caller stops.

    Parameters
    ----------
    rate
        asked before each step for the learning rate
    start
        [k, k]; zeros if absent

    Yields
    ------
    Learned
        first the start itself, then after each step

    Raises
    ------
    NotFinite
        if the numbers grow without bound; the sentence says to lower the learning rate
    """
    size = problem.size
    w = np.zeros(size * size) if start is None else start.reshape(-1).astype(np.float64)
    first, second = np.zeros_like(w), np.zeros_like(w)
    step = 0
    while True:
        loss = problem.loss(w)
        if not math.isfinite(loss) or float(np.abs(w).max()) > 1e6:
            raise NotFinite(
                "The numbers grew without bound: lower the learning rate and start again; the "
                "last good kernel stays."
            )
        yield Learned(step, w.reshape(size, size).copy(), loss)
        step += 1
        gradient = problem.gradient(w)
        if optimiser == "adam":
            # Kingma and Ba, arXiv:1412.6980, algorithm 1
            first = BETA_1 * first + (1 - BETA_1) * gradient
            second = BETA_2 * second + (1 - BETA_2) * gradient**2
            mean, spread = first / (1 - BETA_1**step), second / (1 - BETA_2**step)
            w = w - rate() * mean / (np.sqrt(spread) + TINY)
        else:
            first = (MOMENTUM * first if optimiser == "momentum" else 0.0) + gradient
            w = w - rate() * first
