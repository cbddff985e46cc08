from __future__ import annotations

import numpy as np
import pytest
import torch

from viz_app.compute.detection import Placement, decode, detect, fit
from viz_app.core.architectures import YOLOV2_TINY_HEADS, Head
from viz_app.core.errors import NotFinite, ShapeError
from viz_app.core.layers import Layer, Network
from viz_app.core.suppression import suppress
from viz_app.files.images import open_image
from viz_app.files.resources import resource
from viz_app.nets.build import build
from viz_app.nets.published import load_published

HEAD = Head("out", 32, ((10, 20), (64, 32)), 1.05)
NAMES = ("cat", "dog")


def maps(rows=2, columns=3):
    """One head's answer, everything far below zero but where a test sets it."""
    return {"out": np.full((2 * 7, rows, columns), -20, np.float32)}


def square(size=96):
    return Placement.stretch(size, size, size)


def test_a_box_is_decoded_by_the_papers_formula():
    answer = maps()
    anchor = answer["out"].reshape(2, 7, 2, 3)[1, :, 1, 2]
    anchor[:] = [0.0, 1.0, np.log(2), 0.0, 3.0, -1.0, 2.0]
    found = decode(answer, square(), [HEAD], NAMES)
    at = int(found.scores.argmax())
    sigma = 1 / (1 + np.exp(-1.0))
    x, y = (0.5 + 2) * 32, (1.05 * sigma - 0.025 + 1) * 32
    assert found.boxes[at] == pytest.approx([x - 64, y - 16, x + 64, y + 16], rel=1e-5)
    assert (found.cells[at].tolist(), found.anchors[at].tolist()) == ([2, 1], [64, 32])
    assert (found.strides[at], NAMES[found.classes[at]]) == (32, "dog")
    assert found.offsets[at] == pytest.approx([0.0, 1.0, np.log(2), 0.0])
    expected = 1 / (1 + np.exp(-3.0)) / (1 + np.exp(-2.0))
    assert found.scores[at] == pytest.approx(expected, rel=1e-5)


def test_yolov2s_classes_compete_in_a_softmax():
    answer = maps()
    answer["out"].reshape(2, 7, 2, 3)[1, :, 1, 2] = [0.0, 1.0, 0.0, 0.0, 3.0, -1.0, 2.0]
    head = Head("out", 32, ((10, 20), (64, 32)), 1.0, is_softmax=True)
    found = decode(answer, square(), [head], NAMES)
    at = int(found.scores.argmax())
    assert found.is_softmax
    assert found.probabilities.sum(1) == pytest.approx(1)
    assert found.probabilities[at, 1] == pytest.approx(1 / (1 + np.exp(-3.0)))
    assert found.scores[at] == pytest.approx((1 / (1 + np.exp(-3.0))) ** 2)


def test_boxes_come_by_row_then_column_then_anchor():
    found = decode(maps(), square(), [HEAD], NAMES)
    assert len(found) == 12
    cells = [[0, 0], [0, 0], [1, 0], [1, 0], [2, 0], [2, 0], [0, 1]]
    assert found.cells[:7].tolist() == cells
    assert found.anchors[:2].tolist() == [[10, 20], [64, 32]]


def test_records_are_read_only():
    found = decode(maps(), square(), [HEAD], NAMES)
    with pytest.raises(ValueError, match="read-only"):
        found.boxes[0] = 0


@pytest.mark.parametrize("part", [2, 4])
def test_an_answer_that_is_not_finite_is_told(part):
    answer = maps()
    answer["out"][part, 0, 0] = np.inf if part == 2 else np.nan
    with pytest.raises(NotFinite):
        decode(answer, square(), [HEAD], NAMES)


