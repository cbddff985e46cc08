"""(A ∗ B) ∗ C = A ∗ (B ∗ C): true for convolution, not for cross-correlation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from viz_app.core.convolution.operands import Numbers
from viz_app.core.convolution.operate import operate
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError


@dataclass(frozen=True, slots=True, eq=False)
class Associativity:
    """Both ways round, and what comes in between.

    Parameters
    ----------
    ab, bc
        the inner results A ∗ B and B ∗ C
    left, right
        (A ∗ B) ∗ C and A ∗ (B ∗ C)
    """

    ab: Numbers
    bc: Numbers
    left: Numbers
    right: Numbers

    @property
    def is_equal(self) -> bool:
        """Whether both agree: to the bit for integers, within rounding otherwise."""
        if self.left.dtype == np.int64:
            return bool(np.array_equal(self.left, self.right))
        scale = max(float(abs(self.left).max()), float(abs(self.right).max()))
        return bool(np.allclose(self.left, self.right, rtol=0, atol=1e-12 * scale))


def associativity(
    a: ArrayLike, b: ArrayLike, c: ArrayLike, kind: Literal["convolve", "correlate"] = "convolve"
) -> Associativity:
    """Combine three arrays of one channel both ways, each step with full padding.

    Full padding is needed: with any other the borders are cut at different moments.

    Parameters
    ----------
    a, b, c
        arrays [*n] with the same number of axes

    Raises
    ------
    ShapeError
        if the numbers of axes differ
    """
    ab, bc = full(a, b, kind), full(b, c, kind)
    return Associativity(ab, bc, full(ab, c, kind), full(a, bc, kind))


def full(
    x: ArrayLike, kernel: ArrayLike, kind: Literal["convolve", "correlate"] = "convolve"
) -> Numbers:
    """Combine two arrays [*n] and [*f] of one channel with full padding  # [*(n + f − 1)]."""
    x, kernel = np.asarray(x), np.asarray(kernel)
    if x.ndim != kernel.ndim:
        raise ShapeError(
            f"One array has {x.ndim} axes and the other {kernel.ndim}: give them the same number."
        )
    op = Operation(kind, kernel.shape, padding="full")
    z: Numbers = operate(op, x[None], kernel[None, None]).z[0]
    return z
