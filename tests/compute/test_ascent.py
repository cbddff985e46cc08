"""The optimised image: it grows, it repeats, it ends well."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest
import torch

from viz_app.compute.ascent import Goal, Manner, climb
from viz_app.compute.ascent_paint import COLOUR_ROOT, first_numbers, shaken, to_image
from viz_app.core.ascent import SLIGHT, WIDE
from viz_app.core.errors import NotFinite, ShapeError
from viz_app.core.layers import Layer, Network
from viz_app.nets.build import Net, build_frozen

LAYERS = (
    Layer("c1", "conv", channels=6, kernel=3, padding=1),
    Layer("r1", "relu"),
    Layer("c2", "conv", channels=4, kernel=3, padding=1, stride=2),
    Layer("g", "adaptive_avg_pool", size=1),
    Layer("f", "flatten"),
    Layer("out", "linear", channels=5),
)
CHANNEL, UNIT, CLASS = Goal("channel", "c2", 1), Goal("unit", "c2", 3), Goal("class", "out", 2)


@pytest.fixture
def net():
    network = Network("small", "Small", (3, 32, 32), LAYERS)
    torch.manual_seed(0)
    return build_frozen(network, Net(network).state_dict())


def steps(net, goal, count, seed=0, rate=0.05, **manner):
    return list(islice(climb(net, goal, 32, lambda: rate, seed, Manner(**manner)), count))


@pytest.mark.parametrize("goal", [CHANNEL, UNIT, CLASS])
def test_the_goal_grows_at_every_step_where_nothing_is_shaken(net, goal):
    values = [c.value for c in steps(net, goal, 12, rate=0.01, is_shaken=False)]
    assert all(b > a for a, b in pairwise(values))


def test_the_goal_grows_under_the_shaking(net):
    values = [c.value for c in steps(net, CHANNEL, 40, rate=0.5)]
    assert np.mean(values[-10:]) > max(values[:5]) + 0.001


def test_the_network_looks_at_the_image_enlarged_and_the_image_keeps_its_size(net):
    sides = []
    net.register_forward_pre_hook(lambda _net, given: sides.append(tuple(given[0].shape[2:])))
    run = climb(net, CLASS, 32, lambda: 0.05, look_side=48)
    shapes = [c.pixels.shape for c in islice(run, 2)]
    assert (shapes, sides) == ([(32, 32, 3)] * 2, [(48, 48)] * 2)


def test_the_first_snapshot_is_the_start_and_grey(net):
    first = steps(net, CHANNEL, 1)[0]
    assert first.step == 0
    assert first.pixels.shape == (32, 32, 3)
    assert abs(first.pixels.mean() - 127.5) < 3


def test_a_seed_gives_the_same_images_and_another_seed_others(net):
    one, again, other = (steps(net, CHANNEL, 5, seed)[-1] for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.pixels, again.pixels)
    assert one.value == again.value
    assert one.value != other.value


def test_the_rate_is_asked_at_each_step(net):
    rates = iter((0.5, 0.0, 0.0, 0.5))
    run = climb(net, UNIT, 32, lambda: next(rates), 0, Manner(is_shaken=False))
    values = [c.value for c in islice(run, 5)]
    assert values[0] != values[1] == values[2] == values[3] != values[4]


def test_a_value_that_is_not_finite_ends_the_run_after_good_images(net):
    run = climb(net, CHANNEL, 32, lambda: float("nan"))
    assert np.isfinite(next(run).value)
    with pytest.raises(NotFinite, match="learning rate"):
        next(run)


def test_a_goal_that_is_not_there_is_refused(net):
    for goal in (Goal("class", "c2", 0), Goal("channel", "c2", 4), Goal("unit", "out", 5)):
        with pytest.raises(ShapeError, match="choose"):
            steps(net, goal, 1)


def test_a_cancel_ends_a_step_in_the_middle(net):
    calls = []

    def check():
        calls.append(1)
        if len(calls) > 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        next(climb(net, CLASS, 32, lambda: 0.1, 0, Manner(), check))


def test_a_coarse_wave_is_stronger_than_a_fine_one_by_the_ratio_of_their_lengths():
    def height(row):
        numbers = torch.zeros(1, 3, 16, 9, 2)
        numbers[0, 0, row, 0, 0] = 1e-3
        plane = to_image(numbers, 16, Manner(is_decorrelated=False))[0, 0] - 0.5
        return plane.abs().max().item()

    assert height(1) / height(4) == pytest.approx(4, rel=1e-3)


def test_the_first_colour_is_grey_and_the_strongest():
    numbers = torch.zeros(1, 3, 4, 4)
    numbers[:, 0] = 0.1
    image = to_image(numbers, 4, Manner(is_fourier=False))[0, :, 0, 0]
    assert image.max() - image.min() < 0.002  # 0.26, 0.27, 0.27
    lengths = np.linalg.norm(COLOUR_ROOT, axis=0)
    assert lengths.argmax() == 0


def test_the_plain_image_is_a_sigmoid_of_its_numbers():
    numbers = first_numbers(8, Manner(False, False, False), 0)
    image = to_image(numbers, 8, Manner(False, False, False))
    torch.testing.assert_close(image, numbers.sigmoid())


def test_shaking_moves_the_image_and_keeps_its_range():
    image = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    dice = torch.Generator().manual_seed(1)
    one, two = shaken(image, dice), shaken(image, dice)
    assert one.shape == image.shape
    assert not torch.equal(one, two)
    assert one.min() >= image.min() - 1e-6
    assert one.max() <= image.max() + 1e-6


def test_an_object_is_also_mirrored_and_a_texture_is_not():
    image = torch.linspace(0, 1, 24).expand(1, 3, 24, 24)

    def signs(shake):
        dice = torch.Generator().manual_seed(0)
        looked = (shaken(image, dice, shake) for _ in range(20))
        return {(one[..., 12:].mean() > one[..., :12].mean()).item() for one in looked}

    assert signs(SLIGHT) == {True}
    assert signs(WIDE) == {True, False}
