from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from viz_app.core.mtcnn import Cascade, Level, Windows
from viz_app.gui.panels.detection.faces_page import heat_image
from viz_app.gui.panels.detection.panel import DetectionPanel
from viz_app.labs.detection import jobs
from viz_app.labs.detection.presenter import DetectionPresenter

LABS = ((DetectionPresenter, DetectionPanel),)


def cascade():
    """One face of two proposals, in a pyramid of two copies."""
    boxes = np.array([[20.0, 20, 60, 60], [100, 20, 130, 50]])
    cells, offsets = np.zeros((2, 2), np.int64), np.zeros((2, 4))
    windows = Windows(boxes, np.array([0.95, 0.65]), np.array([0, 1]), cells, offsets)
    heat = np.linspace(0, 1, 20, dtype=np.float32).reshape(4, 5)
    levels = (Level(0.6, (270, 180), heat), Level(0.4, (180, 120), heat))
    points = np.full((2, 5, 2), 40.0)
    return Cascade(
        (451, 300), 20, levels, windows, windows, boxes, np.array([0.99, 0.4]), boxes,
        np.array([0.98, -1]), boxes, points,
    )  # fmt: skip


@pytest.fixture
def room(start_house, qtbot, monkeypatch):
    monkeypatch.delenv("VIZ_APP_WEIGHTS", raising=False)
    monkeypatch.setattr(jobs, "find_faces", lambda *_: lambda turn: cascade())
    monkeypatch.setattr("viz_app.files.weights.WeightsStore.is_present", lambda *_: True)
    program = start_house(LABS)
    room = program.window.rooms["detection"]
    qtbot.waitUntil(lambda: program.keeper.shelf.current() is not None)
    room.presenter.edited("view", "faces")
    qtbot.waitUntil(lambda: room.presenter.faces.shown is not None)
    return room


def click(qtbot, widget, at=None):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())


def test_the_steps_are_walked_by_buttons_and_segments(room, qtbot):
    page = room.panel.faces
    assert "1 face:" in page.summary.text()
    back, step = page._buttons
    click(qtbot, back)
    assert room.presenter.scene.face_stage == "refined"
    click(qtbot, step)
    assert room.presenter.scene.face_stage == "onet"
    click(qtbot, page.stages.buttons._group.button(3))
    assert "1 of 2 a score above .70" in page.summary.text()
    assert "<b>1" in page.funnel.text()


def test_a_copy_of_the_pyramid_is_chosen_by_mouse_and_keys(room, qtbot):
    page = room.panel.faces
    assert page.levels.count() == 3
    item = page.levels.item(2)
    click(qtbot, page.levels.viewport(), page.levels.visualItemRect(item).center())
    assert (room.presenter.scene.level, room.presenter.scene.face_stage) == (1, "pnet")
    qtbot.keyClick(page.levels, Qt.Key.Key_Up)
    assert room.presenter.scene.level == 0
    assert "copy 1: 1 windows of 20×20" in page.summary.text()


def test_a_threshold_acts_without_a_job(room, qtbot, monkeypatch):
    page = room.panel.faces
    monkeypatch.setattr(
        room.presenter.house.runner, "run", lambda *_, **__: pytest.fail("ran again")
    )
    qtbot.keyClick(room.controls.widgets["o_net"].slider, Qt.Key.Key_End)
    assert room.presenter.scene.o_net == 1
    assert "no face" in page.summary.text()


def test_heat_covers_more_where_a_face_is_likelier(room):
    image = heat_image(np.array([[0.0, 0.5, 1.0]], np.float32), room.panel.theme)
    alphas = [image.pixelColor(x, 0).alpha() for x in range(3)]
    assert alphas[0] == 0
    assert alphas[0] < alphas[1] < alphas[2] < 255


def test_landmarks_are_painted_on_the_face(room, qtbot):
    page = room.panel.faces
    with_points = page.canvas.grab().toImage()
    room.presenter.edited("face_stage", "refined")
    spot = page.canvas.to_widget().map(40.0, 40.0)
    without = page.canvas.grab().toImage()
    at = (round(spot[0]), round(spot[1]))
    assert with_points.pixelColor(*at) == page._theme.colour("output")
    assert without.pixelColor(*at) != page._theme.colour("output")
