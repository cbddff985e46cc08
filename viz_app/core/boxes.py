"""Boxes and how much they overlap: area, IoU with its steps, GIoU, DIoU, CIoU, other formats.

A box is ``x1, y1, x2, y2`` in continuous pixel coordinates (no "+1"), x to the right and y down.
A box without area (a point, a line, corners in the wrong order, a coordinate that is not a number)
overlaps nothing: its area and every IoU with it are 0, and nothing here raises for it.
Arithmetic is float64 and in the order of the formula, so that an overlap of exactly one half
compares as exactly 0.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz_app.core.errors import ShapeError

Boxes = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """The steps from two boxes to their IoU, for a formula with the numbers in it."""

    intersection_box: tuple[float, float, float, float] | None
    """where both are, ``None`` if that has no area"""
    intersection: float
    area_a: float
    area_b: float
    union: float
    iou: float

    def is_correct(self, threshold: float = 0.5) -> bool:
        """Whether the course calls a box with this overlap correct: IoU ≥ threshold."""
        return self.iou >= threshold


def as_boxes(boxes: ArrayLike) -> Boxes:
    """The boxes as float64 ``[N, 4]``.

    Parameters
    ----------
    boxes
        array-like ``[N, 4]``, one box ``[4]``, or empty

    Raises
    ------
    ShapeError
        if the last axis does not hold four numbers
    """
    array = np.asarray(boxes, dtype=np.float64)
    if array.size == 0:
        return np.zeros((0, 4))
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or array.shape[1] != 4:
        raise ShapeError(
            f"Boxes of shape {array.shape} cannot be read: give x1, y1, x2, y2 for each, shape N×4."
        )
    return array


def area(boxes: ArrayLike) -> NDArray[np.float64]:
    """Areas of boxes ``[N, 4]``, as ``[N]`` in square pixels; 0 for boxes without area."""
    boxes = as_boxes(boxes)
    return _rectangle(boxes[:, :2], boxes[:, 2:])


def intersection_area(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Area common to each box of ``a [N, 4]`` and each of ``b [M, 4]``, as ``[N, M]``."""
    return _common(as_boxes(a)[:, None], as_boxes(b)[None])


