"""What an operation works on, checked once: layouts, number types, and room for exact sums."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz_app.core.convolution.geometry import Axis
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import NotFinite, ShapeError

Numbers = NDArray[Any]
"""int64 or float64; nothing else leaves this package."""

EXACT_IN_FLOAT64 = 2.0**53 * (1 - 1e-9)
"""Below this every partial sum of integers is exact in float64, whatever the order."""

EXACT_IN_INT64 = 2.0**63 * (1 - 1e-9)

FINITE_IN_FLOAT64 = 1e308


@dataclass(frozen=True, slots=True, eq=False)
class Operands:
    """Checked operands of one operation.

    Parameters
    ----------
    x
        [C, *n]
    weights
        [F, C/groups, *f], or None for pooling
    bias
        [F], or None for pooling
    axes
        one for each spatial axis
    is_exact
        whether all are integers, so that every sum is exact
    bound
        no sum, and no part of one, is larger than this
    """

    x: Numbers
    weights: Numbers | None
    bias: Numbers | None
    axes: tuple[Axis, ...]
    is_exact: bool
    bound: float


def prepare(
    op: Operation, x: ArrayLike, weights: ArrayLike | None = None, bias: ArrayLike | None = None
) -> Operands:
    """Check the operands of `op` and bring them to int64 (if all are integers) or float64.

    Raises
    ------
    ShapeError
        if shapes, groups or padding do not fit, or integers are too large to be summed exactly
    NotFinite
        if an operand holds NaN or an infinity, or sums may overflow
    """
    parts = {"input": x, "kernel": weights, "bias": bias}
    arrays = {name: _numbers(part, name) for name, part in parts.items() if part is not None}
    is_exact = all(array.dtype == np.int64 for array in arrays.values())
    if not is_exact:
        arrays = {name: array.astype(np.float64) for name, array in arrays.items()}
    volume = arrays["input"]
    if volume.ndim < 2 or not volume.shape[0]:
        raise ShapeError("The input needs a channel axis and a spatial axis: give [C, *sizes].")
    axes = op.axes(volume.shape[1:])
    if op.is_pool:
        if len(arrays) > 1:
            raise ShapeError("Pooling has no kernel and no bias: leave both out.")
        bound = _largest(volume) * math.prod(axis.f for axis in axes)
        _require_room(is_exact, bound)
        return Operands(volume, None, None, axes, is_exact, bound)
    kernel = arrays.get("kernel")
    if kernel is None:
        raise ShapeError("This operation needs a kernel: give weights [F, C/groups, *sizes].")
    _require_kernel(op, volume.shape[0], kernel)
    filters = kernel.shape[0]
    offset = arrays.get("bias", np.zeros(filters, dtype=kernel.dtype))
    if offset.shape != (filters,):
        raise ShapeError(f"There are {filters} filters, so the bias needs {filters} numbers.")
    with np.errstate(over="ignore"):
        sums = np.abs(kernel.astype(np.float64)).reshape(filters, -1).sum(axis=1)
    bound = _largest(volume) * float(sums.max()) + _largest(offset)
    _require_room(is_exact, bound)
    return Operands(volume, kernel, offset, axes, is_exact, bound)


def _numbers(values: ArrayLike, name: str) -> Numbers:
    try:
        array = np.asarray(values)
    except ValueError:
        raise ShapeError(f"The rows of the {name} differ in length: give each the same.") from None
    if array.dtype.kind == "u" and array.size and array.max() > np.iinfo(np.int64).max:
        raise ShapeError(f"An integer of the {name} is beyond 64 bits: use smaller numbers.")
    if array.dtype.kind in "bui":
        return array.astype(np.int64, copy=False)
    if array.dtype.kind != "f":
        raise ShapeError(f"The {name} holds something that is not a real number: use numbers.")
    if not np.isfinite(array).all():
        raise NotFinite(f"The {name} holds NaN or an infinity: replace it by a finite number.")
    return array.astype(np.float64, copy=False)


def _require_kernel(op: Operation, channels: int, kernel: Numbers) -> None:
    if kernel.ndim < 3 or not kernel.shape[0]:
        raise ShapeError(
            "The kernel needs one filter at least: give weights [F, C/groups, *sizes]."
        )
    if kernel.shape[2:] != op.kernel:
        raise ShapeError(
            f"The operation names a {_times(op.kernel)} kernel and the weights are"
            f" {_times(kernel.shape[2:])}: make them agree."
        )
    if op.groups < 1:
        raise ShapeError(f"The number of groups is {op.groups}: make it at least 1.")
    for count, what in ((channels, "input channels"), (kernel.shape[0], "filters")):
        if count % op.groups:
            raise ShapeError(
                f"{op.groups} groups do not divide the {count} {what}: make the number of groups"
                f" {math.gcd(op.groups, count)}, or that of {what} a multiple of {op.groups}."
            )
    if kernel.shape[1] != channels // op.groups:
        raise ShapeError(
            f"Each filter has {kernel.shape[1]} channels, but {channels} input channels in"
            f" {op.groups} group{'s' * (op.groups > 1)} need {channels // op.groups}: give the"
            " filters as many."
        )


def _largest(array: Numbers) -> float:
    return max(float(array.max()), -float(array.min()), 0.0) if array.size else 0.0


def _require_room(is_exact: bool, bound: float) -> None:
    if is_exact and bound > EXACT_IN_INT64:
        raise ShapeError(
            "These integers may sum to more than 64 bits hold: use smaller numbers, or decimals."
        )
    if not bound <= FINITE_IN_FLOAT64:
        raise NotFinite("These numbers may sum to more than a decimal holds: use smaller ones.")


def _times(sizes: tuple[int, ...]) -> str:
    return " × ".join(map(str, sizes))
