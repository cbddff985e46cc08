from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from viz_app.core.errors import SceneError
from viz_app.core.records import Picture
from viz_app.engine.engine import Progress
from viz_app.labs.detection import coco, folder, folder_jobs, landmarks, regions, sliding
from viz_app.labs.detection.coco import Marked
from viz_app.labs.detection.folder import FolderFound, FolderRequest
from viz_app.labs.detection.folder_part import FolderPart
from viz_app.labs.detection.landmarks_part import LandmarksPart
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.regions_part import RegionsPart
from viz_app.labs.detection.scene import DetectionScene, resolve
from viz_app.labs.detection.sliding import SlideRequest, Windows
from viz_app.labs.detection.sliding_part import LANE, SlidingPart
from viz_app.labs.document import Document

PICTURE = Picture("/a.png", "a.png", np.zeros((100, 200, 3), np.uint8))


class View:
    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda *values: self.told.append(values)

    @property
    def shown(self):
        return self.told[-1][0]


class Runner:
    """Keeps the jobs; a test answers them."""

    def __init__(self):
        self.asked = {}

    def run(self, lane, job, **more):
        self.asked[lane] = SimpleNamespace(job=job, **more)


def house(*, is_here=True):
    from viz_app.files.registry import load_registry

    weights = SimpleNamespace(
        is_present=lambda name: is_here, networks=lambda: load_registry().networks
    )
    pictures = SimpleNamespace(current=lambda: PICTURE, wanted=lambda ref: PICTURE)
    offered = []
    return SimpleNamespace(
        runner=Runner(),
        weights=weights,
        pictures=pictures,
        document=Document([DetectionPresenter.lab]),
        offer_network=offered.append,
        offered=offered,
    )


def desk(place=None, changes=(), again=lambda: None):
    """The presenter as a part sees it; keeps the changes."""
    return SimpleNamespace(
        house=place or house(),
        change=lambda **fields: changes.append(fields),
        show_again=again,
        fail=print,
    )


def windows(request, done=6, names=("disc", "square", "nothing")):
    dense = np.zeros((2, 3, len(names)), np.float32)
    dense[..., -1] = 1
    dense[1, 2] = (0.9, 0.05, 0.05)[: len(names)]
    crops = dense.copy()
    crops.reshape(6, -1)[done:] = np.nan
    pixels = np.zeros((16, 18, 3), np.uint8)
    return Windows(request, pixels, (16, 18), 14, 2, names, crops, dense, done, (600, 200),
                   (0.4, 0.1), False, 0.98)  # fmt: skip


@pytest.fixture
def slid():
    view, place, changes = View(), house(), []
    part = None

    def again():
        part.show(scene, PICTURE)

    scene = DetectionScene(view="sliding")
    part = SlidingPart(desk(place, changes, again), view)
    part.show(scene, PICTURE)
    return SimpleNamespace(part=part, view=view, house=place, changes=changes, scene=scene)


# Sliding windows


def test_the_map_is_shown_while_it_grows_and_asked_for_once(slid):
    asked = slid.house.runner.asked[LANE]
    request = SlideRequest("toy", "", 96, 0.0, 1)
    assert not slid.part.is_settled()
    asked.on_step(windows(request, done=2))
    assert slid.view.shown.facts[1][1] == "2 of 6"
    asked.on_done(windows(request))
    assert slid.part.is_settled()
    assert slid.view.shown.facts[1] == ("Passes", "6", "1")
    assert slid.house.runner.asked[LANE] is asked


def test_the_best_window_is_shown_first_and_a_click_chooses_another(slid):
    request = SlideRequest("toy", "", 96, 0.0, 1)
    slid.house.runner.asked[LANE].on_done(windows(request))
    shown = slid.view.shown
    assert (shown.cell, shown.rect) == ((1, 2), (4, 2, 14, 14))
    assert [name for name, _score in shown.classes] == ["disc", "square"]
    slid.part.cell_clicked(7, 7)
    assert slid.changes == [{"slid_row": 0, "slid_column": 0}]
    slid.part.cell_moved(5, -1)
    assert slid.changes[-1] == {"gesture": "window", "slid_row": 1, "slid_column": 1}


