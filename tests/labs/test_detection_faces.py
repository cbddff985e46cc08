from __future__ import annotations

import numpy as np
import pytest

from tests.labs.test_detection_presenter import PICTURE, Desk
from tests.programs import printed
from viz_app.core.errors import NotFinite
from viz_app.core.mtcnn import Cascade, Level, Windows
from viz_app.core.records import Picture
from viz_app.labs.detection import faces, jobs
from viz_app.labs.detection.faces_part import FACES_LANE
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.suppression import State


def cascade(size=(160, 120)):
    """Three proposals: a face, a second box within it, and one that R-Net refuses."""
    boxes = np.array([[20.0, 20, 60, 60], [22, 22, 58, 58], [100, 20, 130, 50]])
    windows = Windows(
        boxes,
        np.array([0.95, 0.8, 0.65]),
        np.array([0, 1, 1]),
        np.zeros((3, 2), np.int64),
        np.zeros((3, 4)),
    )
    levels = (
        Level(0.6, (96, 72), np.full((31, 43), 0.25, np.float32)),
        Level(0.3, (48, 36), np.full((13, 19), 0.5, np.float32)),
    )
    refined, outputs = np.array([0.99, 0.75, 0.55]), np.array([0.98, 0.9, 0.6])
    points = np.arange(30.0).reshape(3, 5, 2)
    return Cascade(
        size, 20, levels, windows, windows, boxes + 1, refined, boxes + 2, outputs, boxes + 3,
        points, (0.1, 0.2, 0.3),
    )  # fmt: skip


def look(**fields):
    return faces.look(cascade(), DetectionScene(view="faces", **fields))


def test_each_step_shows_what_it_leaves():
    shown = [look(face_stage=stage) for stage in faces.STAGES]
    assert [count for _, count in shown[0].counts] == [3, 3, 3, 2, 1, 1]
    kept = [int((s.boxes.states == State.KEPT).sum()) for s in shown]
    assert kept == [0, 3, 3, 2, 1, 1]
    gone = [int((s.boxes.states == State.REMOVED).sum()) for s in shown]
    assert gone == [0, 0, 0, 1, 1, 0]
    assert [len(s.points) for s in shown] == [0, 0, 0, 0, 0, 1]
    assert len({s.summary for s in shown}) == 6


def test_a_box_lies_where_its_step_moved_it():
    first = (20, 20, 60, 60)
    for stage, moved in (("proposed", 0), ("squared", 1), ("rnet", 1), ("refined", 2), ("onet", 3)):
        shown = look(face_stage=stage)
        boxes = shown.boxes.corners[shown.boxes.states == State.KEPT].tolist()
        assert [c + moved for c in first] in boxes, stage


def test_what_a_step_refuses_is_dashed_where_that_step_saw_it():
    for stage, refused in (("rnet", (101, 21, 131, 51)), ("refined", (23, 23, 59, 59))):
        shown = look(face_stage=stage)
        gone = shown.boxes.corners[shown.boxes.states == State.REMOVED].tolist()
        assert gone == [list(refused)], stage


def test_thresholds_act_and_the_best_face_bears_its_score():
    assert look().boxes.labels[-1] == "face .98"
    assert look(shows_scores=False).boxes.labels[-1] == ""
    assert look(o_net=0.99).summary.startswith("no face")
    assert [count for _, count in look(p_net=0.9).counts] == [1, 1, 1, 1, 1, 1]


def test_a_chosen_copy_shows_its_own_windows_and_heat():
    shown = look(face_stage="pnet", level=1)
    assert len(shown.boxes.ids) == 2
    assert shown.heat.shape == (13, 19)
    left, top, right, bottom = shown.heat_frame
    # the first window's middle half: pixels 5 to 7 of the copy, which is 0.3 as large
    assert (left, top) == pytest.approx((5 / 0.3, 5 / 0.3))
    assert (right, bottom) == pytest.approx(((5 + 2 * 19) / 0.3, (5 + 2 * 13) / 0.3))
    assert look(face_stage="pnet").heat.size == 0
    assert look(face_stage="onet", level=1).heat.size == 0
    assert look(face_stage="pnet", level=9).level == 1


