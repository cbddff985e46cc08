from __future__ import annotations

import numpy as np
import pytest
import torch

from viz_app.compute import sliding, sliding_toy
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network, total_macs
from viz_app.nets.build import build
from viz_app.nets.published import load_published


@pytest.fixture
def toy():
    torch.manual_seed(0)
    net = build(sliding_toy.toy_network()).eval().requires_grad_(False)
    return sliding.classifier(net, 14, 2, sliding_toy.NAMES)


def last(what, x, every=1):
    *_, slid = sliding.slide(what, x, every)
    return slid


@pytest.mark.parametrize(("side", "cells"), [(14, 1), (16, 2), (28, 8)])
def test_crops_and_one_pass_are_equal_with_the_slides_shapes(toy, side, cells):
    slid = last(toy, torch.rand(1, 3, side, side))
    assert slid.dense.shape == (cells, cells, 4)
    assert not toy.pads
    assert slid.gap < 1e-5
    assert slid.done == slid.count == cells**2


def test_the_one_pass_needs_fewer_multiplications(toy):
    slid = last(toy, torch.rand(1, 3, 28, 28))
    each = 10 * 10 * 16 * 75 + 400 * 400 + 400 * 400 + 400 * 4
    assert slid.crop_macs == 64 * each == 64 * total_macs(toy.net.network)
    assert slid.dense_macs == 24 * 24 * 16 * 75 + 64 * (400 * 400 + 400 * 400 + 400 * 4)


def test_a_longer_stride_takes_every_second_window(toy):
    x = torch.rand(1, 3, 28, 28)
    one, two = last(toy, x), last(toy, x, every=2)
    assert two.dense.shape == (4, 4, 4)
    np.testing.assert_allclose(two.crops, one.crops[::2, ::2], atol=1e-6)
    assert two.gap < 1e-5


def test_the_map_grows_crop_by_crop_and_stops_when_cancelled(toy):
    class Stop(Exception):
        pass

    steps = sliding.slide(toy, torch.rand(1, 3, 96, 96))
    first = next(steps)
    assert np.isnan(first.crops).all()
    assert np.isnan(first.gap)
    assert first.done == 0

    def check():
        raise Stop

    with pytest.raises(Stop):
        list(sliding.slide(toy, torch.rand(1, 3, 28, 28), check=check))


def test_padding_makes_the_two_ways_differ():
    torch.manual_seed(0)
    layers = (
        Layer("a", "conv", channels=4, kernel=3, padding=1, stride=2),
        Layer("b", "adaptive_avg_pool", size=1),
        Layer("c", "flatten"),
        Layer("d", "linear", channels=3),
    )
    net = build(Network("n", "N", (3, 8, 8), layers)).eval().requires_grad_(False)
    what = sliding.classifier(net, 8, 2, ("x", "y", "z"))
    assert what.pads
    slid = last(what, torch.rand(1, 3, 16, 16))
    assert slid.dense.shape == (5, 5, 3)
    assert slid.gap > 1e-4


def test_a_picture_is_fitted_so_that_the_windows_cover_it(toy):
    x = sliding.fitted(np.zeros((100, 150, 3), np.uint8), 40.0, toy)
    height, width = x.shape[2:]
    assert (height - 14) % 2 == (width - 14) % 2 == 0
    assert abs(height - 35) <= 2
    assert abs(width - 52.5) <= 2


def test_a_picture_smaller_than_the_window_is_refused(toy):
    with pytest.raises(ShapeError, match="smaller than the window"):
        next(sliding.slide(toy, torch.rand(1, 3, 10, 20)))


def test_the_toy_learns_its_shapes_in_a_moment():
    net, right = sliding_toy.taught()
    assert right > 0.9
    drawn = sliding_toy.picture(72, 96, seed=3)
    what = sliding.classifier(net, 14, 2, sliding_toy.NAMES)
    slid = last(what, sliding.fitted(drawn.pixels, 14, what))
    assert slid.gap < 1e-5
    found = 0
    for x, y, _radius, kind in drawn.shapes:
        row, column = round((y - 7) / 2), round((x - 7) / 2)
        found += int(slid.dense[min(row, 29), min(column, 41)].argmax()) == kind
    assert found >= 0.7 * len(drawn.shapes)


def test_mtcnns_first_network_gives_the_same_map_both_ways(published):
    net = load_published("mtcnn_pnet", published)
    what = sliding.classifier(net, 12, 2, ("no face", "face"), is_softmax=True)
    slid = last(what, torch.rand(1, 3, 30, 40) * 2 - 1)
    assert slid.dense.shape == (10, 15, 2)
    assert slid.gap < 1e-5


def test_mobilenet_slides_and_agrees_on_a_single_window(published):
    what = sliding.classifier(load_published("mobilenet_v2", published), 96, 32, ("?",) * 1000)
    slid = last(what, torch.rand(1, 3, 96, 96))
    assert what.pads
    assert slid.dense.shape == (1, 1, 1000)
    assert slid.gap < 1e-5
