"""Non-max suppression for sliders: worked out once a picture, then looked up at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz_app.core.boxes import Boxes, iou_matrix, paired_iou
from viz_app.core.suppression import Hidden, Rule, candidate_order, checked, overlaps

_BLOCK_CELLS = 1 << 18
"""pairs looked at in one block; bounds the memory to some 50 MB where all boxes overlap"""

RULES: tuple[Rule, ...] = ("at_least", "above")
_SIDES: Mapping[Rule, Literal["left", "right"]] = {"at_least": "right", "above": "left"}
Sieve = tuple[Rule, NDArray[np.int64]]
"""A rule, and for each box its group: only boxes of one group remove each other"""


@dataclass(frozen=True, slots=True, eq=False)
class SuppressionTable:
    """The kept boxes for every stop of the IoU slider, so that both sliders answer at once.

    Stop ``k`` of ``K`` stands for the threshold ``k / (K − 1)``, rounded once: of 101 stops the
    50th is exactly 0.5 and the 30th the number that is written 0.3. Confidence needs no table:
    whether a box is kept depends only on boxes of higher score, so the kept boxes at some p_c are
    those kept at 0 whose score is larger.
    """

    boxes: Boxes
    scores: NDArray[np.float64]
    classes: NDArray[np.int64]
    rule: Rule
    per_class: bool
    floor: float
    """lowest p_c that can be asked for; boxes at or below it are not in the table"""
    order: NDArray[np.intp]
    """the candidates by falling score ``[C]``"""
    falling: NDArray[np.float64]
    """their negated scores, which rise ``[C]``"""
    keeps: NDArray[np.bool_]
    """whether a candidate is kept at a stop ``[K, C]``"""

    @classmethod
    def build(
        cls,
        boxes: ArrayLike,
        scores: ArrayLike,
        classes: ArrayLike | None = None,
        rule: Rule = "at_least",
        per_class: bool = True,
        stops: int = 101,
        floor: float = 0.0,
        check: Callable[[], None] | None = None,
    ) -> SuppressionTable:
        """Run the algorithm of `suppress` for all stops at the same time.

        Parameters
        ----------
        boxes, scores, classes, rule, per_class
            as in `suppress`
        stops
            number of IoU thresholds from 0 to 1, at least 2
        floor
            lowest p_c that will be asked for
        check
            called between blocks of work; raises to cancel
        """
        boxes, scores, classes = checked(boxes, scores, classes)
        order = candidate_order(scores, floor)
        keeps = np.ones((stops, len(order)), np.bool_)
        groups = classes[order] if per_class else np.zeros(len(order), np.int64)
        for group in np.unique(groups):
            members = np.flatnonzero(groups == group)
            if len(members) == 1:
                continue  # nothing hides the only one
            sieves = ((rule, groups[members]),)
            keeps[:, members] = _kept_at_stops(boxes[order[members]], sieves, stops, check)[0]
        return cls(boxes, scores, classes, rule, per_class, floor, order, -scores[order], keeps)

    @classmethod
    def build_all(
        cls,
        boxes: ArrayLike,
        scores: ArrayLike,
        classes: ArrayLike | None = None,
        stops: int = 101,
        floor: float = 0.0,
        check: Callable[[], None] | None = None,
    ) -> Mapping[tuple[Rule, bool], SuppressionTable]:
        """The tables of both rules, per class and across, each as `build` would make it.

        Pairs and their overlaps are found once for all four.
        """
        boxes, scores, classes = checked(boxes, scores, classes)
        order = candidate_order(scores, floor)
        kinds: list[tuple[Rule, bool]] = [
            (rule, per_class) for rule in RULES for per_class in (True, False)
        ]
        own, all_one = classes[order], np.zeros(len(order), np.int64)
        sieves = [(rule, own if per_class else all_one) for rule, per_class in kinds]
        tables = _kept_at_stops(boxes[order], sieves, stops, check)
        return {
            (rule, per_class): cls(
                boxes, scores, classes, rule, per_class, floor, order, -scores[order], keeps
            )
            for (rule, per_class), keeps in zip(kinds, tables, strict=True)
        }

    def threshold(self, stop: int) -> float:
        """The IoU threshold of a stop."""
        return stop / (len(self.keeps) - 1)

    def nearest_stop(self, threshold: float) -> int:
        """The stop nearest to an IoU threshold."""
        last = len(self.keeps) - 1
        return min(max(round(threshold * last), 0), last)

    def kept(self, stop: int, confidence: float) -> NDArray[np.intp]:
        """The boxes that stay at a stop of the IoU slider and a p_c, by falling score."""
        count = self._count(confidence)
        return self.order[:count][self.keeps[stop, :count]]

    def changes(self, confidence: float) -> NDArray[np.intp]:
        """The stops at which the kept boxes are others than at the stop before."""
        keeps = self.keeps[:, : self._count(confidence)]
        return np.flatnonzero((keeps[1:] != keeps[:-1]).any(axis=1)) + 1

    def why_hidden(self, box: int, stop: int, confidence: float) -> Hidden | None:
        """Why a box is not among the kept; ``None`` if it is."""
        score = float(self.scores[box])
        limit = max(confidence, self.floor)
        if not score > limit:
            return Hidden(box, score, None, None, limit)
        place = int(np.flatnonzero(self.order == box)[0])
        if self.keeps[stop, place]:
            return None
        earlier = self.order[:place][self.keeps[stop, :place]]
        if self.per_class:
            earlier = earlier[self.classes[earlier] == self.classes[box]]
        iou = iou_matrix(self.boxes[box], self.boxes[earlier])[0]
        first = int(np.argmax(overlaps(iou, self.threshold(stop), self.rule)))
        return Hidden(box, score, int(earlier[first]), float(iou[first]), self.threshold(stop))

    def _count(self, confidence: float) -> int:
        return int(np.searchsorted(self.falling, -confidence, side="left"))


def _kept_at_stops(
    boxes: Boxes, sieves: Sequence[Sieve], stops: int, check: Callable[[], None] | None
) -> list[NDArray[np.bool_]]:
    """Which of boxes, sorted by score, are kept at each stop ``[stops, N]``, for each sieve.

    A box is removed at a stop if an earlier box of its group is kept there and overlaps it
    enough. A box's stops are the bits of a few words, so one "and" and one "or" do all at once.
    """
    count = len(boxes)
    thresholds = np.arange(stops) / (stops - 1)
    removes = _bits(stops)
    kept = [np.repeat(removes[-1:], count, axis=0) for _ in sieves]
    start = 0
    while start < count:
        if check is not None:
            check()
        end = min(count, start + _block_rows(start))
        later, earlier = _overlapping_pairs(boxes, start, end)
        iou = paired_iou(boxes[later], boxes[earlier])
        reached = {
            rule: removes[np.searchsorted(thresholds, iou, side=_SIDES[rule])]  # [pairs, words]
            for rule in {rule for rule, _groups in sieves}
        }
        for (rule, groups), kept_here in zip(sieves, kept, strict=True):
            is_one = groups[later] == groups[earlier]
            _remove(kept_here, later[is_one], earlier[is_one], reached[rule][is_one])
        start = end
    return [_unpacked(*one, stops) for one in zip(sieves, kept, strict=True)]


def _remove(
    kept: NDArray[np.uint64],
    later: NDArray[np.intp],
    earlier: NDArray[np.intp],
    bits: NDArray[np.uint64],
) -> None:
    """Take from each later box the stops at which an earlier one is kept and reaches it."""
    touched, firsts = np.unique(later, return_index=True)
    ends = [*firsts.tolist(), len(later)]
    for box, first, last in zip(touched.tolist(), ends, ends[1:], strict=False):
        gone = np.bitwise_or.reduce(kept[earlier[first:last]] & bits[first:last], axis=0)
        kept[box] &= ~gone


def _unpacked(sieve: Sieve, kept: NDArray[np.uint64], stops: int) -> NDArray[np.bool_]:
    rule, groups = sieve
    keeps = np.unpackbits(kept.view(np.uint8), axis=1, count=stops).astype(np.bool_).T
    if rule == "at_least":  # IoU ≥ 0 holds for disjoint boxes too: only the first of each stays
        keeps[0] = False
        keeps[0, np.unique(groups, return_index=True)[1]] = True
    return keeps


def _block_rows(start: int) -> int:
    """The most rows r with r · (start + r) cells within a block."""
    return max(1, (math.isqrt(start * start + 4 * _BLOCK_CELLS) - start) // 2)


def _overlapping_pairs(
    boxes: Boxes, start: int, end: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs ``later, earlier`` with ``start ≤ later < end`` whose coordinates overlap."""
    x1, y1, x2, y2 = boxes[:end].T
    rows = slice(start, end)
    meets = np.arange(end) < np.arange(start, end)[:, None]  # [end - start, end]
    meets &= x1 < x2[rows, None]
    meets &= x2 > x1[rows, None]
    meets &= y1 < y2[rows, None]
    meets &= y2 > y1[rows, None]
    later, earlier = np.nonzero(meets)
    return later + start, earlier


@cache
def _bits(stops: int) -> NDArray[np.uint64]:
    """Row l has the bits of the l lowest stops, where an overlap that reaches l of them removes.

    ``[stops + 1, words of 64 bits]``
    """
    bits = np.arange(stops) < np.arange(stops + 1)[:, None]
    packed = np.packbits(np.pad(bits, ((0, 0), (0, -stops % 64))), axis=1).view(np.uint64)
    packed.flags.writeable = False
    return packed
