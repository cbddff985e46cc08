import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from viz_app.compute.learning import descend, pose
from viz_app.core.convolution.grids import KERNELS
from viz_app.core.errors import NotFinite, ShapeError
from viz_app.files.samples import sample

SOBEL = np.array(KERNELS["Sobel vertical"], dtype=float)


def edge_map(x, kernel):
    return F.conv2d(x[None, None], torch.from_numpy(kernel)[None, None])[0, 0]


@pytest.fixture(scope="module")
def photo():
    pixels = sample("chelsea").pixels
    return torch.from_numpy(pixels @ np.array([0.299, 0.587, 0.114]) / 255)


@pytest.fixture
def noise():
    return torch.rand(20, 24, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_sobels_numbers_are_found_back_to_within_one_per_cent(photo):
    problem = pose(photo, edge_map(photo, SOBEL), 3)
    for learned in itertools.islice(descend(problem, lambda: 0.05), 2000):
        if np.abs(learned.kernel - SOBEL).max() <= 0.01 * 2:
            break
    assert np.abs(learned.kernel - SOBEL).max() <= 0.01 * 2
    assert learned.step < 2000


@pytest.mark.parametrize("optimiser", ["plain", "momentum", "adam"])
def test_every_optimiser_lowers_the_loss(noise, optimiser):
    problem = pose(noise, edge_map(noise, SOBEL), 3)
    steps = list(itertools.islice(descend(problem, lambda: 0.05, optimiser), 300))
    assert steps[-1].loss < 0.2 * steps[0].loss
    assert [s.step for s in steps[:3]] == [0, 1, 2]


def test_loss_and_gradient_are_those_of_torch(noise):
    target = edge_map(noise, SOBEL)
    problem = pose(noise, target, 3)
    w = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)
    loss = F.mse_loss(F.conv2d(noise[None, None], w[None, None])[0, 0], target)
    loss.backward()
    flat = w.detach().numpy().reshape(-1)
    assert problem.loss(flat) == pytest.approx(loss.item(), rel=1e-10)
    np.testing.assert_allclose(problem.gradient(flat), w.grad.numpy().reshape(-1), rtol=1e-9)


def test_the_learning_rate_is_read_at_every_step(noise):
    problem = pose(noise, edge_map(noise, SOBEL), 3)
    rates = iter([0.1, 0.0, 0.0])
    steps = list(itertools.islice(descend(problem, lambda: next(rates), "plain"), 4))
    assert not np.array_equal(steps[0].kernel, steps[1].kernel)
    assert np.array_equal(steps[1].kernel, steps[3].kernel)


def test_a_rate_too_high_is_told_before_anything_overflows(noise):
    problem = pose(noise, edge_map(noise, SOBEL), 3)
    with pytest.raises(NotFinite, match="lower the learning rate"):
        list(itertools.islice(descend(problem, lambda: 50.0, "plain"), 500))


def test_a_target_of_another_size_is_refused(noise):
    with pytest.raises(ShapeError, match="target"):
        pose(noise, torch.zeros(3, 3), 3)


def test_a_photo_smaller_than_the_kernel_is_refused():
    with pytest.raises(ShapeError, match="larger"):
        pose(torch.zeros(4, 4), torch.zeros(1, 1), 5)
