from __future__ import annotations

import pytest
import torch

from viz_app.core.errors import WeightsError
from viz_app.nets.mobilenet import mobilenet_v2
from viz_app.nets.vgg import vgg16_features
from viz_app.nets.yolo import yolov4_tiny

pytestmark = pytest.mark.weights


@pytest.mark.parametrize(
    ("name", "make", "count"),
    [
        ("vgg16", vgg16_features, 14_714_688),
        ("mobilenet_v2", mobilenet_v2, 3_504_872),
        ("yolov4_tiny", yolov4_tiny, 6_056_606),
    ],
)
def test_a_published_file_fills_its_network(published, name, make, count):
    net = make(published(name))
    assert sum(p.numel() for p in net.parameters()) == count
    answer = net(torch.full((1, 3, 64, 64), 0.5))
    assert all(tensor.isfinite().all() for tensor in answer.values())


@pytest.mark.parametrize("make", [vgg16_features, yolov4_tiny, mobilenet_v2])
def test_another_networks_file_is_refused(published, make):
    other = "yolov4_tiny" if make is not yolov4_tiny else "mobilenet_v2"
    with pytest.raises(WeightsError):
        make(published(other))


def test_the_first_filters_of_vgg16_are_torchvisions(published):
    weight = vgg16_features(published("vgg16")).get_parameter("features.0.weight")
    # torchvision's vgg16-397923af.pth, features.0.weight[0, 0]
    expected = torch.tensor([[-0.5537, 0.1427, 0.5290], [-0.5831, 0.3566, 0.7657]])
    assert torch.allclose(weight[0, 0, :2], expected, atol=1e-4)
