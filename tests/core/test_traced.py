from __future__ import annotations

import pytest

from viz_app.core.errors import WeightsError
from viz_app.core.layers import Layer
from viz_app.core.traced import Traced, TracedLayer, parse_spec


@pytest.mark.parametrize("spec", ["", "resnet", "1:2", "a b:make", "notes.txt"])
def test_what_is_no_spec_is_answered_with_what_is_one(spec):
    with pytest.raises(WeightsError, match="module:factory"):
        parse_spec(spec)


def test_rows_of_what_was_seen_running_stand_behind_each_other():
    layers = (
        TracedLayer(Layer("a", "conv", channels=4), "Conv2d", (3, 8, 8), (4, 8, 8), 16, 768),
        TracedLayer(Layer("b", "module"), "GELU", (4, 8, 8), (4, 8, 8), 0, 0),
    )
    traced = Traced("m:f", "f", (3, 8, 8), layers, rest=5)
    assert [row.sources for row in traced.rows()] == [("input",), ("a",)]
    assert traced.rows()[0].size == 256
    assert traced.parameters == 21
