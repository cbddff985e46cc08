from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.programs import printed
from viz_app.core.architectures import Head
from viz_app.core.evaluation import Detections, Truths
from viz_app.core.records import Picture
from viz_app.labs.detection import evaluation, grid, overlap, suppression, targets
from viz_app.labs.detection.found import Request, example, tabulated
from viz_app.labs.detection.scene import WIDE, DetectionScene, DrawnBox
from viz_app.labs.detection.snippet import (
    decode_program,
    evaluation_program,
    iou_program,
    loss_program,
    snippet,
    suppression_program,
)

pytest.importorskip("torch", reason="the programs print torch's numbers")
from viz_app.compute import detection  # it needs torch


@pytest.mark.parametrize("kind", ["greedy", "linear", "gaussian"])
@pytest.mark.parametrize("rule", ["at_least", "above"])
def test_the_program_prints_the_picks_on_the_screen(kind, rule):
    scene = DetectionScene(p_c=0.3, iou=0.5, kind=kind, rule=rule)
    shown = suppression.look(example(), scene)
    picks = [line.text for line in shown.lines if line.kind == "pick"]
    lines = [s for s in printed(suppression_program(example(), scene)).splitlines()
             if s.startswith("pick")]  # fmt: skip
    assert len(lines) == len(picks)
    for line, pick in zip(lines, picks, strict=True):
        _number, _pick, name, score = pick.split()
        assert line.startswith(f"pick {name} 0{score}")


def test_the_program_removes_what_the_screen_removes():
    scene = DetectionScene(p_c=0.6, iou=0.5)
    assert printed(suppression_program(example(), scene)).splitlines() == [
        "pick car 0.90 [100.0, 60.0, 140.0, 95.0]",
        "  x car 0.70 IoU 0.72",
        "pick car 0.80 [10.0, 60.0, 50.0, 90.0]",
        "  x car 0.70 IoU 0.76",
    ]


def test_the_iou_program_prints_every_pair_and_the_verdict():
    boxes = (DrawnBox(0, 0, 2, 1), DrawnBox(0, 0, 1, 1), DrawnBox(7, 7, 7, 7))
    said = printed(iou_program(boxes, 0.5)).splitlines()
    assert said[0] == "IoU of box 1 and box 2: 0.5000, correct"
    assert said[1] == "IoU of box 1 and box 3: 0.0000, not correct"
    assert len(said) == 3


def test_every_scene_has_a_program_that_runs():
    picture = Picture("/a.png", "a.png", np.zeros((40, 60, 3), np.uint8))
    scene = DetectionScene(view="iou")
    shown = overlap.look((DrawnBox(16, 10, 40, 30), DrawnBox(22, 13, 46, 34)), 1, 0, scene.verdict)
    assert f"{shown.steps.iou:.4f}" in printed(snippet(scene, picture))
    assert printed(iou_program((), 0.5)) == ""
    assert "pick" in printed(snippet(replace(scene, view="suppression"), None))
    assert printed(suppression_program(example(), DetectionScene(p_c=1.0))) == ""


def test_the_decoding_program_prints_the_boxes_of_the_cell():
    heads = (Head("a", 32, ((81, 82), (135, 169)), 1.05), Head("b", 16, ((10, 14), (23, 27)), 1.05))
    rng = np.random.default_rng(1)
    maps = {
        "a": rng.normal(size=(2 * 7, 3, 3)).astype(np.float32),
        "b": rng.normal(size=(2 * 7, 6, 6)).astype(np.float32),
    }
    for fitting in ("stretch", "letterbox"):
        place = getattr(detection.Placement, fitting)(60, 200, 96)
        raw = detection.decode(maps, place, heads, ("cat", "dog"))
        found = tabulated(
            Request("p", 96, fitting), raw.boxes, raw.scores, raw.classes, raw.names, raw=raw
        )
        shown = grid.look(found, DetectionScene(view="grid", fitting=fitting), (200, 60))
        said = printed(decode_program(found, shown)).splitlines()
        for line, anchor in zip(said, shown.anchors, strict=True):
            numbers = [float(word) for word in line.split()[7::2]]
            assert numbers == pytest.approx(anchor.b, abs=0.06)
            assert f"p_c {anchor.p_c:.3f} score {anchor.score:.2f}" in line


def test_the_loss_program_prints_the_loss_on_the_screen():
    car = DrawnBox(90, 165, 210, 255, "car")
    for boxes, loss in (((car,), "0.2100"), ((), "0.6400")):
        scene = DetectionScene(view="targets", target_grid=1, anchors=(WIDE,))
        shown = targets.look(boxes, scene, 300, 300)
        assert f"loss = {loss}" in printed(loss_program(shown))


def test_the_evaluation_program_prints_the_counts_on_the_screen():
    truth = (DrawnBox(10, 60, 50, 90, "car"), DrawnBox(0, 0, 9, 9, "car"))
    scene = DetectionScene(view="evaluation", p_c=0.6)
    matched = evaluation.match(example(), truth, scene)
    shown = evaluation.look(matched, scene)
    said = printed(evaluation_program(matched, scene))
    assert f"{shown.true} true, {shown.false} false, {shown.missed} missed" in said
    assert "precision 0.50, recall 0.50" in said
    nothing = evaluation.match(example(), (), scene)
    assert "0 true, 2 false, 0 missed" in printed(evaluation_program(nothing, scene))


def test_the_evaluation_program_goes_by_falling_score_whatever_the_files_order():
    truths = Truths.of([[0, 0, 10, 10], [0, 0, 10, 16]])
    # in the order of the file the first box would take the second truth, the only one of the other
    boxes, scores = [[0, 0, 10, 14], [0, 0, 10, 15]], [0.4, 0.9]
    matched = evaluation.matched(Detections.of(boxes, scores), truths, ("car",), 0.7)
    assert int(matched.matching.is_true.sum()) == 2
    scene = DetectionScene(verdict=0.7)
    assert "2 true, 0 false, 0 missed" in printed(evaluation_program(matched, scene))


def test_the_programs_rule_is_the_scenes_at_exactly_the_threshold():
    half = tabulated(Request("p", 0), [(0, 0, 2, 1), (0, 0, 1, 1)], [0.9, 0.8], [0, 0], ("car",))
    for rule, picks in (("at_least", 1), ("above", 2)):
        scene = DetectionScene(p_c=0.6, iou=0.5, rule=rule)
        assert len(suppression.look(half, scene).kept) == picks
        assert printed(suppression_program(half, scene)).count("pick") == picks
