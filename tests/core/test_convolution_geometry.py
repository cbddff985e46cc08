"""Sizes, padding, unused cells and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from viz_app.core.convolution.geometry import (
    NO_SOURCE,
    Axis,
    axis_names,
    coverage,
    same_padding,
    unused,
)
from viz_app.core.convolution.operation import Operation, size_formula
from viz_app.core.errors import ShapeError

SMALL = st.integers(1, 6)


@given(st.integers(1, 20), SMALL, SMALL, st.integers(1, 3))
def test_same_padding_gives_n_over_s_rounded_up_and_no_more_padding_than_needed(n, f, s, d):
    low, high = same_padding(n, f, s, d)
    axis = Axis(n, f, s, d, low, high)
    assert axis.out == -(-n // s)
    assert 0 <= high - low <= 1
    if high:
        try:
            fewer = Axis(n, f, s, d, low, high - 1).out
        except ShapeError:
            fewer = 0
        assert fewer < axis.out


def test_an_even_kernel_gets_its_extra_cell_on_the_high_side():
    assert same_padding(6, 4) == (1, 2)
    assert same_padding(6, 3, 2) == (0, 1)  # an odd kernel too, with this stride


@pytest.mark.parametrize(
    ("fill", "line"),
    [
        ("zeros", [-1, -1, 0, 1, 2, 3, -1, -1, -1]),
        ("reflect", [2, 1, 0, 1, 2, 3, 2, 1, 0]),
        ("replicate", [0, 0, 0, 1, 2, 3, 3, 3, 3]),
        ("circular", [2, 3, 0, 1, 2, 3, 0, 1, 2]),
    ],
)
def test_each_fill_reads_its_own_cells(fill, line):
    assert Axis(4, 3, low=2, high=3, fill=fill).line().tolist() == line


def test_places_lie_outside_where_padding_is_read():
    axis = Axis(3, 3, low=1, high=1, fill="replicate")
    assert axis.places().tolist() == [[-1, 0, 1], [0, 1, 2], [1, 2, 3]]
    assert axis.sources().tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 2]]


@given(st.integers(1, 12), SMALL, SMALL, st.integers(1, 3), st.integers(0, 3), st.integers(0, 3))
def test_a_cell_is_unused_exactly_where_no_window_lands(n, f, s, d, low, high):
    assume(n + low + high >= d * (f - 1) + 1)
    axis = Axis(n, f, s, d, low, high)
    landed = {s * o + d * k - low for o in range(axis.out) for k in range(f)}
    idle = unused(axis)
    assert sorted(idle.beyond + idle.between) == [i for i in range(n) if i not in landed]
    end = s * (axis.out - 1) + d * (f - 1) - low
    assert all(i > end for i in idle.beyond)
    assert all(i < end for i in idle.between)
    assert bool(idle.reason) == bool(idle.beyond + idle.between)


def test_the_reason_for_an_unused_cell_is_told_with_its_numbers():
    assert unused(Axis(8, 3, 2)).reason == (
        "Along the length the last window ends at cell 6; the next would need cell 8, but the line"
        " ends at 7: floor() leaves cell 7 unused."
    )
    assert "stride 3 along the length is longer than the window (2)" in unused(Axis(8, 2, 3)).reason
    assert "Dilation 2 with stride 2" in unused(Axis(8, 2, 2, 2)).reason
    assert unused(Axis(7, 3, 2)).reason == ""


def test_what_a_crop_leaves_unused_is_told_of_a_transposed_convolution():
    op = Operation("transposed", (1,), padding="explicit", amounts=((1, 0),))
    idle = unused(op.axes((4,))[0])
    assert idle.beyond == (0,)
    assert "crops" in idle.reason
    stretched = Operation("transposed", (1,), (3,), padding="explicit", amounts=((0, 3),))
    assert unused(stretched.axes((3,))[0]).beyond == (2,)


def test_coverage_counts_outputs_or_products_apart_where_padding_repeats_a_cell():
    axes = [Axis(3, 3, low=1, high=1, fill="replicate")]
    assert coverage(axes).tolist() == [2, 3, 2]
    assert coverage(axes, products=True).tolist() == [3, 3, 3]


def test_coverage_with_stride_marks_the_unused_cells_with_zero():
    assert coverage([Axis(8, 3, 2)]).tolist() == [1, 1, 2, 1, 2, 1, 1, 0]


@pytest.mark.parametrize(
    ("op", "spatial", "sentence"),
    [
        (Operation(), (2, 5), "spans 3 cells of the height, but the padded input has 2: add 1 of"),
        (Operation(), (5, 2), "kernel of at most 2"),
        (Operation(dilation=(2,)), (5, 4), "3 with dilation 2 spans 5 cells of the width"),
        (Operation(stride=(0,)), (5, 5), "stride along the height is 0: make it at least 1"),
        (Operation(stride=(1, -1)), (5, 5), "stride along the width is -1"),
        (Operation(dilation=(0,)), (5, 5), "dilation along the height is 0"),
        (Operation(kernel=(0, 3)), (5, 5), "kernel size along the height is 0"),
        (Operation(), (0, 5), "input size along the height is 0"),
        (Operation(), (5,), "kernel has 2 spatial axes and the input 1"),
        (Operation(stride=(1, 1, 1)), (5, 5), "stride has 3 numbers and the input 2 axes"),
        (
            Operation(padding="explicit", amounts=((-1, 0),)),
            (5, 5),
            "padding along the height is -1: make it 0 or more",
        ),
        (Operation(output_padding=(1,)), (5, 5), "belongs to a transposed convolution"),
        (
            Operation(kernel=(5, 5), padding="full", fill="reflect"),
            (4, 9),
            "at most 3 on a side of a line of 4, not 4: lower the padding to 3",
        ),
        (
            Operation(padding="explicit", amounts=((6, 6),), fill="circular"),
            (5, 6),
            "Circular padding along the height can add at most 5",
        ),
        (Operation("transposed", fill="reflect"), (5, 5), "set its fill to zeros"),
        (
            Operation("transposed", stride=(2,), output_padding=(2,)),
            (5, 5),
            "make it at least 0 and at most 1",
        ),
        (
            Operation("transposed", (1, 1), padding="explicit", amounts=((2, 2),)),
            (3, 9),
            "height would have -1 cells: take 2 or more off the padding",
        ),
        (Operation(padding="explicit", amounts=((10**6, 10**6),)), (5, 5), "lower the padding"),
        (Operation(kernel=()), (), "no spatial axis"),
    ],
)
def test_the_impossible_is_met_with_the_change_that_makes_it_possible(op, spatial, sentence):
    with pytest.raises(ShapeError, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        op.axes(spatial)


def test_one_number_serves_all_axes():
    op = Operation(kernel=(3, 3), stride=(2,), padding="explicit", amounts=((1, 0),))
    assert [(axis.stride, axis.low, axis.high) for axis in op.axes((7, 9))] == [(2, 1, 0)] * 2


def test_axes_have_the_names_of_the_field():
    assert axis_names(1) == ("length",)
    assert axis_names(2) == ("height", "width")
    assert axis_names(4) == ("axis 1", "depth", "height", "width")


def test_the_size_formula_carries_the_numbers_and_comes_out_as_the_size():
    op = Operation(stride=(2,))
    assert size_formula(op, op.axes((7, 7))[0]) == "⌊(7 + 0 + 0 − (3 − 1) − 1)/2⌋ + 1 = 3"
    up = Operation("transposed", (3,), (2,), padding="explicit", amounts=((1, 1),))
    assert size_formula(up, up.axes((4,))[0]) == "(4 − 1)·2 + (3 − 1) + 1 − 1 − 1 = 7"


def test_transposed_same_multiplies_the_size_by_the_stride():
    for f in range(1, 6):
        for stride in range(1, 4):
            op = Operation("transposed", (f,), (stride,), padding="same")
            assert op.axes((5,))[0].out == 5 * stride


def test_the_stretched_line_of_a_transposed_axis_holds_zeros_between_the_cells():
    axis = Operation("transposed", (1,), (3,)).axes((3,))[0]
    gap = NO_SOURCE
    assert axis.line().tolist() == [0, gap, gap, 1, gap, gap, 2]
    assert np.array_equal(axis.places()[:, 0], np.arange(7))
