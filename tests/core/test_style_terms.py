"""From sliders to the weights of the formula, and the sum of the terms."""

from __future__ import annotations

import pytest

from viz_app.core.style_terms import (
    BETA_UNIT,
    VARIATION_UNIT,
    Coefficients,
    StyleControls,
    StyleCosts,
    coefficients,
)

FILTERS = (64, 128, 256, 512, 512)


def test_sliders_at_one_give_the_documented_weights() -> None:
    weights = coefficients(StyleControls(), (512, 32, 32), FILTERS, (3, 256, 256))
    assert weights.alpha == pytest.approx(1 / (512 * 32 * 32))
    assert weights.beta == BETA_UNIT
    assert weights.lambdas == (1.0, 1 / 16, 1 / 256, 1 / 4096, 1 / 4096)
    assert weights.variation == pytest.approx(VARIATION_UNIT / (3 * 256 * 256))


def test_every_weight_is_proportional_to_its_slider() -> None:
    controls = StyleControls(alpha=2, beta=3, variation=5, lambdas=(7, 1, 1, 1, 0))
    one = coefficients(StyleControls(), (8, 4, 4), FILTERS, (3, 8, 8))
    moved = coefficients(controls, (8, 4, 4), FILTERS, (3, 8, 8))
    assert moved.alpha == pytest.approx(2 * one.alpha)
    assert moved.beta == pytest.approx(3 * one.beta)
    assert moved.variation == pytest.approx(5 * one.variation)
    assert moved.lambdas == (7.0, *one.lambdas[1:4], 0.0)


def test_each_style_layer_needs_its_lambda() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        coefficients(StyleControls(lambdas=(1.0,)), (8, 4, 4), FILTERS, (3, 8, 8))


def test_the_total_is_the_weighted_sum_of_the_terms() -> None:
    costs = StyleCosts(content=88.0, style=(157.2265625, 2.0), variation=3.0)
    weights = Coefficients(alpha=0.5, beta=10.0, lambdas=(0.2, 0.3), variation=4.0)
    assert costs.weighted(weights) == pytest.approx((44.0, 314.453125, 6.0, 12.0))
    assert costs.total(weights) == pytest.approx(44.0 + 314.453125 + 6.0 + 12.0)
