from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_app.core.boxes import iou
from viz_app.core.errors import ShapeError
from viz_app.core.suppression import Hidden, soft_suppress, suppress

# two objects with whole corners: many ties, equal boxes, empty ones, and IoUs exactly on a stop
corner = st.integers(0, 5)
some_boxes = st.lists(st.tuples(corner, corner, corner, corner), max_size=12)
thresholds = st.sampled_from([0.0, 0.25, 0.5, 0.6, 1.0])


def literal(boxes, scores, classes, p_c, threshold, rule):
    """The course's sentences in plain Python."""
    left = [i for i in range(len(boxes)) if scores[i] > p_c]
    kept = []
    while left:
        pick = max(left, key=lambda i: (scores[i], -i))
        kept.append(pick)
        left.remove(pick)
        for i in list(left):
            overlap = iou(boxes[pick], boxes[i])
            gone = overlap >= threshold if rule == "at_least" else overlap > threshold
            if gone and classes[i] == classes[pick]:
                left.remove(i)
    return kept


@given(some_boxes, st.randoms(), thresholds, st.sampled_from(["at_least", "above"]))
def test_suppress_keeps_what_the_literal_algorithm_keeps(boxes, random, threshold, rule):
    scores = [random.choice([0.2, 0.6, 0.7, 0.9]) for _ in boxes]
    classes = [random.choice([0, 1]) for _ in boxes]
    done = suppress(boxes, scores, classes, iou_threshold=threshold, rule=rule)
    assert list(done.kept) == literal(boxes, scores, classes, 0.6, threshold, rule)


@given(some_boxes, st.permutations(range(12)))
def test_suppression_of_the_kept_keeps_all_and_order_does_not_matter(boxes, order):
    scores = np.linspace(0.9, 0.1, len(boxes))
    kept = suppress(boxes, scores, score_threshold=0, iou_threshold=0.5).kept
    again = suppress(np.array(boxes)[list(kept)], scores[list(kept)], score_threshold=0)
    assert again.kept == tuple(range(len(kept)))
    shuffled = [i for i in order if i < len(boxes)]
    mixed = suppress(np.array(boxes)[shuffled], scores[shuffled], score_threshold=0)
    assert [shuffled[i] for i in mixed.kept] == list(kept)


def test_equal_scores_are_picked_by_index():
    assert suppress([[0, 0, 1, 1]] * 3, [0.7, 0.9, 0.9]).kept == (1,)
    assert suppress([[0, 0, 1, 1], [5, 5, 6, 6]], [0.9, 0.9]).kept == (0, 1)


def test_iou_on_the_threshold_goes_by_the_courses_rule_and_stays_by_the_libraries():
    boxes, scores = [[0, 0, 2, 1], [0, 0, 1, 1]], [0.9, 0.8]
    assert suppress(boxes, scores, rule="at_least").kept == (0,)
    assert suppress(boxes, scores, rule="above").kept == (0, 1)


def test_every_hidden_box_is_explained():
    boxes = [[0, 0, 2, 1], [0, 0, 1, 1], [9, 9, 10, 10]]
    done = suppress(boxes, [0.9, 0.8, 0.6])
    assert done.why_hidden(0) is None
    assert done.why_hidden(1) == Hidden(1, 0.8, by=0, iou=0.5, threshold=0.5)
    assert done.why_hidden(2) == Hidden(2, 0.6, by=None, iou=None, threshold=0.6)


def test_boxes_of_other_classes_are_removed_across_classes_only():
    boxes, scores, classes = [[0, 0, 9, 9]] * 2, [0.9, 0.8], [0, 1]
    assert suppress(boxes, scores, classes).kept == (0, 1)
    assert suppress(boxes, scores, classes, per_class=False).kept == (0,)


def test_score_that_is_no_number_is_dropped():
    assert suppress([[0, 0, 1, 1]] * 2, [math.nan, 0.9]).dropped_by_score == (0,)


def test_no_boxes_and_a_missing_score():
    assert suppress([], []).kept == ()
    with pytest.raises(ShapeError, match="one score"):
        suppress([[0, 0, 1, 1]], [])


def test_linear_soft_nms_takes_the_overlapping_part_of_the_score():
    boxes = [[0, 0, 2, 1], [0, 0, 1, 1], [0, 0, 2, 0.2]]  # IoU with the first: 0.5 and 0.2
    picks = soft_suppress(boxes, [0.9, 0.8, 0.45], decay="linear", iou_threshold=0.5)
    assert [(pick.box, pick.score) for pick in picks] == [(0, 0.9), (2, 0.45), (1, 0.4)]
    (decayed,) = picks[0].decayed
    assert (decayed.box, decayed.iou, decayed.before, decayed.after) == (1, 0.5, 0.8, 0.4)


def test_gaussian_soft_nms_multiplies_by_exp_of_minus_iou_squared_over_sigma():
    picks = soft_suppress([[0, 0, 2, 1], [0, 0, 1, 1]], [0.9, 0.8], sigma=0.5)
    assert picks[1].score == pytest.approx(0.8 * math.exp(-(0.5**2) / 0.5))


@given(some_boxes, st.sampled_from(["linear", "gaussian"]))
def test_soft_nms_picks_by_falling_score_until_the_threshold(boxes, decay):
    scores = [0.1 + i % 4 / 5 for i in range(len(boxes))]
    picks = soft_suppress(boxes, scores, decay=decay, score_threshold=0.3)
    picked = [pick.score for pick in picks]
    assert picked == sorted(picked, reverse=True)
    assert all(score > 0.3 for score in picked)
    assert len({pick.box for pick in picks}) == len(picks)


def test_soft_nms_without_a_width_says_what_to_do():
    with pytest.raises(ShapeError, match="σ"):
        soft_suppress([[0, 0, 1, 1]], [0.9], sigma=0)
