"""Layer names, layouts, the choice of precision, and checks in the backward pass."""

from __future__ import annotations

import pytest
import torch

from viz_app.compute.style import features
from viz_app.compute.style.features import Features, PrecisionPlan, watch_backward
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network
from viz_app.nets.build import Net, build

CPU = torch.device("cpu")
BF16, F32 = torch.bfloat16, torch.float32


@pytest.fixture
def net() -> Net:
    layers = (
        Layer("conv1", "conv", channels=4, kernel=3, padding=1),
        Layer("relu1", "relu"),
        Layer("conv2", "conv", channels=5, kernel=3, padding=1),
    )
    return build(Network("two", "Two layers", (3, 8, 8), layers)).eval().requires_grad_(False)


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "has_bf16", lambda device: True)


def test_a_convolution_means_its_activation_where_there_is_one(net: Net) -> None:
    names = Features(net).names(["conv1", "conv2", "relu1"])
    assert names == {"conv1": "relu1", "conv2": "conv2", "relu1": "relu1"}


def test_an_unknown_layer_is_told_by_name(net: Net) -> None:
    with pytest.raises(ShapeError, match="no layer conv9"):
        Features(net).names(["conv9"])


def test_both_precisions_leave_the_given_network_as_it_was(net: Net) -> None:
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    look = Features(net)
    x = torch.rand(1, 3, 8, 8)
    rough = look(x, ["conv2"], BF16, lambda: None)["conv2"]
    exact = look(x, ["conv2"], F32, lambda: None)["conv2"]
    assert (rough.dtype, exact.dtype) == (BF16, F32)
    torch.testing.assert_close(exact, net(x, ["conv2"])["conv2"])
    torch.testing.assert_close(rough.float(), exact, rtol=0.05, atol=0.05)
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, before[name])


def test_the_network_runs_channels_last(net: Net) -> None:
    a = Features(net)(torch.rand(1, 3, 8, 8), ["conv2"], F32, lambda: None)["conv2"]
    assert a.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.usefixtures("native")
def test_the_last_tenth_is_computed_in_float32() -> None:
    plan = PrecisionPlan("auto", first=100, steps=200)
    assert plan.choose(189, CPU) == BF16
    assert plan.choose(190, CPU) == F32


@pytest.mark.usefixtures("native")
def test_a_cost_that_stands_still_brings_float32_until_the_cost_is_another() -> None:
    plan = PrecisionPlan("auto", first=0, steps=1000)
    for step in range(2 * features.STALL_STEPS):
        assert plan.choose(step, CPU) == BF16
        plan.heard(1.0)
    assert plan.choose(50, CPU) == F32
    plan.forget()
    assert plan.choose(51, CPU) == BF16


@pytest.mark.usefixtures("native")
def test_a_cost_that_falls_stays_in_bfloat16() -> None:
    plan = PrecisionPlan("auto", first=0, steps=1000)
    for step in range(100):
        plan.heard(0.999**step)
    assert plan.choose(100, CPU) == BF16


def test_float32_is_kept_where_asked_for_or_where_bfloat16_is_not_native(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "has_bf16", lambda device: device.type == "cuda")
    assert PrecisionPlan("auto", 0, 100).choose(0, CPU) == F32
    assert PrecisionPlan("float32", 0, 100).choose(0, torch.device("cuda")) == F32


def test_what_check_raises_in_the_backward_pass_comes_out_as_it_is() -> None:
    x = torch.ones(3, requires_grad=True)
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    cost = x.exp().sin().square().sum()
    watch_backward(cost, check)
    with pytest.raises(KeyboardInterrupt):
        cost.backward()
    assert len(calls) == 3
    assert x.grad is None
