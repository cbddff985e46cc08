from __future__ import annotations

import numpy as np
import pytest

from viz_app.core.errors import NotFinite
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.labs.detection import jobs
from viz_app.labs.detection.found import EXAMPLE_BOXES, EXAMPLE_SCORES, tabulated
from viz_app.labs.detection.presenter import LANE, DetectionPresenter
from viz_app.labs.detection.scene import DrawnBox, Sheet
from viz_app.labs.document import Document
from viz_app.labs.presenter import House

PICTURE = Picture("/a.png", "a.png", np.zeros((120, 160, 3), np.uint8))


class View:
    """Keeps what it is told."""

    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda *values: self.told.append((name, *values))

    def last(self, name):
        return next(told[1:] for told in reversed(self.told) if told[0] == name)

    @property
    def page(self):
        return next(told[0] for told in reversed(self.told) if told[0] != "show_view")


class Runner:
    """Runs a job at once, or keeps it until `finish`."""

    def __init__(self, is_at_once=True):
        self.is_at_once, self.jobs, self.runs = is_at_once, {}, 0

    def run(self, lane, job, *, title, on_done, on_failed=None, **_more):
        self.jobs[lane] = (job, on_done, on_failed)
        self.runs += 1
        if self.is_at_once:
            self.finish(lane)

    def finish(self, lane=LANE):
        job, on_done, on_failed = self.jobs.pop(lane)
        try:
            answer = job(None)
        except NotFinite as error:
            on_failed(Failure(error, "", False))
        else:
            on_done(answer)


class Weights:
    def __init__(self, is_here=True):
        self.is_here = is_here

    def is_present(self, name):
        return self.is_here

    def networks(self):
        from viz_app.files.registry import load_registry

        return load_registry().networks


class Pictures:
    picture = PICTURE

    def current(self):
        return self.picture


class Speaker:
    def __init__(self):
        self.sentences = []

    def tell(self, sentence, **_more):
        self.sentences.append(sentence)

    def hush(self):
        self.sentences.append("")


class Desk:
    """A presenter with everything around it."""

    def __init__(self, *, is_here=True, is_at_once=True):
        self.view, self.runner = View(), Runner(is_at_once)
        self.document, self.pictures = Document([DetectionPresenter.lab]), Pictures()
        self.speaker, self.offered = Speaker(), []
        house = House(
            self.document,
            self.runner,
            self.pictures,
            self.speaker,
            Weights(is_here),
            self.offered.append,
        )
        self.presenter = DetectionPresenter(self.view, house)
        self.document.listen(lambda before, after: self.show())

    def show(self):
        self.presenter.show(self.presenter.scene, self.pictures.current())

    @property
    def shown(self):
        return self.view.last("show_suppression")[0]

    @property
    def overlap(self):
        return self.view.last("show_overlap")[0]


@pytest.fixture(autouse=True)
def detector(monkeypatch):
    """The slide's five boxes stand in for the network."""

    def find_boxes(store, picture, request):
        return lambda turn: tabulated(
            request, EXAMPLE_BOXES, EXAMPLE_SCORES, [0, 0, 1, 1, 1], ("car", "truck")
        )

    monkeypatch.setattr(jobs, "find_boxes", find_boxes)


@pytest.fixture
def desk():
    desk = Desk()
    desk.show()
    return desk


def test_the_thresholds_never_run_the_network_again(desk):
    before = desk.runner.runs
    for field, value in (("p_c", 0.65), ("iou", 0.9), ("rule", "above"), ("is_per_class", False)):
        desk.presenter.edited(field, value)
    assert (before, desk.runner.runs) == (1, 1)
    assert desk.shown.kept == (3, 0, 1, 4)


def test_another_size_or_picture_asks_anew_and_going_back_does_not(desk):
    desk.presenter.edited("input_size", 608)
    assert desk.runner.runs == 2
    desk.presenter.edited("input_size", 416)
    assert desk.runner.runs == 2
    desk.pictures.picture = Picture("/b.png", "b.png", PICTURE.pixels)
    desk.show()
    assert desk.runner.runs == 3


def test_while_the_network_runs_the_picture_is_shown():
    desk = Desk(is_at_once=False)
    desk.show()
    desk.show()
    assert desk.view.page == "show_waiting"
    assert desk.runner.runs == 1
    assert not desk.presenter.is_settled()
    desk.runner.finish()
    assert desk.view.page == "show_suppression"
    assert desk.presenter.is_settled()


def test_a_missing_network_is_offered_and_its_arrival_noticed():
    desk = Desk(is_here=False)
    desk.show()
    assert desk.view.page == "show_offer"
    assert "24.3 MB" in desk.view.last("show_offer")[0].facts
    desk.presenter.offer_accepted()
    assert desk.offered == [jobs.NETWORK]
    desk.presenter.house.weights.is_here = True
    desk.presenter.network_arrived(jobs.NETWORK)
    assert desk.view.page == "show_suppression"


