"""From drawn boxes to what the IoU view shows: the pair, its formula's numbers, the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from viz_app.core.boxes import Overlap, ciou, diou, giou, iou_matrix, overlap
from viz_app.labs.detection.found import Floats
from viz_app.labs.detection.scene import DrawnBox


@dataclass(frozen=True, slots=True, eq=False)
class OverlapShown:
    """All that the view shows; ``pair`` are the boxes compared, None with fewer than two."""

    boxes: tuple[DrawnBox, ...]
    selected: int
    pair: tuple[int, int] | None
    steps: Overlap | None
    is_correct: bool
    threshold: float
    others: tuple[tuple[str, float], ...]
    """GIoU, DIoU and CIoU of the pair"""
    matrix: Floats
    """the IoU of every box with every other"""


def look(boxes: Sequence[DrawnBox], selected: int, partner: int, threshold: float) -> OverlapShown:
    """Compare the selected box with its partner: the one that was selected before it."""
    boxes = tuple(boxes)
    pair = pair_of(len(boxes), selected, partner)
    matrix = iou_matrix([b.corners for b in boxes], [b.corners for b in boxes])
    if pair is None:
        return OverlapShown(boxes, selected, None, None, False, threshold, (), matrix)
    a, b = boxes[pair[0]].corners, boxes[pair[1]].corners
    steps = overlap(a, b)
    others = (("GIoU", giou(a, b)), ("DIoU", diou(a, b)), ("CIoU", ciou(a, b)))
    return OverlapShown(
        boxes, selected, pair, steps, steps.is_correct(threshold), threshold, others, matrix
    )


def pair_of(count: int, selected: int, partner: int) -> tuple[int, int] | None:
    """The two boxes compared, lower number first."""
    if count < 2:
        return None
    one = selected if 0 <= selected < count else 0
    other = partner if 0 <= partner < count and partner != one else (1 if one == 0 else 0)
    return min(one, other), max(one, other)


def letter(index: int) -> str:
    """A box's name: A, B … Z, A1 …"""
    return chr(ord("A") + index % 26) + (str(index // 26) if index >= 26 else "")


def amount(value: float) -> str:
    """An area as text: whole where it is whole."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def as_array(boxes: Sequence[DrawnBox]) -> Floats:
    """Corners ``[N, 4]``."""
    return np.array([b.corners for b in boxes], np.float64).reshape(-1, 4)
