"""What a detector is taught: the label y for localisation, landmarks and the YOLO grid.

The course's order is ``p_c, b_x, b_y, b_h, b_w, c_1 … c_n``: height before width. NaN stands for
the "?" of the slides, an entry that the loss does not look at. Sizes and positions are fractions:
of the picture in `Target`, and in a grid's label of one cell, where b_x and b_y lie in [0, 1] and
b_h and b_w may exceed 1 (Redmon et al., "You Only Look Once", CVPR 2016, section 2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viz_app.core.boxes import divide
from viz_app.core.errors import ShapeError

Array = NDArray[np.float64]

BOX_NUMBERS = 5
"""p_c, b_x, b_y, b_h, b_w stand before the classes"""

SAME_SHAPE = 1e-9
"""1 − IoU below which two shapes are one: a box that was moved differs in its last bits"""


@dataclass(frozen=True, slots=True)
class Target:
    """An object to be found: midpoint, height and width as fractions of the picture."""

    cx: float
    cy: float
    h: float
    w: float
    class_index: int


@dataclass(frozen=True, slots=True)
class Assignment:
    """The place of an object in the grid's label."""

    target: int
    row: int
    column: int
    anchor: int
    iou: float
    """of the object's shape with its anchor's"""


@dataclass(frozen=True, slots=True)
class GridLabel:
    """The label of a picture ``[S, S, A, 5 + n]`` and how each object came to its place."""

    y: Array
    assignments: tuple[Assignment, ...]
    collisions: tuple[Assignment, ...]
    """objects whose cell and anchor were taken by an earlier one; they are not in ``y``"""


@dataclass(frozen=True, slots=True)
class GridShape:
    """How many numbers a YOLO network puts out."""

    shape: tuple[int, ...]
    flat: tuple[int, int, int]
    boxes: int
    numbers: int


@dataclass(frozen=True, slots=True)
class AnchorFit:
    """Anchors found by k-means, smallest first, and how well they cover the shapes."""

    anchors_hw: Array
    members: NDArray[np.intp]
    """the anchor of each shape"""
    mean_iou: float
    iterations: int


def localization_target(target: Target | None, n_classes: int) -> Array:
    """The label of classification with localisation, ``[5 + n]``; "?" (NaN) where no object is."""
    y = np.full(BOX_NUMBERS + n_classes, np.nan)
    y[0] = 0
    if target is None:
        return y
    _check_class(target, n_classes)
    y[:BOX_NUMBERS] = 1, target.cx, target.cy, target.h, target.w
    y[BOX_NUMBERS:] = np.arange(n_classes) == target.class_index
    return y


def squared_errors(y: ArrayLike, y_hat: ArrayLike) -> Array:
    """The terms of the two-part loss, of the labels' shape; NaN where it does not look.

    ``(ŷ_i − y_i)²`` for all i where y_1 = 1, for the first alone where y_1 = 0. The last axis
    holds p_c first; so a grid's label is judged entry by entry, too.

    Raises
    ------
    ShapeError
        if the two are not of the same shape
    """
    y, y_hat = np.asarray(y, dtype=np.float64), np.asarray(y_hat, dtype=np.float64)
    if y.shape != y_hat.shape:
        raise ShapeError(f"ŷ has shape {y_hat.shape}, the label {y.shape}: give as many numbers.")
    terms: Array = (y_hat - y) ** 2
    terms[..., 1:] = np.where(y[..., :1] == 1, terms[..., 1:], np.nan)
    return terms


def localization_loss(y: ArrayLike, y_hat: ArrayLike) -> float:
    """The two-part squared loss: the sum of `squared_errors` that count."""
    return float(np.nansum(squared_errors(y, y_hat)))


def landmark_outputs(n: int, has_flag: bool = True) -> int:
    """Outputs for n landmarks: x and y of each and, before them, whether there is a face."""
    return 2 * n + int(has_flag)


def landmark_target(points: ArrayLike | None, n: int) -> Array:
    """The label ``[2n + 1]`` of landmarks: 1, l_1x, l_1y … or, with no face, 0 and "?" (NaN).

    Raises
    ------
    ShapeError
        if ``points`` is not ``[n, 2]``
    """
    y = np.full(landmark_outputs(n), np.nan)
    y[0] = points is not None
    if points is not None:
        array = np.asarray(points, dtype=np.float64)
        if array.shape != (n, 2):
            raise ShapeError(f"{n} landmarks need x and y each; the points have {array.shape}.")
        y[1:] = array.reshape(-1)
    return y


