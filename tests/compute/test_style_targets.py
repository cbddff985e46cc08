"""What a run is aimed at: blends of styles, masks, the style's own size."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.labs.style_kit import small_network
from viz_app.compute.style import pictures
from viz_app.compute.style.features import Features, trunk
from viz_app.compute.style.run import stylise
from viz_app.compute.style.targets import Targets, aim
from viz_app.core.errors import ShapeError
from viz_app.core.style_terms import StyleControls, StyleSettings

SETTINGS = StyleSettings("conv2_2", ("conv1_1", "conv3_2"), 32, steps=12, precision="float32")
CONTROLS = StyleControls(lambdas=(1.0, 1.0), variation=0.0)


def pixels(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (32, 32, 3), np.uint8)


def targets(mask: np.ndarray | None = None, *styles: np.ndarray) -> Targets:
    content = pictures.as_tensor(pixels(0), (32, 32))
    features = Features(small_network())
    return aim(features, content, styles or (pixels(1),), SETTINGS, mask, lambda: None)


def test_a_blend_lies_between_its_styles_and_one_style_is_itself() -> None:
    both = targets(None, pixels(1), pixels(2))
    for blend, wanted in (((1.0, 0.0), (1, 0)), ((1.0, 3.0), (0.25, 0.75)), ((0, 0), (0.5, 0.5))):
        for mixed, one, other in zip(both.blended(blend), *both.grams, strict=True):
            torch.testing.assert_close(mixed, wanted[0] * one + wanted[1] * other)


def test_a_white_mask_is_none_and_a_black_one_asks_for_nothing() -> None:
    plain, white = targets(), targets(np.full((5, 7), 255, np.uint8))
    assert white.counts == pytest.approx(plain.counts)
    black = targets(np.zeros((5, 7), np.uint8))
    assert black.counts == (0, 0)
    assert not any(gram.any() for gram in black.grams[0])


def test_the_style_applies_under_the_mask_only() -> None:
    mask = np.zeros((32, 32))
    mask[:, :10] = 1.0
    alone = StyleControls(alpha=0.0, lambdas=(1.0, 1.0), variation=0.0)
    run = stylise(
        small_network(), pixels(0), pixels(1), SETTINGS, lambda: alone, lambda: None, mask=mask
    )
    *_, last = run
    moved = np.abs(last.picture.astype(int) - pixels(0)).mean((0, 2))
    assert moved[:8].min() > 1
    assert moved[28:].max() == 0  # beyond what the layers see


@pytest.mark.parametrize("change", [{"pooling": "average"}, {"style_scale": 2.0}])
def test_pooling_and_scale_change_what_is_asked(change: dict[str, object]) -> None:
    from dataclasses import replace

    def first(settings: StyleSettings) -> float:
        picture = (small_network(), pixels(0), pixels(1), settings)
        return next(stylise(*picture, lambda: CONTROLS, lambda: None)).costs.style[1]

    assert first(replace(SETTINGS, **change)) != pytest.approx(first(SETTINGS), rel=1e-3)


def test_a_trunk_ends_with_the_last_pooling_and_computes_the_same() -> None:
    net, x = small_network(), torch.rand(1, 3, 32, 32)
    cut = trunk(net)
    assert cut.network.layers[-1].name == "pool5"
    assert torch.equal(cut(x, ["relu5_1"])["relu5_1"], net(x, ["relu5_1"])["relu5_1"])


def test_a_mask_of_the_wrong_kind_and_no_style_are_refused() -> None:
    with pytest.raises(ShapeError, match="mask"):
        targets(np.zeros((3, 3, 3), np.uint8))
    with pytest.raises(ShapeError, match="style"):
        aim(Features(small_network()), torch.rand(1, 3, 32, 32), (), SETTINGS, None, lambda: None)
