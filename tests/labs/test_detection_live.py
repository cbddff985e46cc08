from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.labs.test_detection_presenter import Desk
from viz_app.core.errors import ImageError
from viz_app.core.raw_boxes import RawBoxes
from viz_app.engine.engine import Failure
from viz_app.engine.mailbox import Mailbox
from viz_app.files.video import LatestFrame
from viz_app.labs.detection import jobs, live
from viz_app.labs.detection.live import LIVE_LANE
from viz_app.labs.detection.scene import DetectionScene


@pytest.fixture
def film(tmp_path):
    """Twenty frames; a white square walks from left to right."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 100, (96, 64))
    for i in range(20):
        frame = np.zeros((64, 96, 3), np.uint8)
        frame[20:40, 3 * i : 3 * i + 20] = 255
        writer.write(frame)
    writer.release()
    return path


class Detector:
    """Finds the white square, and with a low score the whole picture."""

    def __init__(self, name):
        self.name = name

    def raw(self, pixels, size, check=None, fitting="stretch"):
        ys, xs = np.nonzero(pixels[..., 0] > 128)
        square = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
        boxes = np.array([square, [0, 0, 96, 64]], np.float32)
        scores, zero = np.array([0.9, 0.2], np.float32), np.zeros((2, 2), np.int32)
        return RawBoxes(
            boxes, scores, np.ones((2, 1), np.float32), scores, zero[:, 0], zero, zero[:, 0],
            np.ones((2, 2), np.float32), np.zeros((2, 4), np.float32), (self.name,), size,
        )  # fmt: skip


class Turn:
    device = "cpu"

    def check(self):
        """It is wanted."""


@pytest.fixture(autouse=True)
def detectors(monkeypatch):
    monkeypatch.setattr(jobs, "detector_for", lambda turn, store, name: Detector(name))


def watched(film, scene=None):
    source = LatestFrame(film, is_paced=False)
    wish = Mailbox(scene or DetectionScene())
    return source, wish, live.watch(None, source, wish)(Turn())


def test_each_frame_is_looked_at_and_the_boxes_follow(film):
    source, _wish, steps = watched(film)
    seen = {step.frame.number: step for step in steps if step is not None}
    assert list(seen) == list(range(20))
    for number, step in seen.items():
        assert step.raw.boxes[0] == pytest.approx([3 * number, 20, 3 * number + 20, 40], abs=2)
    assert seen[19].fps > 0
    assert not source._thread.is_alive()


def test_the_scene_is_read_anew_for_each_frame(film):
    _source, wish, steps = watched(film)
    assert next(s for s in steps if s is not None).raw.names == ("yolov4_tiny",)
    wish.post(DetectionScene(detector="yolov2_tiny"))
    later = [s for s in steps if s is not None]
    assert later[-1].raw.names == ("yolov2_tiny",)


def test_a_cancelled_job_lets_go_of_the_film(film):
    source, _wish, steps = watched(film)
    next(steps)
    steps.close()
    assert not source._thread.is_alive()


class Runner:
    """Keeps jobs; a test makes their steps."""

    def __init__(self):
        self.calls, self.clients = [], {}

    def run(self, lane, job, **client):
        self.calls.append(("run", lane))
        self.clients[lane] = client

    def __getattr__(self, name):
        return lambda lane: self.calls.append((name, lane))


@pytest.fixture
def desk():
    desk = Desk()
    desk.runner.__class__ = type("Both", (Runner,), {})
    desk.runner.__dict__.clear()
    desk.runner.__init__()
    desk.presenter.edited("view", "live")
    return desk


def shown(desk):
    return desk.view.last("show_live")[0]


def step(desk, film, number=3):
    """The job hands out a frame."""
    _source, _wish, steps = watched(film)
    frame = next(s for s in steps if s is not None and s.frame.number >= number)
    steps.close()
    desk.runner.clients[LIVE_LANE]["on_step"](frame)
    return frame


def test_at_first_the_view_says_how_to_begin(desk):
    assert (shown(desk).pixels, shown(desk).is_running) == (None, False)
    assert desk.presenter.is_settled()
    assert desk.presenter.numbers() == {}
    compile(desk.presenter.snippet(), "<live>", "exec")


def test_a_frame_is_shown_with_its_boxes_and_sliders_act_on_it(desk, film):
    desk.presenter.live.start(film)
    frame = step(desk, film)
    assert shown(desk).pixels is frame.frame.pixels
    assert shown(desk).boxes.labels == ("yolov4_tiny .90",)
    assert "dropped · 1 box" in shown(desk).summary
    desk.presenter.edited("p_c", 0.1)
    assert len(shown(desk).boxes.corners) == 2
    assert desk.presenter.numbers()["scores"] == pytest.approx([0.9, 0.2])
    assert "torch.tensor" in desk.presenter.snippet()


def test_pause_and_stop(desk, film):
    part = desk.presenter.live
    part.start(film)
    step(desk, film)
    part.pause_toggled()
    assert shown(desk).summary.startswith("paused")
    part.pause_toggled()
    part.stop()
    assert desk.runner.calls == [(word, LIVE_LANE) for word in ("run", "pause", "resume", "cancel")]
    assert shown(desk).summary.startswith("ended")
    part.pause_toggled()
    part.stop()
    assert len(desk.runner.calls) == 4


@pytest.mark.parametrize("leave", ["view", "lab", "close"])
def test_a_webcam_that_is_not_looked_at_is_let_go(desk, leave):
    desk.presenter.live.start(live.WEBCAM)
    if leave == "view":
        desk.presenter.edited("view", "iou")
    else:
        (desk.presenter.leave if leave == "lab" else desk.presenter.close)()
    assert desk.runner.calls[-1] == ("cancel", LIVE_LANE)
    assert not desk.presenter.live.is_running


def test_no_webcam_is_one_sentence(desk):
    desk.presenter.live.start(live.WEBCAM)
    error = ImageError("No webcam answers.")
    desk.runner.clients[LIVE_LANE]["on_failed"](Failure(error, "", False))
    assert desk.speaker.sentences[-1] == "No webcam answers."
    assert not shown(desk).is_running


def test_a_missing_detector_is_offered(film):
    desk = Desk(is_here=False)
    desk.presenter.edited("view", "live")
    offer = desk.view.last("show_offer")[0]
    assert "webcam" in offer.sentence
    assert not offer.has_example
    desk.presenter.live.start(film)
    assert desk.offered == ["yolov4_tiny"]
    assert desk.runner.runs == 0


def test_the_end_of_a_film_leaves_its_last_frame_and_it_can_begin_again(desk, film):
    part = desk.presenter.live
    part.start(film)
    frame = step(desk, film)
    desk.runner.clients[LIVE_LANE]["on_done"](frame)
    assert shown(desk).pixels is frame.frame.pixels
    assert not part.is_running
    desk.presenter.find_again()
    assert part.is_running


def test_a_frame_can_be_taken_as_the_current_image(desk, film):
    kept = []
    desk.pictures.open_bytes = lambda read, name: kept.append((read(), name))
    desk.presenter.live.frame_taken()
    assert kept == []
    desk.presenter.live.start(film)
    step(desk, film)
    desk.presenter.live.frame_taken()
    data, name = kept[0]
    assert data.startswith(b"\x89PNG")
    assert name.startswith("frame ")