def test_without_the_network_the_slide_and_the_drawing_work():
    desk = Desk(is_here=False)
    desk.presenter.edited("source", "example")
    assert desk.shown.kept == (3, 0)
    desk.presenter.edited("view", "iou")
    assert desk.overlap.pair == (0, 1)
    assert desk.runner.runs == 0


def test_a_cancelled_search_is_not_started_again_by_itself():
    desk = Desk(is_at_once=False)
    desk.show()
    desk.presenter.cancelled(LANE)
    desk.show()
    assert desk.runner.runs == 1
    assert "stopped" in desk.view.last("show_waiting")[0]
    assert desk.presenter.is_settled()
    desk.presenter.find_again()
    assert desk.runner.runs == 2


def test_a_failure_is_told_once(monkeypatch):
    def fails(turn):
        raise NotFinite("Try another size.")

    monkeypatch.setattr(jobs, "find_boxes", lambda *_: fails)
    desk = Desk()
    desk.show()
    desk.show()
    assert desk.speaker.sentences == ["Try another size."]
    assert desk.runner.runs == 1


def test_steps_go_forth_and_back_and_a_threshold_shows_the_end(desk):
    desk.presenter.step_chosen(0)
    desk.presenter.stepped(1)
    assert desk.shown.step == 1
    desk.presenter.stepped(-5)
    assert desk.shown.step == 0
    desk.presenter.edited("iou", 0.6)
    assert desk.shown.step == desk.shown.steps


def test_a_click_asks_why(desk):
    desk.presenter.picture_clicked(12, 89)
    assert desk.shown.selected == 0
    desk.presenter.picture_clicked(1, 1)
    assert desk.shown.selected == -1
    assert desk.shown.why is None


def test_a_drag_is_one_step_of_undo(desk):
    desk.presenter.edited("view", "iou")
    editor = desk.presenter.editor
    editor.grabbed(2, 2, 3)
    for x in range(3, 30):
        editor.dragged(x, x)
    assert desk.overlap.boxes[2].corners == (2, 2, 29, 29)
    assert not desk.presenter.scene.sheets
    editor.released()
    assert len(desk.presenter.scene.sheets[0].boxes) == 3
    desk.document.undo()
    assert len(desk.overlap.boxes) == 2


def test_keys_move_resize_copy_and_delete_the_selected_box(desk):
    desk.presenter.edited("view", "iou")
    editor = desk.presenter.editor
    x1, y1, x2, y2 = editor.boxes[1].corners
    editor.nudged(3, -1)
    editor.nudged(2, 2, is_resize=True)
    assert editor.boxes[1].corners == (x1 + 3, y1 - 1, x2 + 5, y2 + 1)
    editor.duplicated()
    assert desk.overlap.selected == 2
    editor.labelled(" dog ")
    assert desk.overlap.boxes[2].label == "dog"
    for _ in range(5):
        editor.deleted()
    assert desk.overlap.boxes == ()
    for nothing in (editor.deleted, editor.duplicated, editor.selected_next):
        nothing()
    editor.nudged(1, 1)


def test_moves_of_two_boxes_by_keys_are_two_steps_of_undo(desk):
    desk.presenter.edited("view", "iou")
    editor = desk.presenter.editor
    before = editor.boxes
    editor.nudged(1, 0)
    editor.nudged(1, 0)
    editor.chosen(0)
    editor.nudged(0, 1)
    desk.document.undo()
    assert (editor.boxes[0], editor.boxes[1].x1) == (before[0], before[1].x1 + 2)
    desk.document.undo()
    assert editor.boxes == before


def test_a_click_on_empty_ground_draws_nothing(desk):
    desk.presenter.edited("view", "iou")
    desk.presenter.editor.grabbed(2, 2, 3)
    desk.presenter.editor.released()
    assert desk.overlap.selected == -1
    assert len(desk.overlap.boxes) == 2


def test_without_a_picture_nothing_is_drawn():
    desk = Desk()
    desk.pictures.picture = None
    desk.presenter.edited("view", "iou")
    desk.presenter.editor.grabbed(2, 2, 3)
    desk.presenter.editor.dragged(9, 9)
    desk.presenter.editor.released()
    assert desk.overlap.boxes == ()


def test_keys_of_the_drawing_do_nothing_in_another_view(desk):
    next(a for a in desk.presenter.actions if a.text == "Delete box").run()
    assert desk.presenter.scene.sheets == ()


def test_the_numbers_are_those_on_the_screen(desk):
    numbers = desk.presenter.numbers()
    assert numbers["raw_boxes"] == 5
    assert numbers["kept_classes"].tolist() == ["truck", "car"]
    assert numbers["removed_by_iou"][0, :2].tolist() == [4, 3]
    desk.presenter.edited("view", "iou")
    numbers = desk.presenter.numbers()
    assert numbers["iou"] == pytest.approx(numbers["intersection"] / numbers["union"])


def test_the_tour_shows_the_example_where_the_network_is_missing():
    desk = Desk(is_here=False)
    desk.presenter.demonstrate()
    assert desk.presenter.scene.source == "example"
    assert "viz-app weights fetch yolov4_tiny" in desk.speaker.sentences[0]
    assert desk.presenter.is_settled()


