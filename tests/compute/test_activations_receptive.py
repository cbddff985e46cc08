"""The exact receptive field against the support of the gradient, for every layer of networks."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from viz_app.core.architectures import catalogue
from viz_app.core.layers import POINTWISE, Layer, Network, output_shape, rows
from viz_app.core.receptive import receptive_fields, window
from viz_app.nets.build import Net

LARGE_SIDE, MANY_ROWS = 64, 24  # of deep networks the table is tried on a smaller image
TOO_DEEP = ("resnet101", "resnet152", "plain101", "plain152")  # built as those of 50 layers
MAPS = [
    entry.name
    for entry in catalogue.catalogue().values()
    if len(entry.make().input_shape) == 3 and entry.name not in TOO_DEEP
]


def open_table(name):
    """A network of one channel a layer through which every gradient passes: what is linear or
    could be off is replaced by what lets all through, the windows stay.
    """
    table = catalogue.network(name)
    sides = table.input_shape[1:]
    if len(table.layers) > MANY_ROWS:
        sides = tuple(min(side, LARGE_SIDE) for side in sides)
    layers = []
    for row in rows(table):
        if len(row.shape) != 3:
            break
        layer = replace(row.layer, inputs=row.sources, key="")
        if layer.kind in ("conv", "slice"):
            layer = replace(layer, channels=1, groups=1, offset=0)
        if layer.kind == "max_pool":
            layer = replace(layer, kind="avg_pool")
        if layer.kind in ("softmax", "dropout", "batch_norm", "prelu", "relu6", "leaky_relu"):
            layer = replace(layer, kind="relu")
        layers.append(layer)
    return Network(name, name, (1, *sides), tuple(layers))


def filled(network):
    net = Net(network).double().eval()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
        torch.nn.init.constant_(parameter, 1 / parameter[0].numel() if parameter.dim() > 1 else 0.1)
    return net


def ends(flags):
    at = flags.nonzero().flatten()
    return int(at[0]), int(at[-1])


@pytest.mark.slow
@pytest.mark.parametrize("name", MAPS)
def test_the_rectangle_is_the_support_of_the_gradient(name):
    network = open_table(name)
    torch.set_num_threads(2)
    shape = (3, *network.input_shape)
    x = torch.full(shape, 0.5, dtype=torch.float64, requires_grad=True)
    is_deep = len(network.layers) > MANY_ROWS
    # where there are many, those that take one unit to one unit are passed over
    names = [la.name for la in network.layers if not is_deep or la.kind not in POINTWISE]
    maps = filled(network)(x, names)
    assert maps
    for layer, found in maps.items():
        height, width = found.shape[2:]
        units = ((0, 0), (height // 2, width // 2), (height - 1, width - 1))
        # an image for each unit, so that one way back serves all three
        total = sum(found[i, :, row, column].sum() for i, (row, column) in enumerate(units))
        (gradient,) = torch.autograd.grad(total, x, retain_graph=True)
        for unit, seen in zip(units, gradient.abs().sum(1) > 0, strict=True):
            support = ends(seen.any(1)), ends(seen.any(0))
            assert window(network, layer, unit) == support, (layer, unit)


ZF = (
    Layer("conv1", "conv", channels=96, kernel=7, stride=2, padding=1),
    Layer("pool1", "max_pool", kernel=3, stride=2, padding=1),
    Layer("conv2", "conv", channels=256, kernel=5, stride=2),
    Layer("pool2", "max_pool", kernel=3, stride=2, padding=1),
    Layer("conv3", "conv", channels=384, kernel=3, padding=1),
    Layer("conv4", "conv", channels=384, kernel=3, padding=1),
    Layer("conv5", "conv", channels=256, kernel=3, padding=1),
)


def test_the_slides_zf_network_sees_7_27_75_107_139():
    fields = receptive_fields(Network("zf", "ZF", (3, 224, 224), ZF))
    assert [fields[f"conv{i}"][0].size for i in range(1, 6)] == [7, 27, 75, 107, 139]


def test_output_shapes_of_zf_are_the_papers():
    shape = (3, 224, 224)
    sides = []
    for layer in ZF:
        shape = output_shape(layer, [shape])
        sides.append(shape[1])
    assert sides == [110, 55, 26, 13, 13, 13, 13]
