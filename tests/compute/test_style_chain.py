"""The chain computes what the network does, and its way back is the derivative of the cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from viz_app.compute.style import cost, stages
from viz_app.compute.style.chain import Chain
from viz_app.compute.style.gradient import Pull
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network, Preprocessing
from viz_app.nets.build import Net, build

CPU = torch.device("cpu")
ALPHA, POSITIONS = 0.3, 9.5
LAYERS = (
    Layer("conv1_1", "conv", channels=6, kernel=3, padding=1),
    Layer("relu1_1", "relu"),
    Layer("conv1_2", "conv", channels=5, kernel=(1, 3), padding=1),
    Layer("relu1_2", "relu"),
    Layer("pool1", "max_pool", kernel=2, stride=2),
    Layer("conv2_1", "conv", channels=8, kernel=3),
    Layer("conv2_2", "conv", channels=4, kernel=3, stride=2, padding=1, groups=2),
    Layer("relu2_2", "relu"),
)
NAMES = ("relu1_1", "relu1_2", "pool1", "conv2_1", "relu2_2")


def network(pooling: str = "max_pool", order: str = "RGB") -> Net:
    layers = (replace(layer, kind=pooling) if layer.name == "pool1" else layer for layer in LAYERS)
    preprocessing = Preprocessing((0.4, 0.5, 0.6), (0.2, 0.3, 0.1), order)
    table = Network("small", "Small", (3, 19, 14), tuple(layers), preprocessing)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return build(table).eval().requires_grad_(False)


def picture(seed: int, sides: tuple[int, int] = (19, 14)) -> Tensor:
    return torch.rand(1, 3, *sides, generator=torch.Generator().manual_seed(seed))


def free() -> None:
    """Nobody wants to cancel."""


@pytest.fixture(params=["packed", "public"])
def chain_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    """Both ways to compute a convolution."""
    if request.param == "public":
        monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    return lambda net: Chain(net, CPU, torch.float32)


@pytest.mark.parametrize("pooling", ["max_pool", "avg_pool"])
def test_the_way_forth_is_the_network_at_any_size(chain_of, pooling: str) -> None:
    net = network(pooling)
    chain = chain_of(net)
    for sides in ((19, 14), (8, 32)):
        x = picture(1, sides)
        found, wanted = chain.forth(x, NAMES, free).found, net(x, NAMES)
        assert list(found) == list(NAMES)
        seen: dict[str, Tensor] = {}
        chain.visit(x, NAMES, free, lambda name, a, seen=seen: seen.update({name: a.clone()}))
        for name in NAMES:
            torch.testing.assert_close(found[name], wanted[name], rtol=1e-4, atol=1e-5)
            assert torch.equal(seen[name], found[name])


@pytest.mark.parametrize("is_guided", [False, True])
@pytest.mark.parametrize("pooling", ["max_pool", "avg_pool"])
@pytest.mark.parametrize("order", ["RGB", "BGR"])
@pytest.mark.parametrize(
    "layers", [NAMES, ("relu1_1",), ("relu1_2",), ("pool1", "relu2_2"), ("conv2_1",), ("relu2_2",)]
)
def test_the_way_back_is_the_derivative_of_the_cost(
    chain_of, layers: tuple[str, ...], is_guided: bool, pooling: str, order: str
) -> None:
    net = network(pooling, order)
    x = picture(0).requires_grad_()
    targets, found = net(picture(1), layers), net(x, layers)
    guides = {name: torch.rand(found[name].shape[2:]) if is_guided else None for name in layers}
    passage = chain_of(net).forth(x.detach(), layers, free)
    pulls = {name: Pull(a, guide=guides[name]) for name, a in passage.found.items()}
    first = layers[0]
    pulls[first].content, pulls[first].alpha = targets[first], ALPHA
    total = ALPHA * cost.content_cost(targets[first], found[first])
    for name in layers:
        gram_s = cost.gram(cost.guided(targets[name], guides[name]))
        gram = cost.gram(cost.guided(found[name], guides[name]))
        total = total + cost.style_cost(gram_s, gram, POSITIONS)
        pulls[name].slope = cost.style_slope(gram_s, gram.detach(), POSITIONS)
    (wanted,) = torch.autograd.grad(total, x)
    torch.testing.assert_close(passage.back(pulls, free), wanted, rtol=1e-4, atol=1e-5)


def test_what_nothing_draws_on_has_no_gradient(chain_of) -> None:
    assert chain_of(network()).forth(picture(0), NAMES, free).back({}, free) is None


def test_an_output_that_a_relu_left_at_nought_lets_nothing_through() -> None:
    gradient, a = torch.ones(4), torch.tensor([0.0, 1.0, 0.0, 2.0])
    stages.keep_positive(gradient, a)
    assert gradient.tolist() == [0, 1, 0, 1]


def test_the_way_back_lets_go_of_what_it_has_used() -> None:
    passage = Chain(network(), CPU, torch.float32).forth(picture(0), NAMES, free)
    pulls = {name: Pull(a, torch.eye(a.shape[1])) for name, a in passage.found.items()}
    left: list[int] = []
    passage.back(pulls, lambda: left.append(len(pulls)))
    assert left == sorted(left, reverse=True)
    assert not pulls
    assert not passage.found


def test_a_layer_outside_the_chain_is_refused_by_name() -> None:
    layers = (*LAYERS, Layer("flat", "flatten"), Layer("fc", "linear", channels=3))
    net = build(Network("small", "Small", (3, 19, 14), layers)).eval().requires_grad_(False)
    with pytest.raises(ShapeError, match="cannot use fc"):
        Chain(net, CPU, torch.float32).forth(picture(0), ["fc"], free)


def test_layers_that_read_others_than_the_one_before_end_the_chain() -> None:
    layers = (
        Layer("conv1", "conv", channels=3, kernel=3, padding=1),
        Layer("relu1", "relu"),
        Layer("conv2", "conv", channels=3, kernel=3, padding=1),
        Layer("sum", "add", inputs=("conv2", "relu1")),
    )
    net = build(Network("skip", "Skip", (3, 8, 8), layers)).eval().requires_grad_(False)
    chain = Chain(net, CPU, torch.float32)
    assert "conv2" in chain.forth(picture(0, (8, 8)), ["conv2"], free).found
    with pytest.raises(ShapeError, match="cannot use sum"):
        chain.forth(picture(0, (8, 8)), ["sum"], free)
