"""Maps of a layer: channel axis, colour order and preprocessing, with answers that are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from viz_app.compute import activations
from viz_app.core.layers import Layer, Network, Preprocessing
from viz_app.nets.build import Net

GREY = Preprocessing((0.5, 0.5, 0.5), (0.25, 0.25, 0.25))


def colour_net(preprocessing=None):
    """Three 1×1 filters, each of which reads one channel as the network stores them; then ReLU."""
    layers = (Layer("conv1", "conv", channels=3, bias=False), Layer("relu1", "relu"))
    net = Net(Network("colours", "Colours", (3, 8, 8), layers, preprocessing)).eval()
    with torch.no_grad():
        net.get_parameter("conv1.weight").copy_(torch.eye(3)[..., None, None])
    return net


def square_of(colour, at=(slice(2, 5), slice(8, 12))):
    pixels = np.zeros((16, 16, 3), np.uint8)
    pixels[at] = colour
    return pixels


@pytest.mark.parametrize("lit", [0, 1, 2])
def test_a_square_lights_the_filter_of_its_colour_where_it_stands(lit):
    pixels = square_of(np.eye(3, dtype=np.uint8)[lit] * 255)
    maps = activations.maps_of(colour_net(), pixels, ("relu1",))["relu1"]
    assert maps.shape == (3, 16, 16)
    rows, columns = np.nonzero(maps[lit])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (2, 4, 8, 11)
    assert not maps[[c for c in range(3) if c != lit]].any()


def test_a_network_that_wants_blue_first_gets_blue_first():
    net = colour_net(Preprocessing((0.0,) * 3, (1.0,) * 3, "BGR"))
    maps = activations.maps_of(net, square_of((255, 0, 0)), ("relu1",))["relu1"]
    assert maps[2].max() == 1
    assert not maps[:2].any()


def test_mean_and_deviation_are_those_of_the_network():
    maps = activations.maps_of(colour_net(GREY), square_of((255, 0, 0)), ("conv1",))["conv1"]
    assert maps[:, 3, 9].tolist() == [2.0, -2.0, -2.0]


def test_before_and_after_the_non_linearity_differ_by_it():
    pixels = square_of((255, 0, 0))
    found = activations.maps_of(colour_net(GREY), pixels, ("conv1", "relu1"))
    assert found["conv1"].min() < 0
    assert np.array_equal(found["relu1"], np.maximum(found["conv1"], 0))


@pytest.mark.parametrize(
    ("size", "expected"), [("224", (224, 224)), ("320", (160, 320)), ("original", (100, 200))]
)
def test_the_input_is_the_middle_square_or_the_whole(size, expected):
    assert activations.as_input(np.zeros((100, 200, 3), np.uint8), size).shape == (*expected, 3)


def test_an_extreme_picture_keeps_something_to_pool():
    assert activations.as_input(np.zeros((4, 2000, 3), np.uint8), "original").shape[0] >= 32


def test_common_scale_keeps_weak_channels_dark_and_each_does_not():
    maps = np.stack([np.full((2, 2), 1.0), np.full((2, 2), 100.0)]).astype(np.float32)
    assert activations.shades_of(maps, "common", "strength")[:, 0, 0].tolist() == [4, 255]
    assert activations.shades_of(maps, "each", "strength")[:, 0, 0].tolist() == [255, 255]


def test_signed_shades_put_zero_in_the_middle_and_never_use_the_clear_one():
    maps = np.array([[[-3.0, 0.0, 1.5]]], np.float32)
    assert activations.shades_of(maps, "each", "signed").tolist() == [[[1, 128, 192]]]


def test_a_channel_of_zeros_is_dark_and_no_warning():
    zeros = np.zeros((1, 2, 2), np.float32)
    assert (activations.shades_of(zeros, "each", "strength") == 1).all()


def test_the_strongest_stand_first_and_equals_in_order():
    maps = np.array([1.0, 5.0, 1.0, 7.0], np.float32)[:, None, None]
    assert activations.strongest_first(maps).tolist() == [3, 1, 0, 2]


def test_large_maps_are_shrunk_by_means_and_small_ones_left():
    maps = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    assert activations.shrunk(maps, 2).tolist() == [[[2.5, 4.5], [10.5, 12.5]]]
    assert activations.shrunk(maps, 4) is maps


def test_the_effective_field_is_the_kernel_and_all_of_it_is_inside():
    table = Network("one", "One", (3, 16, 16), (Layer("conv", "conv", channels=1, kernel=3),))
    net = Net(table).eval()
    kernel = torch.arange(27.0).view(1, 3, 3, 3)
    with torch.no_grad():
        net.get_parameter("conv.weight").copy_(kernel)
    pixels = np.full((16, 16, 3), 128, np.uint8)
    found = activations.effective_field(net, pixels, "conv", (0, 4, 6), ((4, 6), (6, 8)))
    assert np.array_equal(found.strength[4:7, 6:9], kernel.sum((0, 1)).numpy())
    assert found.inside == 1.0
    assert found.box == ((4, 6), (6, 8))


def test_what_lies_outside_the_named_field_is_told():
    strength = np.zeros((4, 4), np.float32)
    strength[1, 1] = strength[1, 2] = 1
    assert activations.box_of_share(strength, 0.95) == ((1, 1), (1, 2))
    strength[3, 3] = 1e-3
    assert activations.box_of_share(strength, 0.95) == ((1, 1), (1, 2))


@pytest.mark.weights
def test_red_and_blue_light_different_filters_of_vgg16(published):
    from viz_app.nets.published import load_published

    net = load_published("vgg16", published)
    red, blue = (
        activations.maps_of(net, square_of(c), ("conv1_1",))["conv1_1"][:, 3, 10]
        for c in ((255, 0, 0), (0, 0, 255))
    )
    kernels = net.get_parameter("features.0.weight")[:, :, 1, 1]  # a tap's red, green, blue
    by_red = int((kernels[:, 0] - kernels[:, 2]).argmax())
    by_blue = int((kernels[:, 2] - kernels[:, 0]).argmax())
    assert red[by_red] > blue[by_red]
    assert blue[by_blue] > red[by_blue]
