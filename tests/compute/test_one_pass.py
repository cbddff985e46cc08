from __future__ import annotations

import numpy as np
import pytest

from viz_app.compute import one_pass
from viz_app.core.errors import NotFinite, WeightsError, WeightsMissing
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore

RNG = np.random.default_rng(3)


def as_it_was(**arrays):
    """A painter that leaves the picture alone."""
    return arrays["content"] if "content" in arrays else arrays["image"]


def photo(height, width):
    return RNG.integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", [(384, 200), (100, 384), (384, 384), (1, 384)])
def test_a_picture_keeps_its_shape_and_its_pixels_stay_in_place(size):
    pixels = photo(*size)
    painted = one_pass.paint(as_it_was, pixels, np.zeros(100, np.float32))
    np.testing.assert_array_equal(painted, pixels)


def test_a_larger_picture_is_painted_at_384_px():
    painted = one_pass.paint(as_it_was, photo(800, 400), np.zeros(100, np.float32))
    assert painted.shape == (384, 192, 3)


def test_strength_goes_from_the_contents_code_to_the_weighted_styles():
    a, b, content = (np.full(100, value, np.float32) for value in (1, 5, 3))
    assert one_pass.mixed([a, b], [3, 1], content, 1)[0] == 2
    assert one_pass.mixed([a, b], [3, 1], content, 0)[0] == 3
    assert one_pass.mixed([a], [9], content, 0.5)[0] == 2
    with pytest.raises(ValueError, match="positive"):
        one_pass.mixed([a], [0], content, 1)


def test_the_26_weights_reach_the_network_as_shares():
    seen = {}

    def network(**arrays):
        seen.update(arrays)
        return arrays["image"]

    weights = np.zeros(26, np.float32)
    weights[[2, 7]] = 3, 1
    painted = one_pass.paint_mixed(network, photo(64, 32), weights, 64)
    assert painted.shape == (64, 32, 3)
    assert (seen["weights"][2], seen["weights"][7], seen["weights"].sum()) == (0.75, 0.25, 1)
    with pytest.raises(ValueError, match="26"):
        one_pass.paint_mixed(network, photo(64, 32), np.zeros(26, np.float32), 64)


def test_what_is_not_finite_is_never_a_picture():
    def broken(**arrays):
        return np.full((1, 384, 384, 3), np.nan, np.float32)

    with pytest.raises(NotFinite):
        one_pass.paint(broken, photo(384, 384), np.zeros(100, np.float32))


def test_a_file_that_is_no_network_is_refused_with_a_sentence():
    with pytest.raises(WeightsError, match="fetch it again"):
        one_pass.load(b"not a network")


@pytest.mark.weights
def test_the_published_networks_paint_and_the_contents_own_code_changes_little():
    store = WeightsStore()
    try:
        predict, transform = (
            one_pass.load(store.read("arbitrary_style", f"arbitrary_{part}.onnx"), 2)
            for part in ("predict", "transform")
        )
        many = one_pass.load(store.read("multistyle26"), 2)
    except WeightsMissing as missing:
        pytest.skip(str(missing))
    content, style = (sample(name).pixels for name in ("coffee", "night"))
    own, code = (one_pass.style_code(predict, pixels) for pixels in (content, style))
    plain, painted = (one_pass.paint(transform, content, c).astype(int) for c in (own, code))
    before = one_pass.paint(as_it_was, content, own).astype(int)
    assert abs(plain - before).mean() < 0.6 * abs(painted - before).mean()
    weights = np.eye(26, dtype=np.float32)[5]
    assert one_pass.paint_mixed(many, content, weights, 128).std() > 20
