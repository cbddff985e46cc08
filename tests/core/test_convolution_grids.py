"""Named kernels and inputs, and edge kernels at any angle."""

from __future__ import annotations

import math

import numpy as np
import pytest

from viz_app.core.convolution.associativity import associativity, full
from viz_app.core.convolution.grids import INPUTS, KERNELS, edge_at, scale_of
from viz_app.core.convolution.operate import operate
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError


@pytest.mark.parametrize(
    "name", [n for n in KERNELS if any(w in n for w in ("edge", "Sob", "Sch"))]
)
def test_an_edge_kernel_answers_zero_to_a_plain_area(name):
    assert KERNELS[name].sum() == 0
    assert np.array_equal(KERNELS[name], -np.rot90(KERNELS[name], 2))


def test_steering_gives_the_named_kernels():
    assert np.allclose(edge_at(90), KERNELS["Scharr vertical"])
    assert np.allclose(edge_at(0), KERNELS["Scharr horizontal"])
    for degrees in (70, 73):
        assert np.array_equal(np.rint(edge_at(degrees)), KERNELS[f"edge at {degrees}°"])
    sobel = KERNELS["Sobel vertical"] + KERNELS["Sobel horizontal"]
    assert np.array_equal(2 * KERNELS["edge at 45°"], sobel)


@pytest.mark.parametrize("degrees", [20, 45, 70, 73, 110])
def test_an_edge_kernel_answers_most_to_an_edge_at_its_own_angle(degrees):
    row, column = np.mgrid[-1:2, -1:2]

    def answer(angle):
        """Of the kernel to a brightness that rises across an edge at `angle`."""
        across = -math.sin(math.radians(angle)) * column - math.cos(math.radians(angle)) * row
        return (edge_at(degrees) * across).sum()

    assert max(range(0, 180), key=answer) == degrees


def test_an_angle_that_is_no_number_is_refused():
    with pytest.raises(ShapeError, match="degrees"):
        edge_at(math.nan)


def test_a_smoothing_kernel_is_divided_by_its_sum_and_no_other():
    assert scale_of(KERNELS["Gaussian"]) == 16
    assert scale_of(KERNELS["sharpen"]) == scale_of(KERNELS["identity"]) == 1


@pytest.mark.parametrize("name", INPUTS)
def test_inputs_are_whole_numbers_that_nobody_can_change(name):
    assert INPUTS[name].dtype == np.int64
    with pytest.raises(ValueError, match="read-only"):
        INPUTS[name][0, 0] = 1


def test_the_shift_moves_to_the_right_in_correlation():
    op = Operation(padding="same")
    moved = operate(op, INPUTS["single point"][None], KERNELS["shift right"][None, None]).z[0]
    assert np.argwhere(moved).tolist() == [[2, 3]]


def test_full_convolution_commutes():
    a, b = KERNELS["Scharr vertical"], INPUTS["course 6×6"]
    assert np.array_equal(full(a, b), full(b, a))


def test_associativity_of_decimals_holds_within_rounding_only_for_convolution():
    rng = np.random.default_rng(3)
    a, b, c = rng.normal(size=(4, 5)), rng.normal(size=(3, 3)), rng.normal(size=(2, 2))
    assert associativity(a, b, c).is_equal
    assert not associativity(a, b, c, "correlate").is_equal


def test_associativity_needs_the_same_number_of_axes():
    with pytest.raises(ShapeError, match="axes"):
        associativity([1, 2], [[1]], [1])
