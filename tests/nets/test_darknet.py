from __future__ import annotations

import struct

import numpy as np
import pytest
import torch

from viz_app.core.errors import WeightsError
from viz_app.core.layers import Layer, Network
from viz_app.nets.build import build_frozen
from viz_app.nets.darknet import read_darknet
from viz_app.nets.loading import check_state

NETWORK = Network(
    "test",
    "Test",
    (3, 4, 4),
    (
        Layer("conv0", "conv", channels=2, kernel=3, padding=1, bias=False),
        Layer("norm0", "batch_norm"),
        Layer("leaky0", "leaky_relu", slope=0.1),
        Layer("conv1", "conv", channels=4),
    ),
)
# four times 2 numbers of the norm, 2·3·3·3 of its kernel, 4 biases, 4·2 of the last kernel
COUNT = 4 * 2 + 54 + 4 + 8


def darknet(count=COUNT, header=None):
    numbers = np.arange(1, count + 1, dtype="<f4") / 64
    return (struct.pack("<3iq", 0, 2, 5, 0) if header is None else header) + numbers.tobytes()


def test_numbers_go_where_darknet_wrote_them():
    state = check_state(NETWORK, read_darknet(NETWORK, darknet()))
    at = {key: float(tensor.view(-1)[0]) * 64 for key, tensor in state.items()}
    assert at == {
        "norm0.bias": 1, "norm0.weight": 3, "norm0.running_mean": 5, "norm0.running_var": 7,
        "norm0.num_batches_tracked": 0, "conv0.weight": 9, "conv1.bias": 63, "conv1.weight": 67,
    }  # fmt: skip
    assert build_frozen(NETWORK, state)(torch.rand(1, 3, 4, 4))["conv1"].isfinite().all()


def test_files_before_version_02_count_images_in_32_bits():
    old = darknet(header=struct.pack("<4i", 0, 1, 0, 7))
    new = read_darknet(NETWORK, darknet())
    for key, tensor in read_darknet(NETWORK, old).items():
        assert torch.equal(tensor, new[key])


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (darknet(COUNT - 1), "ends within conv1"),
        (darknet(COUNT + 1), f"holds {COUNT + 1} numbers, Test has {COUNT}"),
        (darknet()[:-1], "ends within a number"),
        (b"", "too short"),
        (darknet(header=struct.pack("<3iq", 5000, 2, 5, 0)), "header is another"),
        (darknet(header=struct.pack("<3iq", -1, 2, 5, 0)), "header is another"),
    ],
)
def test_every_number_must_be_consumed(data, complaint):
    with pytest.raises(WeightsError, match=complaint):
        read_darknet(NETWORK, data)
