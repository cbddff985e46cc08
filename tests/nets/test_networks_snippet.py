"""The copied program is a module whose count and shapes are the table's."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from viz_app.core.architectures import catalogue as nets
from viz_app.core.layers import Layer, Network, shapes, total_parameters
from viz_app.labs.networks.scene import Built, NetworksScene, resolve
from viz_app.labs.networks.snippet import module_program, snippet
from viz_app.nets.build import build


def made(network):
    """Run the class of the program; the lines below it print."""
    space = {}
    exec(module_program(network).partition("\nnet = Net()")[0], space)
    return space["Net"]().eval()


@pytest.mark.parametrize("name", list(nets.catalogue()))
def test_the_copied_module_has_the_tables_parameters_and_shapes(name):
    network = nets.network(name)
    with torch.device("meta"):
        net = made(network)
        found = net(torch.empty(1, *network.input_shape))
    assert sum(p.numel() for p in net.parameters()) == total_parameters(network)
    answers = found if isinstance(found, tuple) else (found,)
    wanted = shapes(network)
    assert [tuple(a.shape[1:]) for a in answers] == [wanted[n] for n in network.output_names]


@pytest.mark.parametrize("name", ["lenet5_1998", "inception_module", "mtcnn_onet", "yolov2_tiny"])
def test_the_copied_module_computes_what_the_table_computes(name):
    network = replace(nets.network(name), preprocessing=None)
    if network.input_shape[1] > 64:
        network = replace(network, input_shape=(3, 64, 64))
    torch.manual_seed(0)
    ours, copied = build(network).eval(), made(network)
    own = list(ours.parameters())
    with torch.no_grad():
        for p, q in zip(own, copied.parameters(), strict=True):
            q.copy_(p)
        x = torch.rand(2, *network.input_shape)
        found = copied(x)
        expected = list(ours(x).values())
    answers = {tuple(a.shape): a for a in (found if isinstance(found, tuple) else (found,))}
    for tensor in expected:
        assert torch.allclose(answers[tuple(tensor.shape)], tensor, atol=1e-5)


def test_names_that_python_or_torch_needs_are_changed():
    layers = tuple(Layer(name, "conv", channels=2) for name in ("eval", "class", "3×3", "3.3"))
    network = Network("n", "Names", (2, 4, 4), layers)
    net = made(network)
    assert len(list(net.parameters())) == 8
    assert net(torch.zeros(1, 2, 4, 4)).shape == (1, 2, 4, 4)


def test_the_whole_program_prints_the_count(capsys):
    exec(snippet(resolve(NetworksScene()), None), {})
    assert capsys.readouterr().out == "61706\n(1, 10)\n"


def test_what_does_not_fit_is_said_in_a_comment():
    built = Built("Mine", (Layer("a", "conv", channels=1, kernel=99),))
    text = snippet(resolve(NetworksScene(built=built)), None)
    assert text.startswith("# a: a window of 99 does not fit")