def test_a_cancelled_slide_rests_until_it_is_asked_for_again(slid):
    slid.part.cancelled(LANE)
    assert "Stopped" in slid.view.shown.words
    del slid.house.runner.asked[LANE]
    slid.part.show(slid.scene, PICTURE)
    assert not slid.house.runner.asked
    slid.part.find_again()
    slid.part.show(slid.scene, PICTURE)
    assert LANE in slid.house.runner.asked


def test_an_absent_network_is_offered_and_the_toy_needs_none():
    view, place = View(), house(is_here=False)
    part = SlidingPart(desk(place), view)
    part.show(DetectionScene(view="sliding", slid_net="imagenet"), PICTURE)
    assert view.shown.missing == "mobilenet_v2"
    assert not place.runner.asked
    part.show(DetectionScene(view="sliding"), PICTURE)
    assert LANE in place.runner.asked


def test_the_largest_difference_is_over_the_windows_that_were_run():
    one = windows(SlideRequest("toy", "", 96, 0.0, 1), done=3)
    one.crops[0, 1, 0] += 0.25
    assert sliding.look(one, DetectionScene()).windows.gap == pytest.approx(0.25)
    assert np.isnan(windows(one.request, done=0).gap)


# Regions


def found_regions(is_whole=True):
    bins = np.zeros((3, 7, 7))
    one = regions.Labelled(np.array([0, 0, 1]), np.array([0.9, 0.8, 0.3]), 1, 10**9, 0.5, bins)
    return regions.Regions(
        regions.RegionsRequest("/a.png", 100),
        ("cat", "dog"),
        Progress(3, 3, "regions"),
        grouped=regions.Proposals(
            np.array([[0, 0, 50, 50], [2, 0, 50, 50], [100, 50, 120, 60]], float), 1.5, 40
        ),
        labelled={"fast_align": one, "fast_pool": one, "rcnn": replace(one, passes=3)},
        strength=np.ones((4, 8)),
        scale=(0.04, 0.04),
        is_whole=is_whole,
    )


def test_alike_regions_of_a_class_leave_one_and_low_ones_bear_no_name():
    shown = regions.look(found_regions(), DetectionScene(region_way="fast"), PICTURE.pixels)
    assert shown.kept == (("cat .90", 0.9),)
    assert shown.selected == 0
    assert shown.roi == (0, 0, 2, 2)
    assert shown.facts[2] == ("Passes", "3", "1", "…")
    assert shown.summary == "3 regions from 40 segments at first; all classified; 1 above .50"


def test_a_click_finds_a_named_region_first_and_then_the_smallest():
    shown = regions.look(found_regions(), DetectionScene(region_way="fast"), PICTURE.pixels)
    assert shown.hit(10, 10) == 0
    assert shown.hit(110, 55) == 2
    assert shown.hit(190, 90) == -1


def test_without_learned_proposals_faster_says_what_it_would_do():
    shown = regions.look(found_regions(), DetectionScene(region_way="faster"), PICTURE.pixels)
    assert shown.boxes is None
    assert "YOLOv4-tiny" in shown.words


def test_regions_need_the_classifier():
    view, place = View(), house(is_here=False)
    part = RegionsPart(desk(place), view)
    part.show(DetectionScene(view="regions"), PICTURE)
    assert view.shown.missing == "mobilenet_v2"
    part.offer_accepted()
    assert place.offered == ["mobilenet_v2"]


# Landmarks


def test_64_landmarks_are_129_outputs_and_without_a_face_only_p_counts():
    with_face = landmarks.look(DetectionScene(landmarks=64, p_hat=0.9), 200, 100)
    assert len(with_face.terms) == 129
    assert with_face.loss > 0.01
    without = landmarks.look(DetectionScene(has_face=False, p_hat=0.9), 200, 100)
    assert without.loss == pytest.approx(0.81)
    assert sum(np.isnan(t.y) for t in without.terms) == 128


