from __future__ import annotations

import pytest
import torch

from viz_app.core.errors import WeightsError
from viz_app.core.layers import shapes
from viz_app.core.receptive import receptive_fields, window
from viz_app.nets.fitted import fit, open_own

CODE = """
import torch
from torch import nn

class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5, stride=2, padding=2)
        self.relu1 = nn.ReLU(inplace=True)
        self.pool1 = nn.MaxPool2d(3, 2, 1)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=2)
        self.head = nn.AdaptiveAvgPool2d(1)

    def forward(self, x):
        x = self.pool1(self.relu1(self.conv1(x)))
        return self.head(torch.relu(self.conv2(x)) + x).flatten(1)

def uneven():  # each stride of 2 leaves a cell over
    first, second, last = nn.Conv2d(1, 2, 3, 2), nn.Conv2d(2, 2, 3, 2, 1), nn.Conv2d(2, 2, 3)
    return nn.Sequential(first, nn.ReLU(inplace=True), second, nn.MaxPool2d(3, 2), last)

def row():
    return nn.Sequential(nn.Linear(7, 2))
"""


@pytest.fixture
def spec(tmp_path):
    (tmp_path / "nets_of_mine.py").write_text(CODE, "utf-8")
    return f"{tmp_path / 'nets_of_mine.py'}:Small@1x32x32"


def test_fields_of_ones_own_network_follow_from_the_gradients_support(spec):
    own, _net = open_own(spec, may_run=True)
    assert window(own.table, "conv1", (3, 3)) == ((4, 8), (4, 8))
    assert window(own.table, "conv2", (4, 3)) == ((4, 28), (0, 24))
    assert window(own.table, "head", (0, 0)) == ((0, 31), (0, 31))


def test_cells_that_a_stride_leaves_over_are_no_padding(spec):
    own, _net = open_own(spec.replace(":Small@1x32x32", ":uneven@1x32x32"), may_run=True)
    known = {part.layer.name: part.shape for part in own.traced.layers}
    assert {name: shape for name, shape in shapes(own.table).items() if name in known} == known
    assert window(own.table, "0", (14, 0)) == ((28, 30), (0, 2))
    assert window(own.table, "2", (0, 6)) == ((0, 4), (22, 28))
    assert window(own.table, "2", (0, 7)) == ((0, 4), (26, 31))  # the cell left over counts in
    assert window(own.table, "3", (2, 0)) == ((14, 28), (0, 12))
    assert window(own.table, "4", (0, 0)) == ((0, 28), (0, 28))
    assert receptive_fields(own.table)["2"][0].jump == 4


def test_photos_become_grey_and_scaled_where_the_network_takes_one_colour(spec):
    own, net = open_own(spec, scaling="unit", may_run=True)
    red = torch.zeros(1, 3, 32, 32)
    red[:, 0] = 1
    grey = torch.full((1, 1, 32, 32), 0.299)
    expected = net.inner.module.conv1(grey)
    assert torch.allclose(net(red, ("conv1",))["conv1"], expected, atol=1e-6)
    signed = fit(own, "signed", may_run=True)
    expected = signed.inner.module.conv1((grey - 0.5) / 0.5)
    assert torch.allclose(signed(red, ("conv1",))["conv1"], expected, atol=1e-6)


def test_what_takes_no_photo_is_told_in_one_sentence(spec):
    with pytest.raises(WeightsError, match="no photo of one or three colours"):
        open_own(spec.replace(":Small@1x32x32", ":row"), may_run=True)
