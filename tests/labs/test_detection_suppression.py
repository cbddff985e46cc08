from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from viz_app.core.suppression import suppress
from viz_app.labs.detection import suppression
from viz_app.labs.detection.found import Request, example, short, tabulated
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.suppression import State

COURSE = DetectionScene(p_c=0.6, iou=0.5)


def crowd(n=60, seed=3):
    """Boxes in clusters of two classes, scores with ties."""
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, 6, (n, 2)) * 20 + rng.integers(0, 8, (n, 2))
    boxes = np.concatenate((corner, corner + rng.integers(14, 26, (n, 2))), axis=1)
    scores = rng.integers(2, 20, n) / 20
    return tabulated(Request("crowd", 416), boxes, scores, rng.integers(0, 2, n), ("horse", "cow"))


def states_of(shown):
    return dict(zip(shown.boxes.ids.tolist(), shown.boxes.states.tolist(), strict=True))


def test_the_slides_example_is_told_as_the_course_tells_it():
    shown = suppression.look(example(), COURSE)
    assert shown.kept == (3, 0)
    assert [line.text for line in shown.lines] == [
        "1 pick car .90",
        "× car .70 IoU .72",
        "2 pick car .80",
        "× car .70 IoU .76",
        "1 not above p_c .60",
    ]
    assert [(r[0], r[1]) for r in shown.removals] == [(4, 3), (1, 0)]


@pytest.mark.parametrize("rule", ["at_least", "above"])
@pytest.mark.parametrize("per_class", [True, False])
def test_the_table_and_the_told_steps_keep_the_same_boxes(rule, per_class):
    found = crowd()
    for stop in range(101):
        scene = DetectionScene(p_c=0.3, iou=stop / 100, rule=rule, is_per_class=per_class)
        literal = suppress(
            found.boxes,
            found.scores,
            found.classes,
            score_threshold=0.3,
            iou_threshold=stop / 100,
            rule=rule,
            per_class=per_class,
        )
        shown = suppression.look(found, scene)
        assert shown.kept == literal.kept
        assert {i for i, s in states_of(shown).items() if s == State.KEPT} == set(shown.kept)


def test_after_some_steps_the_rest_waits():
    shown = suppression.look(example(), replace(COURSE, step=1, shows_low=True))
    assert states_of(shown) == {
        0: State.WAITING,
        1: State.WAITING,
        2: State.LOW,
        3: State.KEPT,
        4: State.REMOVED,
    }
    assert (shown.step, shown.steps) == (1, 2)


def test_a_step_beyond_the_last_is_the_last():
    assert suppression.look(example(), replace(COURSE, step=99)).step == 2


def test_a_removed_box_names_the_one_that_removed_it():
    why = suppression.look(example(), COURSE, selected=4).why
    assert why.sentence == "car .70 overlaps the picked car .90."
    assert why.intersection / why.union == pytest.approx(why.iou)
    assert (round(why.iou, 6), why.sign, why.threshold) == (0.723618, "≥", 0.5)


def test_a_box_at_the_score_threshold_is_told_to_go_first():
    why = suppression.look(example(), COURSE, selected=2).why
    assert why.sentence == "car .60 goes first: its score is not above .60."
    assert why.iou is None


def test_a_kept_box_says_at_which_pick():
    why = suppression.look(example(), COURSE, selected=0).why
    assert "pick 2" in why.sentence
    assert why.sentence.endswith("none had a larger score.")  # a detector's is p_c × its class


def test_the_marks_are_where_the_kept_boxes_change():
    found = crowd()
    scene = DetectionScene(p_c=0.3)
    kept = [suppression.look(found, replace(scene, iou=k / 100)).kept for k in range(101)]
    changes = [k / 100 for k in range(1, 101) if set(kept[k]) != set(kept[k - 1])]
    assert suppression.look(found, scene).iou_ticks == pytest.approx(changes)
    ticks = suppression.look(found, scene).p_c_ticks
    for tick in ticks:
        before = suppression.look(found, replace(scene, p_c=tick - 0.001)).kept
        assert before != suppression.look(found, replace(scene, p_c=tick)).kept


def test_soft_suppression_lowers_scores_instead_of_removing():
    found = example()
    shown = suppression.look(found, replace(COURSE, kind="gaussian", sigma=2.0, p_c=0.4))
    assert set(shown.kept) == {0, 1, 3, 4}
    assert any(line.kind == "lowered" for line in shown.lines)
    why = suppression.look(found, replace(COURSE, kind="gaussian", sigma=2.0, p_c=0.4), 4).why
    assert why.title == "Why is its score lower?"


def test_a_box_that_soft_suppression_removes_says_to_what_its_score_fell():
    shown = suppression.look(example(), replace(COURSE, kind="linear"))
    box = shown.removals[0][0]
    why = suppression.look(example(), replace(COURSE, kind="linear"), box).why
    assert why.title == "Why is this box hidden?"
    after = example().scores[box] * (1 - why.iou)
    assert f"Its score fell to {short(after)}, not above .60." in why.sentence


def test_with_very_many_candidates_only_the_answer_is_told():
    n = suppression.MOST_TOLD + 1
    boxes = np.array([(3 * i, 0, 3 * i + 2, 2) for i in range(n)])
    found = tabulated(Request("row", 416), boxes, np.full(n, 0.9), np.zeros(n), ("car",))
    shown = suppression.look(found, COURSE)
    assert len(shown.kept) == n
    assert shown.steps == 0
    assert "raise p_c" in shown.lines[0].text


def test_clicks_at_one_place_go_through_the_boxes_there():
    shown = suppression.look(example(), COURSE)
    first = suppression.next_hit(shown.boxes, 120, 80, -1)
    second = suppression.next_hit(shown.boxes, 120, 80, first)
    assert {first, second} == {3, 4}
    assert suppression.next_hit(shown.boxes, 120, 80, second) == first
    assert suppression.next_hit(shown.boxes, 1, 1, first) == -1


def test_nothing_found_shows_nothing():
    found = tabulated(Request("sky", 416), np.zeros((0, 4)), [], [], ("car",))
    shown = suppression.look(found, COURSE, selected=3)
    assert shown.kept == ()
    assert shown.why is None
    assert suppression.next_hit(shown.boxes, 1, 1, -1) == -1
