from __future__ import annotations

import numpy as np
import pytest
import torch

from viz_app.compute.classify import centre_crop, classify
from viz_app.core.errors import NotFinite
from viz_app.core.layers import Layer, Network
from viz_app.files.images import open_image
from viz_app.files.resources import resource
from viz_app.nets.build import build
from viz_app.nets.published import load_published


def toy():
    """A classifier that sees the mean colour: class 3 likes red, 4 and 5 a little less."""
    layers = (
        Layer("pool", "adaptive_avg_pool"),
        Layer("flat", "flatten"),
        Layer("out", "linear", channels=1000),
    )
    net = build(Network("toy", "Toy", (3, 224, 224), layers)).eval().requires_grad_(False)
    for p in net.parameters():
        p.zero_()
    net.get_parameter("out.weight")[3:6, 0] = torch.tensor([9.0, 8.0, 7.0])
    return net


RED = np.zeros((60, 90, 3), np.uint8) + np.array([255, 0, 0], np.uint8)


def test_guesses_come_best_first_with_their_names():
    guesses = classify(toy(), RED, top=3)
    assert [guess.index for guess in guesses] == [3, 4, 5]
    assert guesses[0].label == "tiger shark"
    total = np.exp([9, 8, 7]).sum() + 997
    assert guesses[0].probability == pytest.approx(np.exp(9) / total, rel=1e-4)
    assert not torch.is_inference_mode_enabled()


def test_an_answer_that_is_not_finite_is_told():
    net = toy()
    net.get_parameter("out.bias")[0] = float("nan")
    with pytest.raises(NotFinite):
        classify(net, RED)


def test_classify_can_be_cancelled():
    def check():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        classify(toy(), RED, check=check)


def test_the_crop_is_the_middle_of_the_shrunken_picture():
    pixels = np.zeros((512, 1024, 3), np.uint8)
    pixels[32:480, 288:736] = 255  # exactly what 224 of 256 shows of it
    crop = centre_crop(pixels)
    assert crop.shape == (1, 3, 224, 224)
    assert float(crop[..., 2:-2, 2:-2].min()) == 1
    assert float(crop[..., 0].mean()) < 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 20_000), (20_000, 1), (3, 7), (5000, 9)])
def test_pictures_of_any_proportions_are_cropped(shape):
    crop = centre_crop(np.full((*shape, 3), 200, np.uint8))
    assert crop.shape == (1, 3, 224, 224)
    assert torch.allclose(crop, torch.tensor(200 / 255))


def test_an_elongated_picture_shows_its_middle():
    pixels = np.zeros((10, 1001, 3), np.uint8)
    pixels[:, 495:506] = 255
    assert float(centre_crop(pixels)[..., 100:124].min()) == 1
    pixels[:, 495:506] = 0
    pixels[:, :400] = 255
    assert float(centre_crop(pixels).max()) == 0


@pytest.mark.weights
@pytest.mark.parametrize(
    ("name", "label", "probability"),
    # the originals give .71 and .99
    [("chelsea.jpg", "Egyptian cat", 0.71), ("coffee.jpg", "espresso", 0.99)],
)
def test_mobilenet_v2_names_what_the_samples_show(published, name, label, probability):
    pixels = open_image(resource("images", name)).pixels
    best = classify(load_published("mobilenet_v2", published), pixels)[0]
    assert best.label == label
    assert best.probability == pytest.approx(probability, abs=0.05)
