"""Receptive fields of every network of the catalogue, against where the gradient is not zero."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from viz_app.core.architectures.catalogue import catalogue, network
from viz_app.core.architectures.published import TABLES, published_table
from viz_app.core.layers import rows
from viz_app.core.receptive import receptive_fields, window
from viz_app.nets.build import build

SIDES = {1: 64, 2: 75, 3: 16}  # cells a side by axes; odd, so that borders and left-over cells show
MOST_LAYERS = 6  # of a network, spread from the first to the last
SQUASHING = ("relu", "relu6", "leaky_relu", "prelu", "tanh", "sigmoid", "softmax", "max_pool")


def thin(table):
    """The same geometry with two channels a layer and no path that can vanish or cancel out.

    Poolings average, non-linearities and norms let through, all weights will be positive: what a
    unit depends on is then exactly where its gradient is not zero.
    """
    layers = []
    for layer in table.layers:
        if layer.kind == "max_pool":
            layer = replace(layer, kind="avg_pool")
        elif layer.kind in SQUASHING or layer.kind == "batch_norm":
            layer = replace(layer, kind="dropout")
        elif layer.kind == "conv":
            layer = replace(layer, channels=2, groups=1, bias=False)
        elif layer.kind == "slice":
            layer = replace(layer, channels=1, offset=min(layer.offset, 1))
        layers.append(layer)
    shape = (2, *table.input_shape[1:])
    return replace(table, layers=tuple(layers), input_shape=shape, preprocessing=None, outputs=())


def at_size(table):
    """The table's maps on a small input, up to where numbers stand in a row."""
    axes = len(table.input_shape) - 1
    side = min(SIDES[axes], *table.input_shape[1:])
    table = replace(table, input_shape=(table.input_shape[0], *(side,) * axes), outputs=())
    kept = []
    for layer in table.layers:
        if layer.kind in ("flatten", "linear"):
            break
        kept.append(layer)
    return replace(table, layers=tuple(kept))


def supports(table, names):
    """Where the gradient of a unit in the middle, and in a corner, of each layer is not zero."""
    net = build(thin(table)).double().eval()
    for p in net.parameters():
        torch.nn.init.constant_(p.data, 0.1)
    x = torch.ones(1, *net.network.input_shape, dtype=torch.float64, requires_grad=True)
    found = net(x, names)
    for name in names:
        maps = found[name][0].sum(0)
        for unit in (tuple(n // 2 for n in maps.shape), (0,) * maps.dim()):
            (gradient,) = torch.autograd.grad(maps[unit], x, retain_graph=True)
            on = gradient[0].abs().sum(0).nonzero()
            yield name, unit, tuple((int(c.min()), int(c.max())) for c in on.T)


def chosen(table):
    """Layers from the first to the last that have a place of their own."""
    names = [row.layer.name for row in rows(table) if row.layer.kind not in SQUASHING]
    step = max(len(names) / MOST_LAYERS, 1)
    picked = [names[int(i * step)] for i in range(min(MOST_LAYERS, len(names)))]
    return list(dict.fromkeys([*picked, names[-1]]))


def named():
    """Every network; the deep ones take seconds each."""
    for name in catalogue():
        is_deep = len(network(name).layers) > 40
        yield pytest.param(name, marks=pytest.mark.slow if is_deep else ())
    yield from ("vgg16_features", "alexnet_features")


@pytest.mark.parametrize("name", list(named()))
def test_a_window_is_the_support_of_the_gradient(name):
    parts = {"vgg16_features": "vgg16", "alexnet_features": "alexnet"}
    table = at_size(published_table(parts[name]) if name in parts else network(name))
    for layer, unit, support in supports(table, chosen(table)):
        assert window(table, layer, unit) == support, (layer, unit)


@pytest.mark.parametrize("name", ["lenet5", "vgg16", "alexnet", "resnet18", "mtcnn_pnet"])
def test_the_size_in_the_table_is_the_window_of_a_unit_far_from_the_border(name):
    table = network(name)
    sizes, checked = receptive_fields(table), 0
    for row in rows(table):
        field = sizes[row.layer.name][0]
        if len(row.shape) != 3 or not field.jump:
            continue
        middle = row.shape[1] // 2
        start = middle * field.jump + field.start
        if start < 0 or start + field.size > table.input_shape[1]:
            continue  # it meets the border
        first, last = window(table, row.layer.name, (middle, middle))[0]
        assert (first, last - first + 1) == (start, field.size)
        checked += 1
    assert checked


def test_every_published_network_is_of_the_catalogue_or_checked_here():
    parts = {"vgg16_features", "alexnet_features"}
    assert {published_table(name).name for name in TABLES} <= {*catalogue(), *parts}
