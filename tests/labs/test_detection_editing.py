from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_app.labs.detection import editing
from viz_app.labs.detection.scene import DrawnBox

SIZE = (200, 100)
BOX = DrawnBox(40, 20, 120, 80)
coordinate = st.floats(-1e4, 1e4)


@pytest.mark.parametrize(
    ("at", "handle"),
    [
        ((40, 20), (-1, -1)),
        ((120, 80), (1, 1)),
        ((120, 50), (1, 0)),
        ((80, 18), (0, -1)),
        ((80, 50), None),
        ((140, 50), None),
    ],
)
def test_edges_and_corners_are_taken_hold_of_within_reach(at, handle):
    assert editing.handle_at(BOX, *at, reach=5) == handle


def test_the_inside_moves_and_empty_ground_draws():
    assert editing.grip_at([BOX], -1, 80, 50, 5).kind == "move"
    assert editing.grip_at([BOX], -1, 150, 50, 5).kind == "draw"
    assert editing.grip_at([], -1, 150, 50, 5).kind == "draw"


def test_the_selected_box_comes_first_where_edges_coincide():
    twins = [BOX, BOX]
    assert editing.grip_at(twins, 1, 40, 50, 5).index == 1
    assert editing.grip_at(twins, 0, 40, 50, 5).index == 0


def test_a_small_box_can_still_be_moved():
    small = DrawnBox(10, 10, 16, 16)
    assert editing.grip_at([small], 0, 13, 13, 7).kind == "move"


def test_drawing_backwards_gives_a_box_in_order():
    grip = editing.grip_at([], -1, 90, 60, 5)
    assert editing.dragged(grip, 30, 10, SIZE).corners == (30, 10, 90, 60)


def test_an_edge_dragged_over_the_other_turns_the_box_round():
    grip = editing.grip_at([BOX], 0, 40, 50, 5)
    assert editing.dragged(grip, 150, 50, SIZE).corners == (120, 20, 150, 80)


def test_a_moved_box_keeps_its_size_at_the_border():
    grip = editing.grip_at([BOX], 0, 80, 50, 5)
    assert editing.dragged(grip, 500, -500, SIZE).corners == (120, 0, 200, 60)


def test_edges_snap_to_the_grid():
    grip = editing.grip_at([], -1, 11, 13, 5)
    assert editing.dragged(grip, 50, 61, SIZE, snap=8).corners == (8, 16, 48, 64)


@given(coordinate, coordinate, coordinate, coordinate, st.sampled_from([0, 4, 16]))
def test_a_drag_never_leaves_the_picture_or_turns_inside_out(x, y, to_x, to_y, snap):
    grip = editing.grip_at([BOX], 0, x, y, 5)
    box = editing.dragged(grip, to_x, to_y, SIZE, snap)
    assert 0 <= box.x1 <= box.x2 <= SIZE[0]
    assert 0 <= box.y1 <= box.y2 <= SIZE[1]


@given(coordinate, coordinate, st.floats(0, 200), st.floats(0, 100), coordinate, coordinate)
def test_a_box_outside_the_picture_is_never_pushed_further_out(x, y, width, height, dx, dy):
    box = DrawnBox(x, y, x + width, y + height)
    moved = editing.moved(box, dx, dy, SIZE)
    assert moved.x1 >= min(box.x1, 0) - 1e-6
    assert moved.x2 <= max(box.x2, SIZE[0]) + 1e-6
    assert moved.y1 >= min(box.y1, 0) - 1e-6


def test_growing_by_keys_stops_at_one_pixel_and_at_the_border():
    assert editing.grown(BOX, -500, 0, SIZE).x2 == 41
    assert editing.grown(BOX, 500, 500, SIZE).corners == (40, 20, 200, 100)
