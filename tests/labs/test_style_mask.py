from __future__ import annotations

import numpy as np
import pytest

from viz_app.labs.style.controls import GROUPS
from viz_app.labs.style.mask import as_text, from_text
from viz_app.labs.style.scene import (
    MORE_LAYERS,
    StyleScene,
    carries,
    controls_of,
    lambda_field,
    resolve,
    stages_of,
)


def test_a_mask_comes_back_from_its_text():
    mask = np.random.default_rng(0).integers(0, 256, (30, 41)).astype(np.uint8)
    assert np.array_equal(from_text(as_text(mask)), mask)
    assert from_text(as_text(None)) is None


@pytest.mark.parametrize(
    "text", ["", "3x3", "3x3:!!", "9999x9999:eJw=", "-1x2:eJw=", "2x2:eJwDAAAAAAE="]
)
def test_a_broken_mask_is_none(text):
    assert from_text(text) is None


def test_a_layer_takes_part_once_its_factor_is_not_off():
    before = StyleScene()
    after = StyleScene(lambda_3_2=2.0)
    assert stages_of(after)[0].style_layers == (
        "conv1_1", "conv2_1", "conv3_1", "conv3_2", "conv4_1", "conv5_1",
    )  # fmt: skip
    assert controls_of(after).lambdas == (1, 1, 1, 2, 1, 1)
    assert carries(before, after) == ("style_layers",)


def test_vgg_16_has_no_fourth_layer_in_its_late_stages():
    scene = StyleScene(content_layer="conv4_4", lambda_5_4=3.0)
    assert resolve(scene).content_layer == "conv4_3"
    assert len(resolve(scene).style_layers) == 5
    assert len(resolve(StyleScene(network="vgg19", lambda_5_4=3.0)).style_layers) == 6


@pytest.mark.parametrize(("network", "count"), [("vgg16", 13), ("vgg19", 16)])
def test_the_content_layers_on_offer_are_those_of_the_network_in_its_order(network, count):
    (choice,) = (c for g in GROUPS for c in g.controls if c.field == "content_layer")
    offered = [o.value for o in choice.options if o.is_usable(StyleScene(network=network))]
    assert len(offered) == count
    assert offered == sorted(offered)
    more = [c for g in GROUPS for c in g.controls if c.field in map(lambda_field, MORE_LAYERS)]
    usable = [c.field for c in more if c.is_usable(StyleScene(network=network))]
    assert len(usable) == count - 5
