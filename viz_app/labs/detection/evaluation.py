"""From drawn truth and detections to what the evaluation view shows: who found whom, the curve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from viz_app.core import evaluation as judge
from viz_app.core.evaluation import Detections, Truths
from viz_app.labs.detection.found import Floats, Found, short
from viz_app.labs.detection.scene import LOWEST_P_C, DetectionScene, DrawnBox

Verdict = Literal["true", "false", "missed"]
POINTS: tuple[judge.Points, ...] = ("11-point", "all-point", "101-point")


@dataclass(frozen=True, slots=True)
class Judged:
    """A box with its verdict: a true or false detection, or a truth that nobody found."""

    corners: tuple[float, float, float, float]
    verdict: Verdict
    label: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class in numbers: its truths and, at the thresholds, what was right, wrong and missed."""

    name: str
    truths: int
    true: int
    false: int
    ap: float


@dataclass(frozen=True, slots=True, eq=False)
class EvaluationShown:
    """All that the view shows; ``point`` is precision and recall at the slider's p_c."""

    judged: tuple[Judged, ...]
    rows: tuple[ClassRow, ...]
    recall: Floats
    precision: Floats
    point: tuple[float, float] | None
    true: int
    false: int
    missed: int
    ap: tuple[tuple[str, float], ...]
    """the mean over the classes, by each way to take the area, at the view's IoU"""
    coco: float
    threshold: float
    scores: tuple[float, ...]
    """at which the point jumps"""

    @property
    def has_truth(self) -> bool:
        """Whether there is anything to find."""
        return self.true + self.missed > 0

    def numbers(self) -> dict[str, Any]:
        """The numbers on the screen, by name."""
        precision, recall = self.point or (float("nan"), float("nan"))
        return {
            "iou_threshold": self.threshold,
            "true_positives": self.true,
            "false_positives": self.false,
            "false_negatives": self.missed,
            "precision": precision,
            "recall": recall,
            "curve_precision": self.precision,
            "curve_recall": self.recall,
            "classes": np.array([row.name for row in self.rows], dtype=np.str_),
            "ap_of_class": np.array([row.ap for row in self.rows]),
            **{f"map_{name}": value for name, value in self.ap},
            "map_coco_50_95": self.coco,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """All that does not depend on the confidence slider, so that its moves are cheap."""

    detections: Detections
    truths: Truths
    matching: judge.Matching
    curve: judge.Curve
    names: tuple[str, ...]
    class_ap: dict[int, float]
    ap: tuple[tuple[str, float], ...]
    coco: float


def match(found: Found, truth: Sequence[DrawnBox], scene: DetectionScene) -> Matched:
    """Match what suppression leaves of the raw boxes with the labelled boxes."""
    truth = [box for box in truth if box.label]
    names = list(dict.fromkeys([*found.names, *(box.label for box in truth)]))
    truths = Truths.of(
        np.array([b.corners for b in truth], np.float64).reshape(-1, 4),
        [names.index(b.label) for b in truth],
    )
    table = found.table(scene.rule, scene.is_per_class)
    kept = table.kept(table.nearest_stop(scene.iou), LOWEST_P_C)
    detections = Detections.of(found.boxes[kept], found.scores[kept], found.classes[kept])
    return matched(detections, truths, tuple(names), scene.verdict)


def matched(
    detections: Detections, truths: Truths, names: tuple[str, ...], verdict: float
) -> Matched:
    """Match detections with the truth, on one picture or many."""
    matching = judge.match(detections, truths, verdict)
    classes = np.unique(np.concatenate((truths.classes, detections.classes))).tolist()
    curves = {i: _curve(detections, truths, i, verdict) for i in classes}
    return Matched(
        detections,
        truths,
        matching,
        judge.curve(detections, truths, matching),
        names,
        {i: judge.average_precision(curve) for i, curve in curves.items()},
        tuple((kind, _mean_ap(curves.values(), kind)) for kind in POINTS),
        judge.evaluate(detections, truths).mean_ap,
    )


def look(matched: Matched, scene: DetectionScene, picture: int = 0) -> EvaluationShown:
    """What is shown at the slider's confidence; the boxes are those of one picture."""
    matching, curve = matched.matching, matched.curve
    is_shown = matched.detections.scores > scene.p_c
    true = int((matching.is_true & is_shown).sum())
    count = int((~matched.truths.crowd).sum())
    return EvaluationShown(
        _judged(matched, is_shown, picture) if count else (),
        _rows(matched, is_shown),
        curve.recall,
        curve.precision,
        curve.at(scene.p_c) if count else None,
        true,
        int((matching.is_false & is_shown).sum()),
        count - true,
        matched.ap,
        matched.coco,
        scene.verdict,
        tuple(curve.scores.tolist()),
    )


def _judged(matched: Matched, is_shown: NDArray[np.bool_], picture: int) -> tuple[Judged, ...]:
    detections, truths, matching = matched.detections, matched.truths, matched.matching
    judged = []
    is_here = is_shown & (detections.pictures == picture) & ~matching.ignored
    for i in np.flatnonzero(is_here).tolist():
        verdict: Verdict = "true" if matching.is_true[i] else "false"
        name = matched.names[int(detections.classes[i])]
        label = f"{name} {short(float(detections.scores[i]))}"
        judged.append(Judged(tuple(detections.boxes[i].tolist()), verdict, label))
    for j in np.flatnonzero((truths.pictures == picture) & ~truths.crowd).tolist():
        by = int(matching.detection[j])
        if by < 0 or not is_shown[by]:
            label = matched.names[int(truths.classes[j])]
            judged.append(Judged(tuple(truths.boxes[j].tolist()), "missed", label))
    return tuple(judged)


def _rows(matched: Matched, is_shown: NDArray[np.bool_]) -> tuple[ClassRow, ...]:
    detections, truths, matching = matched.detections, matched.truths, matched.matching
    classes = np.unique(np.concatenate((truths.classes, detections.classes[is_shown])))
    rows = []
    for index in classes.tolist():
        mine = (detections.classes == index) & is_shown
        rows.append(
            ClassRow(
                matched.names[index],
                int(((truths.classes == index) & ~truths.crowd).sum()),
                int((matching.is_true & mine).sum()),
                int((matching.is_false & mine).sum()),
                matched.class_ap[index],
            )
        )
    return tuple(sorted(rows, key=lambda row: -row.truths))


def _curve(detections: Detections, truths: Truths, index: int, threshold: float) -> judge.Curve:
    mine, theirs = judge.of_class(detections, truths, index)
    return judge.curve(mine, theirs, judge.match(mine, theirs, threshold))


def _mean_ap(curves: Iterable[judge.Curve], kind: judge.Points) -> float:
    areas = [judge.average_precision(curve, kind) for curve in curves if curve.n_truths]
    return float(np.mean(areas)) if areas else float("nan")
