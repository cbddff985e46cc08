"""What L-BFGS learns from each step, and how far it lets a picture go."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from viz_app.compute.style.lbfgs import Lbfgs, broadened
from viz_app.core.style_terms import LBFGS_FIRST_MOVE, LBFGS_LONGEST_MOVE


def picture(seed: int) -> Tensor:
    return torch.rand(1, 3, 6, 5, generator=torch.Generator().manual_seed(seed))


def gradient_of(x: Tensor) -> Tensor:
    """Of a bowl that bends a hundred times more one way than another."""
    return torch.linspace(0.01, 1, x.numel()).view_as(x) * (x - 0.5)


def test_what_a_step_did_to_the_gradient_is_remembered() -> None:
    """The secant equation: the inverse Hessian takes the last change of gradient to the move."""
    optimiser, x = Lbfgs(), picture(0)
    for _ in range(5):
        before, x = x, x + optimiser.step(x, gradient_of(x), 1.0)
    optimiser.step(x, gradient_of(x), 1.0)
    change = gradient_of(x) - gradient_of(before)
    torch.testing.assert_close(
        optimiser._times_inverse_hessian(change), x - before, rtol=1e-3, atol=1e-5
    )


def test_the_first_move_is_short_and_downhill_and_no_move_is_long() -> None:
    optimiser, x = Lbfgs(), picture(1)
    first = optimiser.step(x, 1e6 * gradient_of(x), 1.0)
    assert first.abs().mean().item() == pytest.approx(LBFGS_FIRST_MOVE)
    assert (first * gradient_of(x)).sum() < 0
    x = x + first
    steep = optimiser.step(x, 1e9 * gradient_of(x), 1.0)
    assert steep.abs().mean().item() <= LBFGS_LONGEST_MOVE * 1.001


def test_a_rate_below_one_takes_that_share_of_the_step() -> None:
    def second(rate: float) -> Tensor:
        optimiser, x = Lbfgs(), 0.5 + 0.01 * picture(2)
        x = x + optimiser.step(x, gradient_of(x), 1.0)
        return optimiser.step(x, gradient_of(x), rate)

    whole = second(1.0)
    assert whole.abs().mean() < LBFGS_LONGEST_MOVE / 2
    torch.testing.assert_close(second(0.5), 0.5 * whole)
    torch.testing.assert_close(second(2.0), whole)
    assert not second(0.0).any()


def test_a_bend_downwards_is_not_learnt_from() -> None:
    optimiser, x = Lbfgs(), picture(3)
    optimiser.step(x, gradient_of(x), 1.0)
    optimiser.step(x + 0.1, gradient_of(x) - 0.1, 1.0)
    assert not optimiser._pairs


def test_the_filter_is_its_own_adjoint_and_favours_broad_waves() -> None:
    a, b = picture(4), picture(5)
    assert (broadened(a) * b).sum() == pytest.approx((a * broadened(b)).sum().item(), rel=1e-4)
    fine = torch.tensor([1.0, -1.0]).repeat(1, 3, 6, 4)
    broad = torch.ones(1, 3, 6, 8)
    torch.testing.assert_close(broadened(fine), fine / 0.51, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(broadened(broad), broad / 0.01, rtol=1e-4, atol=1e-3)


def test_after_a_change_of_cost_it_begins_with_a_move_no_longer_than_the_last() -> None:
    optimiser, x = Lbfgs(), 0.5 + 0.01 * picture(6)
    for _ in range(6):
        move = optimiser.step(x, gradient_of(x), 1.0)
        x = x + move
    last = move.abs().mean().item()
    assert last < LBFGS_FIRST_MOVE / 2
    optimiser.forget()
    assert optimiser.step(x, -gradient_of(x), 1.0).abs().mean().item() == pytest.approx(last)


def test_a_change_of_precision_keeps_what_was_learnt_and_is_not_learnt_from() -> None:
    optimiser, x = Lbfgs(), picture(7)
    for _ in range(4):
        x = x + optimiser.step(x, gradient_of(x), 1.0)
    before = list(optimiser._pairs)
    optimiser.forget_gradient()
    optimiser.step(x, 1.5 * gradient_of(x), 1.0)
    assert list(optimiser._pairs) == before
