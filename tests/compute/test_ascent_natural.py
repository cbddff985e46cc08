"""What batch norm remembers of photos, and that a class's image is kept near it."""

from __future__ import annotations

from itertools import islice

import pytest
import torch

from viz_app.compute.ascent import Goal, Manner, climb
from viz_app.compute.ascent_natural import remembered, strangeness
from viz_app.compute.pixels import to_tensor
from viz_app.core.layers import Layer, Network
from viz_app.nets.build import Net, build_frozen

LAYERS = (
    Layer("c1", "conv", channels=3, kernel=3, padding=1),
    Layer("n1", "batch_norm"),
    Layer("r1", "relu"),
    Layer("c2", "conv", channels=4, kernel=3, padding=1, stride=2),
    Layer("n2", "batch_norm", key="second"),
    Layer("g", "adaptive_avg_pool", size=1),
    Layer("f", "flatten"),
    Layer("out", "linear", channels=5),
)
CLASS = Goal("class", "out", 2)


@pytest.fixture
def net():
    network = Network("small", "Small", (3, 32, 32), LAYERS)
    torch.manual_seed(0)
    state = Net(network).state_dict()
    state["n1.running_mean"] = torch.tensor([1.0, -2.0, 0.0])
    state["n1.running_var"] = torch.tensor([4.0, 1.0, 0.25])
    return build_frozen(network, state)


def test_each_batch_norm_tells_of_the_layer_that_it_reads(net):
    known = remembered(net, "out")
    assert [memory.layer for memory in known] == ["c1", "c2"]
    assert known[0].mean.tolist() == [1, -2, 0]
    torch.testing.assert_close(
        known[0].deviation, torch.tensor([4.0, 1, 0.25]).sqrt(), rtol=3e-3, atol=0
    )
    assert [memory.layer for memory in remembered(net, "c2")] == ["c1"]


def test_what_is_as_remembered_is_not_strange_and_a_deviation_off_counts_one(net):
    (known, _) = remembered(net, "out")
    noise = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    noise = (noise - noise.mean((2, 3), keepdim=True)) / noise.std((2, 3), keepdim=True)
    as_known = noise * known.deviation.view(-1, 1, 1) + known.mean.view(-1, 1, 1)
    off = as_known + known.deviation.view(-1, 1, 1)
    found = [strangeness({"c1": maps}, (known,)).item() for maps in (as_known, off)]
    assert found == pytest.approx([0, 1], abs=1e-3)


def strange_after(net, goal, is_natural):
    run = climb(net, goal, 32, lambda: 0.05, 0, Manner(is_natural=is_natural, is_shaken=False))
    x = to_tensor(list(islice(run, 40))[-1].pixels)
    return strangeness(net(x, ("c1", "c2")), remembered(net, "out")).item()


def test_a_class_is_kept_near_photos_and_a_texture_is_not(net):
    photo = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)).round()
    for key, maps in zip(("n1", "second"), net(photo, ("c1", "c2")).values(), strict=True):
        net.get_buffer(f"{key}.running_mean").copy_(maps.mean((0, 2, 3)))
        net.get_buffer(f"{key}.running_var").copy_(maps.var((0, 2, 3)))
    free, kept = (strange_after(net, CLASS, is_natural) for is_natural in (False, True))
    assert kept < 0.8 * free
    texture = Goal("channel", "c2", 1)
    assert strange_after(net, texture, True) == strange_after(net, texture, False)