def test_a_dragged_point_is_kept_as_fractions_and_stays_on_the_picture():
    view, changes = View(), []
    part = LandmarksPart(desk(changes=changes), view)
    part.show(DetectionScene(landmarks=1, face_points=(0.5, 0.5), face_hat=(0.1, 0.1)), PICTURE)
    part.grabbed(101, 51, 5)
    part.dragged(50, 300)
    assert changes[-1]["face_points"] == (0.25, 1.0)
    part.released()
    part.dragged(10, 10)
    assert len(changes) == 1
    part.grabbed(21, 11, 5)
    part.dragged(0, 0)
    assert changes[-1]["face_hat"] == (0.0, 0.0)
    part.answer_edited(0, 0.3)
    assert changes[-1] == {"p_hat": 0.3}


def test_without_a_face_there_is_no_truth_to_take_hold_of():
    scene = DetectionScene(landmarks=1, face_points=(0.5, 0.5), face_hat=(0.1, 0.1))
    assert landmarks.look(scene, 200, 100).nearest(100, 50, 5) == ("truth", 0)
    assert landmarks.look(replace(scene, has_face=False), 200, 100).nearest(100, 50, 5) is None


def test_points_of_another_number_or_not_finite_are_forgotten():
    scene = resolve(DetectionScene(landmarks=2, face_points=(0.1, 0.2), face_hat=(0.1,) * 4))
    assert (scene.face_points, scene.face_hat) == ((), (0.1,) * 4)
    assert resolve(replace(scene, face_hat=(float("nan"),) * 4)).face_hat == ()


# A folder

TRUTH = {
    "images": [{"id": 7, "file_name": "sub/a.png"}, {"id": 8, "file_name": "b.png"}],
    "categories": [{"id": 3, "name": "cat"}],
    "annotations": [
        {"image_id": 7, "category_id": 3, "bbox": [0, 0, 10, 10]},
        {"image_id": 8, "category_id": 3, "bbox": [5, 5, 10, 10], "iscrowd": 1},
        {"image_id": 99, "category_id": 3, "bbox": [5, 5, 10, 10]},
    ],
}
RESULTS = [
    {"image_id": 7, "category_id": 3, "bbox": [0, 0, 10, 10], "score": 0.9},
    {"image_id": 7, "category_id": 3, "bbox": [50, 50, 10, 10], "score": 0.4},
]


def found_folder():
    truth = coco.read_coco(json.dumps(TRUTH))
    results = coco.read_results(json.dumps(RESULTS), truth)
    names = ("a.png", "b.png")
    return FolderFound(
        FolderRequest("/x", "/x/t.json", ""),
        names,
        tuple(truth.boxes[name] for name in names),
        tuple(results.get(name, ()) for name in names),
        Progress(2, 2, "images"),
        is_whole=True,
    )


def test_coco_truth_and_results_are_read_by_file_name():
    found = found_folder()
    assert found.truths[0] == (Marked((0, 0, 10, 10), "cat"),)
    assert found.truths[1][0].is_crowd
    assert [box.score for box in found.found[0]] == [0.9, 0.4]


def test_a_folder_is_judged_over_all_its_pictures_and_crowds_are_not_missed():
    found = found_folder()
    shown = folder.look(found, folder.match(found, 0.5), DetectionScene(p_c=0.1), ())
    assert [(r.name, r.true, r.false, r.missed) for r in shown.rows] == [
        ("a.png", 1, 1, 0),
        ("b.png", 0, 0, 0),
    ]
    assert (shown.judged.true, shown.judged.false, shown.judged.missed) == (1, 1, 0)
    assert dict(shown.judged.ap)["all-point"] == pytest.approx(1)
    assert [j.verdict for j in shown.judged.judged] == ["true", "false"]
    at_half = folder.look(found, folder.match(found, 0.5), DetectionScene(p_c=0.5), ())
    assert at_half.judged.false == 0


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"images": []}', '{"images": [{"id": 1}], "annotations": []}',
             '{"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "bbox": '
             '[0, 0, NaN, 1]}]}'],
)  # fmt: skip
def test_a_damaged_coco_file_ends_with_a_sentence(text):
    with pytest.raises(SceneError, match="COCO"):
        coco.read_coco(text)


