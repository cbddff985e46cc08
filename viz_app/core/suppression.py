"""Non-max suppression: the course's greedy algorithm with its trace, and soft-NMS beside it.

The course's words: discard every box with p_c ≤ 0.6; while boxes remain, pick the one with the
largest p_c, output it, and discard every remaining box with IoU ≥ 0.5 with it. Libraries
(torchvision, OpenCV, darknet) discard at IoU > threshold: ``rule="above"``.

A box of a score that is not a number goes with the low scores. Equal scores: the lower index is
picked first. Sliders do not run it again: `viz_app.core.suppression_table`, made once a picture,
answers them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz_app.core.boxes import Boxes, as_boxes, iou_matrix
from viz_app.core.errors import ShapeError

Rule = Literal["at_least", "above"]
Decay = Literal["linear", "gaussian"]


@dataclass(frozen=True, slots=True)
class Removal:
    """A box that a pick removed, and the overlap for which it had to go."""

    box: int
    iou: float


@dataclass(frozen=True, slots=True)
class Pick:
    """One turn of the algorithm: the box with the largest p_c left, and what it removed."""

    box: int
    score: float
    removed: tuple[Removal, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """Why a box is not shown."""

    box: int
    score: float
    by: int | None
    """the box that removed it; ``None`` if its own score was too low"""
    iou: float | None
    """its overlap with that box"""
    threshold: float
    """what the score did not exceed, or what the overlap reached"""


@dataclass(frozen=True, slots=True)
class Suppression:
    """All that happened: boxes dropped by their score, then the picks in order."""

    dropped_by_score: tuple[int, ...]
    picks: tuple[Pick, ...]
    scores: tuple[float, ...]
    score_threshold: float
    iou_threshold: float

    @property
    def kept(self) -> tuple[int, ...]:
        """The boxes that stay, in the order in which they were picked."""
        return tuple(pick.box for pick in self.picks)

    def why_hidden(self, box: int) -> Hidden | None:
        """Why ``box`` is not among the kept; ``None`` if it is."""
        score = self.scores[box]
        if not score > self.score_threshold:
            return Hidden(box, score, None, None, self.score_threshold)
        for pick in self.picks:
            for removal in pick.removed:
                if removal.box == box:
                    return Hidden(box, score, pick.box, removal.iou, self.iou_threshold)
        return None


def suppress(
    boxes: ArrayLike,
    scores: ArrayLike,
    classes: ArrayLike | None = None,
    *,
    score_threshold: float = 0.6,
    iou_threshold: float = 0.5,
    rule: Rule = "at_least",
    per_class: bool = True,
) -> Suppression:
    """Greedy non-max suppression as the course tells it, with every step.

    Parameters
    ----------
    boxes
        ``[N, 4]``, x1, y1, x2, y2
    scores
        p_c of each, ``[N]``
    classes
        class index of each, ``[N]``; without it all boxes are of one class
    score_threshold
        boxes with p_c ≤ this go first
    iou_threshold
        overlap in [0, 1] from which a box goes
    rule
        ``"at_least"``: IoU ≥ threshold goes (the course); ``"above"``: IoU > threshold (libraries)
    per_class
        whether only boxes of the same class remove each other ("for each class, use non-max
        suppression")

    Raises
    ------
    ShapeError
        if there is not one score and one class for each box
    """
    boxes, scores, classes = checked(boxes, scores, classes)
    candidates = candidate_order(scores, score_threshold)
    dropped = np.setdiff1d(np.arange(len(boxes)), candidates)
    remaining, picks = candidates, []
    while len(remaining):
        pick, remaining = remaining[0], remaining[1:]
        iou = iou_matrix(boxes[pick], boxes[remaining])[0]  # [remaining]
        goes = overlaps(iou, iou_threshold, rule)
        if per_class:
            goes &= classes[remaining] == classes[pick]
        removed = zip(remaining[goes].tolist(), iou[goes].tolist(), strict=True)
        picks.append(
            Pick(int(pick), float(scores[pick]), tuple(Removal(*pair) for pair in removed))
        )
        remaining = remaining[~goes]
    return Suppression(
        tuple(dropped.tolist()),
        tuple(picks),
        tuple(scores.tolist()),
        score_threshold,
        iou_threshold,
    )


@dataclass(frozen=True, slots=True)
class Decayed:
    """A score that a pick of soft-NMS lowered."""

    box: int
    iou: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class SoftPick:
    """One turn of soft-NMS: the box, the score it had by then, and the scores it lowered."""

    box: int
    score: float
    decayed: tuple[Decayed, ...]


def soft_suppress(
    boxes: ArrayLike,
    scores: ArrayLike,
    classes: ArrayLike | None = None,
    *,
    decay: Decay = "gaussian",
    score_threshold: float = 0.001,
    iou_threshold: float = 0.3,
    sigma: float = 0.5,
    per_class: bool = True,
) -> tuple[SoftPick, ...]:
    """Soft-NMS: overlapping boxes lose score instead of being removed.

    Each turn picks the largest score left and multiplies the others' by ``1 − IoU`` where
    IoU ≥ threshold (linear), or by ``exp(−IoU² / σ)`` (Gaussian). A box whose score has come down
    to the score threshold is out.

    Bodla et al., "Soft-NMS: Improving Object Detection With One Line of Code", ICCV 2017,
    equations 2 and 3 (the second with the rule ≥, as there).

    Parameters
    ----------
    boxes, scores, classes, per_class
        as in `suppress`
    decay
        ``"linear"`` (uses ``iou_threshold``) or ``"gaussian"`` (uses ``sigma``)
    sigma
        width of the Gaussian, greater than 0

    Returns
    -------
    picks
        in order; their scores do not rise
    """
    boxes, start, classes = checked(boxes, scores, classes)
    left = start.copy()
    factor = _linear(iou_threshold) if decay == "linear" else _gaussian(sigma)
    remaining, picks = candidate_order(left, score_threshold), []
    while len(remaining):
        # the remaining are in order of index within equal scores, and argmax takes the first
        remaining = remaining[np.lexsort((remaining, -left[remaining]))]
        pick, remaining = remaining[0], remaining[1:]
        iou = iou_matrix(boxes[pick], boxes[remaining])[0]  # [remaining]
        if per_class:
            iou[classes[remaining] != classes[pick]] = 0
        before, after = left[remaining], left[remaining] * factor(iou)
        touched = np.flatnonzero(after < before)
        lowered = zip(
            remaining[touched].tolist(),
            iou[touched].tolist(),
            before[touched].tolist(),
            after[touched].tolist(),
            strict=True,
        )
        picks.append(
            SoftPick(int(pick), float(left[pick]), tuple(Decayed(*row) for row in lowered))
        )
        left[remaining] = after
        remaining = remaining[after > score_threshold]
    return tuple(picks)


def checked(
    boxes: ArrayLike, scores: ArrayLike, classes: ArrayLike | None
) -> tuple[Boxes, NDArray[np.float64], NDArray[np.int64]]:
    """Boxes ``[N, 4]``, scores ``[N]`` and classes ``[N]`` as arrays, or a `ShapeError`."""
    boxes = as_boxes(boxes)
    scores = np.array(scores, dtype=np.float64).reshape(-1)
    labels = np.zeros(len(boxes), np.int64)
    if classes is not None:
        labels = np.asarray(classes, dtype=np.int64).reshape(-1)
    if not len(boxes) == len(scores) == len(labels):
        raise ShapeError(
            f"{len(boxes)} boxes came with {len(scores)} scores and {len(labels)} classes: "
            "give one score and one class for each box."
        )
    return boxes, scores, labels


def candidate_order(scores: NDArray[np.float64], score_threshold: float) -> NDArray[np.intp]:
    """Boxes with p_c > threshold, by falling score and, where equal, by rising index."""
    above = np.flatnonzero(scores > score_threshold)
    return above[np.argsort(-scores[above], kind="stable")]


def overlaps(iou: NDArray[np.float64], threshold: float, rule: Rule) -> NDArray[np.bool_]:
    """Which overlaps are large enough to remove a box."""
    return iou >= threshold if rule == "at_least" else iou > threshold


def _linear(threshold: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    return lambda iou: np.where(iou >= threshold, 1 - iou, 1.0)


def _gaussian(sigma: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    if not (math.isfinite(sigma) and sigma > 0):
        raise ShapeError(f"Soft-NMS cannot use σ = {sigma}: set σ above 0.")
    return lambda iou: np.exp(-(iou**2) / sigma)
