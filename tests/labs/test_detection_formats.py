from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_app.core.errors import SceneError
from viz_app.labs.detection.formats import Labelled, read_boxes, write_boxes
from viz_app.labs.detection.scene import DrawnBox

NAMES = ("person", "dog", "car")
SIZE = (200, 100)
BOXES = (DrawnBox(10, 20, 60, 70, "dog"), DrawnBox(0, 0, 200, 100, "car"))


def read(text, suffix, name="a.png"):
    return read_boxes(text, suffix, name, SIZE, NAMES)


def test_coco_counts_left_top_width_height_in_pixels():
    record = json.loads(write_boxes([Labelled("a.png", SIZE, BOXES)], ".json", NAMES))
    first = record["annotations"][0]
    assert (first["bbox"], first["area"]) == ([10, 20, 50, 50], 2500)
    assert record["categories"][first["category_id"] - 1]["name"] == "dog"


def test_yolo_counts_midpoint_and_size_in_fractions():
    text = write_boxes([Labelled("a.png", SIZE, BOXES)], ".txt", NAMES)
    assert text.splitlines()[0] == "1 0.17500000 0.45000000 0.25000000 0.50000000"


def test_voc_counts_pixels_from_one_and_includes_the_last():
    text = write_boxes([Labelled("a.png", SIZE, BOXES)], ".xml", NAMES)
    for tag in ("<xmin>11</xmin>", "<ymin>21</ymin>", "<xmax>60</xmax>", "<ymax>70</ymax>"):
        assert tag in text
    assert "<xmin>1</xmin>" in text


corner = st.integers(0, 99)
boxes = st.lists(
    st.builds(
        lambda x, y, w, h, label: DrawnBox(x, y, x + w, y + h, label),
        corner, corner, st.integers(1, 90), st.integers(1, 90), st.sampled_from(NAMES),
    ),
    max_size=5,
)  # fmt: skip


@given(boxes, st.sampled_from([".json", ".txt", ".xml"]))
def test_what_is_written_is_read_again(drawn, suffix):
    back = read(write_boxes([Labelled("a.png", SIZE, tuple(drawn))], suffix, NAMES), suffix)
    assert [b.label for b in back] == [b.label for b in drawn]
    for a, b in zip(back, drawn, strict=True):
        assert a.corners == pytest.approx(b.corners, abs=1e-4)


def test_coco_gives_the_boxes_of_the_picture_asked_for():
    pictures = [Labelled("folder/a.png", SIZE, BOXES[:1]), Labelled("b.png", SIZE, BOXES[1:])]
    text = write_boxes(pictures, ".json", NAMES)
    assert [b.label for b in read(text, ".json")] == ["dog"]
    assert [b.label for b in read(text, ".json", "b.png")] == ["car"]
    with pytest.raises(SceneError, match="has no picture called"):
        read(text, ".json", "c.png")


def test_a_crowd_of_a_coco_file_is_no_object_to_be_found():
    record = json.loads(write_boxes([Labelled("a.png", SIZE, BOXES)], ".json", NAMES))
    record["annotations"][0]["iscrowd"] = 1
    assert [b.label for b in read(json.dumps(record), ".json")] == ["car"]


def test_a_coco_file_from_windows_names_its_pictures_with_backslashes():
    pictures = [Labelled(f"C:\\photos\\{name}.png", SIZE, BOXES) for name in "ab"]
    assert len(read(write_boxes(pictures, ".json", NAMES), ".json")) == 2


def test_an_unknown_class_number_is_kept_as_a_label():
    assert read("17 .5 .5 .1 .1\n\n", ".txt")[0].label == "17"


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("", ".json"),
        ("[1, 2]", ".json"),
        ('{"images": [], "annotations": 3}', ".json"),
        ('{"images":[{"id":1,"file_name":"a"}],"annotations":[{"image_id":1,"bbox":[1,2]}]}',
         ".json"),
        ("[" * 100_000, ".json"),
        ("dog 1 2 3 4", ".txt"),
        ("1 .5 .5", ".txt"),
        ("1 nan .5 .1 .1", ".txt"),
        ("<annotation><object/></annotation>", ".xml"),
        ("<annotation>", ".xml"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', ".xml"),
        ("anything", ".png"),
    ],
)  # fmt: skip
def test_a_damaged_file_ends_with_a_sentence(text, suffix):
    with pytest.raises(SceneError):
        read(text, suffix)


def test_csv_has_a_line_for_each_detection_and_no_formulas():
    found = Labelled("=a,b.png", SIZE, BOXES[:1], (0.5,))
    lines = write_boxes([found], ".csv", NAMES).splitlines()
    assert lines[1] == '"\'=a,b.png",dog,0.5,10,20,60,70'


def test_one_text_file_holds_one_picture():
    with pytest.raises(SceneError):
        write_boxes([Labelled("a", SIZE, ()), Labelled("b", SIZE, ())], ".txt", NAMES)
