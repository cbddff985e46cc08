"""Faults of labelling programs that users met for years; none of them may come back.

labelImg handed fractions of a pixel to calls that take whole numbers, and so ended at the first
box or turn of the wheel (HumanSignal/labelImg issues 872, 899, 938, 1004). Commands with nothing
selected, boxes of no area and boxes beyond the picture are of the same kind.
"""

from __future__ import annotations

import numpy as np
import pytest

from viz_app.core.boxes import iou_matrix
from viz_app.core.records import Picture
from viz_app.labs.detection import overlap
from viz_app.labs.detection.box_editor import BoxEditor
from viz_app.labs.detection.formats import Labelled, read_boxes, write_boxes
from viz_app.labs.detection.scene import DetectionScene, DrawnBox, Sheet, resolve

PICTURE = Picture("/a.png", "a.png", np.zeros((100, 200, 3), np.uint8))


class Desk:
    def __init__(self, *boxes):
        self.scene = DetectionScene(view="iou", sheets=(Sheet("/a.png", boxes),))
        self.editor = BoxEditor(lambda: None, self.keep)
        self.editor.show(self.scene, PICTURE)

    def keep(self, gesture, image, boxes):
        self.scene = resolve(DetectionScene(view="iou", sheets=(Sheet(image, boxes),)))
        self.editor.show(self.scene, PICTURE)


def test_dragging_by_fractions_of_a_pixel_draws_a_box():
    desk = Desk()
    desk.editor.grabbed(10.4, 20.6, 7.25)
    desk.editor.dragged(60.49, 70.51)
    desk.editor.released()
    assert desk.editor.boxes[0].corners == (10.0, 21.0, 60.0, 71.0)


@pytest.mark.parametrize("selected", [-1, 0, 5])
def test_every_command_is_harmless_with_nothing_to_act_on(selected):
    desk = Desk()
    desk.editor.selected = selected
    for act in ("deleted", "duplicated", "selected_next", "released"):
        getattr(desk.editor, act)()
    desk.editor.nudged(1, 1)
    desk.editor.nudged(1, 1, is_resize=True)
    desk.editor.labelled("dog")
    desk.editor.dragged(5, 5)
    assert desk.editor.boxes == ()
    assert desk.editor.look().pair is None


def test_a_click_draws_no_box_of_no_area():
    desk = Desk()
    desk.editor.grabbed(50, 50, 7)
    desk.editor.released()
    desk.editor.grabbed(50, 50, 7)
    desk.editor.dragged(50.4, 50.2)
    desk.editor.released()
    assert desk.editor.boxes == ()


def test_boxes_of_no_area_overlap_nothing_and_can_be_taken_hold_of():
    point = DrawnBox(30, 30, 30, 30)
    desk = Desk(point, DrawnBox(10, 10, 60, 60))
    assert iou_matrix([point.corners], [point.corners])[0, 0] in (0.0, 1.0)
    assert overlap.look(desk.editor.boxes, 0, 1, 0.5).steps.iou == 0
    desk.editor.grabbed(30, 30, 7)
    desk.editor.dragged(40, 40)
    desk.editor.released()
    assert len(desk.editor.boxes) == 2


def test_boxes_outside_the_picture_are_kept_and_can_be_moved_back():
    desk = Desk(DrawnBox(-50, -20, -10, 500))
    desk.editor.selected = 0
    desk.editor.nudged(60, 0)
    assert desk.editor.boxes[0].x1 > -50
    desk.editor.deleted()
    assert desk.editor.boxes == ()


@pytest.mark.parametrize(
    "line", ["0 0.0 0.0 0.5 0.5", "0 1.2 0.5 0.1 0.1", "0 0.5 0.5 0 0", "0 0.5 0.5 2 2"]
)
def test_yolo_lines_beyond_the_picture_are_read_and_written_again(line):
    (box,) = read_boxes(line, ".txt", "a", (200, 100), ("dog",))
    again = write_boxes([Labelled("a", (200, 100), (box,))], ".txt", ("dog",))
    assert [float(v) for v in again.split()] == pytest.approx([float(v) for v in line.split()])


@pytest.mark.parametrize("suffix", [".json", ".txt", ".xml"])
def test_a_picture_without_boxes_is_saved_and_opened(suffix):
    text = write_boxes([Labelled("a.png", (200, 100), ())], suffix, ("dog",))
    assert read_boxes(text, suffix, "a.png", (200, 100), ("dog",)) == ()
