import ast
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.labs.convolution_kit import Desk, photo
from tests.programs import printed as run

pytest.importorskip("torch", reason="the programs are PyTorch's")

CASES = {
    "example": {"example": "vertical_edge"},
    "strided": {"example": "strided"},
    "turned": {"example": "true_convolution"},
    "rgb": {"example": "rgb"},
    "max pool": {"example": "max_pool"},
    "average pool": {"example": "average_pool"},
    "signal": {"example": "signal"},
    "transposed": {"example": "transposed"},
    "same, even kernel": {"padding": "same", "taps_y": 2, "taps_x": 4},
    "full": {"padding": "full"},
    "mirror": {"padding": "same", "fill": "reflect"},
    "edge": {"padding": "same", "fill": "replicate"},
    "wrap": {"padding": "same", "fill": "circular"},
    "each side": {"before_y": 2, "after_x": 1, "stride_y": 2, "dilation_x": 2},
    "bias and relu": {"has_bias": True, "relu": True},
    "depthwise": {"source": "random", "channels": 4, "filters": 4, "groups": 4},
    "groups": {"source": "random", "channels": 4, "filters": 6, "groups": 2},
    "max pool, padded": {"example": "max_pool", "pad": 1, "dilation": 2, "taps": 2, "stride": 1},
    "mean without padding": {"example": "average_pool", "pad": 1, "count_ghosts": False},
    "global max": {"kind": "global_max"},
    "global mean": {"kind": "global_average"},
    "transposed groups": {
        "source": "random", "channels": 4, "filters": 2, "groups": 2, "kind": "transposed",
        "stride": 3, "taps": 2, "padding": "same", "has_bias": True,
    },
    "volume": {"dimensions": 3, "filters": 2, "taps": 3, "kind": "convolve"},
}  # fmt: skip


@pytest.fixture(scope="module")
def printed():
    """What each program prints; all run in one process, as each needs a second for torch."""
    programs, layers = [], {}
    for name, fields in CASES.items():
        desk = Desk().edit(**fields)
        assert not desk.speaker.sentence, (name, desk.speaker.sentence)
        layers[name] = desk.layer
        programs.append(desk.presenter.snippet())
    answers = [
        ast.literal_eval(line) for line in run("\n".join(programs), is_alone=True).splitlines()
    ]
    return {name: (layers[name], answer) for name, answer in zip(CASES, answers, strict=True)}


@pytest.mark.parametrize("name", CASES)
def test_the_program_prints_the_numbers_on_the_screen(printed, name):
    layer, answer = printed[name]
    array = np.array(answer)
    assert array.shape == layer.a.shape
    if layer.a.dtype == np.int64:
        assert array.dtype == np.int64
        assert np.array_equal(array, layer.a)
    else:
        np.testing.assert_allclose(array, layer.a, rtol=1e-12)


def test_a_program_of_a_crop_carries_the_pixels():
    desk = Desk(photo()).edit(source="photo", channel="rgb", cells_x=5, cells_y=5)
    answer = ast.literal_eval(run(desk.presenter.snippet()))
    assert np.array_equal(np.array(answer), desk.layer.a)


def test_the_program_of_the_photo_prints_its_size_and_range(tmp_path):
    picture = photo()
    path = tmp_path / "cat.png"
    Image.fromarray(picture.pixels).save(path)
    desk = Desk(replace(picture, ref=str(path))).edit(view="photo", kernel="Sobel vertical")
    words = run(desk.presenter.snippet())
    z = desk.presenter.photo.filtered.z
    height, width, low, high = ast.literal_eval(words)
    assert (height, width) == z.shape[1:]
    np.testing.assert_allclose((low, high), (z.min(), z.max()), rtol=1e-5)


@pytest.mark.parametrize("fields", [{}, {"padding": "same", "stride": 2, "cells_x": 9}])
def test_the_program_of_the_comparison_prints_both_ways_round(fields):
    desk = Desk().edit(example="true_convolution", **fields).edit(view="compare")
    lines = run(desk.presenter.snippet()).splitlines()
    numbers = desk.presenter.numbers()
    assert ast.literal_eval(lines[1].removeprefix("convolution ")) == (
        numbers["convolution"][0].tolist()
    )
    assert lines[3] == "equal"
    assert lines[5] == "different"


def test_the_program_of_learning_finds_the_kernel(tmp_path):
    picture = photo()
    path = tmp_path / "cat.png"
    Image.fromarray(picture.pixels).save(path)
    desk = Desk(replace(picture, ref=str(path))).edit(view="learn")
    *_losses, kernel = run(desk.presenter.snippet()).splitlines()
    sobel = [[1, 0, -1], [2, 0, -2], [1, 0, -1]]
    assert np.abs(np.array(ast.literal_eval(kernel)) - sobel).max() < 0.02