def test_a_file_of_boxes_replaces_the_drawn_ones_as_one_step(desk, tmp_path):
    desk.presenter.edited("view", "iou")
    path = tmp_path / "boxes.txt"
    path.write_text("16 .5 .5 .5 .5\n")
    desk.presenter.filing.open_boxes(path)
    assert [(b.corners, b.label) for b in desk.overlap.boxes] == [((40, 30, 120, 90), "dog")]
    desk.document.undo()
    assert len(desk.overlap.boxes) == 2


def test_saved_boxes_can_be_opened_again(desk, tmp_path):
    desk.presenter.edited("view", "iou")
    boxes = desk.presenter.editor.boxes
    for name in ("a.json", "a.txt", "a.xml"):
        desk.presenter.filing.save_boxes(tmp_path / name, boxes)
        desk.presenter.editor.deleted()
        desk.presenter.filing.open_boxes(tmp_path / name)
        for back, box in zip(desk.overlap.boxes, boxes, strict=True):
            assert back.corners == pytest.approx(box.corners, abs=1e-4)
    assert "person" in (tmp_path / "classes.txt").read_text()


def test_what_was_detected_can_be_taken_as_drawn_boxes(desk):
    desk.presenter.detections_taken()
    assert desk.presenter.scene.view == "iou"
    assert [(b.corners, b.label) for b in desk.overlap.boxes] == [
        ((100, 60, 140, 95), "truck"),
        ((10, 60, 50, 90), "car"),
    ]


def test_boxes_of_other_pictures_survive_taking_the_detections(desk):
    desk.presenter.change(sheets=(Sheet("/other.png", (DrawnBox(1, 2, 3, 4),)),))
    desk.presenter.detections_taken()
    assert [sheet.image for sheet in desk.presenter.scene.sheets] == ["/other.png", "/a.png"]


def test_a_folder_needs_the_network(tmp_path):
    desk = Desk(is_here=False)
    desk.presenter.filing.detect_folder(tmp_path, tmp_path / "out.json", desk.presenter.scene)
    assert desk.offered == [jobs.NETWORK]


def test_moving_the_confidence_matches_nothing_again(desk, monkeypatch):
    desk.presenter.detections_taken()
    desk.presenter.edited("view", "evaluation")
    assert desk.view.last("show_evaluation")[0].true == 2
    monkeypatch.setattr("viz_app.core.evaluation.match", lambda *_: pytest.fail("matched again"))
    desk.presenter.edited("p_c", 0.85)
    shown = desk.view.last("show_evaluation")[0]
    assert (shown.true, shown.missed) == (1, 1)
    assert desk.presenter.numbers()["recall"] == 0.5
    assert desk.presenter.is_settled()


def test_drawn_boxes_are_deleted_where_they_are_drawn_and_nowhere_else(desk):
    delete = next(a for a in desk.presenter.actions if a.text == "Delete box")
    desk.presenter.change(view="targets", target_kind="landmarks")
    delete.run()
    assert len(desk.presenter.editor.boxes) == 2
    desk.presenter.edited("target_kind", "objects")
    for view, left in (("targets", 1), ("iou", 0)):
        desk.presenter.edited("view", view)
        delete.run()
        assert len(desk.presenter.editor.boxes) == left


def test_the_target_builder_follows_the_drawn_boxes(desk):
    desk.presenter.edited("view", "targets")
    shown = desk.view.last("show_targets")[0]
    assert len(shown.boxes) == 2
    desk.presenter.targets.cell_clicked(1, 1)
    desk.presenter.targets.cell_moved(5, 1)
    assert desk.view.last("show_targets")[0].cell == (2, 1)
    desk.presenter.targets.answer_edited(0, 0.25)
    assert desk.view.last("show_targets")[0].loss == pytest.approx(0.0625)
    desk.presenter.targets.anchors_fitted(5)
    assert "ask for fewer" in desk.speaker.sentences[-1]
    assert desk.presenter.numbers()["loss"] == pytest.approx(0.0625)


def test_the_box_selected_before_is_the_one_compared_with(desk):
    desk.presenter.edited("view", "iou")
    editor = desk.presenter.editor
    editor.duplicated()
    for chosen, pair in ((0, (0, 2)), (1, (0, 1)), (2, (1, 2))):
        editor.chosen(chosen)
        assert desk.overlap.pair == pair


def test_while_the_picture_is_read_the_lab_is_not_settled():
    desk = Desk()
    desk.pictures.picture = None
    desk.show()
    assert desk.view.page == "show_waiting"
    assert not desk.presenter.is_settled()
    desk.presenter.edited("view", "targets")
    assert not desk.presenter.is_settled()


def test_another_grid_forgets_the_cell_that_was_chosen(desk):
    desk.presenter.change(view="targets", target_row=2, target_column=2, cell_row=3, cell_column=3)
    desk.presenter.edited("target_grid", 13)
    desk.presenter.edited("is_fine", True)
    scene = desk.presenter.scene
    assert (scene.target_row, scene.target_column) == (-1, -1)
    assert (scene.cell_row, scene.cell_column, scene.anchor) == (-1, -1, -1)
