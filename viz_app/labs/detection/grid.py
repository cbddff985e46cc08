"""From the detector's output tensor to the grid view: cells over the photo, one in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.raw_boxes import RawBoxes
from viz_app.labs.detection.found import Floats, Found, Request, short
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.suppression import BoxesShown, State

TOP_CLASSES = 5
GREY = 127  # of the border, as darknet fills it
FAINT, CLEAR = 0.05, 0.3  # p_c from which a box of "all boxes" is drawn stronger


@dataclass(frozen=True, slots=True)
class AnchorShown:
    """One anchor of the chosen cell: the numbers of its box from t_x to the score."""

    box: int
    anchor: tuple[float, float]
    t: tuple[float, float, float, float]
    p_c: float
    b: tuple[float, float, float, float]
    """midpoint x, y, height and width in the picture's pixels, in the course's order"""
    name: str
    score: float
    classes: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class GridShown:
    """All that the view shows; positions in the picture's pixels."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    heat: Floats
    """the largest p_c of each cell ``[rows, columns]``, or empty if it is not shown"""
    cell: tuple[int, int]
    anchors: tuple[AnchorShown, ...]
    chosen: int
    boxes: BoxesShown
    shape: str
    summary: str
    is_softmax: bool = False
    border: tuple[int, int] = (0, 0)
    """grey left and above that a letterbox puts around the picture, in its pixels"""

    @property
    def cell_size(self) -> tuple[float, float]:
        """Width and height of a cell in the picture's pixels."""
        return self.xs[1] - self.xs[0], self.ys[1] - self.ys[0]

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and column of the cell at a point, or None beside the grid."""
        column = int(np.searchsorted(self.xs, x, side="right")) - 1
        row = int(np.searchsorted(self.ys, y, side="right")) - 1
        is_inside = 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1
        return (row, column) if is_inside else None

    def numbers(self, found: Found) -> dict[str, Any]:
        """The numbers on the screen, by name; t_x … t_h and b_x … b_w of the cell's anchors."""
        return {
            "picture": found.request.image,
            "shape": self.shape,
            "cell_row_column": np.array(self.cell),
            "anchors": np.array([a.anchor for a in self.anchors]),
            "t": np.array([a.t for a in self.anchors]),
            "p_c": np.array([a.p_c for a in self.anchors]),
            "b_x_y_h_w": np.array([a.b for a in self.anchors]),
            "classes": np.array([a.name for a in self.anchors], dtype=np.str_),
            "scores": np.array([a.score for a in self.anchors]),
            "boxes_shown": self.boxes.corners,
            "scores_shown": found.scores[self.boxes.ids],
        }