@pytest.fixture
def found(monkeypatch):
    asked = []

    def find_faces(store, picture, smallest_px):
        asked.append((picture.ref, smallest_px))
        return lambda turn: cascade()

    monkeypatch.setattr(jobs, "find_faces", find_faces)
    return asked


def test_the_networks_run_once_for_a_picture_and_a_smallest_face(found):
    desk = Desk()
    desk.presenter.edited("view", "faces")
    for field, value in (("p_net", 0.8), ("o_net", 0.5), ("face_stage", "rnet"), ("level", 0)):
        desk.presenter.edited(field, value)
    assert found == [("/a.png", 20)]
    desk.presenter.edited("smallest_face", 40)
    assert found[1:] == [("/a.png", 40)]
    assert desk.presenter.is_settled()
    assert desk.presenter.numbers()["o_net_above"] == 0.5


def test_step_and_back_walk_through_the_cascade(found):
    desk = Desk()
    desk.presenter.edited("view", "faces")
    assert desk.presenter.has_steps()
    for _ in range(8):
        desk.presenter.stepped(-1)
    assert desk.presenter.scene.face_stage == "pnet"
    desk.presenter.stepped(1)
    assert desk.presenter.scene.face_stage == "proposed"
    desk.presenter.step_chosen(-1)
    assert desk.presenter.scene.face_stage == "onet"
    desk.presenter.faces_level_chosen(1)
    assert (desk.presenter.scene.face_stage, desk.presenter.scene.level) == ("pnet", 1)


def test_a_missing_network_is_offered(found):
    desk = Desk(is_here=False)
    desk.presenter.edited("view", "faces")
    assert "MTCNN" in desk.view.last("show_offer")[0].title
    desk.presenter.offer_accepted()
    assert desk.offered == ["mtcnn"]
    assert found == []


def test_stopping_and_failing_are_told_and_asked_again_on_demand(monkeypatch):
    def fails(turn):
        raise NotFinite("Try another picture.")

    monkeypatch.setattr(jobs, "find_faces", lambda *_: fails)
    desk = Desk()
    desk.presenter.edited("view", "faces")
    assert desk.speaker.sentences == ["Try another picture."]
    assert "stopped" in desk.view.last("show_faces")[2]
    monkeypatch.setattr(jobs, "find_faces", lambda *_: lambda turn: cascade())
    desk.show()
    assert desk.view.last("show_faces")[0] is None
    desk.presenter.find_again()
    assert desk.view.last("show_faces")[0] is not None


def test_a_cancelled_search_shows_the_photo(found):
    desk = Desk(is_at_once=False)
    desk.presenter.edited("view", "faces")
    assert not desk.presenter.is_settled()
    desk.presenter.cancelled(FACES_LANE)
    assert desk.presenter.is_settled()
    assert "stopped" in desk.view.last("show_faces")[2]


def test_the_program_prints_the_faces_on_the_screen(found):
    pytest.importorskip("torch")
    desk = Desk()
    desk.presenter.edited("view", "faces")
    said = printed(desk.presenter.snippet())
    assert "1 of 1 boxes go on" in said
    assert "face 0.98 [23.0, 23.0, 63.0, 63.0]" in said


def test_the_grid_has_no_mtcnn_its_stages_are_the_faces_view(found):
    desk = Desk(is_at_once=False)
    desk.presenter.change(view="grid", detector="yolov2_tiny")
    desk.presenter.edited("detector", "mtcnn")
    assert desk.presenter.scene.view == "faces"
    desk.presenter.edited("view", "grid")
    assert desk.presenter.scene.detector == "yolov2_tiny"


def test_the_picture_is_waited_for(found):
    desk = Desk()
    desk.pictures.picture = None
    desk.presenter.edited("view", "faces")
    assert not desk.presenter.is_settled()
    desk.pictures.picture = Picture("/b.png", "b.png", PICTURE.pixels)
    desk.show()
    assert found == [("/b.png", 20)]
