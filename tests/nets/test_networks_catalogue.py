"""Every network of the catalogue against torch's own counts, without memory or time (meta)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from viz_app.core.architectures.catalogue import catalogue, network
from viz_app.core.layers import rows, shapes, total_macs, total_parameters
from viz_app.nets.build import build

NAMES = tuple(catalogue())
DATA = Path(__file__).parents[1] / "data" / "arch_examples.json"
EXAMPLES = {e["id"]: e for e in json.loads(DATA.read_text("utf-8"))}
TOTALS = {
    "lenet5_1998": 60_000,
    "lenet5": 61_706,
    "lenet_table_8": 62_958,
    "lenet_table_6": 62_006,
    "alexnet": 62_378_344,
    "alexnet_towers": 60_965_224,
    "alexnet_torchvision": 61_100_840,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "nin": 966_986,
    "googlenet": 13_378_280,
    "googlenet_plain": 6_998_552,
    "googlenet_torchvision": 6_624_904,
    "squeezenet1_0": 1_248_424,
    "squeezenet1_1": 1_235_496,
    "mobilenet_v2": 3_504_872,
    "efficientnet_lite0": 4_652_008,
    "yolov2_tiny": 11_237_145 - 2 * 2_544,  # darknet's file also holds means and variances
    "yolov4_tiny": 6_056_606,
    "mtcnn_pnet": 6_632,
    "mtcnn_rnet": 100_178,
    "mtcnn_onet": 389_040,
}


def meta_net(table):
    with torch.device("meta"):
        return build(replace(table, preprocessing=None)).eval()


@pytest.mark.parametrize("name", NAMES)
def test_torch_counts_the_parameters_macs_and_shapes_of_the_table(name):
    table = network(name)
    net, macs = meta_net(table), []

    def count(module, inputs, output):
        taps = module.weight[0].numel()  # C_in / groups times the window
        macs.append(taps * output[0].numel())

    for module in net.modules():
        if isinstance(module, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear):
            module.register_forward_hook(count)
    x = torch.empty(2, *table.input_shape, device="meta")
    found = net(x, list(shapes(table)))
    assert {key: tuple(value.shape[1:]) for key, value in found.items()} == shapes(table)
    assert sum(p.numel() for p in net.parameters()) == total_parameters(table)
    assert sum(macs) == total_macs(table)


@pytest.mark.parametrize("name", TOTALS)
def test_the_published_count_is_met_exactly(name):
    assert total_parameters(network(name)) == TOTALS[name]


@pytest.mark.parametrize(
    ("example", "name"),
    [
        ("lenet_table_8_filters", "lenet_table_8"),
        ("lenet5_modern", "lenet5"),
        ("alexnet_single_tower", "alexnet"),
        ("vgg16", "vgg16"),
    ],
)
def test_the_slides_table_is_met_row_by_row(example, name):
    expected, table = EXAMPLES[example]["expected"], network(name)
    counted = {row.layer.name: row for row in rows(table)}
    for row in expected["rows"][1:]:
        found = counted[row["name"]]
        *sizes, channels = row["shape"] if row["shape"][-1] != 1 else (row["shape"][0],)
        assert found.shape == (channels, *sizes)
        assert (found.size, found.parameters) == (row["size"], row["params"])
        assert found.macs == row["macs"]
    assert total_parameters(table) == expected["total_params"]
    assert total_macs(table) == expected["total_macs"]


@pytest.mark.parametrize(
    ("example", "name"),
    [("chain_1d", "chain_1d"), ("chain_2d", "chain_2d"), ("chain_example_convnet", None)],
)
def test_the_slides_chain_of_shapes_is_met(example, name):
    table = network(name or "example_convnet")
    kinds = ("conv", "flatten")
    found = [row.shape for row in rows(table) if row.layer.kind in kinds]
    assert [[*shape[1:], shape[0]] for shape in found] == EXAMPLES[example]["expected"]


def test_a_module_of_googlenet_costs_what_the_slide_says():
    expected = EXAMPLES["inception_module_3a"]["expected"]
    table = network("inception_module")
    found = {row.layer.name: row for row in rows(table)}
    for branch, macs in expected["macs"].items():
        row = found[f"3a_{branch}"]
        assert (row.macs, row.parameters) == (macs, expected["params"][branch])
    assert found["3a_concat"].shape == (256, 28, 28)
    assert total_macs(table) == expected["total_macs"]


def test_lenet_of_1998_has_the_papers_counts_layer_by_layer():
    counted = {row.layer.name: row.parameters for row in rows(network("lenet5_1998"))}
    c3 = sum(counted[f"C3.{i}"] for i in range(16))
    found = [*(counted[n] for n in ("C1", "S2")), c3, *(counted[n] for n in ("S4", "C5", "F6"))]
    assert found == EXAMPLES["lenet5_1998"]["expected"]["rows"]


def test_a_residual_block_with_zero_weights_is_the_identity():
    table = replace(network("residual_block"), input_shape=(128, 2, 2))
    net = build(table).eval()
    for p in net.parameters():
        p.data.zero_()
    x = torch.rand(1, 128, 2, 2)
    assert torch.equal(net(x)["a2"], x)


def test_the_matrix_of_a_projected_skip_is_256_by_128():
    net = meta_net(network("residual_projected"))
    assert list(net.get_parameter("W_s.weight").shape[:2]) == [256, 128]


def test_a_plain_network_is_the_residual_one_without_skips():
    plain, residual = network("plain34"), network("resnet34")
    assert not any(layer.kind == "add" for layer in plain.layers)
    skips = sum(row.parameters for row in rows(residual) if row.layer.name.startswith("skip"))
    assert total_parameters(residual) - skips == total_parameters(plain)
