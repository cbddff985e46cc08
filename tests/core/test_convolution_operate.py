"""The arithmetic against a slow reference: plain loops over outputs, channels and kernel cells."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from viz_app.core.convolution.geometry import NO_SOURCE
from viz_app.core.convolution.operate import (
    operate,
    padded,
    swap_channels,
    transposed_as_convolution,
)
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import NotFinite, ShapeError

FILLS = ("zeros", "reflect", "replicate", "circular")
WEIGHTED = ("correlate", "convolve", "transposed")


@st.composite
def layers(draw, kinds=WEIGHTED):
    """An operation that may or may not be possible, with integer operands for it."""
    dimensions = draw(st.integers(1, 3))
    most = {1: 9, 2: 6, 3: 4}[dimensions]
    each = lambda low, high: draw(st.tuples(*[st.integers(low, high)] * dimensions))  # noqa: E731
    kind, groups = draw(st.sampled_from(kinds)), draw(st.integers(1, 2))
    stride, dilation = each(1, 3), each(1, 2)
    op = Operation(
        kind, each(1, 4), stride, dilation,
        padding=draw(st.sampled_from(["valid", "same", "full", "explicit"])),
        amounts=tuple(zip(each(0, 2), each(0, 2), strict=True)),
        fill="zeros" if kind == "transposed" else draw(st.sampled_from(FILLS)),
        output_padding=each(0, 1) if kind == "transposed" else (0,),
        groups=groups if kind in WEIGHTED else 1,
        relu=draw(st.booleans()),
        count_ghosts=draw(st.booleans()),
    )  # fmt: skip
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    channels, filters = groups * draw(st.integers(1, 2)), groups * draw(st.integers(1, 2))
    x = rng.integers(-9, 10, (channels, *each(1, most)))
    if kind not in WEIGHTED:
        return op, x, None, None
    weights = rng.integers(-9, 10, (filters, channels // groups, *op.kernel))
    return op, x, weights, rng.integers(-9, 10, filters)


def possible(op, x, weights=None, bias=None):
    try:
        return operate(op, x, weights, bias)
    except ShapeError:
        assume(False)


def padding_of(op, n, axis):
    """Cells before and after, from the definition of each mode."""
    span, stride = op.dilation[axis] * (op.kernel[axis] - 1) + 1, op.stride[axis]
    if op.padding == "same" and op.kind == "transposed":
        low = max(span - stride, 0) // 2
        return low, span - stride - low
    if op.padding == "same":
        total = max(0, (math.ceil(n / stride) - 1) * stride + span - n)
        return total // 2, total - total // 2
    return {"valid": (0, 0), "full": (span - 1, span - 1), "explicit": op.amounts[axis]}[op.padding]


def source(place, n, fill):
    """Input index at a place that may lie outside, or None."""
    if 0 <= place < n:
        return place
    if fill == "zeros":
        return None
    if fill == "replicate":
        return 0 if place < 0 else n - 1
    if fill == "circular":
        return place + n if place < 0 else place - n
    return -place if place < 0 else 2 * (n - 1) - place


def windows(op, x):
    """For each output cell: (cell, [(window cell, input cell or None), …]), by plain loops."""
    sizes = x.shape[1:]
    pads = [padding_of(op, n, axis) for axis, n in enumerate(sizes)]
    outs = [
        (n + sum(pad) - op.dilation[i] * (op.kernel[i] - 1) - 1) // op.stride[i] + 1
        for i, (n, pad) in enumerate(zip(sizes, pads, strict=True))
    ]
    for cell in itertools.product(*map(range, outs)):
        reads = []
        for tap in itertools.product(*map(range, op.kernel)):
            found = [
                source(op.stride[i] * cell[i] + op.dilation[i] * tap[i] - pads[i][0], n, op.fill)
                for i, n in enumerate(sizes)
            ]
            reads.append((tap, None if None in found else tuple(found)))
        yield cell, reads


def looped(op, x, weights, bias):
    """Correlation or true convolution as a dict {(filter, *cell): value}."""
    width, share = weights.shape[1], len(weights) // op.groups
    z = {}
    for cell, reads in windows(op, x):
        for f in range(len(weights)):
            total = int(bias[f])
            for tap, where in reads:
                stored = tuple(n - 1 - k for n, k in zip(op.kernel, tap, strict=True))
                k = stored if op.kind == "convolve" else tap
                for c in range(width):
                    if where is not None:
                        value = x[(f // share * width + c, *where)]
                        total += int(value) * int(weights[(f, c, *k)])
            z[(f, *cell)] = total
    return z


def scattered(op, x, weights, bias):
    """Transposed convolution: every input cell adds to the outputs that it reaches."""
    width, share = weights.shape[1], len(weights) // op.groups
    pads = [padding_of(op, n, axis) for axis, n in enumerate(x.shape[1:])]
    outs = [
        (n - 1) * op.stride[i] + op.dilation[i] * (op.kernel[i] - 1) + 1
        - sum(pads[i]) + op.output_padding[i]
        for i, n in enumerate(x.shape[1:])
    ]  # fmt: skip
    cells = itertools.product(range(len(weights)), *map(range, outs))
    z = {cell: int(bias[cell[0]]) for cell in cells}
    for c, *at in np.ndindex(*x.shape):
        for f in range(c // width * share, (c // width + 1) * share):
            for tap in np.ndindex(*op.kernel):
                cell = tuple(
                    op.stride[i] * at[i] + op.dilation[i] * tap[i] - pads[i][0]
                    for i in range(len(at))
                )
                if (f, *cell) in z:
                    z[(f, *cell)] += int(x[(c, *at)]) * int(weights[(f, c % width, *tap)])
    return z


def as_dict(array):
    return {index: array[index] for index in np.ndindex(*array.shape)}


@settings(max_examples=150, deadline=None)
@given(layers(("correlate", "convolve")))
def test_correlation_and_convolution_equal_plain_loops(layer):
    op, x, weights, bias = layer
    result = possible(*layer)
    assert result.z.dtype == np.int64
    assert as_dict(result.z) == looped(op, x, weights, bias)
    assert np.array_equal(result.a, result.z.clip(0) if op.relu else result.z)


@settings(max_examples=150, deadline=None)
@given(layers(("transposed",)))
def test_transposed_convolution_equals_a_plain_scatter_and_the_convolution_when_stretched(layer):
    result = possible(*layer)
    assert as_dict(result.z) == scattered(*layer)
    assert np.array_equal(result.z, transposed_as_convolution(*layer))


@settings(max_examples=100, deadline=None)
@given(layers(("max_pool",)))
def test_max_pooling_equals_plain_loops_and_picks_the_first_of_equal_cells(layer):
    op, x, *_ = layer
    result = possible(op, x)
    for cell, reads in windows(op, x):
        for c in range(len(x)):
            real = [where for _, where in reads if where is not None]
            first = max(real, key=lambda where: x[(c, *where)])
            assert result.z[(c, *cell)] == x[(c, *first)]
            assert tuple(result.winners[(c, *cell)]) == first


@settings(max_examples=100, deadline=None)
@given(layers(("average_pool",)))
def test_average_pooling_equals_plain_loops(layer):
    op, x, *_ = layer
    result = possible(op, x)
    for cell, reads in windows(op, x):
        for c in range(len(x)):
            real = [int(x[(c, *where)]) for _, where in reads if where is not None]
            divisor = len(reads) if op.count_ghosts else len(real)
            assert result.z[(c, *cell)] == sum(real) / divisor


@settings(max_examples=50, deadline=None)
@given(layers(("convolve",)))
def test_true_convolution_is_correlation_with_the_kernel_turned_by_180_degrees(layer):
    op, x, weights, bias = layer
    turned = weights[(slice(None), slice(None), *[slice(None, None, -1)] * len(op.kernel))]
    expected = possible(replace(op, kind="correlate"), x, turned, bias)
    assert np.array_equal(operate(*layer).z, expected.z)


@settings(max_examples=50, deadline=None)
@given(layers(("transposed",)))
def test_transposed_convolution_is_the_transpose_of_correlation(layer):
    """⟨corr(u), x⟩ = ⟨u, transposed(x)⟩ for every u (the definition of a transposed map)."""
    op, x, weights, _ = layer
    op = replace(op, padding="explicit", output_padding=(0,), relu=False, groups=1)
    weights = np.resize(weights, (len(weights), len(x), *op.kernel))
    back = possible(op, x, weights).z
    u = np.arange(back.size).reshape(back.shape) % 7 - 3
    forward = replace(op, kind="correlate")
    there = possible(forward, u, swap_channels(weights)).z
    assert (there * x).sum() == (u * back).sum()


@pytest.mark.parametrize("shape", [(2, 5), (3, 4, 5), (1, 2, 3, 4)])
def test_global_pooling_takes_the_whole_input(shape):
    x = np.arange(math.prod(shape)).reshape(shape) % 11
    flat = x.reshape(shape[0], -1)
    assert operate(Operation("global_max"), x).z.ravel().tolist() == flat.max(axis=1).tolist()
    average = operate(Operation("global_average"), x).z.ravel()
    assert average.tolist() == flat.mean(axis=1).tolist()


def test_integers_too_large_for_float64_stay_exact():
    x, weights = np.array([[2**40 + 1, 1]]), np.array([[[2**20 + 1, 1]]])
    z = operate(Operation(kernel=(2,)), x, weights).z
    assert z.item() == (2**40 + 1) * (2**20 + 1) + 1


def test_integers_that_could_overflow_are_refused():
    with pytest.raises(ShapeError, match="64 bits"):
        operate(Operation(kernel=(1,)), np.array([[2**40]]), np.array([[[2**30]]]))


def test_a_large_input_is_done_in_blocks_with_the_same_result():
    x = np.arange(3 * 400 * 300).reshape(3, 400, 300) % 251
    weights = np.arange(2 * 3 * 25).reshape(2, 3, 5, 5) % 7 - 3
    expected = sum(
        np.tensordot(weights[:, :, r, c], x[:, r : r + 396, c : c + 296], axes=1)
        for r, c in np.ndindex(5, 5)
    )
    assert np.array_equal(operate(Operation(kernel=(5, 5)), x, weights).z, expected)


def test_small_integer_types_do_not_wrap():
    x, weights = np.full((1, 3, 3), 255, np.uint8), np.full((1, 1, 3, 3), 127, np.int8)
    assert operate(Operation(), x, weights).z.item() == 9 * 255 * 127


def test_decimals_are_computed_in_float64():
    z = operate(Operation(kernel=(2,)), np.float32([[0.5, 0.25]]), np.array([[[1, 2]]])).z
    assert z.dtype == np.float64
    assert z.item() == 1.0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_refused_by_name(bad):
    with pytest.raises(NotFinite, match="kernel"):
        operate(Operation(kernel=(1,)), np.ones((1, 2)), np.full((1, 1, 1), bad))


def test_an_overflow_of_decimals_is_told():
    with pytest.raises(NotFinite, match="more than a decimal"):
        operate(Operation(kernel=(1,)), np.full((1, 2), 1e200), np.full((1, 1, 1), 1e200))


def test_padding_never_wins_the_maximum():
    op = Operation("max_pool", (3,), padding="same")
    assert operate(op, np.array([[-5, -3, -9]])).z.tolist() == [[-3, -3, -3]]


def test_a_pooling_window_of_nothing_but_padding_is_refused():
    op = Operation("max_pool", (2,), padding="explicit", amounts=((2, 0),))
    with pytest.raises(ShapeError, match="nothing but padding"):
        operate(op, np.ones((1, 3), int))


def test_the_stretched_input_shows_zeros_between_the_cells():
    op = Operation("transposed", (2,), (2,))
    values, lines = padded(op, np.array([[4, 5, 6]]))
    assert values.tolist() == [[0, 4, 0, 5, 0, 6, 0]]
    gap = NO_SOURCE
    assert lines[0].tolist() == [gap, 0, gap, 1, gap, 2, gap]


@pytest.mark.parametrize(
    ("weights", "bias", "groups", "sentence"),
    [
        (None, None, 1, "needs a kernel"),
        (np.ones((2, 3, 3, 3)), None, 1, r"4 input channels in 1 group need 4"),
        (
            np.ones((3, 2, 3, 3)),
            None,
            2,
            r"2 groups do not divide the 3 filters: make the number of groups 1,",
        ),
        (np.ones((3, 2, 3, 3)), None, 3, r"3 groups do not divide the 4 input channels"),
        (np.ones((2, 4, 3, 3)), None, 0, r"groups is 0: make it at least 1"),
        (np.ones((2, 4, 2, 3)), None, 1, r"names a 3 × 3 kernel and the weights are 2 × 3"),
        (np.ones((2, 4, 3, 3)), [1, 2, 3], 1, r"2 filters, so the bias needs 2"),
        (np.full((2, 4, 3, 3), "a"), None, 1, "not a real number"),
    ],
)
def test_operands_that_do_not_fit_are_met_with_a_sentence(weights, bias, groups, sentence):
    with pytest.raises(ShapeError, match=sentence):
        operate(Operation(groups=groups), np.ones((4, 5, 5)), weights, bias)
