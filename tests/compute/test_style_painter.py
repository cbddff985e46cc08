"""The optimiser behind the picture."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from viz_app.compute.style.painter import ADAM_RATE, Painter
from viz_app.core.errors import NotFinite
from viz_app.core.style_terms import Optimiser


def gradient_at(picture: Tensor) -> tuple[float, Tensor]:
    """Of ½ Σ k (x − ½)², an uneven bowl."""
    k = torch.linspace(0.1, 2, picture.numel()).view_as(picture)
    bowl = 0.5 * k * (picture.detach() - 0.5) ** 2
    return bowl.sum().item(), k * (picture.detach() - 0.5)


def start() -> Painter:
    return Painter(torch.linspace(0, 1, 48).view(1, 3, 4, 4).clone())


def test_a_step_of_adam_is_as_long_as_the_rate_says() -> None:
    painter = start()
    before = painter.picture.detach().clone()
    painter.follow("adam", 0.5)
    painter.improve(gradient_at(painter.picture)[1])
    moved = (painter.picture.detach() - before).abs()
    torch.testing.assert_close(moved, torch.full_like(moved, 0.5 * ADAM_RATE), rtol=1e-3, atol=0)


def test_lbfgs_reaches_the_bottom_of_a_bowl_at_one_evaluation_a_step() -> None:
    painter = start()
    painter.follow("lbfgs", 1.0)
    for _ in range(60):
        painter.improve(gradient_at(painter.picture)[1])
    assert gradient_at(painter.picture)[0] < 1e-8


@pytest.mark.parametrize("kind", ["adam", "lbfgs"])
def test_a_move_to_another_device_takes_the_memory_along(kind: Optimiser) -> None:
    moved, stayed = start(), start()
    for step in range(6):
        if step == 3:
            moved.move(torch.device("cpu"))
        for painter in (moved, stayed):
            painter.follow(kind, 1.0)
            painter.improve(gradient_at(painter.picture)[1])
    torch.testing.assert_close(moved.picture, stayed.picture)


def test_lbfgs_without_its_curvature_steps_as_if_it_had_just_begun() -> None:
    painter = start()
    painter.follow("lbfgs", 1.0)
    for _ in range(3):
        painter.improve(gradient_at(painter.picture)[1])
    fresh = Painter(painter.picture.detach().clone())
    fresh.follow("lbfgs", 1.0)
    painter.forget_curvature()
    for each in (painter, fresh):
        each.improve(gradient_at(each.picture)[1])
    assert torch.equal(painter.picture, fresh.picture)


def test_the_picture_stays_between_black_and_white() -> None:
    painter = start()
    painter.follow("adam", 100.0)
    painter.improve(gradient_at(painter.picture)[1])
    assert painter.picture.min() >= 0
    assert painter.picture.max() <= 1


@pytest.mark.parametrize("kind", ["adam", "lbfgs"])
def test_a_gradient_that_is_not_a_number_is_told(kind: Optimiser) -> None:
    painter = start()
    painter.follow(kind, 1.0)
    _, gradient = gradient_at(painter.picture)
    gradient[0, 0, 0, 0] = float("nan")
    with pytest.raises(NotFinite, match="learning rate"):
        painter.improve(gradient)
