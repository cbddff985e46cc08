"""Layer names, layouts and precisions of the network that a style run uses."""

from __future__ import annotations

import pytest
import torch

from viz_app.compute.style.features import Features
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network
from viz_app.nets.build import Net, build

BF16, F32 = torch.bfloat16, torch.float32


@pytest.fixture
def net() -> Net:
    layers = (
        Layer("conv1", "conv", channels=4, kernel=3, padding=1),
        Layer("relu1", "relu"),
        Layer("conv2", "conv", channels=5, kernel=3, padding=1),
    )
    return build(Network("two", "Two layers", (3, 8, 8), layers)).eval().requires_grad_(False)


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
    rough = look.forth(x, ["conv2"], BF16, lambda: None).found["conv2"]
    exact = look.forth(x, ["conv2"], F32, lambda: None).found["conv2"]
    assert (rough.dtype, exact.dtype) == (BF16, F32)
    torch.testing.assert_close(exact, net(x, ["conv2"])["conv2"])
    torch.testing.assert_close(rough.float(), exact, rtol=0.05, atol=0.05)
    for name, tensor in net.state_dict().items():
        assert torch.equal(tensor, before[name])


def test_the_network_runs_channels_last(net: Net) -> None:
    a = Features(net).forth(torch.rand(1, 3, 8, 8), ["conv2"], F32, lambda: None).found["conv2"]
    assert a.is_contiguous(memory_format=torch.channels_last)
