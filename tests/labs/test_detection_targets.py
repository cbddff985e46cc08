from __future__ import annotations

import math

import pytest

from viz_app.core.errors import ShapeError
from viz_app.labs.detection import targets
from viz_app.labs.detection.scene import TALL, WIDE, Anchor, DetectionScene, DrawnBox, resolve

WIDTH, HEIGHT = 300, 300
CAR = DrawnBox(90, 165, 210, 255, "car")  # midpoint .5, .7; height .3, width .4: as on the slide


def look(*boxes, **fields):
    fields = {"anchors": (WIDE,), "target_grid": 1} | fields
    scene = resolve(DetectionScene(view="targets", **fields))
    return targets.look(boxes, scene, WIDTH, HEIGHT)


def test_the_slides_car_gives_the_slides_label():
    shown = look(CAR)
    assert [t.y for t in shown.terms] == pytest.approx([1, 0.5, 0.7, 0.3, 0.4, 0, 1, 0])
    assert [t.name for t in shown.terms[:5]] == ["p_c", "b_x", "b_y", "b_h", "b_w"]
    assert shown.loss == pytest.approx(0.21)


def test_without_an_object_only_p_c_is_judged():
    shown = look()
    assert shown.loss == pytest.approx(0.64)
    assert [targets.text(t.y) for t in shown.terms] == ["0", *"???????"]
    assert math.isnan(shown.terms[1].term)


def test_a_box_goes_to_the_cell_of_its_midpoint_and_its_best_anchor():
    shown = look(CAR, target_grid=3, anchors=(TALL, WIDE))
    place = shown.placed[0]
    assert (place.row, place.column, place.anchor) == (2, 1, 1)
    assert (shown.cell, shown.chosen) == ((2, 1), 1)
    assert shown.shape == "3 × 3 × 2 × 8 = 144"


def test_two_boxes_of_one_cell_and_anchor_collide():
    shown = look(CAR, CAR, target_grid=3)
    assert [p.is_collision for p in shown.placed] == [False, True]
    assert "1 lost" in shown.summary
    assert shown.numbers()["collisions"] == 1


def test_a_midpoint_outside_the_picture_is_left_out():
    shown = look(DrawnBox(-100, -100, 20, 20, "car"), CAR, target_grid=3)
    assert [p.box for p in shown.placed] == [1]
    assert shown.outside == 1


def test_other_labels_than_the_slides_make_their_own_classes():
    assert targets.class_names([CAR]) == targets.SLIDE_CLASSES
    assert targets.class_names([DrawnBox(0, 0, 1, 1, "dog"), CAR]) == ("dog", "car")
    shown = look(DrawnBox(0, 0, 9, 9, "dog"), DrawnBox(50, 50, 80, 80))
    assert len(shown.terms) == 6


def test_a_short_answer_is_filled_and_a_long_one_cut():
    shown = look(CAR, y_hat=(1.0,))
    assert shown.y_hat == (1.0, 0, 0, 0, 0, 0, 0, 0)
    assert len(look(CAR, y_hat=tuple([0.5] * 50)).y_hat) == 8


def test_landmarks_need_two_outputs_each_and_one_for_the_face():
    assert look(landmarks=64).landmarks == "64 landmarks: 129 outputs"


def test_anchors_are_fitted_to_the_boxes_shapes():
    boxes = [DrawnBox(0, 0, 30, 150), DrawnBox(9, 9, 39, 159), DrawnBox(0, 0, 150, 60)]
    small, large = targets.fitted(boxes, WIDTH, HEIGHT, 2)
    assert (small, large) == (Anchor(0.5, 0.1), Anchor(0.2, 0.5))
    for few in ([], boxes[:1]):
        with pytest.raises(ShapeError):
            targets.fitted(few, WIDTH, HEIGHT, 2)


def test_a_click_finds_the_cell():
    shown = look(CAR, target_grid=3)
    assert shown.cell_at(299, 0) == (0, 2)
    assert shown.cell_at(300, 0) is None
    assert shown.cell_at(-1, 0) is None


def test_anchors_from_a_file_are_mended():
    assert resolve(DetectionScene(anchors=(Anchor(0, 1), Anchor(math.nan, 1)))).anchors == (WIDE,)


def test_one_box_is_one_box_in_words():
    assert look(CAR).summary.startswith("1 of 1 box in the label · decoded: 1 box back")
    assert "2 of 2 boxes" in look(CAR, DrawnBox(0, 0, 9, 9), target_grid=3).summary
