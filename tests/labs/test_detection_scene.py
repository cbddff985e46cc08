from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from viz_app.labs.detection import overlap
from viz_app.labs.detection.controls import GROUPS
from viz_app.labs.detection.scene import (
    DetectionScene,
    DrawnBox,
    Sheet,
    boxes_on,
    resolve,
    with_boxes,
)


def test_the_thresholds_are_clamped_to_hundredths():
    scene = resolve(DetectionScene(p_c=-1, iou=1.7, verdict=0.4999, sigma=math.nan))
    assert (scene.p_c, scene.iou, scene.verdict, scene.sigma) == (0.01, 1.0, 0.5, 0.05)


def test_boxes_from_a_file_are_mended():
    sheet = Sheet("a", (DrawnBox(9, 9, 1, 2), DrawnBox(math.nan, 0, 1, 1), DrawnBox(3, 3, 3, 3)))
    boxes = resolve(DetectionScene(sheets=(sheet,))).sheets[0].boxes
    assert [b.corners for b in boxes] == [(1, 2, 9, 9), (3, 3, 3, 3)]


def test_each_picture_has_its_own_boxes_and_two_to_begin_with():
    scene = DetectionScene()
    scene = DetectionScene(sheets=with_boxes(scene, "a", ()))
    assert boxes_on(scene, "a", (100, 100)) == ()
    first = boxes_on(scene, "b", (200, 100))
    assert [b.corners for b in first] == [(52, 24, 132, 76), (72, 32, 152, 84)]


def test_a_scene_survives_its_file():
    scene = DetectionScene(
        view="iou", step=3, sheets=(Sheet("a", (DrawnBox(0.5, 1, 2.25, 3, "dog"),)),)
    )
    back = msgspec.convert(msgspec.json.decode(msgspec.json.encode(scene)), DetectionScene)
    assert resolve(back) == scene


def test_an_overlap_of_exactly_one_half_is_correct():
    shown = overlap.look((DrawnBox(0, 0, 2, 1), DrawnBox(0, 0, 1, 1)), 1, 0, 0.5)
    assert shown.steps.iou == 0.5
    assert shown.is_correct
    assert not overlap.look(shown.boxes, 1, 0, 0.51).is_correct


@pytest.mark.parametrize(
    ("count", "selected", "partner", "pair"),
    [
        (0, -1, -1, None),
        (1, 0, 0, None),
        (2, -1, -1, (0, 1)),
        (3, 2, 0, (0, 2)),
        (3, 2, 2, (0, 2)),
        (3, 0, 9, (0, 1)),
    ],
)
def test_the_pair_is_the_chosen_box_and_the_one_before(count, selected, partner, pair):
    assert overlap.pair_of(count, selected, partner) == pair


def test_the_matrix_holds_every_pair():
    boxes = (DrawnBox(0, 0, 2, 2), DrawnBox(1, 1, 3, 3), DrawnBox(5, 5, 5, 5))
    shown = overlap.look(boxes, 0, 1, 0.5)
    assert shown.matrix == pytest.approx(np.array([[1, 1 / 7, 0], [1 / 7, 1, 0], [0, 0, 0]]))
    assert dict(shown.others)["GIoU"] == pytest.approx(1 / 7 - 2 / 9)


def test_the_snap_is_offered_wherever_boxes_are_drawn():
    drawing = next(group for group in GROUPS if group.title == "Drawing")
    assert drawing.is_shown(DetectionScene(view="iou"))
    assert drawing.is_shown(DetectionScene(view="targets"))
    assert not drawing.is_shown(DetectionScene(view="targets", target_kind="landmarks"))
    assert not drawing.is_shown(DetectionScene(view="grid"))


def test_the_number_of_regions_is_greyed_where_a_network_proposes_them():
    group = next(group for group in GROUPS if group.title == "Regions")
    number, pooling = group.controls[:2]
    ways = ("rcnn", "fast", "faster")
    scenes = [DetectionScene(view="regions", region_way=way) for way in ways]
    assert [number.is_usable(scene) for scene in scenes] == [True, True, False]
    assert [pooling.is_usable(scene) for scene in scenes] == [False, True, True]
