"""Parameters and multiplications, counted apart by walking through the explanation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_app.core.convolution.cost import cost
from viz_app.core.convolution.explain import explain_output
from viz_app.core.convolution.operate import operate
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError


@given(st.integers(1, 2), st.integers(1, 2), st.integers(1, 2), st.booleans())
def test_the_counts_are_those_of_the_arrays_and_their_explanations(groups, width, share, bias):
    op = Operation(kernel=(2, 3), stride=(2,), padding="same", groups=groups)
    x = np.ones((groups * width, 5, 4), int)
    weights = np.ones((groups * share, width, 2, 3), int)
    counts = cost(op, (5, 4), groups * width, groups * share, bias=bias)
    z = operate(op, x, weights).z
    products = sum(
        explain_output(op, x, weights, None, cell).products.size for cell in np.ndindex(*z.shape)
    )
    assert counts.output == z.shape
    assert counts.parameters == weights.size + bias * len(weights)
    assert counts.multiplications == products
    assert counts.additions == products - z.size * (not bias)
    assert counts.dense_weights == x.size * z.size


def test_a_transposed_convolution_multiplies_once_for_each_input_and_kernel_cell():
    counts = cost(Operation("transposed", (3, 3), (2,)), (4, 4), 2, 5)
    assert counts.multiplications == math.prod((4, 4, 2, 5, 3, 3))


def test_pooling_costs_no_parameters_and_no_multiplications():
    counts = cost(Operation("max_pool", (2, 2), (2,)), (4, 4), 3, 99)
    assert (counts.output, counts.parameters, counts.multiplications) == ((3, 2, 2), 0, 0)
    assert counts.additions == 3 * 2 * 2 * 3


def test_depthwise_is_a_filter_for_each_channel():
    assert cost(Operation(groups=32), (9, 9), 32, 32, bias=False).parameters == 32 * 9


@pytest.mark.parametrize(
    ("channels", "filters", "groups", "sentence"),
    [
        (0, 1, 1, "channels is 0"),
        (1, 0, 1, "filters is 0"),
        (4, 6, 4, "make the number of groups 2"),
    ],
)
def test_impossible_counts_are_refused(channels, filters, groups, sentence):
    with pytest.raises(ShapeError, match=sentence):
        cost(Operation(groups=groups), (5, 5), channels, filters)
