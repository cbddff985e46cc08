"""The terms of the style cost: the course's numbers, finite differences, invariances."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from viz_app.compute.style.cost import (
    content_cost,
    gram,
    style_cost,
    total_cost,
    total_variation,
)


def from_hwc(values: list[list[list[float]]]) -> Tensor:
    """The course writes activations with the channels last."""
    return torch.tensor(values, dtype=torch.float64).permute(2, 0, 1)


A_S = from_hwc([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
A_G = from_hwc([[[1, 0], [0, 1]], [[1, 1], [0, 0]]])


def activation(seed: int, channels: int = 3, height: int = 4, width: int = 5) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(1, channels, height, width, dtype=torch.float64, generator=generator)


def test_gram_matrix_of_the_course() -> None:
    assert gram(A_S).tolist() == [[84.0, 100.0], [100.0, 120.0]]


def test_style_cost_of_the_course_has_the_square() -> None:
    assert style_cost(gram(A_S), gram(A_G), positions=4).item() == 157.2265625


def test_content_cost_of_the_course_and_its_gradient() -> None:
    a_g = A_G.clone().requires_grad_()
    cost = content_cost(A_S, a_g)
    cost.backward()
    assert cost.item() == 88.0
    expected = [[[0, -2], [-3, -3]], [[-4, -5], [-7, -8]]]
    assert a_g.grad is not None
    assert a_g.grad.permute(1, 2, 0).tolist() == expected


def test_gram_matrix_is_the_plain_sum_over_positions() -> None:
    a = activation(0)[0]
    plain = sum(
        torch.outer(a[:, i, j], a[:, i, j]) for i in range(a.shape[1]) for j in range(a.shape[2])
    )
    torch.testing.assert_close(gram(a), plain)


@pytest.mark.parametrize(
    "term",
    [
        gram,
        lambda a: content_cost(activation(1), a),
        lambda a: style_cost(gram(activation(1)), gram(a), positions=20),
        total_variation,
    ],
    ids=["gram", "content", "style", "variation"],
)
def test_gradients_agree_with_finite_differences(term: Callable[[Tensor], Tensor]) -> None:
    assert torch.autograd.gradcheck(term, activation(2).requires_grad_())


def test_gram_gradient_is_right_for_a_gradient_that_is_not_symmetric() -> None:
    upstream = activation(3, 1, 3, 3)[0, 0]
    mine, plain = (activation(2).requires_grad_() for _ in range(2))
    (gram(mine) * upstream).sum().backward()
    rows = plain.flatten(2)[0]
    ((rows @ rows.t()) * upstream).sum().backward()
    torch.testing.assert_close(mine.grad, plain.grad)


def test_gram_of_a_channels_last_activation_and_its_gradient_stay_channels_last() -> None:
    a = activation(4).contiguous(memory_format=torch.channels_last).requires_grad_()
    gram(a).sum().backward()
    assert a.grad is not None
    assert a.grad.is_contiguous(memory_format=torch.channels_last)


def test_gram_of_bfloat16_is_rounded_once_after_the_sum() -> None:
    a = activation(5, 4, 64, 64).abs().to(torch.bfloat16)
    matrix = gram(a)
    assert matrix.dtype == torch.float32
    torch.testing.assert_close(matrix, gram(a.float()), rtol=2**-8, atol=0)


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_gram_does_not_depend_on_the_order_of_positions(seed: int) -> None:
    a = activation(seed)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(seed))
    shuffled = a.flatten(2)[..., order].unflatten(2, (4, 5))
    torch.testing.assert_close(gram(shuffled), gram(a))


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6))
def test_gram_is_symmetric_and_positive_semi_definite(seed: int, channels: int) -> None:
    matrix = gram(activation(seed, channels, 2, 2))
    torch.testing.assert_close(matrix, matrix.t())
    assert torch.linalg.eigvalsh(matrix).min().item() > -1e-9


def test_a_picture_costs_nothing_against_itself() -> None:
    a = activation(6)
    assert content_cost(a, a).item() == 0
    assert style_cost(gram(a), gram(a), positions=20).item() == 0


def test_total_variation_is_the_sum_of_squared_steps_in_both_directions() -> None:
    picture = torch.tensor([[[[0.0, 1.0], [3.0, 3.0]]]])
    assert total_variation(picture).item() == 1 + 0 + 9 + 4


def test_total_cost_weighs_each_term_once() -> None:
    terms = [torch.tensor(value) for value in (1.0, 10.0, 100.0, 1000.0)]
    cost = total_cost(terms, alpha=2, beta=3, lambdas=(4, 5), variation=6)
    assert cost.item() == 2 * 1 + 3 * 4 * 10 + 3 * 5 * 100 + 6 * 1000
