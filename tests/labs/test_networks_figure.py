from __future__ import annotations

from itertools import pairwise

import pytest

from viz_app.core.architectures import catalogue as nets
from viz_app.labs.networks.figure import draw
from viz_app.labs.networks.table import tabulate


def drawn(name):
    return draw(tabulate(nets.network(name)))


def by_name(figure):
    return {block.name: block for block in figure.blocks}


def test_heights_shrink_and_widths_grow_to_scale():
    blocks = by_name(drawn("vgg16"))
    assert blocks["conv1_1"].height == pytest.approx(2 * blocks["conv2_1"].height)
    assert blocks["conv4_1"].width == pytest.approx(4 * blocks["conv2_1"].width)


def test_activations_are_drawn_within_the_block_they_follow():
    figure = drawn("lenet5")
    assert figure.home["tanh1"] == "C1"
    assert "tanh1" not in by_name(figure)


def test_branches_stand_in_one_column_and_touch_nowhere():
    blocks = by_name(drawn("inception_module"))
    lanes = [blocks[f"3a_{b}"] for b in ("1x1", "3x3_reduce", "5x5_reduce", "pool")]
    assert len({block.x for block in lanes}) == 1
    for above, below in pairwise(lanes):
        assert above.y + above.height < below.y - below.depth


def test_a_skip_leaps_over_the_blocks_between():
    skips = [link for link in drawn("resnet18").links if link.is_skip and link.leap > 1]
    assert len(skips) == 5  # eight blocks, three of them projected
    assert not [link for link in drawn("plain18").links if link.leap > 1]


@pytest.mark.parametrize("name", list(nets.catalogue()))
def test_every_layer_has_a_block_and_no_block_stands_before_its_source(name):
    figure = drawn(name)
    blocks = by_name(figure)
    assert {layer.name for layer in nets.network(name).layers} <= figure.home.keys()
    assert set(figure.home.values()) == blocks.keys()
    for link in figure.links:
        source, target = blocks[link.source], blocks[link.target]
        assert source.x + source.width + source.depth < target.x
