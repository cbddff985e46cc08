from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from viz_app.core import targets
from viz_app.core.boxes import overlap
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Layer, Network, shapes
from viz_app.core.suppression import suppress
from viz_app.core.targets import Target

EXAMPLES = json.loads(
    (Path(__file__).parents[1] / "data" / "detect_examples.json").read_text("utf-8")
)
QUESTION = float("nan")


def numbers(values):
    return np.array([QUESTION if value is None else value for value in values], dtype=np.float64)


def localization(given):
    thing, classes = given["obj"], given["classes"]
    place = Target(thing["bx"], thing["by"], thing["bh"], thing["bw"], classes.index(thing["cls"]))
    return targets.localization_target(place, len(classes)).tolist()


def suppression(given, rule="at_least"):
    classes = [["car", "pedestrian"].index(name) for name in given.get("classes", [])] or None
    done = suppress(
        given["boxes"], given["scores"], classes, score_threshold=given["score_threshold"],
        iou_threshold=given["iou_threshold"], rule=rule,
    )  # fmt: skip
    trace = [
        {
            "pick": pick.box,
            "score": pick.score,
            "removed": [[removal.box, round(removal.iou, 6)] for removal in pick.removed],
        }
        for pick in done.picks
    ]
    dropped = list(done.dropped_by_score)
    return {"dropped_by_score": dropped, "keep": list(done.kept), "trace": trace}


def yolo_shape(given):
    shape = targets.grid_shape(given["grid"], given["anchors"], given["classes"])
    found = {"shape": list(shape.shape), "numbers": shape.numbers}
    return {**found, "flat": list(shape.flat), "boxes": shape.boxes}


def yolo_decode(given):
    b = [given[name] for name in ("bx", "by", "bh", "bw")]
    place = targets.decode_cell(
        given["cell_row"], given["cell_col"], b, given["grid"], tuple(given["image"])
    )
    return dict(zip(("cx", "cy", "h", "w"), place, strict=True))


def anchor_assign(given):
    found = {}
    for name, hw in given["objects_hw"].items():
        found[name] = int(targets.assign_anchors([hw], given["anchors_hw"])[0])
        found[f"iou_{name}"] = targets.shape_iou(hw, given["anchors_hw"])[0].tolist()
    return found


def anchor_target(given):
    """The slide's two boxes with one midpoint, in its words: "?", and bx … for the numbers."""
    things = {
        "pedestrian box": Target(0.5, 0.5, 0.6, 0.2, 0),
        "car box": Target(0.5, 0.5, 0.3, 0.6, 1),
    }
    drawn = [things[name] for name in given.values() if name]
    label = targets.encode_grid(drawn, 3, [[0.6, 0.2], [0.3, 0.6]], 3)
    words = []
    for entry in label.y[1, 1]:
        named = [entry[0], "bx", "by", "bh", "bw", *entry[5:]]
        words += named if entry[0] else [0, *("?" * 7)]
        assert np.isnan(entry[1:]).all() == (entry[0] == 0)
    return words


def sliding_windows(height, width, channels):
    """The course's classifier of 14×14 windows with its fully connected layers as convolutions."""
    layers = (
        Layer("conv", "conv", channels=16, kernel=5),
        Layer("pool", "max_pool", kernel=2, stride=2),
        Layer("fc1", "conv", channels=400, kernel=5),
        Layer("fc2", "conv", channels=400),
        Layer("scores", "conv", channels=4),
    )
    return Network("toy", "Sliding windows", (channels, height, width), layers)


def shape_chain(given):
    network = sliding_windows(*given["input"])
    found = shapes(network)
    return [[*found[layer.name][1:], found[layer.name][0]] for layer in network.layers]


