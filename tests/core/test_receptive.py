from __future__ import annotations

from fractions import Fraction

import pytest

from viz_app.core import architectures
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network
from viz_app.core.receptive import receptive_fields, window

# layer, size, jump, padding taken as one; pool5 is the row of google-research/receptive_field
VGG16 = """
conv1_1 3 1 1
conv1_2 5 1 2
pool1 6 2 2
conv2_1 10 2 4
conv2_2 14 2 6
pool2 16 4 6
conv3_1 24 4 10
conv3_2 32 4 14
conv3_3 40 4 18
pool3 44 8 18
conv4_1 60 8 26
conv4_2 76 8 34
conv4_3 92 8 42
pool4 100 16 42
conv5_1 132 16 58
conv5_2 164 16 74
conv5_3 196 16 90
pool5 212 32 90
"""


def chain(input_shape, *layers):
    return Network("test", "Test", input_shape, layers)


def test_vgg16_has_the_published_receptive_fields():
    found = receptive_fields(architectures.vgg16_features())
    for line in VGG16.split("\n")[1:-1]:
        name, *numbers = line.split()
        for field in found[name]:
            assert [field.size, field.jump, -field.start] == list(map(int, numbers))


def test_a_join_sees_the_union_of_its_branches():
    network = chain(
        (1, 20),
        Layer("wide", "conv", ("input",), channels=1, kernel=7, padding=3),
        Layer("narrow", "conv", ("input",), channels=1, kernel=3, padding=1),
        Layer("both", "add", ("wide", "narrow")),
    )
    (field,) = receptive_fields(network)["both"]
    assert (field.size, field.jump, field.start) == (7, 1, -3)


def test_where_strides_differ_no_field_is_constant_and_the_whole_is_given():
    network = chain(
        (1, 4),
        Layer("whole", "adaptive_avg_pool", ("input",), size=2),
        Layer("half", "conv", ("input",), channels=1, kernel=3),
        Layer("both", "concat", ("whole", "half")),
    )
    (field,) = receptive_fields(network)["both"]
    assert (field.size, field.jump) == (4, 0)


def test_a_flat_layer_sees_everything():
    network = chain((1, 9), Layer("flat", "flatten"), Layer("out", "linear", channels=2))
    (field,) = receptive_fields(network)["out"]
    assert (field.size, field.jump) == (9, 0)
    assert window(network, "out", ()) == ((0, 8),)


def test_behind_an_upsampling_the_jump_may_be_half_a_cell():
    (field,) = receptive_fields(chain((1, 4), Layer("up", "upsample", stride=2)))["up"]
    assert field.jump == Fraction(1, 2)
    assert field.size == 1


def test_a_window_is_cut_at_the_border():
    network = architectures.vgg16_features()
    assert window(network, "conv3_3", (0, 28)) == ((0, 21), (94, 133))


@pytest.mark.parametrize("position", [(56, 0), (-1, 0), (3,)])
def test_a_unit_that_is_not_there_is_refused(position):
    with pytest.raises(ShapeError, match=r"its map is 56×56"):
        window(architectures.vgg16_features(), "conv3_3", position)
