from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from viz_app.core import mtcnn
from viz_app.core.mtcnn import Cascade, Level, Windows


def made_up(seed=0, count=40):
    """A cascade as networks of any opinion might leave it, with heaps of overlapping windows."""
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, 60, (count, 2)).astype(float)
    boxes = np.concatenate([corner, corner + rng.integers(10, 40, (count, 1))], 1)
    windows = Windows(
        boxes,
        rng.uniform(0.5, 1, count),
        rng.integers(0, 3, count),
        rng.integers(0, 9, (count, 2)),
        rng.normal(0, 0.1, (count, 4)),
    )
    proposals = windows.at(mtcnn.proposed(windows))
    n = len(proposals)
    squares = mtcnn.squared(mtcnn.calibrated(proposals.boxes, proposals.offsets))
    refined = rng.uniform(0, 1, n)
    outputs = np.where(refined > mtcnn.LOWEST, rng.uniform(0, 1, n), -1)
    better = mtcnn.squared(mtcnn.calibrated(squares, rng.normal(0, 0.1, (n, 4)), 1))
    final = mtcnn.calibrated(better, rng.normal(0, 0.1, (n, 4)), 1)
    levels = tuple(
        Level(0.6 * mtcnn.FACTOR**i, (60, 60), np.zeros((25, 25), np.float32)) for i in range(3)
    )
    points = rng.uniform(0, 60, (n, 5, 2))
    return Cascade(
        (100, 100), 20, levels, windows, proposals, squares, refined, better, outputs, final, points
    )


def test_the_pyramid_goes_from_the_smallest_face_to_the_whole_picture():
    scales = mtcnn.scales(512, 300, 20)
    assert scales[0] == 0.6
    assert np.divide(scales[1:], scales[:-1]) == pytest.approx(0.709)
    assert 300 * scales[-1] >= 12 > 300 * scales[-1] * 0.709
    assert mtcnn.scales(19, 300, 20) == []


def test_a_window_lies_where_the_networks_stride_puts_it():
    faces = np.zeros((3, 4))
    faces[2, 1] = 0.9
    offsets = np.arange(48.0).reshape(4, 3, 4)
    found = mtcnn.windows_of(2, faces, offsets, 0.5, 0.6)
    # column 1 and row 2: from (2·1 + 1) / 0.5 to (2·1 + 12) / 0.5
    assert found.boxes.tolist() == [[6, 10, 28, 32]]
    assert (found.cells.tolist(), found.levels.tolist()) == ([[1, 2]], [2])
    assert found.offsets.tolist() == [[9, 21, 33, 45]]


def test_calibration_moves_an_edge_by_a_share_of_the_side():
    box = np.array([[10.0, 20, 30, 60]])
    moved = mtcnn.calibrated(box, np.array([[0.1, -0.1, 0.5, 0]]))
    assert moved.tolist() == [[12, 16, 40, 60]]
    assert mtcnn.calibrated(box, np.ones((1, 4)), 1).tolist() == [[31, 61, 51, 101]]


def test_a_square_keeps_the_middle_and_the_longer_side():
    square = mtcnn.squared(np.array([[10.0, 20, 30, 60]]))
    assert square.tolist() == [[0, 20, 40, 60]]


def test_landmarks_come_as_five_x_and_then_five_y():
    shares = np.arange(10.0)[None] / 10
    points = mtcnn.placed(np.array([[0.0, 100, 9, 109]]), shares)
    assert points[0, :, 0] == pytest.approx([-1, 0, 1, 2, 3])
    assert points[0, :, 1] == pytest.approx([104, 105, 106, 107, 108])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.5, 1), st.floats(0.5, 1), st.floats(0, 1))
def test_thresholds_answer_as_if_the_cascade_had_run_with_them(seed, p, r, o):
    cascade = made_up(seed)
    found = mtcnn.stages(cascade, p, r, o)
    passing = cascade.windows.at(cascade.windows.scores > p)
    again = passing.at(mtcnn.proposed(passing))
    by_score = np.argsort(-cascade.proposals.scores[found.proposed], kind="stable")
    assert cascade.proposals.boxes[found.proposed[by_score]].tolist() == again.boxes.tolist()
    assert (cascade.refined[found.refined] > r).all()
    assert set(found.refined_kept) <= set(found.refined)
    assert (cascade.outputs[found.output] > o).all()
    assert set(found.faces) <= set(found.output) <= set(found.refined_kept)


def test_a_face_within_a_face_goes_at_last():
    cascade = made_up()
    box = np.array([[0.0, 0, 40, 40], [10, 10, 30, 30], [60, 60, 80, 80]])
    kept = mtcnn._min_suppressed(box, np.array([0.9, 0.8, 0.7]))
    assert kept.tolist() == [0, 2]  # the IoU of the first two is a quarter only
    assert mtcnn._min_suppressed(np.zeros((0, 4)), np.zeros(0)).tolist() == []
    assert len(mtcnn.stages(cascade, 1, 1, 1).faces) == 0


def test_no_windows_are_no_faces():
    none = mtcnn.joined([])
    assert len(mtcnn.proposed(none)) == 0
    assert none.offsets.shape == (0, 4)