def iou_matrix(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """Intersection over union of each box of ``a`` with each of ``b``.

    Parameters
    ----------
    a, b
        boxes ``[N, 4]`` and ``[M, 4]``

    Returns
    -------
    iou
        ``[N, M]`` in [0, 1]: disjoint or touching 0, identical 1, without area 0

    Notes
    -----
    Jaccard's index of two rectangles; the thresholds on it are those of Everingham et al.,
    "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 88 (2010), section 4.2.
    """
    return _iou(as_boxes(a)[:, None], as_boxes(b)[None])


def paired_iou(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    """IoU of each box of ``a [P, 4]`` with the one at the same place of ``b [P, 4]``, as ``[P]``.

    Raises
    ------
    ShapeError
        if there are not as many of one as of the other
    """
    a, b = as_boxes(a), as_boxes(b)
    if len(a) != len(b):
        raise ShapeError(f"{len(a)} boxes cannot be paired with {len(b)}: give as many of each.")
    return _iou(a, b)


def overlap(a: ArrayLike, b: ArrayLike) -> Overlap:
    """The IoU of one box with another, step by step.

    Parameters
    ----------
    a, b
        one box each, ``[4]``
    """
    a, b = _one(a), _one(b)
    inside = float(intersection_area(a, b)[0, 0])
    area_a, area_b = float(area(a)[0]), float(area(b)[0])
    common = None
    if inside > 0:
        x1, y1 = np.maximum(a[0, :2], b[0, :2]).tolist()
        x2, y2 = np.minimum(a[0, 2:], b[0, 2:]).tolist()
        common = (x1, y1, x2, y2)
    union = area_a + area_b - inside
    return Overlap(common, inside, area_a, area_b, union, iou(a, b))


def iou(a: ArrayLike, b: ArrayLike) -> float:
    """Intersection over union of one box ``[4]`` with another, in [0, 1]."""
    return float(iou_matrix(_one(a), _one(b))[0, 0])


def giou(a: ArrayLike, b: ArrayLike) -> float:
    """Generalised IoU of two boxes, in [−1, 1].

    ``IoU − (|C| − |A ∪ B|) / |C|`` with C the smallest box that holds both: unlike the IoU it
    tells how far apart disjoint boxes are. Rezatofighi et al., "Generalized Intersection over
    Union", CVPR 2019, algorithm 1.
    """
    a, b = _one(a), _one(b)
    steps = overlap(a, b)
    hull = float(area(_hull(a, b))[0])
    return steps.iou - (max(hull - steps.union, 0.0) / hull if hull > 0 else 0.0)


def diou(a: ArrayLike, b: ArrayLike) -> float:
    """Distance IoU of two boxes, in [−1, 1].

    ``IoU − ρ²/c²`` with ρ the distance of the centres and c the diagonal of the smallest box that
    holds both. Zheng et al., "Distance-IoU Loss", AAAI 2020, equations 6 and 7.
    """
    a, b = _one(a), _one(b)
    hull = _hull(a, b)[0]
    diagonal = math.hypot(hull[2] - hull[0], hull[3] - hull[1])
    between = (a[0, :2] + a[0, 2:] - b[0, :2] - b[0, 2:]) / 2
    distance = math.hypot(between[0], between[1])
    return iou(a, b) - ((distance / diagonal) ** 2 if diagonal > 0 else 0.0)


def ciou(a: ArrayLike, b: ArrayLike) -> float:
    """Complete IoU of two boxes, in [−2, 1].

    ``DIoU − α v`` with ``v = (4/π²) (arctan(w_b/h_b) − arctan(w_a/h_a))²`` for the difference of
    the aspect ratios and ``α = v / ((1 − IoU) + v)``. Zheng et al., AAAI 2020, equations 8 to 11.
    """
    a, b = _one(a), _one(b)
    v = 4 / math.pi**2 * (_aspect_angle(b[0]) - _aspect_angle(a[0])) ** 2
    rest = 1 - iou(a, b) + v
    return diou(a, b) - (v * v / rest if rest > 0 else 0.0)


def xyxy_to_xywh(boxes: ArrayLike) -> Boxes:
    """Corners to left, top, width, height (COCO's files)."""
    boxes = as_boxes(boxes)
    return np.concatenate((boxes[:, :2], boxes[:, 2:] - boxes[:, :2]), axis=1)


def xywh_to_xyxy(boxes: ArrayLike) -> Boxes:
    """Left, top, width, height to corners."""
    boxes = as_boxes(boxes)
    return np.concatenate((boxes[:, :2], boxes[:, :2] + boxes[:, 2:]), axis=1)


def xyxy_to_cxcywh(boxes: ArrayLike) -> Boxes:
    """Corners to midpoint, width, height (YOLO's files, there as fractions of the picture)."""
    boxes = as_boxes(boxes)
    return np.concatenate(
        ((boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]),
        axis=1,
    )


def cxcywh_to_xyxy(boxes: ArrayLike) -> Boxes:
    """Midpoint, width, height to corners."""
    boxes = as_boxes(boxes)
    half = boxes[:, 2:] / 2
    return np.concatenate((boxes[:, :2] - half, boxes[:, :2] + half), axis=1)


def clip(boxes: ArrayLike, width: float, height: float) -> Boxes:
    """The parts of boxes that lie on a picture of the given size in pixels, ``[N, 4]``.

    A box wholly outside becomes one without area on the picture's edge.
    """
    return np.clip(as_boxes(boxes), 0, np.array([width, height, width, height], dtype=np.float64))


def divide(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """``part / whole`` in [0, 1], and 0 where the whole is 0 or the ratio is not a number."""
    with np.errstate(invalid="ignore"):  # 0 / 0
        ratio: NDArray[np.float64] = np.divide(part, whole)
    ratio[np.isnan(ratio)] = 0
    return np.minimum(ratio, 1.0)  # the rounded union may be a hair too small


def _iou(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """IoU of boxes ``[..., 4]``, broadcast."""
    inside = _common(a, b)
    areas = _rectangle(a[..., :2], a[..., 2:]) + _rectangle(b[..., :2], b[..., 2:])
    with np.errstate(invalid="ignore"):  # two infinite boxes
        union = areas - inside
    return divide(inside, union)


def _common(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Common area of boxes ``[..., 4]``, broadcast; an inverted box has none with any other."""
    lower = np.maximum(a[..., :2], b[..., :2])
    upper = np.minimum(a[..., 2:], b[..., 2:])
    return _rectangle(lower, upper)


def _rectangle(lower: NDArray[np.float64], upper: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas between corners ``[..., 2]``; 0 where they are in the wrong order or not numbers."""
    with np.errstate(invalid="ignore", over="ignore"):
        extent = np.maximum(upper - lower, 0)
        product: NDArray[np.float64] = extent[..., 0] * extent[..., 1]
    product[np.isnan(product)] = 0
    return product


def _one(box: ArrayLike) -> Boxes:
    boxes = as_boxes(box)
    if len(boxes) != 1:
        raise ShapeError(f"{len(boxes)} boxes were given where one is compared: give one box of 4.")
    return boxes


def _hull(a: Boxes, b: Boxes) -> Boxes:
    return np.concatenate(
        (np.minimum(a[:, :2], b[:, :2]), np.maximum(a[:, 2:], b[:, 2:])),
        axis=1,
    )


def _aspect_angle(box: NDArray[np.float64]) -> float:
    """``arctan(w / h)``; atan2 has an answer for a flat box, too."""
    x1, y1, x2, y2 = box.tolist()
    return math.atan2(max(x2 - x1, 0.0), max(y2 - y1, 0.0))
