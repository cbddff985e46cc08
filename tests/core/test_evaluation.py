from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

from viz_app.core import evaluation
from viz_app.core.boxes import xyxy_to_xywh
from viz_app.core.errors import ShapeError
from viz_app.core.evaluation import Detections, Truths, average_precision, curve, evaluate, match


def generated(seed, crowds=True):
    """Truths on whole corners and detections that are moved, doubled, invented or missing."""
    rng = np.random.default_rng(seed)
    n_truths = int(rng.integers(15, 60))
    corner = rng.integers(0, 40, (n_truths, 2))
    truth = np.concatenate((corner, corner + rng.integers(2, 25, (n_truths, 2))), axis=1)
    pictures, classes = rng.integers(1, 6, n_truths), rng.integers(1, 5, n_truths)
    found = rng.integers(0, n_truths, 2 * n_truths)
    boxes = truth[found] + rng.integers(-2, 3, (len(found), 4))
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2])  # some without area
    labels = np.where(rng.random(len(found)) < 0.1, rng.integers(1, 6, len(found)), classes[found])
    scores = np.round(rng.random(len(found)), 1)  # many equal
    crowd = rng.random(n_truths) < 0.15 if crowds else np.zeros(n_truths, bool)
    return (
        Detections.of(boxes, scores, labels, pictures[found]),
        Truths.of(truth, classes, pictures, crowd),
    )


def by_pycocotools(detections, truths, max_detections):
    """Precision-recall means of the reference program: AP at each threshold, class NaN if none."""
    coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is a test dependency")
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    classes = np.unique(np.concatenate((detections.classes, truths.classes))).tolist()
    pictures = np.unique(np.concatenate((detections.pictures, truths.pictures))).tolist()
    annotations = [
        {
            "id": i + 1, "image_id": int(picture), "category_id": int(label), "bbox": box.tolist(),
            "area": float(box[2] * box[3]), "iscrowd": int(crowd), "ignore": 0,
        }
        for i, (box, label, picture, crowd) in enumerate(
            zip(xyxy_to_xywh(truths.boxes), truths.classes, truths.pictures, truths.crowd,
                strict=True)
        )
    ]  # fmt: skip
    results = [
        {"image_id": int(p), "category_id": int(c), "bbox": box.tolist(), "score": float(score)}
        for box, c, p, score in zip(
            xyxy_to_xywh(detections.boxes), detections.classes, detections.pictures,
            detections.scores, strict=True,
        )
    ]  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO()
        truth.dataset = {
            "images": [{"id": int(p)} for p in pictures],
            "categories": [{"id": int(c)} for c in classes],
            "annotations": annotations, "info": {},
        }  # fmt: skip
        truth.createIndex()
        run = cocoeval.COCOeval(truth, truth.loadRes(results), "bbox")
        run.params.areaRng, run.params.areaRngLbl = [[0, 1e10]], ["all"]
        run.params.maxDets = [max_detections]
        run.evaluate()
        run.accumulate()
    precision = run.eval["precision"][:, :, :, 0, 0]  # [T, R, C]
    return np.where((precision < 0).all(axis=1), np.nan, precision.mean(axis=1)).T  # [C, T]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("max_detections", [100, 4])
def test_ap_of_every_class_and_threshold_is_that_of_pycocotools(seed, max_detections):
    detections, truths = generated(seed)
    ours = evaluate(detections, truths, max_detections=max_detections)
    theirs = by_pycocotools(detections, truths, max_detections)
    assert ours.ap == pytest.approx(theirs, abs=1e-6, nan_ok=True)
    assert ours.mean_ap == pytest.approx(np.nanmean(theirs), abs=1e-6)
    assert ours.mean_ap_at(0.75) == pytest.approx(np.nanmean(theirs[:, 5]), abs=1e-6)


def steps():
    """Five detections of four truths: true, false, true, true, false."""
    truths = Truths.of([[10 * i, 0, 10 * i + 4, 4] for i in range(4)])
    boxes = [[0, 0, 4, 4], [70, 0, 74, 4], [10, 0, 14, 4], [20, 0, 24, 4], [0, 0, 4, 4]]
    detections = Detections.of(boxes, [0.9, 0.8, 0.7, 0.6, 0.5])
    return detections, truths, match(detections, truths)


