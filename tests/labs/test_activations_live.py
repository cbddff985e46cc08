"""A film through a layer: each frame brings its channels, and stands in the photo's place."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

pytest.importorskip("torch", reason="a small network looks at the frames")

from tests.labs.activations_kit import RED, lab, picture, small_lab
from viz_app.engine.engine import Turn
from viz_app.engine.mailbox import Mailbox
from viz_app.files.video import LatestFrame
from viz_app.labs.activations.live import LANE, watch
from viz_app.labs.activations.scene import ActivationsScene, resolve

FRAMES = 6


@pytest.fixture
def film(tmp_path):
    """Squares of 224 pixels; a red square walks down by 20 pixels a frame."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 100, (224, 224))
    for i in range(FRAMES):
        frame = np.zeros((224, 224, 3), np.uint8)
        frame[20 * i : 20 * i + 40, 100:140, 2] = 255  # blue, green, red
        writer.write(frame)
    writer.release()
    return path


small = pytest.fixture(small_lab)


def top_of(maps):
    return int(np.flatnonzero(maps.max(1) > 0.5)[0])


def test_every_frame_is_looked_at_as_the_scene_says_at_that_moment(small, film):
    scene = resolve(ActivationsScene(layer="conv1", order="strongest", is_beside=True))
    wish, source = Mailbox(scene), LatestFrame(film, is_paced=False)
    found = {}
    for step in watch(small.house.weights, source, wish)(Turn(small.house.runner.engine)):
        if step is not None:
            found[step.frame.number] = step
            wish.post(resolve(replace(scene, layer="conv2")) if step.frame.number >= 2 else scene)
    assert list(found) == list(range(FRAMES))
    assert [step.seen.look.layer for step in found.values()] == ["relu1"] * 3 + ["relu2"] * 3
    assert [top_of(found[i].seen.maps[0]) for i in (0, 1, 2)] == pytest.approx([0, 20, 40], abs=2)
    assert found[0].tiles.order[0] == 0
    assert len(found[0].beside) == 3


def test_when_the_film_is_over_its_last_frame_can_be_asked_like_a_photo(small, film):
    small.mosaic.live.start(film)
    shown = small.view.mosaic.last["channel"]
    assert top_of(shown.map) == pytest.approx(20 * (FRAMES - 1), abs=2)
    assert small.view.mosaic.last["facts"].startswith("ended · ")
    small.layer_chosen("conv2")
    assert small.mosaic.seen.look.image == f"frame {FRAMES - 1} of film.avi"
    assert small.mosaic.seen.look.layer == "relu2"


def test_a_frame_of_the_layer_before_is_not_taken_for_one_of_the_layer_now(small, film):
    wish, source = Mailbox(small.scene), LatestFrame(film, is_paced=False)
    late = next(watch(small.house.weights, source, wish)(Turn(small.house.runner.engine)))
    source.close()
    small.house.runner.is_held = True
    small.mosaic.live.start(film)
    small.change(layer="conv2", channel=1)
    small.mosaic.live._watching._on_step(late)
    assert small.mosaic.seen is None
    small.change(layer="conv1")
    assert small.mosaic.seen is late.seen


def test_stop_brings_the_photo_back(small, film):
    small.mosaic.live.start(film)
    small.mosaic.live.stop()
    assert small.view.mosaic.last["channel"].map[RED].min() == 1
    live = small.view.mosaic.last["live"]
    assert (live.is_on, live.words) == (False, "")


def test_another_image_another_view_and_another_lab_let_the_webcam_go(small):
    def leave_view():
        small.edited("view", "optimised")

    def choose():
        small.house.pictures.shown = picture("other.png")
        small.show(small.scene, small.house.pictures.current())

    def choose_a_network_that_is_not_here():
        small.house.weights.is_here = False
        small.edited("network", "alexnet")
        small.house.weights.is_here = True

    for let_go in (leave_view, small.leave, choose, choose_a_network_that_is_not_here):
        small.change(view="mosaic")
        small.house.runner.is_held = True
        small.mosaic.live.start(0)
        small.house.runner.is_held = False
        assert small.mosaic.live.is_on
        let_go()
        assert not small.mosaic.live.is_on


def test_without_its_network_the_network_is_offered_and_nothing_is_watched(monkeypatch, tmp_path):
    presenter = lab(tmp_path, is_here=False)
    presenter.mosaic.live.start(0)
    assert presenter.offered == ["vgg16"]
    assert LANE not in presenter.house.runner.lanes