def look(found: Found, scene: DetectionScene, size: tuple[int, int]) -> GridShown:
    """Work out what to show of a photo of ``size`` (width, height)."""
    raw = found.raw
    assert raw is not None, "the example has no grid"
    strides = np.unique(raw.strides)
    stride = int(strides[0] if scene.is_fine else strides[-1])
    here = np.flatnonzero(raw.strides == stride)
    side = raw.input_size // stride
    per_cell = len(here) // side**2
    cell = _cell(scene, raw, here, side)
    ids = here[(raw.cells[here] == cell[::-1]).all(axis=1)]
    chosen = min(scene.anchor, per_cell - 1)
    if chosen < 0:
        chosen = int(np.argmax(raw.scores[ids]))
    heat = np.zeros((0, 0))
    if scene.stage == "cells":
        heat = raw.objectness[here].reshape(side, side, per_cell).max(axis=2).astype(np.float64)
    numbers = 5 + raw.probabilities.shape[1]
    shape = f"{side} × {side} × {per_cell} × {numbers} = {side * side * per_cell * numbers:,}"
    boxes, summary = _boxes(found, scene, here, int(ids[chosen]))
    xs, ys = _lines(found.request, size, side, stride)
    anchors = tuple(_anchor(raw, int(i)) for i in ids)
    border = (0, 0)
    if found.request.fitting == "letterbox":
        border = ((max(size) - size[0]) // 2, (max(size) - size[1]) // 2)
    return GridShown(
        xs, ys, heat, cell, anchors, chosen, boxes, shape, summary, raw.is_softmax, border
    )


def with_border(pixels: NDArray[np.uint8], border: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture (uint8 [H, W, 3]) in the grey square that a letterbox makes of it."""
    if border == (0, 0):
        return pixels
    height, width, _ = pixels.shape
    square = np.full((max(height, width), max(height, width), 3), GREY, np.uint8)
    left, top = border
    square[top : top + height, left : left + width] = pixels
    return square


def _cell(scene: DetectionScene, raw: RawBoxes, here: np.ndarray, side: int) -> tuple[int, int]:
    """The chosen row and column; before one is chosen, the cell of the best box."""
    if scene.cell_row < 0 or scene.cell_column < 0:
        column, row = raw.cells[here[int(np.argmax(raw.scores[here]))]].tolist()
        return row, column
    return min(scene.cell_row, side - 1), min(scene.cell_column, side - 1)


def _lines(
    request: Request, size: tuple[int, int], side: int, stride: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Where the lines between the cells lie on the picture."""
    width, height = size
    steps = np.arange(side + 1)
    if request.fitting == "stretch":
        return tuple((steps / side * width).tolist()), tuple((steps / side * height).tolist())
    scale = request.input_size / max(width, height)
    fitted = [max(1, round(width * scale)), max(1, round(height * scale))]  # whole pixels
    borders = [(request.input_size - length) // 2 for length in fitted]
    xs, ys = (
        tuple(((steps * stride - border) * full / length).tolist())
        for border, full, length in zip(borders, size, fitted, strict=True)
    )
    return xs, ys


def _anchor(raw: RawBoxes, box: int) -> AnchorShown:
    x1, y1, x2, y2 = raw.boxes[box].tolist()
    probabilities = raw.probabilities[box]
    best = np.argsort(-probabilities, kind="stable")[:TOP_CLASSES]
    width, height = raw.anchors[box].tolist()
    t_x, t_y, t_w, t_h = raw.offsets[box].tolist()
    return AnchorShown(
        box,
        (width, height),
        (t_x, t_y, t_w, t_h),
        float(raw.objectness[box]),
        ((x1 + x2) / 2, (y1 + y2) / 2, y2 - y1, x2 - x1),
        raw.names[int(raw.classes[box])],
        float(raw.scores[box]),
        tuple((raw.names[int(i)], float(probabilities[i])) for i in best),
    )


def _two_a_cell(raw: RawBoxes, here: np.ndarray) -> np.ndarray:
    """The two boxes of the largest p_c of each cell, as the slides draw them."""
    order = here[np.lexsort((-raw.objectness[here], raw.cells[here, 0], raw.cells[here, 1]))]
    per_cell = len(here) // len(np.unique(raw.cells[here], axis=0))
    return order.reshape(-1, per_cell)[:, :2].ravel()


def _boxes(
    found: Found, scene: DetectionScene, here: np.ndarray, selected: int
) -> tuple[BoxesShown, str]:
    """The boxes of a stage, and what it did, in words."""
    raw = found.raw
    assert raw is not None
    if scene.stage == "cells":
        ids = np.array([selected])
        states = np.array([State.WAITING])
        per_cell = len(here) // len(np.unique(raw.cells[here], axis=0))
        words = f"each cell answers with {per_cell} boxes: {len(here):,} in all"
    elif scene.stage in ("all", "two"):
        ids = here if scene.stage == "all" else _two_a_cell(raw, here)
        ids = ids[np.argsort(raw.objectness[ids], kind="stable")]
        levels = np.digitize(raw.objectness[ids], (FAINT, CLEAR))
        states = np.array([State.LOW, State.WAITING, State.KEPT])[levels]
        which = "boxes of this grid" if scene.stage == "all" else "boxes, two for each cell"
        words = f"{len(ids):,} {which}, drawn stronger where p_c is larger"
    elif scene.stage == "p_c":
        ids = here[found.scores[here] > scene.p_c]
        states = np.full(len(ids), State.WAITING)
        words = f"{len(ids)} of {len(here):,} have a score above {short(scene.p_c)}"
    else:
        table = found.table(scene.rule, scene.is_per_class)
        ids = table.kept(table.nearest_stop(scene.iou), scene.p_c)[::-1]
        states = np.full(len(ids), State.KEPT)
        mine = int(np.isin(ids, here).sum())
        words = f"{len(ids)} stay after suppression"
        if len(here) < len(raw):
            words += f", {mine} of them from this grid"
    is_named = scene.stage in ("p_c", "kept") and scene.shows_scores
    labels = tuple(
        f"{found.name(i)} {short(found.scores[i])}" if is_named else "" for i in ids.tolist()
    )
    states = states.astype(np.int64)
    return BoxesShown(found.boxes[ids], states, found.classes[ids], labels, ids), words
