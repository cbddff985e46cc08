"""Our Adam is torch's."""

from __future__ import annotations

import torch

from viz_app.compute.adam import Adam


def test_it_takes_the_steps_of_torchs_own() -> None:
    random = torch.Generator().manual_seed(0)
    x = torch.rand(3, 5, generator=random)
    theirs = x.clone().requires_grad_()
    optimiser, ours = torch.optim.Adam([theirs], lr=0.1), Adam()
    for _ in range(30):
        slope = torch.randn(3, 5, generator=random)
        theirs.grad = slope.clone()
        optimiser.step()
        x -= 0.1 * ours.step_of(slope)
    torch.testing.assert_close(x, theirs.detach(), rtol=1e-5, atol=1e-6)


def test_what_it_has_learnt_goes_along_to_another_device() -> None:
    moved, stayed = Adam(), Adam()
    for step in range(4):
        if step == 2:
            moved.to(torch.device("cpu"))
        slope = torch.full((2,), float(step + 1))
        assert torch.equal(moved.step_of(slope), stayed.step_of(slope))