def grid_shape(grid: int, anchors: int, n_classes: int) -> GridShape:
    """Shape of a label for an S × S grid; the axis of anchors appears when there are several."""
    numbers = BOX_NUMBERS + n_classes
    flat = (grid, grid, anchors * numbers)
    shape = flat if anchors == 1 else (grid, grid, anchors, numbers)
    return GridShape(shape, flat, grid * grid * anchors, math.prod(flat))


def grid_cell(cx: float, cy: float, grid: int) -> tuple[int, int]:
    """Row and column of the cell that holds a midpoint; on a line between two, the later one.

    Raises
    ------
    ShapeError
        if the midpoint is not on the picture
    """
    if not (0 <= cx <= 1 and 0 <= cy <= 1):
        raise ShapeError(
            f"The midpoint ({cx:g}, {cy:g}) lies outside the picture: move the box onto it."
        )
    return _cell_at(cy, grid), _cell_at(cx, grid)


def shape_iou(a_hw: ArrayLike, b_hw: ArrayLike) -> Array:
    """IoU of shapes ``[N, 2]`` and ``[M, 2]`` (height, width) with their centres aligned.

    Redmon and Farhadi, "YOLO9000", CVPR 2017, section 2 ("Dimension Clusters").

    Returns
    -------
    iou
        ``[N, M]`` in [0, 1]
    """
    a, b = _shapes(a_hw), _shapes(b_hw)
    inside = np.minimum(a[:, None], b[None]).prod(axis=2)  # [N, M]
    return divide(inside, a.prod(axis=1)[:, None] + b.prod(axis=1)[None] - inside)


def assign_anchors(objects_hw: ArrayLike, anchors_hw: ArrayLike) -> NDArray[np.intp]:
    """For each object the anchor of highest `shape_iou`, the first of equal ones, ``[N]``."""
    best: NDArray[np.intp] = shape_iou(objects_hw, anchors_hw).argmax(axis=1)
    return best


def encode_cell(target: Target, grid: int) -> tuple[int, int, Array]:
    """Row, column and ``[b_x, b_y, b_h, b_w]`` of an object in its cell's own units."""
    row, column = grid_cell(target.cx, target.cy, grid)
    scaled = np.array([target.cx, target.cy, target.h, target.w]) * grid
    b: Array = scaled - np.array([column, row, 0, 0])
    b[:2] = b[:2].clip(0, 1)  # on a line the product may be rounded below it
    return row, column, b


def decode_cell(
    row: int, column: int, b: ArrayLike, grid: int, image_hw: tuple[float, float] = (1.0, 1.0)
) -> tuple[float, float, float, float]:
    """Midpoint x, y, height and width on the picture of a box in a cell's units.

    Parameters
    ----------
    b
        ``[b_x, b_y, b_h, b_w]``
    image_hw
        height and width of the picture in pixels; without it the answer is in fractions
    """
    b_x, b_y, b_h, b_w = np.asarray(b, dtype=np.float64).tolist()
    height, width = image_hw
    return (
        (column + b_x) / grid * width,
        (row + b_y) / grid * height,
        b_h / grid * height,
        b_w / grid * width,
    )


def encode_grid(
    targets: Sequence[Target], grid: int, anchors_hw: ArrayLike, n_classes: int
) -> GridLabel:
    """The label of a picture: each object goes to the cell of its midpoint and its best anchor.

    Parameters
    ----------
    targets
        the objects; of two for one cell and anchor the first stays and the other is a collision
    grid
        cells along each side, S
    anchors_hw
        ``[A, 2]`` heights and widths, as fractions of the picture

    Returns
    -------
    label
        with ``y [S, S, A, 5 + n]``
    """
    anchors = _shapes(anchors_hw)
    y = np.full((grid, grid, len(anchors), BOX_NUMBERS + n_classes), np.nan)
    y[..., 0] = 0
    assignments, collisions = [], []
    for index, target in enumerate(targets):
        row, column, b = encode_cell(target, grid)
        iou = shape_iou([target.h, target.w], anchors)[0]
        anchor = int(iou.argmax())
        place = Assignment(index, row, column, anchor, float(iou[anchor]))
        if y[row, column, anchor, 0] == 1:
            collisions.append(place)
            continue
        assignments.append(place)
        y[row, column, anchor] = localization_target(target, n_classes)
        y[row, column, anchor, 1:BOX_NUMBERS] = b
    return GridLabel(y, tuple(assignments), tuple(collisions))


