"""An explanation sums to what was computed, and the three views agree on every product."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from viz_app.core.convolution.explain import explain_output, uses_of_input, uses_of_kernel
from viz_app.core.convolution.geometry import coverage
from viz_app.core.convolution.operate import operate
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import NotFinite, ShapeError

WEIGHTED = ("correlate", "convolve", "transposed")
POOLS = ("max_pool", "average_pool", "global_max", "global_average")


@st.composite
def computed(draw, kinds=WEIGHTED + POOLS):
    kind = draw(st.sampled_from(kinds))
    dimensions, groups = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    each = lambda low, high: draw(st.tuples(*[st.integers(low, high)] * dimensions))  # noqa: E731
    fill = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    op = Operation(
        kind, each(1, 3), each(1, 3), each(1, 2),
        padding=draw(st.sampled_from(["valid", "same", "full", "explicit"])),
        amounts=tuple(zip(each(0, 2), each(0, 2), strict=True)),
        fill="zeros" if kind == "transposed" else fill,
        groups=groups if kind in WEIGHTED else 1,
        relu=draw(st.booleans()),
        count_ghosts=draw(st.booleans()),
    )  # fmt: skip
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = rng.integers(-9, 10, (groups * draw(st.integers(1, 2)), *each(1, 5)))
    weights = bias = None
    if kind in WEIGHTED:
        weights = rng.integers(-9, 10, (2 * groups, len(x) // groups, *op.kernel))
        bias = rng.integers(-9, 10, 2 * groups)
    try:
        return op, x, weights, bias, operate(op, x, weights, bias)
    except ShapeError:
        assume(False)


@settings(max_examples=150, deadline=None)
@given(computed())
def test_every_output_is_explained_to_the_last_bit(layer):
    op, x, weights, bias, result = layer
    for index in np.ndindex(*result.z.shape):
        why = explain_output(op, x, weights, bias, index)
        assert (why.z, why.a) == (result.z[index], result.a[index])
        terms = list(why.terms())
        assert sum(term.product for term in terms) == why.total == sum(why.channel_sums)
        for term in terms:
            assert term.product == term.value * term.weight
            assert term.value == (0 if term.source is None else x[(term.channel, *term.source)])
            assert term.is_ghost == (term.source != term.place) or op.kind == "transposed"
        if why.winner is not None:
            assert tuple(why.sources[why.winner]) == tuple(result.winners[index])
        elif not op.is_pool:
            assert why.z == why.total + why.bias


@settings(max_examples=60, deadline=None)
@given(computed(WEIGHTED))
def test_products_seen_from_output_input_and_kernel_are_the_same(layer):
    op, x, weights, bias, result = layer
    from_outputs, from_inputs, from_kernels = Counter(), Counter(), Counter()
    for index in np.ndindex(*result.z.shape):
        for term in explain_output(op, x, weights, bias, index).terms():
            if term.source is not None:
                read = (term.channel, *term.source)
                from_outputs[index, read, term.kernel_cell, term.product] += 1
    for read in np.ndindex(*x.shape):
        uses = uses_of_input(op, x, weights, read)
        for row, f in enumerate(uses.filters):
            for cell, tap, product in zip(
                uses.outputs, uses.kernel_cells, uses.products[row], strict=True
            ):
                from_inputs[(f, *cell.tolist()), read, tuple(tap.tolist()), product] += 1
    for f, c, *tap in np.ndindex(*weights.shape):
        uses = uses_of_kernel(op, x, weights, (f, c, *tap))
        for cell in np.ndindex(*uses.values.shape):
            at = tuple(uses.sources[cell].tolist())
            if -1 not in at:
                key = ((f, *cell), (uses.channel, *at), tuple(tap), uses.products[cell])
                from_kernels[key] += 1
    assert from_outputs == from_inputs == from_kernels


@settings(max_examples=60, deadline=None)
@given(computed())
def test_uses_of_an_input_are_as_many_as_the_coverage_map_says(layer):
    op, x, weights, *_ = layer
    axes = op.axes(x.shape[1:])
    for index in np.ndindex(*x.shape):
        uses = uses_of_input(op, x, weights, index)
        assert uses.output_count == coverage(axes)[index[1:]]
        assert len(uses.outputs) == coverage(axes, products=True)[index[1:]]


def test_a_ghost_names_the_input_cell_that_its_value_comes_from():
    op = Operation(kernel=(3,), padding="same", fill="reflect")
    why = explain_output(op, [[5, 6, 7]], [[[1, 1, 1]]], None, (0, 0))
    ghost = next(why.terms())
    assert (ghost.place, ghost.source, ghost.is_ghost, ghost.value) == ((-1,), (1,), True, 6)


def test_a_ghost_of_zeros_has_no_source():
    op = Operation(kernel=(3,), padding="same")
    ghost = next(explain_output(op, [[5, 6, 7]], [[[1, 1, 1]]], None, (0, 0)).terms())
    assert (ghost.source, ghost.is_ghost, ghost.value) == (None, True, 0)


def test_a_turned_kernel_is_seen_turned_over_the_window():
    why = explain_output(Operation("convolve", (3,)), [[1, 1, 1]], [[[7, 8, 9]]], None, (0, 0))
    assert why.kernel_cells[:, 0].tolist() == [2, 1, 0]
    assert why.weights[0].tolist() == [9, 8, 7]


def test_an_inserted_zero_of_a_transposed_convolution_is_a_ghost():
    op = Operation("transposed", (2,), (2,))
    why = explain_output(op, [[4, 5]], [[[10, 1]]], None, (0, 1))
    assert [(term.source, term.is_ghost) for term in why.terms()] == [((0,), False), (None, True)]
    assert why.z == 4


def test_average_pooling_tells_its_divisor():
    op = Operation("average_pool", (3,), padding="same", count_ghosts=False)
    why = explain_output(op, [[4, 6, 9]], None, None, (0, 0))
    assert (why.total, why.divisor, why.z) == (10, 2, 5.0)


@given(st.integers(0, 2**32 - 1))
def test_decimals_agree_within_the_stated_rounding(seed):
    rng = np.random.default_rng(seed)
    x, weights, bias = rng.normal(size=(3, 6, 6)), rng.normal(size=(2, 3, 3, 3)), rng.normal(size=2)
    z = operate(Operation(), x, weights, bias).z
    why = explain_output(Operation(), x, weights, bias, (1, 2, 3))
    assert 0 < why.rounding < 1e-12
    assert abs(why.z - z[1, 2, 3]) <= why.rounding


def test_integers_have_no_rounding():
    assert explain_output(Operation(kernel=(1,)), [[3]], [[[2]]], [1], (0, 0)).rounding == 0


@pytest.mark.parametrize("index", [(0,), (0, 4), (0, -1), (1, 0)])
def test_a_cell_that_is_not_there_is_refused(index):
    with pytest.raises(ShapeError, match="no output cell"):
        explain_output(Operation(kernel=(1,)), [[1, 2, 3, 4]], [[[1]]], None, index)
    with pytest.raises(ShapeError, match="no input cell"):
        uses_of_input(Operation(kernel=(1,)), [[1, 2, 3, 4]], [[[1]]], index)


def test_pooling_has_no_kernel_to_point_at():
    with pytest.raises(ShapeError, match="Pooling has no kernel"):
        uses_of_kernel(Operation("max_pool", (2,)), [[1, 2]], None, (0, 0, 0))


def test_numbers_that_overflow_are_refused_before_they_are_explained():
    with pytest.raises(NotFinite):
        explain_output(Operation(kernel=(1,)), [[1e200]], [[[1e200]]], None, (0, 0))
