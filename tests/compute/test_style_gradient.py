"""The gradient by hand is that of the cost, and leaves nothing behind."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from viz_app.compute.style import cost
from viz_app.compute.style.gradient import Pull, gradient_of

ALPHA = 0.3


def net(x: Tensor) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(0)
    kernels = [torch.randn(shape, generator=random) / 3 for shape in ((6, 3, 3, 3), (8, 6, 3, 3))]
    a = torch.relu(torch.conv2d(x, kernels[0], padding=1))
    return a, torch.relu(torch.conv2d(torch.max_pool2d(a, 2), kernels[1], padding=1))


def picture(seed: int) -> Tensor:
    return torch.rand(1, 3, 16, 12, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("is_guided", [False, True])
@pytest.mark.parametrize("layers", [(0, 1), (0,), (1,)])
def test_it_is_the_derivative_of_the_cost(layers: tuple[int, ...], is_guided: bool) -> None:
    x, targets = picture(0).requires_grad_(), [a.detach() for a in net(picture(1))]
    guides = [torch.rand(a.shape[2:]) if is_guided else None for a in targets]
    grams = [cost.gram(cost.guided(a, t)) for a, t in zip(targets, guides, strict=True)]
    found = net(x)
    total = ALPHA * cost.content_cost(targets[0], found[0])
    pulls = {str(i): Pull(a) for i, a in enumerate(net(x))}
    pulls["0"].content, pulls["0"].alpha = targets[0], ALPHA
    for i in layers:
        gram = cost.gram(cost.guided(found[i], guides[i]))
        total = total + cost.style_cost(grams[i], gram, 9.5)
        pulls[str(i)].slope = cost.style_slope(grams[i], gram.detach(), 9.5)
        pulls[str(i)].guide = guides[i]
    (wanted,) = torch.autograd.grad(total, x)
    torch.testing.assert_close(gradient_of(pulls, x, lambda: None), wanted)


def test_what_nothing_draws_on_stands_still() -> None:
    x = picture(0).requires_grad_()
    pulls = {str(i): Pull(a) for i, a in enumerate(net(x))}
    assert not gradient_of(pulls, x, lambda: None).any()


def test_a_pass_that_is_cancelled_leaves_no_hook() -> None:
    x = picture(0).requires_grad_()
    pulls = {str(i): Pull(a, torch.eye(a.shape[1])) for i, a in enumerate(net(x))}

    def check() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gradient_of(pulls, x, check)
    assert not pulls["0"].a._backward_hooks
