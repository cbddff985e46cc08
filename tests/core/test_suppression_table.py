from __future__ import annotations

import numpy as np
import pytest

from viz_app.core import suppression_table
from viz_app.core.suppression import suppress
from viz_app.core.suppression_table import SuppressionTable

STOPS = range(101)


def crowd(seed, count, whole=True):
    """Boxes in heaps; whole corners and few scores give ties, empty boxes and IoUs on stops."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, 8, (count, 2)).repeat(2, axis=0).reshape(count, 4)
    corners[:, 2:] += rng.uniform(-0.5, 5, (count, 2))
    scores = rng.choice([0.0, 0.1, 0.3, 0.6, 0.9], count) if whole else rng.random(count)
    return np.round(corners) if whole else corners, scores, rng.integers(0, 3, count)


@pytest.mark.parametrize("rule", ["at_least", "above"])
@pytest.mark.parametrize("per_class", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_table_keeps_what_the_loop_keeps_at_all_stops(rule, per_class, whole, monkeypatch):
    monkeypatch.setattr(suppression_table, "_BLOCK_CELLS", 200)  # several blocks
    boxes, scores, classes = crowd(7, 70, whole)
    table = SuppressionTable.build(boxes, scores, classes, rule, per_class)
    for stop in STOPS:
        for confidence in (0.0, 0.3, 0.65):
            loop = suppress(
                boxes, scores, classes, score_threshold=confidence, iou_threshold=stop / 100,
                rule=rule, per_class=per_class,
            )  # fmt: skip
            assert table.kept(stop, confidence).tolist() == list(loop.kept)


@pytest.mark.parametrize("whole", [True, False])
def test_all_four_tables_in_one_pass_are_those_built_one_by_one(whole, monkeypatch):
    monkeypatch.setattr(suppression_table, "_BLOCK_CELLS", 200)  # several blocks
    boxes, scores, classes = crowd(11, 90, whole)
    tables = SuppressionTable.build_all(boxes, scores, classes, floor=0.1)
    assert len(tables) == 4
    for (rule, per_class), table in tables.items():
        alone = SuppressionTable.build(boxes, scores, classes, rule, per_class, floor=0.1)
        assert (table.rule, table.per_class) == (rule, per_class)
        assert np.array_equal(table.keeps, alone.keeps)
        assert np.array_equal(table.order, alone.order)


@pytest.mark.slow
def test_table_keeps_what_the_loop_keeps_in_a_thousand_random_cases():
    for seed in range(1000):
        boxes, scores, classes = crowd(seed, 4 + seed % 20)
        rule = "at_least" if seed % 2 else "above"
        table = SuppressionTable.build(boxes, scores, classes, rule)
        stop = seed * 7 % 101
        loop = suppress(
            boxes, scores, classes, score_threshold=0, iou_threshold=stop / 100, rule=rule
        )
        assert table.kept(stop, 0).tolist() == list(loop.kept), seed


def test_every_stop_stands_for_the_number_it_is_written_as():
    table = SuppressionTable.build([], [])
    assert [table.threshold(stop) for stop in STOPS] == [float(f"{k / 100:.2f}") for k in STOPS]
    assert [table.nearest_stop(k / 100) for k in STOPS] == list(STOPS)
    assert table.nearest_stop(7.0) == 100


@pytest.mark.parametrize("stop", range(1, 100))
def test_iou_exactly_on_a_stop_is_at_least_it_and_not_above_it(stop):
    boxes, scores = [[0, 0, 100, 1], [0, 0, stop, 1]], [0.9, 0.8]
    course = SuppressionTable.build(boxes, scores, rule="at_least")
    library = SuppressionTable.build(boxes, scores, rule="above")
    assert [len(course.kept(stop + step, 0)) for step in (-1, 0, 1)] == [1, 1, 2]
    assert [len(library.kept(stop + step, 0)) for step in (-1, 0, 1)] == [1, 2, 2]


def test_changes_are_the_stops_where_the_kept_differ_from_the_stop_before():
    boxes, scores, classes = crowd(3, 60)
    table = SuppressionTable.build(boxes, scores, classes)
    for confidence in (0.0, 0.3):
        kept = [table.kept(stop, confidence).tolist() for stop in STOPS]
        expected = [stop for stop in STOPS[1:] if kept[stop] != kept[stop - 1]]
        assert table.changes(confidence).tolist() == expected


@pytest.mark.parametrize("per_class", [True, False])
def test_table_explains_a_hidden_box_as_the_loop_does(per_class):
    boxes, scores, classes = crowd(5, 60)
    table = SuppressionTable.build(boxes, scores, classes, per_class=per_class)
    for stop in (0, 20, 50, 100):
        loop = suppress(
            boxes, scores, classes, score_threshold=0.1, iou_threshold=stop / 100,
            per_class=per_class,
        )  # fmt: skip
        for box in range(60):
            assert table.why_hidden(box, stop, 0.1) == loop.why_hidden(box)


def test_floor_leaves_out_low_scores_and_is_named_as_their_threshold():
    table = SuppressionTable.build([[0, 0, 1, 1], [5, 5, 6, 6]], [0.9, 0.2], floor=0.25)
    assert table.kept(50, 0.0).tolist() == [0]
    hidden = table.why_hidden(1, 50, 0.0)
    assert hidden is not None
    assert (hidden.by, hidden.threshold) == (None, 0.25)


def test_blocks_stay_within_their_cells():
    for start in (0, 1, 5_000, 22_743):
        rows = suppression_table._block_rows(start)
        assert rows * (start + rows) <= suppression_table._BLOCK_CELLS
        assert (rows + 1) * (start + rows + 1) > suppression_table._BLOCK_CELLS


def test_building_can_be_cancelled():
    def check():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        SuppressionTable.build([[0, 0, 1, 1], [0, 0, 1, 2]], [0.9, 0.8], check=check)