COMPUTE = {
    "encode_localization": localization,
    "localization_loss": lambda given: targets.localization_loss(
        numbers(given["y"]), given["yhat"]
    ),
    "landmarks": lambda given: targets.landmark_outputs(given["n"], given["face_flag"]),
    "iou": lambda given: overlap(given["a"], given["b"]).iou,
    "nms": suppression,
    "nms_class": suppression,
    "nms_strict": lambda given: suppression(given, "above"),
    "yolo_shape": yolo_shape,
    "yolo_decode": yolo_decode,
    "anchor_assign": anchor_assign,
    "anchor_target": anchor_target,
    "shape_chain": shape_chain,
}
# the property is the test below; R-CNN's 2,000 regions are a number that nothing computes
ELSEWHERE = {"property", "constant"}


@pytest.mark.parametrize(
    "example",
    [example for example in EXAMPLES if example["op"] not in ELSEWHERE],
    ids=lambda example: example["id"],
)
def test_worked_example_of_the_course_is_computed(example):
    found = COMPUTE[example["op"]](example["inputs"])
    expected = example["expected"]
    if not isinstance(expected, dict):
        found, expected = {"it": found}, {"it": expected}
    for name, value in expected.items():
        if example["tolerance"]:
            assert found[name] == pytest.approx(value, abs=example["tolerance"])
        else:
            assert found[name] == value


@pytest.mark.parametrize(("side", "windows"), [(16, 2), (28, 8)])
def test_one_convolutional_pass_gives_the_scores_of_all_windows(side, windows):
    torch = pytest.importorskip("torch", reason="the pass runs in torch")
    from viz_app.nets.build import build

    torch.manual_seed(0)
    net = build(sliding_windows(14, 14, 3)).eval()
    picture = torch.randn(1, 3, side, side)
    with torch.no_grad():
        whole = net(picture, {"scores"})["scores"]
        for i, j in np.ndindex(windows, windows):
            crop = picture[:, :, 2 * i : 2 * i + 14, 2 * j : 2 * j + 14]
            alone = net(crop, {"scores"})["scores"]
            assert torch.allclose(whole[:, :, i : i + 1, j : j + 1], alone, atol=1e-5)


fraction = st.integers(0, 64).map(lambda k: k / 64)
size = st.integers(1, 64).map(lambda k: k / 64)
some_targets = st.lists(
    st.builds(Target, fraction, fraction, size, size, st.integers(0, 2)), max_size=6
)


@given(some_targets, st.sampled_from([1, 2, 3, 13, 19]))
def test_decoding_a_label_gives_the_objects_back(things, grid):
    label = targets.encode_grid(things, grid, [[0.6, 0.2], [0.3, 0.6], [1, 1]], 3)
    assert len(label.assignments) + len(label.collisions) == len(things)
    encoded = [things[place.target] for place in label.assignments]
    decoded = targets.decode_grid(label.y)
    key = [(round(t.cx, 9), round(t.cy, 9), round(t.h, 9), round(t.w, 9)) for t in decoded]
    assert sorted(key) == sorted(
        (round(t.cx, 9), round(t.cy, 9), round(t.h, 9), round(t.w, 9)) for t in encoded
    )
    assert sorted(t.class_index for t in decoded) == sorted(t.class_index for t in encoded)


def test_label_of_no_object_is_zero_and_question_marks():
    y = targets.localization_target(None, 3)
    assert y[0] == 0
    assert np.isnan(y[1:]).all()


def test_loss_without_an_object_looks_at_p_c_alone_even_if_the_rest_is_filled_in():
    y_hat = np.full(8, 0.5)
    assert targets.localization_loss(np.r_[0, np.ones(7)], y_hat) == 0.25
    terms = targets.squared_errors(np.r_[1, np.ones(7)], y_hat)
    assert terms.tolist() == [0.25] * 8
    assert np.isnan(targets.squared_errors(np.zeros(8), y_hat)[1:]).all()


def test_second_object_of_a_cell_and_anchor_is_a_collision():
    first, second = Target(0.5, 0.5, 0.2, 0.2, 0), Target(0.45, 0.55, 0.25, 0.25, 1)
    label = targets.encode_grid([first, second], 3, [[0.2, 0.2], [0.9, 0.1]], 2)
    assert [place.target for place in label.assignments] == [0]
    assert [(place.target, place.row, place.anchor) for place in label.collisions] == [(1, 1, 0)]


