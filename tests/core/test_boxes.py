from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_app.core import boxes
from viz_app.core.errors import ShapeError

whole = st.integers(-50, 50)
any_box = st.tuples(whole, whole, whole, whole)


def by_counting(a, b):
    """IoU of boxes with whole corners: unit squares counted one by one."""

    def cells(box):
        return {(x, y) for x in range(box[0], box[2]) for y in range(box[1], box[3])}

    together = cells(a) | cells(b)
    return len(cells(a) & cells(b)) / len(together) if together else 0.0


@given(any_box, any_box)
def test_iou_is_the_counted_cells_of_both_over_those_of_either(a, b):
    assert boxes.iou(a, b) == by_counting(a, b)


@given(any_box, any_box)
def test_iou_is_symmetric_and_within_0_and_1(a, b):
    assert boxes.iou(a, b) == boxes.iou(b, a)
    assert 0 <= boxes.iou(a, b) <= 1


@given(any_box, any_box, whole, whole, st.sampled_from([0.125, 0.5, 3, 8]))
def test_iou_stays_when_both_boxes_are_moved_and_scaled(a, b, dx, dy, scale):
    def moved(box):
        return np.add(box, (dx, dy, dx, dy)) * scale

    assert boxes.iou(moved(a), moved(b)) == pytest.approx(boxes.iou(a, b), abs=1e-12)


@pytest.mark.parametrize(
    "broken",
    [[1, 1, 1, 1], [0, 0, 4, 0], [4, 4, 0, 0], [4, 0, 0, 4], [math.nan] * 4, [0, 0, math.nan, 4]],
)
def test_box_without_area_overlaps_nothing_and_nothing_raises(broken):
    assert boxes.area(broken)[0] == 0
    assert boxes.iou(broken, broken) == 0
    assert boxes.iou(broken, [0, 0, 4, 4]) == 0
    assert boxes.iou_matrix([broken], [[0, 0, 4, 4], broken]).tolist() == [[0, 0]]


def test_infinite_box_has_iou_0():
    assert boxes.iou([0, 0, math.inf, 0], [0, 0, 1, 1]) == 0
    assert boxes.iou([0, 0, math.inf, math.inf], [0, 0, math.inf, math.inf]) == 0


def test_overlap_of_exactly_one_half_is_correct():
    steps = boxes.overlap([0, 0, 2, 1], [0, 0, 1, 1])
    assert steps.iou == 0.5
    assert steps.is_correct()
    assert not boxes.overlap([0, 0, 2.0001, 1], [0, 0, 1, 1]).is_correct()


def test_overlap_shows_every_number_of_the_formula():
    steps = boxes.overlap([0, 0, 2, 2], [1, 1, 4, 3])
    assert steps.intersection_box == (1, 1, 2, 2)
    assert (steps.intersection, steps.area_a, steps.area_b, steps.union) == (1, 4, 6, 9)
    assert boxes.overlap([0, 0, 1, 1], [1, 0, 2, 1]).intersection_box is None


def test_pairs_have_the_iou_of_the_matrix_bit_for_bit():
    rng = np.random.default_rng(1)
    a, b = rng.uniform(0, 10, (2, 40, 4))
    assert np.array_equal(boxes.paired_iou(a, b), boxes.iou_matrix(a, b).diagonal())


def test_giou_tells_how_far_apart_disjoint_boxes_are():
    # the smallest box that holds both has 3, the union 2: 0 − 1/3
    assert boxes.giou([0, 0, 1, 1], [2, 0, 3, 1]) == pytest.approx(-1 / 3)
    assert boxes.giou([0, 0, 1, 1], [9, 0, 10, 1]) == pytest.approx(-0.8)
    assert boxes.giou([0, 0, 1, 1], [0, 0, 1, 1]) == 1


def test_diou_subtracts_squared_distance_over_squared_diagonal():
    assert boxes.diou([0, 0, 1, 1], [2, 0, 3, 1]) == pytest.approx(-4 / 10)
    assert boxes.diou([0, 0, 4, 4], [1, 1, 3, 3]) == boxes.iou([0, 0, 4, 4], [1, 1, 3, 3])


def test_ciou_subtracts_the_difference_of_aspect_ratios():
    v = 4 / math.pi**2 * (math.atan(1 / 2) - math.atan(2)) ** 2
    iou = 1 / 3  # a lying and a standing 2×1 with one centre: 1 of 3
    expected = iou - v * v / (1 - iou + v)
    assert boxes.ciou([0, 0.5, 2, 1.5], [0.5, 0, 1.5, 2]) == pytest.approx(expected)
    assert boxes.ciou([0, 0, 2, 1], [0, 0, 2, 1]) == 1


@given(any_box, any_box)
def test_other_measures_never_exceed_the_iou_nor_crash(a, b):
    assert -1 <= boxes.giou(a, b) <= boxes.iou(a, b) + 1e-12
    assert boxes.ciou(a, b) <= boxes.diou(a, b) <= boxes.iou(a, b)


@given(st.lists(any_box, max_size=4))
def test_formats_lead_back_to_the_same_corners(several):
    corners = boxes.as_boxes(several)
    assert np.array_equal(boxes.xywh_to_xyxy(boxes.xyxy_to_xywh(corners)), corners)
    assert np.array_equal(boxes.cxcywh_to_xyxy(boxes.xyxy_to_cxcywh(corners)), corners)


def test_formats_are_those_of_coco_and_yolo():
    assert boxes.xyxy_to_xywh([1, 2, 4, 8]).tolist() == [[1, 2, 3, 6]]
    assert boxes.xyxy_to_cxcywh([1, 2, 4, 8]).tolist() == [[2.5, 5, 3, 6]]


def test_clip_leaves_what_lies_on_the_picture():
    outside_and_in = [[-2, -1, 5, 4], [20, 20, 30, 30]]
    assert boxes.clip(outside_and_in, 10, 3).tolist() == [[0, 0, 5, 3], [10, 3, 10, 3]]


def test_wrong_shapes_are_told():
    with pytest.raises(ShapeError, match="N×4"):
        boxes.area([[1, 2, 3]])
    with pytest.raises(ShapeError, match="as many"):
        boxes.paired_iou([[0, 0, 1, 1]], np.zeros((2, 4)))
    assert boxes.iou_matrix([], [[0, 0, 1, 1]]).shape == (0, 1)
