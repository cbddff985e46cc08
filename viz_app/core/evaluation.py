"""How good detections are: matching with the truth, precision and recall, AP and mAP.

The rules are those of COCO's evaluation (Lin et al., "Microsoft COCO", ECCV 2014, and its
reference program pycocotools): within a picture and a class the detections, by falling score, each
take the free truth of highest IoU, if that is at least the threshold; a second detection of the
same truth is false. A crowd can be taken any number of times, by a detection that lies in it, and
such a detection counts neither way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz_app.core.boxes import Boxes, area, divide, intersection_area, iou_matrix
from viz_app.core.errors import ShapeError
from viz_app.core.suppression import checked

Array = NDArray[np.float64]
Points = Literal["11-point", "101-point", "all-point"]

# as pycocotools makes them: some differ from k / 100 in the last bit, and 1e-6 hangs on it where a
# recall or an IoU lies exactly on one
COCO_THRESHOLDS: tuple[float, ...] = tuple(np.linspace(0.5, 0.95, 10).tolist())
COCO_RECALLS: tuple[float, ...] = tuple(np.linspace(0.0, 1.0, 101).tolist())
VOC_RECALLS: tuple[float, ...] = tuple(k / 10 for k in range(11))


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Detections on one picture or many: boxes ``[N, 4]``, scores, classes and pictures ``[N]``."""

    boxes: Boxes
    scores: Array
    classes: NDArray[np.int64]
    pictures: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        boxes: ArrayLike,
        scores: ArrayLike,
        classes: ArrayLike | None = None,
        pictures: ArrayLike | None = None,
    ) -> Detections:
        """From any arrays; without classes or pictures there is one."""
        checked_boxes, checked_scores, labels = checked(boxes, scores, classes)
        return cls(checked_boxes, checked_scores, labels, _column(pictures, len(checked_boxes)))


@dataclass(frozen=True, slots=True, eq=False)
class Truths:
    """The boxes that should be found ``[M, 4]``, with classes, pictures and crowds ``[M]``."""

    boxes: Boxes
    classes: NDArray[np.int64]
    pictures: NDArray[np.int64]
    crowd: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        boxes: ArrayLike,
        classes: ArrayLike | None = None,
        pictures: ArrayLike | None = None,
        crowd: ArrayLike | None = None,
    ) -> Truths:
        """From any arrays; without classes or pictures there is one, without crowds none."""
        count = np.asarray(boxes).size // 4
        checked_boxes, _, labels = checked(boxes, np.zeros(count), classes)
        crowds = _column(crowd, len(checked_boxes)).astype(np.bool_)
        return cls(checked_boxes, labels, _column(pictures, len(checked_boxes)), crowds)


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Who found whom. A detection that counts neither way (it lies in a crowd) is ``ignored``."""

    truth: NDArray[np.intp]
    """the truth of each detection, or −1 ``[N]``"""
    detection: NDArray[np.intp]
    """the detection of each truth, or −1: not found ``[M]``"""
    iou: Array
    """of each detection with its truth, or 0 ``[N]``"""
    ignored: NDArray[np.bool_]
    """detections that count neither as true nor as false ``[N]``"""

    @property
    def is_true(self) -> NDArray[np.bool_]:
        """The true positives ``[N]``."""
        return (self.truth >= 0) & ~self.ignored

    @property
    def is_false(self) -> NDArray[np.bool_]:
        """The false positives ``[N]``."""
        return (self.truth < 0) & ~self.ignored


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Precision over recall as the confidence falls; one point a detection ``[N]``."""

    scores: Array
    true_positives: NDArray[np.int64]
    false_positives: NDArray[np.int64]
    n_truths: int

    @property
    def precision(self) -> Array:
        """TP / (TP + FP) at each point."""
        true = self.true_positives.astype(np.float64)
        return divide(true, true + self.false_positives)

    @property
    def recall(self) -> Array:
        """TP / all truths at each point; 0 where there are none."""
        true = self.true_positives.astype(np.float64)
        return divide(true, np.full(len(true), float(self.n_truths)))

    def at(self, confidence: float) -> tuple[float, float] | None:
        """Precision and recall of the detections with a score > confidence; None if none has."""
        count = int(np.searchsorted(-self.scores, -confidence, side="left"))
        if count == 0:
            return None
        return float(self.precision[count - 1]), float(self.recall[count - 1])


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """AP of each class at each IoU threshold ``[C, T]``; NaN for a class without truths."""

    classes: NDArray[np.int64]
    thresholds: tuple[float, ...]
    ap: Array

    @property
    def mean_ap(self) -> float:
        """mAP: over all thresholds and all classes that have truths; NaN if none has."""
        return _mean(self.ap)

    def mean_ap_at(self, threshold: float) -> float:
        """mAP at one of the thresholds."""
        return _mean(self.ap[:, int(np.argmin(np.abs(np.array(self.thresholds) - threshold)))])


