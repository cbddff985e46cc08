"""Arrays as a scene holds them, and the arrays that follow from a scene."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Number = int | float

MOST_NUMBERS = 2**16
LARGEST = 2**53  # a whole number beyond it may not be a float64 exactly


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array as plain values, for a scene: whole numbers stay whole in its file."""

    shape: tuple[int, ...]
    values: tuple[int | float, ...]

    @classmethod
    def of(cls, array: Array) -> Numbers:
        """Take the values of an array of integers or decimals."""
        array = np.asarray(array)
        return cls(array.shape, tuple(array.reshape(-1).tolist()))

    @property
    def is_sound(self) -> bool:
        """Whether values and shape go together (a file may hold anything)."""
        return (
            len(self.values) <= MOST_NUMBERS
            and all(n > 0 for n in self.shape)
            and math.prod(self.shape) == len(self.values)
            and all(math.isfinite(v) and abs(v) <= LARGEST for v in self.values)
        )

    def array(self) -> Array:
        """Return int64 if all values are whole, otherwise float64."""
        is_whole = all(isinstance(v, int) for v in self.values)
        return np.array(self.values, dtype=np.int64 if is_whole else np.float64).reshape(self.shape)


def same_axes(array: Array, axes: int) -> Array:
    """Drop leading axes of which the first member is kept, or add axes of length 1 in front."""
    while array.ndim > axes:
        array = array[0]
    return array.reshape((1,) * (axes - array.ndim) + array.shape)


def fitted(array: Array, shape: Sequence[int]) -> Array:
    """Crop or fill up with zeros at the far ends, [C, *n] to another [C, *n]."""
    array = same_axes(array, len(shape))
    out = np.zeros(shape, dtype=array.dtype)
    part = tuple(slice(0, min(old, new)) for old, new in zip(array.shape, shape, strict=True))
    out[part] = array[part]
    return out


def centred(array: Array, shape: Sequence[int]) -> Array:
    """Crop or fill up with zeros around the middle, which stays the middle."""
    array = same_axes(array, len(shape))
    out = np.zeros(shape, dtype=array.dtype)
    taken, put = [], []
    for old, new in zip(array.shape, shape, strict=True):
        length = min(old, new)
        start_old, start_new = (old - length) // 2, (new - length) // 2
        taken.append(slice(start_old, start_old + length))
        put.append(slice(start_new, start_new + length))
    out[tuple(put)] = array[tuple(taken)]
    return out


def with_cell(array: Array, index: Sequence[int], value: Number) -> Array:
    """Return a copy with one cell changed; a decimal makes the array one of decimals."""
    is_whole = isinstance(value, int) and array.dtype.kind == "i"
    changed = array.astype(np.int64 if is_whole else np.float64)
    changed[tuple(index)] = value
    return whole_if_can(changed)


def whole_if_can(array: Array) -> Array:
    """Return int64 if every number is whole, so that sums are exact."""
    if array.dtype.kind == "f" and array.size and (array == np.rint(array)).all():
        return array.astype(np.int64) if np.abs(array).max() <= LARGEST else array
    return array


def text_of(value: Any, digits: int = 4) -> str:
    """A number as a cell shows it: whole as it is, otherwise to so many figures."""
    number: Number = value.item() if hasattr(value, "item") else value
    if isinstance(number, int) or (number.is_integer() and abs(number) < 1e6):
        return f"{int(number)}".replace("-", "−")
    return f"{number:.{digits}g}".replace("-", "−")


def times(sizes: Sequence[int]) -> str:
    """Sizes as ``6 × 6``."""
    return " × ".join(f"{n:,}" for n in sizes)


def table_text(array: Array) -> str:
    """An array's last two axes as rows of cells for a spreadsheet; blocks parted by a line."""
    rows = array.reshape(-1, *array.shape[-2:]) if array.ndim > 1 else array[None, None]
    return "\n\n".join(
        "\n".join("\t".join(text_of(v, 17).replace("−", "-") for v in row) for row in block)
        for block in rows
    )
