"""The choice of precision of a style step."""

from __future__ import annotations

import pytest
import torch

from viz_app.compute.style import precision
from viz_app.compute.style.precision import PrecisionPlan

CPU = torch.device("cpu")
BF16, F32 = torch.bfloat16, torch.float32


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "has_bf16", lambda device: True)


@pytest.mark.usefixtures("native")
def test_the_last_tenth_is_computed_in_float32() -> None:
    plan = PrecisionPlan("auto", first=100, steps=200)
    assert plan.choose(189, CPU) == BF16
    assert plan.choose(190, CPU) == F32


@pytest.mark.usefixtures("native")
def test_a_cost_that_stands_still_brings_float32_until_the_cost_is_another() -> None:
    plan = PrecisionPlan("auto", first=0, steps=1000)
    for step in range(2 * precision.STALL_STEPS):
        assert plan.choose(step, CPU) == BF16
        plan.heard(1.0)
    assert plan.choose(50, CPU) == F32
    plan.forget()
    assert plan.choose(51, CPU) == BF16


@pytest.mark.usefixtures("native")
def test_a_cost_that_falls_stays_in_bfloat16() -> None:
    plan = PrecisionPlan("auto", first=0, steps=1000)
    for step in range(100):
        plan.heard(0.999**step)
    assert plan.choose(100, CPU) == BF16


def test_float32_is_kept_where_asked_for_or_where_bfloat16_is_not_native(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(precision, "has_bf16", lambda device: device.type == "cuda")
    assert PrecisionPlan("auto", 0, 100).choose(0, CPU) == F32
    assert PrecisionPlan("float32", 0, 100).choose(0, torch.device("cuda")) == F32
