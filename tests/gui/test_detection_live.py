from __future__ import annotations

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from viz_app.core.raw_boxes import RawBoxes
from viz_app.gui.panels.detection import dialogs
from viz_app.gui.panels.detection.panel import DetectionPanel
from viz_app.labs.detection import jobs
from viz_app.labs.detection.presenter import DetectionPresenter

LABS = ((DetectionPresenter, DetectionPanel),)


@pytest.fixture
def film(tmp_path):
    """A clip of forty seconds whose frames become lighter."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (64, 48))
    for i in range(1000):
        writer.write(np.full((48, 64, 3), i // 4, np.uint8))
    writer.release()
    return path


class Detector:
    """Finds one box in every frame."""

    def raw(self, pixels, size, check=None, fitting="stretch"):
        one, zero = np.ones(1, np.float32), np.zeros((1, 2), np.int32)
        return RawBoxes(
            np.array([[4, 4, 40, 40]], np.float32), one, one[:, None], one, zero[:, 0], zero,
            zero[:, 0], np.ones((1, 2), np.float32), np.zeros((1, 4), np.float32), ("dog",), size,
        )  # fmt: skip


@pytest.fixture
def program(start_house, qtbot, monkeypatch, film):
    monkeypatch.delenv("VIZ_APP_WEIGHTS", raising=False)
    monkeypatch.setattr(jobs, "detector_for", lambda *_: Detector())
    monkeypatch.setattr("viz_app.files.weights.WeightsStore.is_present", lambda *_: True)
    monkeypatch.setattr(dialogs, "ask_for_film", lambda parent: film)
    program = start_house(LABS)
    qtbot.waitUntil(lambda: program.keeper.shelf.current() is not None)
    program.window.rooms["detection"].presenter.edited("view", "live")
    return program


def press(qtbot, page, text):
    button = next(b for b in page.buttons if b.action_shown.text == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_film_runs_is_paused_stopped_and_its_frame_taken(program, qtbot):
    room = program.window.rooms["detection"]
    page, live = room.panel.live, room.presenter.live
    qtbot.waitUntil(page.isVisible)
    assert "never late" in page.canvas.placeholder
    press(qtbot, page, "Watch a film…")
    qtbot.waitUntil(lambda: page.canvas.picture_size == (64, 48))
    qtbot.waitUntil(lambda: live._watching.last.frame.number > 3)
    assert "1 box" in page.summary.text()
    assert page.facts.text().partition(" s")[0].endswith("of 40.0")
    press(qtbot, page, "Pause the film")
    assert page.summary.text().startswith("paused")
    number = live._watching.last.frame.number
    press(qtbot, page, "Go on")
    qtbot.waitUntil(lambda: live._watching.last.frame.number > number + 3)
    press(qtbot, page, "Take this frame")
    qtbot.waitUntil(lambda: "pasted" in program.keeper.document.desk.image)
    press(qtbot, page, "Stop watching")
    assert page.summary.text().startswith("ended")
    assert not next(b for b in page.buttons if "Stop" in b.text()).isEnabled()
    qtbot.waitUntil(lambda: not program.keeper.runner.activities)


def test_leaving_the_view_stops_the_film(program, qtbot, film):
    room = program.window.rooms["detection"]
    room.presenter.live.start(film)
    source = room.presenter.live._watching.source
    qtbot.waitUntil(lambda: source._thread is not None)
    room.presenter.edited("view", "iou")
    qtbot.waitUntil(lambda: not source._thread.is_alive())


def test_without_a_webcam_the_message_bar_says_so(program, qtbot, monkeypatch):
    class Nothing:
        def __init__(self, source):
            self.source = source

        def isOpened(self):
            return False

        def release(self):
            """It was never held."""

    monkeypatch.setattr(cv2, "VideoCapture", Nothing)
    page = program.window.rooms["detection"].panel.live
    press(qtbot, page, "Watch the webcam")
    qtbot.waitUntil(lambda: "plug one in" in program.window.message_bar.sentence)