def decode_grid(y: ArrayLike, threshold: float = 0.5) -> tuple[Target, ...]:
    """The objects of a label or an answer ``[S, S, A, 5 + n]``: entries with p_c > threshold."""
    y = np.asarray(y, dtype=np.float64)
    if y.ndim != 4 or y.shape[0] != y.shape[1] or y.shape[3] <= BOX_NUMBERS:
        raise ShapeError(f"A grid of shape {y.shape} cannot be read: give S×S×anchors×(5 + n).")
    found = []
    for row, column, anchor in np.argwhere(y[..., 0] > threshold).tolist():
        entry = y[row, column, anchor]
        cx, cy, h, w = decode_cell(row, column, entry[1:BOX_NUMBERS], y.shape[0])
        found.append(Target(cx, cy, h, w, int(entry[BOX_NUMBERS:].argmax())))
    return tuple(found)


def fit_anchors(
    shapes_hw: ArrayLike, k: int, seed: int = 0, max_iterations: int = 100
) -> AnchorFit:
    """Anchors for given shapes by k-means with the distance 1 − IoU.

    Starts from shapes that lie far from one another (k-means++), moves each anchor to the mean of
    its members until none changes sides, and returns the best round: with this distance a mean
    may make things a little worse. Redmon and Farhadi, "YOLO9000", CVPR 2017, section 2.

    Parameters
    ----------
    shapes_hw
        ``[N, 2]`` heights and widths, greater than 0
    k
        number of anchors

    Raises
    ------
    ShapeError
        if there are fewer different shapes than anchors
    """
    shapes = _shapes(shapes_hw)
    shapes_of_area = np.unique(shapes[(shapes > 0).all(axis=1)], axis=0)
    if k < 1 or not len(shapes_of_area):
        raise _too_few(len(shapes_of_area), k)
    anchors = _spread_start(shapes_of_area, k, np.random.default_rng(seed))
    best, previous = AnchorFit(anchors, np.zeros(0, np.intp), -1.0, 0), None
    for iteration in range(1, max_iterations + 1):
        iou = shape_iou(shapes, anchors)  # [N, k]
        members = iou.argmax(axis=1)
        mean_iou = float(iou.max(axis=1).mean())
        if mean_iou > best.mean_iou:
            best = AnchorFit(anchors, members, mean_iou, iteration)
        if previous is not None and np.array_equal(members, previous):
            break
        previous = members
        anchors = np.array(
            [shapes[members == i].mean(axis=0) if (members == i).any() else anchors[i]
             for i in range(k)]
        )  # fmt: skip
    anchors = best.anchors_hw[np.argsort(best.anchors_hw.prod(axis=1), kind="stable")]
    members = shape_iou(shapes, anchors).argmax(axis=1)  # of two as good, the smaller one
    return AnchorFit(anchors, members, best.mean_iou, best.iterations)


def _spread_start(shapes: Array, k: int, rng: np.random.Generator) -> Array:
    """Shapes ``[k, 2]`` far from one another; those that only rounding tells apart are one."""
    chosen = [int(rng.integers(len(shapes)))]
    while len(chosen) < k:
        distance = 1 - shape_iou(shapes, shapes[chosen]).max(axis=1)
        distance[distance < SAME_SHAPE] = 0
        if not distance.any():
            raise _too_few(len(chosen), k)
        chosen.append(int(rng.choice(len(shapes), p=distance / distance.sum())))
    return shapes[chosen]


def _too_few(shapes: int, k: int) -> ShapeError:
    return ShapeError(
        f"{shapes} different shapes cannot give {k} anchors: "
        "ask for fewer, at least 1, or draw more boxes."
    )


def _cell_at(share: float, grid: int) -> int:
    """The cell along one side, ⌊share · S⌋ in exact numbers: 15/26 lies in cell 15 of 26."""
    cell = int(share * grid)
    cell += (cell + 1) / grid <= share  # the product was rounded below the line
    return min(cell, grid - 1)


def _shapes(shapes_hw: ArrayLike) -> Array:
    shapes = np.asarray(shapes_hw, dtype=np.float64)
    if shapes.size == 0 or shapes.size % 2 or shapes.shape[-1] != 2:
        raise ShapeError(
            f"Shapes of {shapes.shape} cannot be read: give height and width for each."
        )
    return np.maximum(shapes.reshape(-1, 2), 0)


def _check_class(target: Target, n_classes: int) -> None:
    if not 0 <= target.class_index < n_classes:
        raise ShapeError(
            f"Class {target.class_index} is not one of the {n_classes} classes counted from 0: "
            "choose another class or add one."
        )
