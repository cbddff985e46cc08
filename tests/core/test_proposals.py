from __future__ import annotations

import numpy as np
import pytest

from viz_app.core.errors import ShapeError
from viz_app.core.proposals import Likeness, group, ranked

# three stripes: red, nearly red, blue
SEGMENTS = np.repeat([0, 1, 2], [4, 4, 8])[None].repeat(6, axis=0)
IMAGE = np.array([[0.9, 0.1, 0.1], [0.88, 0.1, 0.1], [0.1, 0.1, 0.9]])[SEGMENTS]


def test_the_most_alike_neighbours_are_joined_first_and_the_whole_comes_last():
    found = group(IMAGE, SEGMENTS, Likeness(size=False, fill=False, texture=False))
    assert found.segments == 3
    assert found.boxes.tolist() == [
        [0, 0, 4, 6], [4, 0, 8, 6], [8, 0, 16, 6], [0, 0, 8, 6], [0, 0, 16, 6]
    ]  # fmt: skip


def test_small_regions_are_joined_first_where_only_size_counts():
    segments = np.repeat([0, 1, 2], [12, 2, 3])[None].repeat(6, axis=0)
    found = group(np.zeros((6, 17, 3)), segments, Likeness(colour=False, texture=False, fill=False))
    assert found.boxes[3].tolist() == [12, 0, 17, 6]


def test_n_segments_give_2n_minus_1_boxes_whatever_the_picture():
    rng = np.random.default_rng(0)
    segments = np.arange(24).reshape(4, 6).repeat(3, 0).repeat(3, 1)
    found = group(rng.uniform(size=(*segments.shape, 3)), segments)
    assert found.boxes.shape == (47, 4)
    assert found.boxes[-1].tolist() == [0, 0, 18, 12]
    assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()


def test_ranked_boxes_come_once_and_no_more_than_wanted():
    one = group(IMAGE, SEGMENTS)
    boxes = ranked([one, one], 4)
    assert len(boxes) == 4
    assert len(np.unique(boxes, axis=0)) == 4
    assert len(ranked([one, one], 100)) == 5
    assert ranked([], 10).shape == (0, 4)


def test_segments_of_another_size_are_refused():
    with pytest.raises(ShapeError, match="segment this picture"):
        group(np.zeros((3, 3, 3)), SEGMENTS)


def test_grouping_can_be_cancelled():
    class Stop(Exception):
        pass

    def check():
        raise Stop

    with pytest.raises(Stop):
        group(IMAGE, SEGMENTS, check=check)


def test_joined_regions_are_compared_anew():
    # a row of red, red, orange, blue: after both reds, orange is more like them than like blue
    segments = np.repeat([0, 1, 2, 3], 4)[None].repeat(6, axis=0)
    colours = np.array([[0.9, 0.1, 0.1], [0.9, 0.1, 0.1], [0.9, 0.5, 0.1], [0.1, 0.1, 0.9]])
    found = group(colours[segments], segments, Likeness(texture=False, size=False, fill=False))
    assert found.boxes[4].tolist() == [0, 0, 8, 6]
    assert found.boxes[5].tolist() == [0, 0, 12, 6]
    small = group(
        np.zeros((6, 16, 3)),
        np.repeat([0, 1, 2, 3], [2, 2, 3, 9])[None].repeat(6, axis=0),
        Likeness(colour=False, texture=False, fill=False),
    )
    assert small.boxes[5].tolist() == [0, 0, 7, 6]
