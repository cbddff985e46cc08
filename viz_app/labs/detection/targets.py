"""From drawn boxes to the label y that a network is taught, and the loss of an answer ŷ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz_app.core import targets as core
from viz_app.core.targets import Assignment, GridLabel, Target
from viz_app.files import labels
from viz_app.labs.detection.found import Floats
from viz_app.labs.detection.scene import Anchor, DetectionScene, DrawnBox

SLIDE_CLASSES = ("pedestrian", "car", "motorcycle")


@dataclass(frozen=True, slots=True)
class Term:
    """One number of the label and of the answer; NaN is the "?" of the slides."""

    name: str
    y: float
    y_hat: float
    term: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a drawn box went: its cell and anchor, or a collision with an earlier box."""

    box: int
    row: int
    column: int
    anchor: int
    iou: float
    is_collision: bool


@dataclass(frozen=True, slots=True, eq=False)
class TargetsShown:
    """All that the view shows."""

    boxes: tuple[DrawnBox, ...]
    names: tuple[str, ...]
    size: tuple[int, int]
    y: Floats
    placed: tuple[Placed, ...]
    outside: int
    cell: tuple[int, int]
    anchors: tuple[Anchor, ...]
    chosen: int
    terms: tuple[Term, ...]
    loss: float
    shape: str
    summary: str
    landmarks: str
    selected: int = -1

    @property
    def grid(self) -> int:
        """Cells along each side."""
        return int(self.y.shape[0])

    @property
    def y_hat(self) -> tuple[float, ...]:
        """The answer judged here."""
        return tuple(term.y_hat for term in self.terms)

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and column of the cell at a point of the picture, or None beside it."""
        width, height = self.size
        if not (0 <= x < width and 0 <= y < height):
            return None
        return int(y / height * self.grid), int(x / width * self.grid)

    def numbers(self) -> dict[str, Any]:
        """The numbers on the screen, by name."""
        return {
            "y": self.y,
            "classes": np.array(self.names, dtype=np.str_),
            "anchors_h_w": np.array([(a.h, a.w) for a in self.anchors]),
            "cell_row_column": np.array(self.cell),
            "anchor": self.chosen,
            "y_of_cell": np.array([t.y for t in self.terms]),
            "y_hat": np.array(self.y_hat),
            "terms": np.array([t.term for t in self.terms]),
            "loss": self.loss,
            "collisions": sum(p.is_collision for p in self.placed),
        }


def look(boxes: Sequence[DrawnBox], scene: DetectionScene, width: int, height: int) -> TargetsShown:
    """Build the label of the boxes on a picture, and judge ŷ in the chosen cell."""
    boxes, grid = tuple(boxes), scene.target_grid
    names = class_names(boxes) if scene.target_classes == "drawn" else coco_names(boxes)
    all_targets = [_target(box, names, width, height) for box in boxes]
    inside = [i for i, t in enumerate(all_targets) if 0 <= t.cx <= 1 and 0 <= t.cy <= 1]
    shapes = [(a.h, a.w) for a in scene.anchors]
    label = core.encode_grid([all_targets[i] for i in inside], grid, shapes, len(names))
    placed = _placed(label, inside)
    cell = _cell(scene, placed)
    chosen = min(scene.target_anchor, len(shapes) - 1)
    if chosen < 0:  # the anchor that has an object, if one has
        chosen = int(np.argmax(label.y[cell[0], cell[1], :, 0]))
    y = label.y[cell[0], cell[1], chosen]
    y_hat = _padded(scene.y_hat, len(y))
    terms = core.squared_errors(y, y_hat)
    rows = zip(_row_names(names), y.tolist(), y_hat, terms.tolist(), strict=True)
    shape = core.grid_shape(grid, len(shapes), len(names))
    outputs = core.landmark_outputs(scene.landmarks)
    return TargetsShown(
        boxes,
        names,
        (width, height),
        label.y,
        placed,
        len(boxes) - len(inside),
        cell,
        scene.anchors,
        chosen,
        tuple(Term(*row) for row in rows),
        core.localization_loss(y, y_hat),
        f"{' × '.join(map(str, shape.shape))} = {shape.numbers:,}",
        _summary(label, placed, len(boxes) - len(inside))
        + _covered(mean_iou(boxes, scene.anchors, width, height)),
        f"{scene.landmarks} landmarks: {outputs} outputs",
    )


def class_names(boxes: Sequence[DrawnBox]) -> tuple[str, ...]:
    """The classes of the label: the slides' three while no other label is used."""
    drawn = tuple(dict.fromkeys(box.label for box in boxes if box.label))
    return SLIDE_CLASSES if set(drawn) <= set(SLIDE_CLASSES) else drawn