@pytest.mark.parametrize(("height", "width"), [(300, 451), (451, 300), (1, 5000), (64, 64)])
@pytest.mark.parametrize("fitting", ["stretch", "letterbox"])
def test_the_way_back_from_the_square_is_exact(height, width, fitting):
    picture = np.full((height, width, 3), 255, np.uint8)
    tensor, place = fit(picture, 416, fitting)
    inside = (tensor[0] > 0.99).all(0).nonzero()
    (top, left), (bottom, right) = inside.amin(0), inside.amax(0) + 1
    edges = np.array([[left, top, right, bottom]], np.float32)
    assert place.to_picture(edges)[0] == pytest.approx([0, 0, width, height], abs=1e-3)
    assert (tensor.shape, tensor.dtype) == ((1, 3, 416, 416), torch.float32)
    assert float(tensor.max()) <= 1
    outside = tensor[tensor < 0.99]
    assert torch.equal(outside, torch.full_like(outside, 0.5))


@pytest.mark.parametrize(("size", "near"), [(400, 384), (0, 32), (-32, 32), (417, 416)])
def test_a_size_that_is_no_multiple_of_32_is_refused_with_one_that_is(size, near):
    with pytest.raises(ShapeError, match=f"try {near}"):
        fit(np.zeros((8, 8, 3), np.uint8), size)


def toy():
    """One convolution as a detector of COCO's 80 classes."""
    head = Layer("out", "conv", channels=2 * 85, kernel=32, stride=32)
    return build(Network("toy", "Toy", (3, 96, 96), (head,))).eval()


def test_detect_keeps_the_picture_and_answers_for_each_cell():
    pixels = np.random.default_rng(0).integers(0, 256, (50, 80, 3), np.uint8)
    pixels.flags.writeable = False
    found = detect(toy(), pixels, 96, heads=[HEAD])
    assert len(found) == 9 * 2
    assert found.probabilities.shape == (18, 80)
    assert not torch.is_inference_mode_enabled()


def test_detect_can_be_cancelled():
    def check():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        detect(toy(), np.zeros((8, 8, 3), np.uint8), 96, check, heads=[HEAD])
    assert not torch.is_inference_mode_enabled()


# class and score of what this network finds in the bundled samples at 416 px, p_c above 0.5
FOUND = {
    ("chelsea.jpg", "letterbox"): ("cat", 0.65),
    ("coffee.jpg", "stretch"): ("cup", 0.72),
    ("coffee.jpg", "letterbox"): ("cup", 0.94),
    ("motorcycle.jpg", "stretch"): ("motorbike", 0.92),
    ("astronaut.jpg", "stretch"): ("person", 0.87),
}


@pytest.mark.weights
@pytest.mark.parametrize(("name", "fitting"), FOUND)
def test_yolov4_tiny_finds_what_the_samples_show(published, name, fitting):
    pixels = open_image(resource("images", name)).pixels
    raw = detect(load_published("yolov4_tiny", published), pixels, fitting=fitting)
    assert len(raw) == 2535
    kept = suppress(
        raw.boxes, raw.scores, raw.classes, score_threshold=0.5, iou_threshold=0.45
    ).kept
    label, score = FOUND[name, fitting]
    assert [raw.names[raw.classes[box]] for box in kept] == [label]
    assert float(raw.scores[kept[0]]) == pytest.approx(score, abs=0.05)


@pytest.mark.weights
@pytest.mark.parametrize(("size", "count"), [(416, 13 * 13 * 5), (608, 19 * 19 * 5)])
def test_yolov2_tiny_answers_in_the_courses_grid(published, size, count):
    net = load_published("yolov2_tiny", published)
    pixels = open_image(resource("images", "coffee.jpg")).pixels
    raw = detect(net, pixels, size, fitting="letterbox", heads=YOLOV2_TINY_HEADS)
    assert raw.probabilities.shape == (count, 80)
    best = int(raw.scores.argmax())
    if size == 416:
        assert raw.names[raw.classes[best]] == "cup"
        assert float(raw.scores[best]) == pytest.approx(0.81, abs=0.05)
