import ast
from dataclasses import replace

import numpy as np
import pytest
from PIL import ExifTags, Image

from tests.labs.convolution_kit import Desk, photo
from tests.programs import printed

pytest.importorskip("torch", reason="the programs are PyTorch's")

STROKES = ((0.1, 0.5, 0.9, 0.5), (0.4, 0.1, 0.4, 0.8))
LESSONS = {
    "edges": {"wanted": "Scharr vertical", "rate": 0.02},
    "larger": {"learned_taps": 5, "optimiser": "momentum", "rate": 0.1},
    "a channel": {"channel": "blue", "optimiser": "plain", "rate": 0.3},
    "drawn": {"target": "drawn", "drawing": STROKES, "channel": "rgb"},
}


@pytest.fixture
def saved(tmp_path):
    """A photo on its side, as a telephone saves it, and upright as the program opens it."""
    upright = photo(700, 20)  # wider than what is learned from
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    path = tmp_path / "cat.png"
    Image.fromarray(np.rot90(upright.pixels)).save(path, exif=exif)
    return replace(upright, ref=str(path))


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_program_goes_down_the_loss_of_the_screen(saved, lesson):
    desk = Desk(saved).edit(view="learn", **LESSONS[lesson])
    learn = desk.presenter.learn
    learn.toggle()
    ours = {step: loss for step, loss in learn._losses if step % 100 == 0}
    *told, kernel = printed(desk.presenter.snippet()).splitlines()
    theirs = {int(words[1]): float(words[3]) for words in map(str.split, told)}
    common = sorted(ours.keys() & theirs.keys())
    assert common[:3] == [0, 100, 200]
    for step in common:
        assert theirs[step] == pytest.approx(ours[step], rel=1e-3, abs=1e-6 * ours[0])
    assert np.array(ast.literal_eval(kernel)).shape == learn.newest.kernel.shape


def test_a_cancelled_target_is_made_again_when_learning_is_asked_for():
    desk = Desk(photo())
    desk.runner.is_held = True
    desk.edit(view="learn")
    desk.runner.held.clear()  # the user cancelled it
    desk.runner.is_held = False
    desk.presenter.learn.toggle()
    assert desk.presenter.learn.newest is not None