def coco_names(boxes: Sequence[DrawnBox]) -> tuple[str, ...]:
    """COCO's 80 classes, and after them what else was drawn: 19×19×5×85 with five anchors."""
    drawn = tuple(box.label for box in boxes if box.label)
    return tuple(dict.fromkeys([*labels.coco(), *drawn]))


def mean_iou(
    boxes: Sequence[DrawnBox], anchors: Sequence[Anchor], width: int, height: int
) -> float:
    """How well the anchors cover the boxes' shapes: the mean of each box's best IoU."""
    shapes = [((b.y2 - b.y1) / height, (b.x2 - b.x1) / width) for b in boxes]
    if not shapes:
        return math.nan
    return float(core.shape_iou(shapes, [(a.h, a.w) for a in anchors]).max(axis=1).mean())


def least_covered(shown: TargetsShown, width: int, height: int) -> Anchor:
    """The shape of the drawn box that the anchors fit worst; a square where none is drawn."""
    if not shown.boxes:
        return Anchor(0.3, 0.3)
    shapes = np.array([((b.y2 - b.y1) / height, (b.x2 - b.x1) / width) for b in shown.boxes])
    best = core.shape_iou(shapes, [(a.h, a.w) for a in shown.anchors]).max(axis=1)
    h, w = shapes[int(best.argmin())].clip(0.01, 1.0).round(3).tolist()
    return Anchor(h, w)


def fitted(boxes: Sequence[DrawnBox], width: int, height: int, count: int) -> tuple[Anchor, ...]:
    """Anchors for the boxes' shapes.

    Raises
    ------
    ShapeError
        if there are fewer different shapes than anchors
    """
    shapes = [((b.y2 - b.y1) / height, (b.x2 - b.x1) / width) for b in boxes]
    fit = core.fit_anchors(np.array(shapes).reshape(-1, 2) if shapes else [(0.0, 0.0)], count)
    return tuple(Anchor(float(h), float(w)) for h, w in fit.anchors_hw)


def text(value: float) -> str:
    """A number of the label; NaN is "?"."""
    return "?" if math.isnan(value) else f"{value:.2f}".rstrip("0").rstrip(".")


def _target(box: DrawnBox, names: Sequence[str], width: int, height: int) -> Target:
    return Target(
        (box.x1 + box.x2) / 2 / width,
        (box.y1 + box.y2) / 2 / height,
        (box.y2 - box.y1) / height,
        (box.x2 - box.x1) / width,
        names.index(box.label) if box.label else 0,
    )


def _placed(label: GridLabel, inside: Sequence[int]) -> tuple[Placed, ...]:
    def place(a: Assignment, is_collision: bool) -> Placed:
        return Placed(inside[a.target], a.row, a.column, a.anchor, a.iou, is_collision)

    placed = [place(a, False) for a in label.assignments]
    placed += [place(a, True) for a in label.collisions]
    return tuple(sorted(placed, key=lambda p: p.box))


def _cell(scene: DetectionScene, placed: Sequence[Placed]) -> tuple[int, int]:
    """The chosen cell; before one is chosen, that of the first object."""
    if scene.target_row < 0 or scene.target_column < 0:
        return (placed[0].row, placed[0].column) if placed else (0, 0)
    last = scene.target_grid - 1
    return min(scene.target_row, last), min(scene.target_column, last)


def _padded(values: Sequence[float], count: int) -> list[float]:
    return [*values[:count], *([0.0] * (count - len(values)))]


def _row_names(names: Sequence[str]) -> list[str]:
    return ["p_c", "b_x", "b_y", "b_h", "b_w", *names]


def _covered(value: float) -> str:
    return "" if math.isnan(value) else f" · mean IoU with the anchors {value:.2f}"


def _summary(label: GridLabel, placed: Sequence[Placed], outside: int) -> str:
    back = core.decode_grid(label.y)
    count = len(placed) + outside
    words = f"{len(label.assignments)} of {count} box{'es' * (count != 1)} in the label"
    words += f" · decoded: {len(back)} box{'es' * (len(back) != 1)} back"
    if label.collisions:
        words += f" · {len(label.collisions)} lost: cell and anchor were taken"
    if outside:
        words += f" · {outside} with the midpoint outside"
    return words
