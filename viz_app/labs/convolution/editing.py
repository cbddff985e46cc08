"""From a typed cell or pasted text to the fields of the next scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from viz_app.core.errors import ShapeError
from viz_app.core.numbers_text import parse_numbers
from viz_app.labs.convolution.kernels import OWN
from viz_app.labs.convolution.numbers import Array, Number, Numbers, whole_if_can, with_cell
from viz_app.labs.convolution.scene import (
    AXES,
    MOST_CELLS,
    MOST_CHANNELS,
    MOST_FILTERS,
    MOST_TAPS,
    ConvolutionScene,
)

LARGEST_TYPED = 1e9


def number_of(text: str) -> Number:
    """Read a typed number; a whole one stays whole. Raises ShapeError with what to type."""
    found = parse_numbers(text)
    if found.size != 1:
        raise ShapeError(f"“{text.strip()[:24]}” is more than one number: type one, or paste.")
    value: Number = found.item()
    if abs(value) > LARGEST_TYPED:
        raise ShapeError("A cell holds numbers up to 1,000,000,000: type a smaller one.")
    return value


def with_input_cell(x: Array, index: Sequence[int], value: Number) -> dict[str, Any]:
    """Fields after one input cell (channel, *cell) was typed; the input is the user's then."""
    return {
        "source": "numbers",
        "numbers": Numbers.of(with_cell(x, index, value)),
        "channels": len(x),
    }


def with_kernel_cell(weights: Array, index: Sequence[int], value: Number) -> dict[str, Any]:
    """Fields after one kernel cell (filter, channel, *cell) was typed."""
    return {"kernel": OWN, "weights": Numbers.of(with_cell(weights, index, value))}


def with_pasted_input(scene: ConvolutionScene, text: str) -> dict[str, Any]:
    """Fields after numbers were pasted as the input.

    A line in a 1-D scene is a signal; rows are an image (in a 3-D scene a slice); deeper lists are
    channels in 2-D and slices in 3-D.

    Raises
    ------
    ShapeError
        if they cannot be read, or are too many
    """
    array = whole_if_can(parse_numbers(text))
    dimensions = scene.dimensions
    if array.ndim == 1 and dimensions == 2:
        array = array[None]
    if dimensions == 1 and array.ndim == 2:
        dimensions = 2 if array.shape[0] > MOST_CHANNELS else 1
    while array.ndim < dimensions + 1:
        array = array[None]
    if array.ndim > dimensions + 1:
        dimensions = min(array.ndim - 1, 3)  # type: ignore[arg-type]  # more axes
    if array.ndim != dimensions + 1:
        raise ShapeError("The list is nested too deep: give at most channels, slices and rows.")
    _require(array.shape[0], MOST_CHANNELS, "channels")
    for size in array.shape[1:]:
        _require(size, MOST_CELLS[dimensions], "cells along an axis")
    fields: dict[str, Any] = {
        "source": "numbers", "numbers": Numbers.of(array), "dimensions": dimensions,
        "channels": array.shape[0], "step": 1, "cell": (), "pin": "output",
    }  # fmt: skip
    for axis, size in zip(AXES[-dimensions:], array.shape[1:], strict=True):
        fields[f"cells_{axis}"] = size
    return fields


def with_pasted_kernel(scene: ConvolutionScene, text: str) -> dict[str, Any]:
    """Fields after numbers were pasted as the kernel: a filter, or filters in a deeper list.

    Raises
    ------
    ShapeError
        if they cannot be read, have other axes than the input, or are too many
    """
    array = whole_if_can(parse_numbers(text))
    dimensions = scene.dimensions
    if array.ndim > dimensions + 2 or array.ndim < dimensions - 1:
        raise ShapeError(
            f"The kernel needs {dimensions} axes like the input: paste as many, or change the"
            " dimensions."
        )
    while array.ndim < dimensions:
        array = array[None]
    if array.ndim == dimensions + 1:  # channels of one filter
        array = array[None]
    while array.ndim < dimensions + 2:
        array = array[None]
    _require(array.shape[0], MOST_FILTERS, "filters")
    for size in array.shape[2:]:
        _require(size, MOST_TAPS[dimensions], "kernel cells along an axis")
    fields: dict[str, Any] = {
        "kernel": OWN, "weights": Numbers.of(array), "filters": array.shape[0], "step": 1,
    }  # fmt: skip
    for axis, size in zip(AXES[-dimensions:], array.shape[2:], strict=True):
        fields[f"taps_{axis}"] = size
    return fields


def with_everywhere(x: Array, value: Number) -> dict[str, Any]:
    """Fields after the whole input was filled with one number."""
    return {
        "source": "numbers",
        "numbers": Numbers.of(np.full(x.shape, value)),
        "channels": len(x),
    }


def _require(count: int, most: int, what: str) -> None:
    if count > most:
        raise ShapeError(f"There are {count:,} {what} and {most} are the most: paste fewer.")
