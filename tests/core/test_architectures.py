from __future__ import annotations

from dataclasses import replace

import pytest

from viz_app.core import architectures
from viz_app.core.layers import rows, shapes, total_macs, total_parameters

# name, channels, height = width, parameters, MACs
VGG16 = """
conv1_1 64 224 1792 86704128
conv1_2 64 224 36928 1849688064
pool1 64 112 0 0
conv2_1 128 112 73856 924844032
conv2_2 128 112 147584 1849688064
pool2 128 56 0 0
conv3_1 256 56 295168 924844032
conv3_2 256 56 590080 1849688064
conv3_3 256 56 590080 1849688064
pool3 256 28 0 0
conv4_1 512 28 1180160 924844032
conv4_2 512 28 2359808 1849688064
conv4_3 512 28 2359808 1849688064
pool4 512 14 0 0
conv5_1 512 14 2359808 462422016
conv5_2 512 14 2359808 462422016
conv5_3 512 14 2359808 462422016
pool5 512 7 0 0
"""


def test_vgg16_has_its_table():
    found = {row.layer.name: row for row in rows(architectures.vgg16())}
    for line in VGG16.split("\n")[1:-1]:
        name, *numbers = line.split()
        channels, side, parameters, macs = map(int, numbers)
        row = found[name]
        assert row.shape == (channels, side, side)
        assert (row.size, row.parameters, row.macs) == (channels * side**2, parameters, macs)
    heads = [found[name].parameters for name in ("fc6", "fc7", "fc8")]
    assert heads == [102_764_544, 16_781_312, 4_097_000]


# the published totals; yolov4-tiny: 6,062,814 floats in the file less 6,208 running statistics
TOTALS = {
    "vgg16": (138_357_544, 15_470_264_320),
    "vgg16_features": (14_714_688, 15_346_630_656),
    "mobilenet_v2": (3_504_872, 300_774_272),
    "yolov4_tiny": (6_056_606, 3_453_938_176),
}


@pytest.mark.parametrize("name", TOTALS)
def test_an_architecture_has_its_totals(name):
    network = getattr(architectures, name)()
    assert (total_parameters(network), total_macs(network)) == TOTALS[name]


@pytest.mark.parametrize("size", [320, 416, 608])
def test_yolo_heads_are_grids_of_anchors_at_their_stride(size):
    network = replace(architectures.yolov4_tiny(), input_shape=(3, size, size))
    found = shapes(network)
    for head in architectures.YOLOV4_TINY_HEADS:
        cells = size // head.stride
        assert found[head.layer] == (len(head.anchors) * 85, cells, cells)


def test_mobilenet_adds_only_where_shape_and_stride_allow():
    joins = [layer.name for layer in architectures.mobilenet_v2().layers if layer.kind == "add"]
    assert joins == [f"block{n}_add" for n in (3, 5, 6, 8, 9, 10, 12, 13, 15, 16)]
