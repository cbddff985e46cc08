"""Every formula with numbers in it is an equation that holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.labs.formula_kit import sides
from viz_app.core.architectures import catalogue
from viz_app.core.convolution.operate import operate, padded
from viz_app.core.convolution.operation import Operation
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network
from viz_app.labs.convolution.formulas import size_card
from viz_app.labs.convolution.layer import Layer as Shown
from viz_app.labs.networks.explain import explain
from viz_app.labs.networks.table import tabulate

COLUMNS = ("shape", "size", "parameters", "macs", "field", "jump")


def holds(latex):
    values = sides(latex)
    return len(values) == 2 and values[0] == values[1]


def card_of(op, spatial):
    x = np.zeros((1, *spatial), np.int64)
    weights = None if op.is_pool else np.zeros((1, 1, *op.kernel), np.int64)
    try:
        result = operate(op, x, weights)
    except ShapeError:
        assume(False)
    lines = (result.winners, *padded(op, x))
    layer = Shown(op, x, weights, None, op.axes(spatial), result.z, result.a, *lines)
    return size_card(layer), result.z


@st.composite
def operations(draw):
    kind = draw(st.sampled_from(["correlate", "transposed", "max_pool"]))
    pair = lambda low, high: draw(st.tuples(st.integers(low, high), st.integers(low, high)))  # noqa: E731
    amounts = draw(
        st.tuples(st.tuples(*[st.integers(0, 2)] * 2), st.tuples(*[st.integers(0, 2)] * 2))
    )
    return Operation(
        kind, pair(1, 4), pair(1, 3), pair(1, 2),
        padding=draw(st.sampled_from(["valid", "same", "full", "explicit"])), amounts=amounts,
        output_padding=pair(0, 1) if kind == "transposed" else (0,),
    )  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(operations(), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_the_size_of_any_layer_follows_from_its_formula(op, spatial):
    card, z = card_of(op, spatial)
    found = [sides(latex) for latex, _words in card.lines]
    assert all(left == right for left, right in found)
    assert {int(right) for _left, right in found} == set(z.shape[1:])


def test_output_padding_stands_in_the_formula():
    op = Operation("transposed", (3, 3), (2,), output_padding=(1,))
    card, _z = card_of(op, (4, 4))
    assert card.general.endswith(r"+ p_{\text{out}}")
    assert " - 0 - 0 + 1 =" in card.lines[0][0]


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "mobilenet_v2", "resnet18", "yolov4_tiny"])
def test_every_number_of_a_network_follows_from_its_formula(name):
    table = tabulate(catalogue.network(name))
    for line in table.lines:
        for column in COLUMNS:
            latex = explain(table, line.name, column).latex
            if "=" in latex and not latex.startswith(("n", "r")):
                assert holds(latex), (line.name, column, latex)


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("n", range(3, 9))
def test_a_pooling_that_rounds_up_leaves_out_a_window_in_the_padding_behind(n, dilation):
    pool = Layer("p", "max_pool", kernel=2, stride=3, padding=1, dilation=dilation, ceil_mode=True)
    table = tabulate(Network("t", "T", (1, n, n), (pool,)))
    assert holds(explain(table, "p", "shape").latex)


def test_what_is_said_of_the_bias_is_so():
    layers = (
        Layer("c", "conv", channels=2, kernel=3, bias=False),
        Layer("f", "flatten"),
        Layer("d", "linear", channels=2, bias=False),
    )
    table = tabulate(Network("t", "T", (1, 4, 4), layers))
    for name in "cd":
        assert explain(table, name, "parameters").words.endswith("no bias.")
