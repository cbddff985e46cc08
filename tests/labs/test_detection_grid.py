from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from viz_app.core.raw_boxes import RawBoxes
from viz_app.labs.detection import grid
from viz_app.labs.detection.found import Request, tabulated
from viz_app.labs.detection.scene import DetectionScene

ANCHORS = {32: ((81.0, 82.0), (135.0, 169.0)), 16: ((10.0, 14.0), (23.0, 27.0))}
BEST = (1, 2, 1)  # row, column and anchor of the clearest box of the coarse grid


def made_up(size=96, fitting="stretch", picture=(192, 96)):
    """A detector of two classes with grids of 3×3 and 6×6 cells and two anchors each."""
    cells, strides, anchors = [], [], []
    for stride, shapes in ANCHORS.items():
        for row in range(size // stride):
            for column in range(size // stride):
                for shape in shapes:
                    cells.append((column, row))
                    strides.append(stride)
                    anchors.append(shape)
    n = len(cells)
    rng = np.random.default_rng(0)
    objectness = rng.uniform(0, 0.04, n).astype(np.float32)
    best = (BEST[0] * 3 + BEST[1]) * 2 + BEST[2]
    objectness[best] = 0.9
    probabilities = np.tile(np.float32([0.25, 0.75]), (n, 1))
    corner = rng.uniform(0, 60, (n, 2)).astype(np.float32)
    boxes = np.concatenate((corner, corner + 20), axis=1)
    raw = RawBoxes(
        boxes,
        objectness,
        probabilities,
        objectness * np.float32(0.75),
        np.ones(n, np.int32),
        np.array(cells, np.int32),
        np.array(strides, np.int32),
        np.array(anchors, np.float32),
        rng.normal(size=(n, 4)).astype(np.float32),
        ("cat", "dog"),
        size,
    )
    request = Request("photo", size, fitting)
    return tabulated(request, raw.boxes, raw.scores, raw.classes, raw.names, raw=raw), picture


def look(**fields):
    found, size = made_up()
    return grid.look(found, DetectionScene(view="grid", **fields), size)


def test_at_first_the_best_boxs_cell_and_anchor_are_shown():
    shown = look()
    assert shown.cell == BEST[:2]
    assert shown.chosen == BEST[2]
    anchor = shown.anchors[shown.chosen]
    assert (anchor.anchor, anchor.name) == ((135, 169), "dog")
    assert anchor.score == pytest.approx(0.9 * 0.75)
    assert anchor.classes[0] == ("dog", 0.75)


def test_the_shape_is_that_of_the_output_tensor():
    assert look().shape == "3 × 3 × 2 × 7 = 126"
    assert look(is_fine=True).shape == "6 × 6 × 2 × 7 = 504"


def test_the_words_say_how_many_boxes_each_cell_answers_with():
    assert look().summary == "each cell answers with 2 boxes: 18 in all"


def test_a_cells_boxes_come_from_that_cell():
    found, size = made_up()
    shown = grid.look(found, DetectionScene(view="grid", cell_row=2, cell_column=0), size)
    for a in shown.anchors:
        assert found.raw.cells[a.box].tolist() == [0, 2]
        x1, y1, x2, y2 = found.raw.boxes[a.box].tolist()
        assert a.b == ((x1 + x2) / 2, (y1 + y2) / 2, y2 - y1, x2 - x1)  # height before width


def test_a_cell_that_another_size_had_is_brought_back():
    assert look(cell_row=18, cell_column=18, anchor=4).cell == (2, 2)


@pytest.mark.parametrize(("stage", "count"), [("cells", 1), ("all", 18), ("p_c", 1), ("kept", 1)])
def test_each_stage_has_its_boxes(stage, count):
    shown = look(stage=stage)
    assert len(shown.boxes.ids) == count
    assert (shown.heat.size > 0) == (stage == "cells")


def test_two_boxes_a_cell_are_those_of_the_largest_p_c():
    found, size = made_up()
    wide = np.repeat(found.raw.objectness, 2) * np.tile(np.float32([1, 0.5]), len(found.raw))
    raw = replace(
        found.raw,
        **{
            name: np.repeat(getattr(found.raw, name), 2, axis=0)
            for name in ("boxes", "probabilities", "scores", "classes", "cells", "strides",
                         "anchors", "offsets")
        },
        objectness=wide,
    )  # fmt: skip
    four = tabulated(found.request, raw.boxes, raw.scores, raw.classes, raw.names, raw=raw)
    shown = grid.look(four, DetectionScene(view="grid", stage="two"), size)
    assert len(shown.boxes.ids) == 9 * 2
    for row, column in np.ndindex(3, 3):
        here = np.flatnonzero((raw.cells == (column, row)).all(1) & (raw.strides == 32))
        best = here[np.argsort(-raw.objectness[here])[:2]]
        assert set(best) <= set(shown.boxes.ids)


def test_a_letterbox_is_shown_as_a_grey_border():
    found, size = made_up(fitting="letterbox")
    shown = grid.look(found, DetectionScene(view="grid", fitting="letterbox"), size)
    assert shown.border == (0, 48)
    square = grid.with_border(np.zeros((96, 192, 3), np.uint8), shown.border)
    assert square.shape == (192, 192, 3)
    assert (square[:48] == 127).all()
    assert (square[48:144] == 0).all()
    assert look().border == (0, 0)


def test_a_cell_is_as_warm_as_its_largest_p_c():
    shown = look()
    assert np.unravel_index(shown.heat.argmax(), shown.heat.shape) == BEST[:2]
    assert shown.heat.max() == pytest.approx(0.9)


def test_the_grid_covers_a_stretched_photo():
    shown = look()
    assert shown.xs == (0, 64, 128, 192)
    assert shown.ys == (0, 32, 64, 96)
    assert shown.cell_at(130, 40) == (1, 2)
    assert shown.cell_at(192, 40) is None
    assert shown.cell_at(5, -1) is None


def test_a_letterboxed_photo_lies_in_the_middle_rows():
    found, size = made_up(fitting="letterbox")
    shown = grid.look(found, DetectionScene(view="grid", fitting="letterbox"), size)
    assert shown.xs == (0, 64, 128, 192)
    assert shown.ys == (-48, 16, 80, 144)


def test_a_box_tells_where_it_comes_from():
    found, _size = made_up()
    box = int(np.argmax(found.scores))
    assert found.origin(box) == "Row 1, column 2 of 3×3, anchor 135×169: p_c .90 × dog .75"


def test_the_numbers_are_those_on_the_screen():
    found, size = made_up()
    shown = grid.look(found, DetectionScene(view="grid"), size)
    numbers = shown.numbers(found)
    assert numbers["t"].shape == (2, 4)
    assert numbers["scores"].max() == pytest.approx(0.675)
