from __future__ import annotations

import math
from dataclasses import replace

import pytest

from viz_app.labs.detection import evaluation
from viz_app.labs.detection.found import Request, tabulated
from viz_app.labs.detection.scene import DetectionScene, DrawnBox

SCENE = DetectionScene(view="evaluation", p_c=0.3)
FOUND = tabulated(
    Request("photo", 416),
    [(0, 0, 10, 10), (20, 0, 30, 10), (50, 50, 60, 60), (0, 5, 10, 15)],
    [0.9, 0.8, 0.7, 0.2],
    [0, 0, 1, 0],
    ("dog", "cat"),
)
TRUTH = (
    DrawnBox(0, 0, 10, 10, "dog"),
    DrawnBox(0, 5, 10, 15, "dog"),
    DrawnBox(50, 55, 60, 65, "cat"),
    DrawnBox(1, 1, 2, 2),
)


def look(found, truth, scene):
    return evaluation.look(evaluation.match(found, truth, scene), scene)


def test_detections_are_true_false_and_truths_missed():
    shown = look(FOUND, TRUTH, SCENE)
    assert (shown.true, shown.false, shown.missed) == (1, 2, 2)
    assert [(j.verdict, j.label) for j in shown.judged] == [
        ("true", "dog .90"),
        ("false", "dog .80"),
        ("false", "cat .70"),
        ("missed", "dog"),
        ("missed", "cat"),
    ]


def test_the_slider_moves_the_point_along_the_curve():
    assert look(FOUND, TRUTH, SCENE).point == pytest.approx((1 / 3, 1 / 3))
    low = look(FOUND, TRUTH, replace(SCENE, p_c=0.1))
    assert low.point == pytest.approx((2 / 4, 2 / 3))
    assert low.point in zip(low.precision, low.recall, strict=True)
    assert look(FOUND, TRUTH, replace(SCENE, p_c=0.95)).point is None


def test_a_lower_iou_makes_more_detections_true():
    shown = look(FOUND, TRUTH, replace(SCENE, verdict=0.33))
    assert (shown.true, shown.false, shown.missed) == (2, 1, 1)
    rows = {row.name: row for row in shown.rows}
    assert rows["cat"].ap == pytest.approx(1.0)


def test_ap_is_taken_in_the_three_ways():
    ap = dict(look(FOUND, TRUTH, SCENE).ap)
    # dogs: true, false, true of two; cats: none of one
    assert ap["all-point"] == pytest.approx((0.5 * 1 + 0.5 * 2 / 3) / 2)
    assert ap["11-point"] == pytest.approx((6 * 1 + 5 * 2 / 3) / 11 / 2)
    assert ap["101-point"] == pytest.approx((51 * 1 + 50 * 2 / 3) / 101 / 2)


def test_a_label_the_network_does_not_know_is_a_class_of_its_own():
    shown = look(FOUND, (DrawnBox(0, 0, 10, 10, "unicorn"),), SCENE)
    assert (shown.true, shown.missed) == (0, 1)
    assert shown.rows[0].name == "unicorn"


def test_without_truth_there_is_nothing_to_judge():
    shown = look(FOUND, (DrawnBox(0, 0, 10, 10),), SCENE)
    assert not shown.has_truth
    assert shown.judged == ()
    assert shown.point is None
    assert math.isnan(shown.coco)
    assert shown.numbers()["false_positives"] == 3