def match(
    detections: Detections,
    truths: Truths,
    iou_threshold: float = 0.5,
    max_detections: int | None = None,
) -> Matching:
    """Match detections with the truth, within each picture and class.

    Parameters
    ----------
    iou_threshold
        least IoU of a match
    max_detections
        the most that count for a picture and class; the lower scores beyond are ignored (COCO: 100)
    """
    n, m = len(detections.boxes), len(truths.boxes)
    matching = Matching(
        np.full(n, -1, np.intp), np.full(m, -1, np.intp), np.zeros(n), np.zeros(n, np.bool_)
    )
    place_d = np.stack((detections.pictures, detections.classes), axis=1)
    place_t = np.stack((truths.pictures, truths.classes), axis=1)
    for place in np.unique(place_d, axis=0):
        mine = np.flatnonzero((place_d == place).all(axis=1))
        mine = mine[np.argsort(-detections.scores[mine], kind="stable")]
        theirs = np.flatnonzero((place_t == place).all(axis=1))
        theirs = theirs[np.argsort(truths.crowd[theirs], kind="stable")]
        if max_detections is not None:
            matching.ignored[mine[max_detections:]] = True
            mine = mine[:max_detections]
        _match_group(matching, detections, truths, mine, theirs, iou_threshold)
    return matching


def curve(detections: Detections, truths: Truths, matching: Matching) -> Curve:
    """The precision/recall curve of a matching, over all classes in it.

    For one class give the detections and truths of that class: see `of_class`.
    """
    counted = np.flatnonzero(~matching.ignored)
    # equal scores: in order of the pictures, as COCO's program has them
    order = counted[
        np.lexsort((counted, detections.pictures[counted], -detections.scores[counted]))
    ]
    true = matching.is_true[order]
    return Curve(
        detections.scores[order],
        np.cumsum(true, dtype=np.int64),
        np.cumsum(~true, dtype=np.int64),
        int((~truths.crowd).sum()),
    )


def average_precision(curve: Curve, points: Points = "101-point") -> float:
    """Area under the precision/recall curve, in [0, 1]; NaN where there are no truths.

    The precision at a recall r is the best one at any recall ≥ r. ``"11-point"``: the mean at
    r = 0, 0.1 … 1 (VOC to 2009; Everingham et al., IJCV 2010, equation 1); ``"all-point"``: the
    area under all steps (VOC from 2010); ``"101-point"``: the mean at 0, 0.01 … 1 (COCO).
    """
    if curve.n_truths == 0:
        return float("nan")
    recall = curve.recall
    envelope = np.maximum.accumulate(curve.precision[::-1])[::-1]
    if points == "all-point":
        return float((np.diff(recall, prepend=0.0) * envelope).sum())
    at = np.array(VOC_RECALLS if points == "11-point" else COCO_RECALLS)
    first = np.searchsorted(recall, at, side="left")
    return float(np.append(envelope, 0.0)[first].mean())


def evaluate(
    detections: Detections,
    truths: Truths,
    thresholds: Sequence[float] = COCO_THRESHOLDS,
    points: Points = "101-point",
    max_detections: int | None = 100,
) -> Evaluation:
    """AP of every class at every IoU threshold, and with it mAP.

    With the defaults it is COCO's AP (IoU 0.50:0.95, 100 detections a picture and class).
    """
    classes = np.unique(np.concatenate((detections.classes, truths.classes)))
    ap = np.full((len(classes), len(thresholds)), np.nan)
    for i, class_index in enumerate(classes.tolist()):
        mine, theirs = of_class(detections, truths, class_index)
        for j, threshold in enumerate(thresholds):
            matching = match(mine, theirs, threshold, max_detections)
            ap[i, j] = average_precision(curve(mine, theirs, matching), points)
    return Evaluation(classes, tuple(thresholds), ap)


def of_class(detections: Detections, truths: Truths, class_index: int) -> tuple[Detections, Truths]:
    """The detections and truths of one class."""
    d, t = detections.classes == class_index, truths.classes == class_index
    return (
        Detections(
            detections.boxes[d], detections.scores[d], detections.classes[d], detections.pictures[d]
        ),
        Truths(truths.boxes[t], truths.classes[t], truths.pictures[t], truths.crowd[t]),
    )


def _match_group(
    matching: Matching,
    detections: Detections,
    truths: Truths,
    mine: NDArray[np.intp],
    theirs: NDArray[np.intp],
    iou_threshold: float,
) -> None:
    """Match the detections ``mine``, by falling score, with the truths ``theirs``, crowds last."""
    crowd = truths.crowd[theirs]
    iou = iou_matrix(detections.boxes[mine], truths.boxes[theirs])  # [mine, theirs]
    inside = intersection_area(detections.boxes[mine], truths.boxes[theirs][crowd])
    # how much of the detection lies in the crowd
    iou[:, crowd] = divide(
        inside, np.broadcast_to(area(detections.boxes[mine])[:, None], inside.shape)
    )
    free = np.ones(len(theirs), np.bool_)
    for detection, row in zip(mine.tolist(), iou, strict=True):
        fits = free & (row >= iou_threshold)
        if (fits & ~crowd).any():
            fits &= ~crowd
        if not fits.any():
            continue
        candidates = np.flatnonzero(fits)
        # of equal IoU the last, as COCO's program takes it
        best = int(candidates[len(candidates) - 1 - np.argmax(row[candidates][::-1])])
        truth = int(theirs[best])
        matching.truth[detection], matching.iou[detection] = truth, row[best]
        matching.ignored[detection] = crowd[best]
        matching.detection[truth] = detection
        free[best] = crowd[best]


def _column(values: ArrayLike | None, count: int) -> NDArray[np.int64]:
    if values is None:
        return np.zeros(count, np.int64)
    column = np.asarray(values, dtype=np.int64).reshape(-1)
    if len(column) != count:
        raise ShapeError(f"{len(column)} marks came with {count} boxes: give one for each box.")
    return column


def _mean(ap: Array) -> float:
    known = ap[~np.isnan(ap)]
    return float(known.mean()) if len(known) else float("nan")