@pytest.mark.parametrize("bbox", [[0, 0, 10**400, 1], [1e308, 0, 1e308, 1]])
def test_a_box_larger_than_numbers_go_ends_with_a_sentence(bbox):
    marked = {"image_id": 7, "category_id": 3, "bbox": bbox, "score": 0.9}
    with pytest.raises(SceneError, match="COCO"):
        coco.read_coco(json.dumps(TRUTH | {"annotations": [marked]}))
    with pytest.raises(SceneError, match="COCO"):
        coco.read_results(json.dumps([marked]), coco.read_coco(json.dumps(TRUTH)))


def test_a_list_of_results_needs_the_coco_truth():
    with pytest.raises(SceneError, match="ground truth"):
        coco.read_results("[]", None)


@pytest.mark.parametrize("suffix", [".json", ".txt", ".xml"])
def test_a_folder_is_evaluated_with_results_from_a_file(tmp_path, suffix):
    from PIL import Image

    for name in ("a.png", "b.png"):
        Image.new("RGB", (100, 50)).save(tmp_path / name)
    (tmp_path / "c.png").write_text("no picture")
    record = {
        "images": [{"id": i, "file_name": f"{c}.png"} for i, c in enumerate("abc")],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"image_id": 0, "category_id": 1, "bbox": [10, 10, 20, 20], "score": 0.9}],
    }
    truth = tmp_path / f"a{suffix}"
    if suffix == ".json":
        truth.write_text(json.dumps(record))
    elif suffix == ".txt":
        truth.write_text("0 0.2 0.4 0.2 0.4\n")
        (tmp_path / "classes.txt").write_text("cat\n")
    else:
        truth.write_text(
            "<annotation><object><name>cat</name><bndbox><xmin>11</xmin><ymin>11</ymin>"
            "<xmax>30</xmax><ymax>30</ymax></bndbox></object></annotation>"
        )
    results = tmp_path / "found.json"
    results.write_text(json.dumps(record))
    request = FolderRequest(str(tmp_path), str(truth), str(results))
    job = folder_jobs.evaluate_folder(None, request, DetectionScene())
    steps = job(SimpleNamespace(check=lambda: None))
    last = None
    try:
        while True:
            last = next(steps)
    except StopIteration as stop:
        found = stop.value
    assert last.progress == Progress(3, 3, "images")
    assert len(found.sentences) == 1
    shown = folder.look(found, folder.match(found, 0.5), DetectionScene(), ())
    assert (shown.judged.true, shown.judged.false, shown.judged.missed) == (1, 0, 0)


def test_before_a_folder_is_chosen_the_view_says_what_is_needed():
    view, changes = View(), []
    part = FolderPart(desk(changes=changes), view)
    part.show(DetectionScene(view="evaluation", eval_of="folder"), PICTURE)
    assert "ground truth" in view.shown.words
    part.folder_chosen(folder_jobs.Path("/x"), folder_jobs.Path("/x/t.json"), None)
    assert (changes[-1]["eval_folder"], changes[-1]["eval_results"]) == ("/x", "")


def test_the_matching_is_asked_for_once_an_iou():
    view, place = View(), house()
    part = FolderPart(desk(place), view)
    scene = DetectionScene(
        view="evaluation", eval_of="folder", eval_folder="/x", eval_truth="/x/t.json"
    )
    part.show(scene, PICTURE)
    place.runner.asked["detection.folder_evaluation"].on_done(found_folder())
    part.show(scene, PICTURE)
    matching = place.runner.asked["detection.folder_match"]
    matching.on_done(matching.job(None))
    part.show(scene, PICTURE)
    assert view.shown.judged.true == 1
    part.show(replace(scene, p_c=0.95), PICTURE)
    assert view.shown.judged.missed == 1
    assert place.runner.asked["detection.folder_match"] is matching
    assert "iou(detections, truth)" in part.snippet(scene, PICTURE)