def test_a_second_detection_of_a_truth_is_false_and_an_unfound_truth_is_told():
    _, _, matching = steps()
    assert matching.is_true.tolist() == [True, False, True, True, False]
    assert matching.is_false.tolist() == [False, True, False, False, True]
    assert matching.detection.tolist() == [0, 2, 3, -1]


def test_curve_has_the_point_of_every_confidence():
    line = curve(*steps())
    assert line.precision == pytest.approx([1, 1 / 2, 2 / 3, 3 / 4, 3 / 5])
    assert line.recall.tolist() == [0.25, 0.25, 0.5, 0.75, 0.75]
    assert line.at(0.65) == pytest.approx((2 / 3, 0.5))
    assert line.at(0.7) == pytest.approx((1 / 2, 0.25))
    assert line.at(0.9) is None


def test_average_precisions_by_hand():
    line = curve(*steps())
    assert average_precision(line, "all-point") == pytest.approx(0.25 + 0.25 * 0.75 * 2)
    assert average_precision(line, "11-point") == pytest.approx((3 * 1 + 5 * 0.75) / 11)
    assert average_precision(line, "101-point") == pytest.approx((26 + 50 * 0.75) / 101)


def test_eleven_points_count_a_recall_that_lies_exactly_on_one():
    truths = Truths.of([[10 * i, 0, 10 * i + 4, 4] for i in range(10)])
    detections = Detections.of(truths.boxes[:3], [0.9, 0.8, 0.7])
    line = curve(detections, truths, match(detections, truths))
    assert average_precision(line, "11-point") == pytest.approx(4 / 11)


def test_iou_of_exactly_the_threshold_is_a_match():
    detections, truths = Detections.of([[0, 0, 1, 1]], [0.9]), Truths.of([[0, 0, 2, 1]])
    assert match(detections, truths, 0.5).is_true.all()
    assert not match(detections, truths, 0.51).is_true.any()


def test_of_two_truths_with_equal_iou_the_later_is_taken_as_pycocotools_does():
    truths = Truths.of([[0, 0, 4, 4], [2, 0, 6, 4]])
    detections = Detections.of([[1, 0, 5, 4], [2, 0, 6, 4]], [0.9, 0.8])
    assert match(detections, truths).truth.tolist() == [1, -1]
    ours, theirs = evaluate(detections, truths).ap, by_pycocotools(detections, truths, 100)
    assert ours == pytest.approx(theirs, abs=1e-6)


def test_matching_stays_within_picture_and_class():
    box = [[0, 0, 4, 4]]
    detections = Detections.of(box, [0.9], [1], [1])
    assert match(detections, Truths.of(box, [1], [1])).is_true.all()
    assert match(detections, Truths.of(box, [2], [1])).is_false.all()
    assert match(detections, Truths.of(box, [1], [2])).is_false.all()


def test_detections_in_a_crowd_count_neither_way():
    detections = Detections.of([[0, 0, 1, 1], [2, 2, 3, 3]], [0.9, 0.8])
    matching = match(detections, Truths.of([[0, 0, 9, 9]], crowd=[True]))
    assert matching.ignored.all()
    assert not (matching.is_true | matching.is_false).any()


def test_class_without_truths_has_no_ap_and_does_not_count_in_the_mean():
    detections = Detections.of([[0, 0, 4, 4], [0, 0, 4, 4]], [0.9, 0.9], [0, 1])
    done = evaluate(detections, Truths.of([[0, 0, 4, 4]], [0]))
    assert np.isnan(done.ap[1]).all()
    assert done.mean_ap == 1
    assert np.isnan(evaluate(Detections.of([], []), Truths.of([])).mean_ap)
    assert evaluate(Detections.of([], []), Truths.of([[0, 0, 4, 4]])).mean_ap == 0


def test_missing_marks_are_told():
    with pytest.raises(ShapeError, match="each box"):
        Truths.of([[0, 0, 4, 4]], pictures=[1, 2])
    assert len(evaluation.COCO_THRESHOLDS) == 10
