"""Pictures in and out of a style run."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from viz_app.compute.style import pictures
from viz_app.core.errors import ShapeError


def test_the_longer_side_gets_the_size_and_thin_pictures_are_widened() -> None:
    assert pictures.shape_at(np.zeros((300, 600, 3), np.uint8), 256) == (128, 256)
    assert pictures.shape_at(np.zeros((4000, 1, 3), np.uint8), 256) == (256, 16)
    assert pictures.shape_at(np.zeros((1, 1, 3), np.uint8), 256) == (256, 256)


def test_a_picture_of_the_right_size_goes_in_and_out_unchanged() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    x = pictures.as_tensor(pixels, (20, 30))
    assert x.shape == (1, 3, 20, 30)
    assert x[0, 1, 2, 3].item() == pytest.approx(pixels[2, 3, 1] / 255)
    assert np.array_equal(pictures.as_pixels(x), pixels)


def test_scaling_stays_between_black_and_white() -> None:
    checks = (np.indices((40, 40)).sum(0) // 5 % 2 * 255).astype(np.uint8)
    x = pictures.as_tensor(np.stack([checks] * 3, -1), (64, 64))
    assert x.min() >= 0
    assert x.max() <= 1


def test_a_state_brings_back_the_exact_picture() -> None:
    x = pictures.noise((16, 24), seed=1)
    state = pictures.as_state(x, step=7)
    assert state.step == 7
    assert torch.equal(pictures.as_tensor(state.picture, (16, 24)), x)


def test_copies_that_leave_are_read_only_and_shared_with_nobody() -> None:
    x = pictures.noise((16, 16), seed=1)
    pixels, state = pictures.as_pixels(x), pictures.as_state(x, 0)
    before = state.picture.copy()
    x.zero_()
    assert np.array_equal(state.picture, before)
    assert pixels.any()
    assert not pixels.flags.writeable
    assert not state.picture.flags.writeable


def test_noise_depends_on_the_seed_alone() -> None:
    assert torch.equal(pictures.noise((16, 16), 3), pictures.noise((16, 16), 3))
    assert not torch.equal(pictures.noise((16, 16), 3), pictures.noise((16, 16), 4))


def test_what_is_no_picture_is_refused() -> None:
    for shape in ((4, 4), (4, 4, 4), (0, 4, 3)):
        with pytest.raises(ShapeError):
            pictures.as_tensor(np.zeros(shape, np.uint8), (16, 16))
