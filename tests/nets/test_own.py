from __future__ import annotations

import sys
from dataclasses import replace

import pytest
import safetensors.torch
import torch

from viz_app.core.architectures import catalogue
from viz_app.core.errors import WeightsError
from viz_app.core.layers import total_macs, total_parameters
from viz_app.core.traced import parse_spec
from viz_app.nets.build import build
from viz_app.nets.own import load_own, recognise
from viz_app.nets.tracing import trace

CODE = """
import torch
from torch import nn

class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.act = nn.ReLU(inplace=True)
        self.again = nn.Conv2d(4, 4, 3, padding=1)
        self.fc = nn.Linear(4 * 14 * 14, 10)
        self.unused = nn.Linear(3, 2)

    def forward(self, x):
        x = self.act(self.conv(x))
        x = self.act(self.again(x)) + x
        return self.fc(x.flatten(1))

def fails():
    raise RuntimeError("no luck\\nand more")

def number():
    return 3

def picky():
    return nn.Sequential(nn.Conv2d(5, 2, 3), nn.Flatten(), nn.Linear(2 * 7 * 9, 1))
"""


@pytest.fixture
def code(tmp_path, monkeypatch):
    (tmp_path / "my_own_nets.py").write_text(CODE, "utf-8")
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    sys.modules.pop("my_own_nets", None)


def test_code_is_not_run_without_consent(code):
    with pytest.raises(WeightsError, match="agree to that first"):
        load_own("my_own_nets:Small")
    assert "my_own_nets" not in sys.modules


@pytest.mark.parametrize("source", ["my_own_nets", "my_own_nets.py"])
def test_a_factory_makes_a_table_by_running(code, source):
    net = load_own(f"{source}:Small@1x28x28", may_run=True)
    assert net.names == ("conv", "act", "again", "act#2", "fc")
    shapes = [layer.shape for layer in net.traced.layers]
    assert shapes == [(4, 14, 14), (4, 14, 14), (4, 14, 14), (4, 14, 14), (10,)]
    assert [layer.macs for layer in net.traced.layers] == [7056, 0, 28224, 0, 7840]
    assert [layer.parameters for layer in net.traced.layers] == [40, 0, 148, 0, 7850]
    assert net.traced.rest == 8
    assert net.traced.parameters == sum(p.numel() for p in net.module.parameters())
    assert net.traced.layers[0].layer.stride == 2


def test_the_example_is_guessed_from_the_first_layer_and_the_sizes_tried(code):
    assert load_own("my_own_nets:Small", may_run=True).traced.input_shape == (1, 28, 28)


def test_parts_are_handed_out_before_a_relu_in_place_overwrites_them(code):
    net = load_own("my_own_nets:Small", may_run=True)
    x = torch.randn(2, 1, 28, 28)
    found = net(x, ("conv", "act"))
    assert torch.equal(found["conv"], net.module.conv(x))
    assert torch.equal(found["act"], found["conv"].relu())
    assert (found["conv"] < 0).any()
    assert list(net(x)) == ["fc"]


def test_a_pass_of_ones_own_network_can_be_cancelled(code):
    net = load_own("my_own_nets:Small", may_run=True)

    def check():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        net(torch.zeros(1, 1, 28, 28), (), check)
    assert not any(part._forward_hooks for part in net.module.modules())


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("my_own_nets:fails", "failed: no luck"),
        ("my_own_nets:number", "gives a int"),
        ("my_own_nets:nothing", "has no attribute"),
        ("no_such_module:make", "No module named"),
        ("nowhere.py:make", "there is no file"),
        ("my_own_nets:picky", "as in my_own_nets:picky@1x28x28"),
        ("my_own_nets", "is no network"),
        ("net.pt2", "exported program"),
        ("gone.safetensors", "No such file"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(code, spec, complaint):
    with pytest.raises(WeightsError) as caught:
        load_own(spec, may_run=True)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_told_shape_is_taken(code):
    net = load_own("my_own_nets:picky@5x9x11", may_run=True)
    assert net.traced.input_shape == (5, 9, 11)


@pytest.mark.parametrize("name", ["lenet5", "resnet18", "squeezenet1_1", "mobilenet_v2"])
def test_a_state_dict_is_recognised_by_its_keys(name, tmp_path):
    net = build(catalogue.network(name))
    path = tmp_path / "w.safetensors"
    safetensors.torch.save_file(net.state_dict(), path)
    assert load_own(str(path)).network == catalogue.network(name)


def test_a_last_layer_trained_anew_keeps_its_number_of_classes(tmp_path):
    network = catalogue.network("resnet18")
    layers = (*network.layers[:-1], replace(network.layers[-1], channels=7))
    torch.save(build(replace(network, layers=layers)).state_dict(), tmp_path / "w.pth")
    net = load_own(str(tmp_path / "w.pth"))
    assert net.network.layers[-1].channels == 7
    (logits,) = net(torch.zeros(1, 3, 64, 64)).values()
    assert logits.shape == (1, 7)


def test_a_wrong_tensor_of_a_known_definition_is_named(tmp_path):
    state = build(catalogue.network("lenet5")).state_dict()
    key = next(iter(state))
    torch.save({**state, key: torch.zeros(6, 1, 3, 3)}, tmp_path / "w.pth")
    with pytest.raises(WeightsError, match=f"{key} is 6×1×3×3 but must be 6×1×5×5"):
        load_own(str(tmp_path / "w.pth"))


def test_strange_tensors_are_sent_to_a_factory():
    with pytest.raises(WeightsError, match="as module:factory"):
        recognise({"encoder.weight": torch.zeros(3)})


def test_a_spec_is_taken_apart():
    spec = parse_spec(" C:/nets/a.py:make@3x64×64 ")
    assert (spec.source, spec.factory, spec.shape) == ("C:/nets/a.py", "make", (3, 64, 64))
    assert not parse_spec("C:/nets/w.pth").runs_code


def test_a_traced_catalogue_network_counts_what_its_table_counts():
    class Bare(torch.nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net

        def forward(self, x):
            return next(iter(self.net(x).values()))

    table = catalogue.network("resnet18")
    traced = trace(Bare(build(table).eval()), "", "ResNet-18", (3, 224, 224))
    assert traced.parameters == total_parameters(table)
    assert sum(layer.macs for layer in traced.layers) == total_macs(table)
