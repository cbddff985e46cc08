from contextlib import suppress
from dataclasses import fields, replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.labs.convolution_kit import Desk
from viz_app.core.errors import VizError
from viz_app.labs.convolution.examples import examples, fields_of
from viz_app.labs.convolution.kernels import CHOICES, named, weights_of
from viz_app.labs.convolution.layer import layer_of
from viz_app.labs.convolution.numbers import (
    Numbers,
    centred,
    fitted,
    table_text,
    text_of,
    with_cell,
)
from viz_app.labs.convolution.scene import ConvolutionScene, resolve

WHOLE = [f.name for f in fields(ConvolutionScene) if isinstance(f.default, int)
         and f.name not in ("dimensions",) and not isinstance(f.default, bool)]  # fmt: skip


@pytest.mark.parametrize("name", examples())
def test_the_scene_of_every_example_survives_a_file(name):
    scene = resolve(replace(ConvolutionScene(), **fields_of(name)))
    data = msgspec.json.encode(scene)
    assert msgspec.convert(msgspec.json.decode(data), ConvolutionScene) == scene


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([1, 2, 3]),
    st.dictionaries(st.sampled_from(WHOLE), st.integers(-(2**40), 2**40), max_size=6),
)
def test_whatever_a_file_holds_is_resolved_to_something_that_can_be_shown(dimensions, wild):
    scene = resolve(replace(ConvolutionScene(), dimensions=dimensions, **wild))
    assert resolve(scene) == scene
    with suppress(VizError):  # told, and the last good picture stays
        assert np.isfinite(layer_of(scene, None).a).all()


@pytest.mark.parametrize(
    "numbers",
    [Numbers((2, 2), (1, 2, 3)), Numbers((0,), ()), Numbers((1, 1, 1), (float("nan"),)),
     Numbers((1, 4), (1, 2, 3, 4)), Numbers((1, 1, 1), (2**60,))],
)  # fmt: skip
def test_numbers_that_cannot_be_are_dropped(numbers):
    scene = resolve(replace(ConvolutionScene(), source="numbers", numbers=numbers))
    assert scene.numbers is None
    assert scene.source == "example"


def test_whole_numbers_stay_whole_and_a_decimal_makes_decimals():
    grid = np.array([[1, 2], [3, 4]])
    assert with_cell(grid, (0, 0), 7).dtype == np.int64
    assert with_cell(grid, (0, 0), 0.5).dtype == np.float64
    assert Numbers.of(with_cell(grid, (0, 0), 7)).array().dtype == np.int64


def test_a_kernel_grows_around_its_middle_and_an_input_at_its_end():
    assert centred(np.array([[5]]), (3, 3))[1, 1] == 5
    assert centred(np.arange(9).reshape(3, 3), (1, 1)).tolist() == [[4]]
    assert fitted(np.array([[1, 2]]), (1, 3)).tolist() == [[1, 2, 0]]


@pytest.mark.parametrize("name", [n for n in CHOICES if n != "own"])
@pytest.mark.parametrize("sizes", [(5,), (1,), (3, 3), (2, 4), (11, 11), (3, 3, 3)])
def test_every_named_kernel_exists_at_every_size(name, sizes):
    assert named(name, sizes).shape == sizes


def test_further_filters_and_channels_begin_with_something():
    weights = weights_of(np.ones((1, 1, 3, 3), dtype=int), "own", (3, 2, 3, 3))
    assert np.array_equal(weights[0, 0], weights[0, 1])
    assert all(weights[f].any() for f in range(3))


def test_numbers_are_short_and_exact_where_they_are_whole():
    assert [text_of(v) for v in (-5, 3.75, 2.0, 1 / 3, 1e9 + 0.5)] == [
        "−5", "3.75", "2", "0.3333", "1e+09",
    ]  # fmt: skip


def test_copied_cells_can_be_pasted_back_exactly():
    desk = Desk()
    desk.presenter.stepping.pasted("input", table_text(desk.layer.a))
    assert desk.layer.x.tolist() == [[
        [-5, -4, 0, 8], [-10, -2, 2, 3], [0, -2, -4, -7], [-3, -2, -3, -16],
    ]]  # fmt: skip


def test_the_bias_of_the_filter_that_is_looked_at_is_moved():
    desk = Desk().edit(filters=3, has_bias=True)
    desk.presenter.stepping.filter_moved(2)
    desk.edit(bias_here=-4.0)
    assert desk.layer.bias.tolist() == [1, 0, -4]
    assert desk.layer.a.dtype == np.int64
