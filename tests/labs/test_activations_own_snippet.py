"""Copy as PyTorch for networks of one's own: the programs run and print what the lab shows."""

from __future__ import annotations

import re

import numpy as np
import pytest

pytest.importorskip("torch", reason="the programs are PyTorch's")

import torch

from tests.labs.activations_kit import lab
from tests.programs import printed
from viz_app.compute import attribution
from viz_app.core.architectures import catalogue
from viz_app.core.records import Picture
from viz_app.files.images import save_image
from viz_app.labs.activations.attribution_snippet import INSTEAD
from viz_app.nets.build import Net

CODE = """
import torch
from torch import nn
class Made(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, 2)
        self.relu = nn.ReLU(inplace=True)
        self.same = nn.Conv2d(6, 6, 3, padding=1)
        self.fc = nn.Linear(6, 5)
    def forward(self, x):
        x = self.relu(self.conv(x))
        x = self.relu(self.same(x) + x)
        return self.fc(x.mean((2, 3)))
"""


def spec_of(kind, folder):
    """Code, or weights for a network of the catalogue: one of three colours, one of grey."""
    torch.manual_seed(1)
    if kind == "code":
        (folder / "mine.py").write_text(CODE, "utf-8")
        return f"{folder / 'mine.py'}:Made@3x32x32"
    torch.save(Net(catalogue.network(kind)).state_dict(), folder / "mine.pth")
    return str(folder / "mine.pth")


@pytest.fixture(params=["code", "lenet_table_8", "lenet5"])
def own(request, tmp_path, monkeypatch):
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    save_image(tmp_path / "noise.png", pixels)
    presenter = lab(tmp_path, shown=Picture(str(tmp_path / "noise.png"), "noise.png", pixels))
    presenter.house.weights.is_here = False
    presenter.open_own(spec_of(request.param, tmp_path), may_run=True)
    assert presenter.scene.own is not None, presenter.house.speaker.sentences
    monkeypatch.chdir(tmp_path)
    return presenter


def choose(presenter, at, **fields):
    """The layer at a place of the list."""
    presenter.change(layer=presenter.scene.stages[at].name, channel=2, **fields)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_program_of_the_channels_prints_the_largest(own, moment):
    choose(own, 1, moment=moment)
    found = re.findall(r"channel (\d+): largest (\S+)", printed(own.snippet()))
    largest = own.numbers()["largest"]
    assert [float(v) for _c, v in found] == pytest.approx(sorted(largest)[:-6:-1], abs=2e-4)


@pytest.mark.parametrize("method", ["gradient", "cam"])
@pytest.mark.parametrize("at", [0, -1])
def test_the_program_of_the_reason_prints_the_value_and_the_map(
    own, capsys, monkeypatch, method, at
):
    choose(own, at, is_every=True)
    small = []  # Grad-CAM's map before it is enlarged to the image
    enlarged = attribution.enlarged
    monkeypatch.setattr(attribution, "enlarged", lambda v, s: small.append(v) or enlarged(v, s))
    first = own.scene.stages[0].name  # its maps are overwritten in place
    own.change(view="why", why_method=method, why_layer=first if at else "")
    numbers, out = own.numbers(), printed(own.snippet())
    value, total, largest = re.findall(r"(?:: |sum |largest )(-?[\d.e+-]+)(?:,|\n)", out)
    assert float(value) == pytest.approx(numbers["value"], abs=2e-4)
    heat = small[-1] if small else numbers["gradient"]
    assert float(total) == pytest.approx(heat.sum(), rel=1e-3, abs=1e-5)
    assert float(largest) == pytest.approx(np.abs(heat).max(), rel=1e-3, abs=1e-6)


def test_another_method_gives_the_layers_program_and_says_so_first(own):
    choose(own, 1, view="why", why_method="occlusion", why_square=16)
    assert own.snippet().startswith(INSTEAD)
    assert "largest" in printed(own.snippet())


@pytest.mark.parametrize("goal", ["channel", "unit"])
def test_the_program_of_the_optimised_image_makes_the_same_steps(own, goal, tmp_path):
    choose(own, 1, view="optimised", goal=goal, goal_steps=3)
    own.ascent.started()
    value = re.findall(r"step 3: (\S+)", printed(own.snippet()))
    assert own.ascent.newest.step == 3
    assert float(value[0]) == pytest.approx(own.ascent.newest.value, abs=2e-4)
    assert (tmp_path / "optimised.png").is_file()
