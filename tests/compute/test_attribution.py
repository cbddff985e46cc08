"""Attribution against a network worked by hand, finite differences and brute force."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from viz_app.compute.attribution import (
    Target,
    grad_cam,
    gradient,
    gradient_times_input,
)
from viz_app.compute.attribution_passes import (
    baseline_of,
    integrated_gradients,
    last_of,
    occlusion,
)
from viz_app.compute.attribution_rules import ReluRule
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network
from viz_app.core.receptive import window
from viz_app.nets.build import Net, build_frozen


def conv(name, channels, kernel=1, **more):
    return Layer(name, "conv", channels=channels, kernel=kernel, **more)


def by_hand(*extra):
    """x [1, 1, 2] → a = 1·x and −1·x + 1 → ReLU → y = Σ w a, w = (2, −3), on one row of two."""
    layers = (conv("a", 2), Layer("a_relu", "relu"), conv("y", 1), *extra)
    network = Network("hand", "By hand", (1, 1, 2), layers)
    state = {
        "a.weight": torch.tensor([1.0, -1.0]).view(2, 1, 1, 1),
        "a.bias": torch.tensor([0.0, 1.0]),
        "y.weight": torch.tensor([2.0, -3.0]).view(1, 2, 1, 1),
        "y.bias": torch.zeros(1),
    }
    if extra:
        state |= {"z.weight": torch.ones(1, 1, 1, 1), "z.bias": torch.zeros(1)}
    return build_frozen(network, state)


# at x = 0.5 both ReLUs are open, a = (0.5, 0.5), y = 1 − 1.5; at x = 2: a = (2, −1), y = 4
X = torch.tensor([[[[0.5, 2.0]]]])


@pytest.mark.parametrize(
    ("rule", "column", "expected"),
    [
        ("plain", 0, 2 * 1 + -3 * -1),  # 5: both open
        ("plain", 1, 2),  # the second is shut
        ("guided", 0, 2),  # −3 is below zero and stopped
        ("guided", 1, 2),
        ("deconv", 0, 2),
        ("deconv", 1, 2),
    ],
)
def test_rules_give_the_numbers_worked_by_hand(rule, column, expected):
    found = gradient(by_hand(), X, Target("y", (0, 0, column)), rule)
    want = np.zeros((1, 1, 2), np.float32)
    want[0, 0, column] = expected
    np.testing.assert_array_equal(found.values, want)
    assert found.value == [-0.5, 4.0][column]


def test_deconv_lets_a_shut_relu_pass_what_is_positive_and_guided_does_not():
    # z = 1·relu(y), and y = −0.5 at column 0: that ReLU is shut
    net = by_hand(Layer("y_relu", "relu"), conv("z", 1))
    target = Target("z", (0, 0, 0))
    assert gradient(net, X, target, "plain").values[0, 0, 0] == 0
    assert gradient(net, X, target, "guided").values[0, 0, 0] == 0
    assert gradient(net, X, target, "deconv").values[0, 0, 0] == 2


def test_the_table_overwrites_in_place_yet_the_rule_holds():
    from viz_app.nets.build import plan

    steps = {s.row.layer.name: s.in_place for s in plan(by_hand()._rows, ("y",))}
    assert steps["a_relu"]  # so the numbers above were those of a ReLU that overwrites


def test_a_relu_used_again_and_read_around_keeps_the_rule():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            y = x * -2  # read by the ReLU and around it
            z = self.relu(y.clone()) * -1 + y * 3
            return self.relu(z * -1).sum() + torch.relu(x).mul(0.5).relu_().sum()

    def slope(rule):
        x = torch.tensor([-1.0], requires_grad=True)
        with ReluRule(rule):
            (grad,) = torch.autograd.grad(Own()(x), x)
        return grad.item()

    # x = −1: y = 2, z = −2 + 6 = 4, last relu(−4) shut; the other branch relu(−1) shut
    assert slope("plain") == 0
    assert slope("guided") == 0
    # deconv: 1 passes, ·−1 = −1 to z; −1·−1 = 1 through the first ReLU, −3 around it: −2 to y,
    # ·−2 = 4 to x; the other branch adds 0.5
    assert slope("deconv") == 4.5


def test_a_relu_called_for_its_effect_alone_keeps_the_rule():
    x = torch.tensor([2.0, -1.0], requires_grad=True)
    with ReluRule("deconv"):
        y = x * torch.tensor([1.0, 1.0])
        F.relu(y, inplace=True)
        (grad,) = torch.autograd.grad(y.sum(), x)
    assert y.tolist() == [2, 0]
    assert grad.tolist() == [1, 1]


def test_relu6_is_shut_above_six_when_guided():
    x = torch.tensor([7.0, 3.0], requires_grad=True)
    for rule, want in (("guided", [0, 1]), ("deconv", [1, 1])):
        with ReluRule(rule):
            (grad,) = torch.autograd.grad(F.relu6(x * 1, True).sum(), x)
        assert grad.tolist() == want


def test_max_pooling_sends_the_answer_to_the_pixel_that_won():
    net = build_frozen(Network("p", "P", (1, 1, 4), (Layer("p", "max_pool", kernel=(1, 2),
                       stride=(1, 2)),)), {})  # fmt: skip
    x = torch.tensor([[[[1.0, 3.0, 9.0, 4.0]]]])
    found = gradient(net, x, Target("p", (0, 0, 1)), "deconv")
    assert found.values.ravel().tolist() == [0, 0, 1, 0]


def small(seed=0):
    layers = (
        conv("c1", 4, 3, padding=1), Layer("r1", "relu"), Layer("p1", "max_pool", kernel=2,
        stride=2), conv("c2", 5, 3, padding=1), Layer("r2", "relu"), Layer("s", "add",
        inputs=("r2", "c2")), Layer("r3", "relu6"), Layer("g", "adaptive_avg_pool", size=1),
        Layer("f", "flatten"), Layer("out", "linear", channels=3),
    )  # fmt: skip
    network = Network("small", "Small", (3, 8, 8), layers)
    torch.manual_seed(seed)
    net = build_frozen(network, Net(network).state_dict())
    return net.double(), torch.rand(1, 3, 8, 8, dtype=torch.float64)


@pytest.mark.parametrize("target", [Target("out", (1,)), Target("r3", (2, 1, 2))])
def test_the_gradient_is_that_of_finite_differences(target):
    net, x = small()
    found = gradient(net, x, target).values
    for at in ((0, 0, 0), (1, 3, 4), (2, 6, 2)):
        step = torch.zeros_like(x)
        step[(0, *at)] = 1e-6
        up, down = (target.of(net(x + s, (target.layer,))[target.layer]) for s in (step, -step))
        assert found[at] == pytest.approx(((up - down) / 2e-6).item(), abs=1e-5)


def test_gradient_times_input_is_the_product():
    net, x = small()
    target, baseline = Target("out", (0,)), torch.full_like(x, 0.25)
    slope = gradient(net, x, target).values
    want = slope * (x - baseline)[0].numpy()
    found = gradient_times_input(net, x, baseline, target).values
    np.testing.assert_allclose(found, want, rtol=1e-5)


def test_grad_cam_is_worked_by_hand():
    # a = (x, 1 − x) over two columns, y(0,0,0) = 2·a0 − 3·a1 at column 0
    found = grad_cam(by_hand(), X, "a_relu", Target("y", (0, 0, 0)))
    # the gradient at column 0 is (2, −3), at column 1 none: α = (1, −1.5)
    # column 0: 1·0.5 − 1.5·0.5 < 0 → 0; column 1: 1·2 − 1.5·0 = 2
    np.testing.assert_array_equal(found.values, [[0, 2]])
    assert found.value == -0.5


def test_grad_cam_refuses_a_layer_that_does_not_lead_to_the_target():
    net, x = small()
    with pytest.raises(ShapeError, match="does not lead"):
        grad_cam(net, x, "r3", Target("c2", (0, 0, 0)))
    with pytest.raises(ShapeError, match="no maps"):
        grad_cam(net, x, "f", Target("out", (0,)))


def test_a_unit_outside_the_layer_is_refused():
    net, x = small()
    for target in (Target("c2", (5, 0, 0)), Target("c2", (0,)), Target("out", (0, 0, 1))):
        with pytest.raises(ShapeError, match="no unit"):
            gradient(net, x, target)


def test_integrated_gradients_close_the_gap_as_the_steps_grow():
    net, x = small()
    target, baseline = Target("out", (2,)), baseline_of(net, x, "black")
    gaps = [abs(last_of(integrated_gradients(net, x, baseline, target, n)).gap) for n in (1, 256)]
    answer = last_of(integrated_gradients(net, x, baseline, target, 256))
    moved = abs(answer.value - answer.baseline_value)
    assert gaps[1] < 2e-3 * moved < gaps[0]


def test_integrated_gradients_of_a_linear_network_are_exact():
    # f = 2·x0 − x1: the values are the weights times the way
    net = build_frozen(Network("l", "L", (1, 1, 2), (Layer("f", "flatten"),
                       Layer("out", "linear", channels=1))),
                       {"out.weight": torch.tensor([[2.0, -1.0]]),
                        "out.bias": torch.tensor([7.0])})  # fmt: skip
    x, b = torch.tensor([[[[3.0, 4.0]]]]), torch.tensor([[[[1.0, 1.0]]]])
    answer = last_of(integrated_gradients(net, x, b, Target("out", (0,)), 3))
    np.testing.assert_allclose(answer.values, [[[4, -3]]], rtol=1e-6)
    assert (answer.value, answer.baseline_value) == (9, 8)
    assert abs(answer.gap) < 1e-6


def test_occlusion_is_brute_force():
    net, x = small()
    target, fill = Target("out", (1,)), baseline_of(net, x, "mean")
    found = last_of(occlusion(net, x, fill, target, 3, 2, batch=4)).values
    value = target.of(net(x, ("out",))["out"]).item()
    lost, counts = np.zeros((8, 8)), np.zeros((8, 8))
    for top in (0, 2, 4, 5):
        for left in (0, 2, 4, 5):
            hidden = x.clone()
            hidden[0, :, top : top + 3, left : left + 3] = 0.5
            loss = value - target.of(net(hidden, ("out",))["out"]).item()
            for r in range(top, top + 3):
                for c in range(left, left + 3):
                    lost[r, c] += loss
                    counts[r, c] += 1
    np.testing.assert_allclose(found, lost / counts, atol=1e-6)


def test_occlusion_outside_the_receptive_field_changes_nothing():
    net, x = small()
    target, fill = Target("r2", (0, 0, 0)), torch.zeros_like(x)
    field = window(net.network, "r2", (0, 0))
    few = list(occlusion(net, x, fill, target, 2, 2, field))
    all_ = list(occlusion(net, x, fill, target, 2, 2))
    np.testing.assert_array_equal(few[-1].values, all_[-1].values)
    assert few[-1].total < all_[-1].total
    assert few[-1].done == few[-1].total


def test_the_mean_baseline_is_what_preprocessing_makes_zero():
    from viz_app.core.layers import Preprocessing

    for order in ("RGB", "BGR"):
        pre = Preprocessing((0.1, 0.2, 0.3), (1, 1, 1), order)
        network = Network("n", "N", (3, 4, 4), (conv("c", 1),), pre)
        net = build_frozen(network, Net(network).state_dict())
        baseline = baseline_of(net, torch.rand(1, 3, 4, 4), "mean")
        assert net.preprocess(baseline).abs().max() < 1e-7


def test_the_blurred_baseline_keeps_a_plain_picture_and_the_mean_of_none_is_lost():
    net, x = small()
    plain = torch.full((1, 3, 24, 30), 0.3)
    np.testing.assert_allclose(baseline_of(net, plain, "blurred"), plain, rtol=1e-5)
    assert baseline_of(net, x, "blurred").std() < x.std() / 2


def test_a_cancel_ends_a_pass_in_the_middle():
    net, x = small()

    def check():
        raise InterruptedError

    for run in (
        lambda: gradient(net, x, Target("out", (0,)), check=check),
        lambda: last_of(occlusion(net, x, x, Target("out", (0,)), 2, 2, check=check)),
    ):
        with pytest.raises(InterruptedError):
            run()
