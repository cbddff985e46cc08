from __future__ import annotations

import itertools

import pytest

from viz_app.core.errors import ShapeError
from viz_app.core.layers import (
    Layer,
    Network,
    rows,
    shapes,
    total_macs,
    total_parameters,
)


def chain(input_shape, *layers):
    return Network("test", "Test", input_shape, layers)


def conv(name, channels, kernel, **rest):
    return Layer(name, "conv", channels=channels, kernel=kernel, **rest)


def test_the_course_example_convnet_has_its_shapes_and_parameters():
    network = chain(
        (3, 39, 39),
        conv("a", 10, 3),
        conv("b", 20, 5, stride=2),
        conv("c", 40, 5, stride=2),
        Layer("flat", "flatten"),
    )
    found = list(rows(network))
    assert [row.shape for row in found] == [(10, 37, 37), (20, 17, 17), (40, 7, 7), (1960,)]
    assert [row.parameters for row in found] == [280, 5020, 20040, 0]


def test_chains_of_one_and_three_dimensions_use_the_same_arithmetic():
    assert shapes(chain((1, 14), conv("a", 16, 5), conv("b", 32, 5)))["b"] == (32, 6)
    volume = chain((1, 14, 14, 14), conv("a", 16, 5), conv("b", 32, 5))
    assert shapes(volume)["b"] == (32, 6, 6, 6)
    assert total_parameters(volume) == 16 * (125 + 1) + 32 * (16 * 125 + 1)


def test_the_course_table_of_lenet_is_counted_with_channels_and_biases():
    network = chain(
        (3, 32, 32),
        conv("conv1", 8, 5),
        Layer("pool1", "max_pool", kernel=2, stride=2),
        conv("conv2", 16, 5),
        Layer("pool2", "max_pool", kernel=2, stride=2),
        Layer("flat", "flatten"),
        *(Layer(name, "linear", channels=n) for name, n in (("f3", 120), ("f4", 84), ("f5", 10))),
        Layer("softmax", "softmax"),
    )
    parameters = [row.parameters for row in rows(network) if row.parameters]
    assert parameters == [608, 3216, 48120, 10164, 850]
    assert (total_parameters(network), total_macs(network)) == (62958, 849320)


def test_a_bottleneck_costs_a_tenth_of_the_direct_convolution():
    direct = chain((192, 28, 28), conv("a", 32, 5, padding="same"))
    narrow = chain((192, 28, 28), conv("a", 16, 1), conv("b", 32, 5, padding="same"))
    assert total_macs(direct) == 120_422_400
    assert [row.macs for row in rows(narrow)] == [2_408_448, 10_035_200]


def test_an_inception_module_joins_its_branches_by_channels():
    source = ("input",)
    network = chain(
        (192, 28, 28),
        conv("b1", 64, 1, inputs=source),
        conv("r3", 96, 1, inputs=source),
        conv("b3", 128, 3, padding=1),
        conv("r5", 16, 1, inputs=source),
        conv("b5", 32, 5, padding=2),
        Layer("pool", "max_pool", source, kernel=3, padding=1),
        conv("proj", 32, 1),
        Layer("out", "concat", ("b1", "b3", "b5", "proj")),
    )
    assert shapes(network)["out"] == (256, 28, 28)
    assert (total_parameters(network), total_macs(network)) == (163_696, 128_049_152)


def test_groups_divide_the_kernel_and_bias_and_norm_are_counted():
    depthwise = chain((32, 8, 8), conv("a", 32, 3, groups=32, bias=False, padding=1))
    assert (total_parameters(depthwise), total_macs(depthwise)) == (288, 288 * 64)
    assert total_parameters(chain((32, 8, 8), Layer("n", "batch_norm"))) == 64


def test_same_padding_rounds_up_and_puts_the_odd_cell_behind():
    strided = chain((3, 7, 224), conv("a", 4, (2, 3), stride=(2, 2), padding="same"))
    assert shapes(strided)["a"] == (4, 4, 112)


@pytest.mark.parametrize(("n", "floor", "ceil"), [(3, 1, 1), (6, 2, 3), (7, 3, 3), (8, 3, 4)])
def test_ceil_mode_rounds_the_pooled_size_up(n, floor, ceil):
    pool = Layer("p", "max_pool", kernel=3, stride=2)
    assert shapes(chain((1, n), pool))["p"] == (1, floor)
    up = Layer("p", "max_pool", kernel=3, stride=2, ceil_mode=True)
    assert shapes(chain((1, n), up))["p"] == (1, ceil)


MISFITS = {
    "use a window of at most 4": [conv("a", 1, 5)],
    "pad by 1 on each side": [conv("a", 1, 5)],
    "use a divisor of 3": [conv("a", 9, 3, groups=2)],
    "put a flatten above it (48 numbers)": [Layer("a", "linear", channels=2)],
    "put it above the flatten": [Layer("f", "flatten"), conv("a", 2, 3)],
    "1×1 convolution": [conv("b", 4, 1), Layer("a", "add", ("b", "input"))],
    "until height and width agree": [conv("b", 3, 2), Layer("a", "concat", ("b", "input"))],
    "from 0 to 2": [Layer("a", "slice", channels=2, offset=2)],
    "the nearest layer above is 'b'": [conv("b", 3, 1), Layer("a", "add", ("b", "c"))],
    "rename one": [conv("a", 3, 1), conv("a", 3, 1)],
    "join them before it": [Layer("a", "relu", ("input", "input"))],
    "there is no layer of kind 'magic'": [Layer("a", "magic")],
    "need 2 whole numbers": [conv("a", 3, (3, 3, 3))],
    "at least 1": [conv("a", 3, 3, stride=0)],
    "0 or more": [conv("a", 3, 3, padding=-1)],
    "pad by 1, or use a window of 4": [Layer("a", "max_pool", kernel=2, padding=2)],
    "name two or more": [Layer("a", "add")],
    "at least one filter": [conv("a", 0, 3)],
    "at least one output": [Layer("f", "flatten"), Layer("a", "linear")],
    "an output size": [Layer("a", "adaptive_avg_pool", size=0)],
}


@pytest.mark.parametrize("remedy", MISFITS)
def test_a_layer_that_does_not_fit_is_named_with_what_would(remedy):
    with pytest.raises(ShapeError) as caught:
        shapes(chain((3, 4, 4), *MISFITS[remedy]))
    assert str(caught.value).startswith("a: ")
    assert remedy in str(caught.value)


def test_rows_above_the_one_that_fails_are_given_first():
    broken = chain((3, 8, 8), conv("a", 4, 3), conv("b", 4, 7), conv("c", 4, 3))
    walk = rows(broken)
    assert [row.layer.name for row in itertools.islice(walk, 1)] == ["a"]
    with pytest.raises(ShapeError, match=r"^b: "):
        next(walk)