def test_midpoint_on_a_line_belongs_to_the_later_cell_and_on_the_edge_to_the_last():
    assert targets.grid_cell(0.5, 0.25, 4) == (1, 2)
    assert targets.grid_cell(1.0, 1.0, 4) == (3, 3)
    for grid in range(1, 65):  # k/26 · 26 is rounded to less than k for some k
        on_lines = [
            targets.encode_cell(Target(k / grid, 0, 0.1, 0.1, 0), grid) for k in range(grid)
        ]
        assert [column for _row, column, _b in on_lines] == list(range(grid))
        assert all(0 <= b[0] < 1e-9 for _row, _column, b in on_lines)
    with pytest.raises(ShapeError, match="outside"):
        targets.grid_cell(1.01, 0.5, 4)


def test_landmarks_are_a_flag_and_x_and_y_of_each():
    y = targets.landmark_target([[0.1, 0.2], [0.3, 0.4]], 2)
    assert y.tolist() == [1, 0.1, 0.2, 0.3, 0.4]
    none = targets.landmark_target(None, 2)
    assert none[0] == 0
    assert targets.localization_loss(none, [0.5, 9, 9, 9, 9]) == 0.25
    with pytest.raises(ShapeError, match="2 landmarks"):
        targets.landmark_target([[0.1, 0.2]], 2)


def test_anchors_are_fitted_to_two_heaps_of_shapes():
    rng = np.random.default_rng(0)
    tall = np.add([0.6, 0.2], rng.uniform(-0.02, 0.02, (30, 2)))
    wide = np.add([0.2, 0.5], rng.uniform(-0.02, 0.02, (20, 2)))
    fit = targets.fit_anchors(np.concatenate((tall, wide)), 2)
    assert fit.anchors_hw == pytest.approx(np.array([wide.mean(0), tall.mean(0)]))
    assert fit.members.tolist() == [1] * 30 + [0] * 20
    assert fit.mean_iou > 0.85


@given(st.lists(st.tuples(size, size), min_size=3, max_size=12, unique=True), st.integers(1, 3))
@example([(1 / 64, 1 / 64), (3 / 64, 42 / 64), (21 / 64, 14 / 64), (49 / 64, 54 / 64)], 3)  # a tie
def test_anchors_are_never_worse_than_where_they_started(sizes, k):
    fit = targets.fit_anchors(sizes, k)
    iou = targets.shape_iou(sizes, fit.anchors_hw)
    assert iou.max(axis=1).mean() == pytest.approx(fit.mean_iou)
    assert (iou.argmax(axis=1) == fit.members).all()
    areas = fit.anchors_hw.prod(axis=1)
    assert (np.diff(areas) >= 0).all()


def test_anchors_of_the_best_round_are_returned_where_means_make_it_worse():
    fit = targets.fit_anchors([[7, 6], [5, 3], [3, 1], [1, 1]], 2, seed=0)
    last = targets.shape_iou([[7, 6], [5, 3], [3, 1], [1, 1]], [[2, 1], [6, 4.5]])
    assert fit.mean_iou > last.max(axis=1).mean()


def test_more_anchors_than_shapes_says_what_to_do():
    with pytest.raises(ShapeError, match="draw more boxes"):
        targets.fit_anchors([[0.1, 0.2]] * 5, 2)
    with pytest.raises(ShapeError, match=r"^1 different"):  # a box that was moved by a float
        targets.fit_anchors([[0.31, 0.17], [0.31, np.nextafter(0.17, 1)]], 2)
    with pytest.raises(ShapeError, match=r"^0 different"):
        targets.fit_anchors([[0.0, 0.2]], 1)
    with pytest.raises(ShapeError, match="Class 3"):
        targets.localization_target(Target(0.5, 0.5, 0.1, 0.1, 3), 3)
