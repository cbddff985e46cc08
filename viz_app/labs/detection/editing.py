"""Drawing, moving and resizing boxes: what a grip of the pointer does to a box. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from viz_app.labs.detection.scene import DrawnBox

Size = tuple[int, int]
Handle = tuple[int, int]  # which edges move: −1 left/top, 1 right/bottom, 0 neither


@dataclass(frozen=True, slots=True)
class Grip:
    """What the pointer holds since it was pressed."""

    kind: Literal["draw", "move", "resize"]
    start: tuple[float, float]
    box: DrawnBox
    index: int = -1
    handle: Handle = (0, 0)


def grip_at(boxes: Sequence[DrawnBox], selected: int, x: float, y: float, reach: float) -> Grip:
    """What a press at a point takes hold of.

    The selected box's edges come first, then the edges and insides of the others, the smallest
    first; on empty ground a new box begins. ``reach`` is how near an edge counts as on it.
    """
    order = sorted(range(len(boxes)), key=lambda i: boxes[i].area)
    if 0 <= selected < len(boxes):
        order.remove(selected)
        order.insert(0, selected)
    for index in order:
        handle = handle_at(boxes[index], x, y, reach)
        if handle is not None:
            return Grip("resize", (x, y), boxes[index], index, handle)
    for index in order:
        if _is_inside(boxes[index], x, y):
            return Grip("move", (x, y), boxes[index], index)
    return Grip("draw", (x, y), DrawnBox(x, y, x, y))


def handle_at(box: DrawnBox, x: float, y: float, reach: float) -> Handle | None:
    """The edge or corner near a point, or None.

    A small box keeps a third of itself in the middle by which it can be moved.
    """
    reach_x = min(reach, max((box.x2 - box.x1) / 3, reach / 3))
    reach_y = min(reach, max((box.y2 - box.y1) / 3, reach / 3))
    if not (box.x1 - reach <= x <= box.x2 + reach and box.y1 - reach <= y <= box.y2 + reach):
        return None
    handle = (_side(box.x1, box.x2, x, reach, reach_x), _side(box.y1, box.y2, y, reach, reach_y))
    return None if handle == (0, 0) else handle


def dragged(grip: Grip, x: float, y: float, size: Size, snap: int = 0) -> DrawnBox:
    """The box after the pointer went to a point; it stays on the picture, edges on the grid."""
    step = max(snap, 1)
    if grip.kind == "move":
        dx, dy = x - grip.start[0], y - grip.start[1]
        to = (_on_grid(grip.box.x1 + dx, step), _on_grid(grip.box.y1 + dy, step))
        return moved(grip.box, to[0] - grip.box.x1, to[1] - grip.box.y1, size)
    x = min(max(_on_grid(x, step), 0.0), float(size[0]))
    y = min(max(_on_grid(y, step), 0.0), float(size[1]))
    box = grip.box
    if grip.kind == "draw":
        start_x = min(max(_on_grid(grip.start[0], step), 0.0), float(size[0]))
        start_y = min(max(_on_grid(grip.start[1], step), 0.0), float(size[1]))
        return in_order(replace(box, x1=start_x, y1=start_y, x2=x, y2=y))
    if grip.handle[0]:
        box = replace(box, x1=x) if grip.handle[0] < 0 else replace(box, x2=x)
    if grip.handle[1]:
        box = replace(box, y1=y) if grip.handle[1] < 0 else replace(box, y2=y)
    return in_order(box)


def moved(box: DrawnBox, dx: float, dy: float, size: Size) -> DrawnBox:
    """The box shifted, but not off the picture; one that lies outside may come back."""
    dx = _held(dx, -box.x1, size[0] - box.x2)
    dy = _held(dy, -box.y1, size[1] - box.y2)
    return replace(box, x1=box.x1 + dx, x2=box.x2 + dx, y1=box.y1 + dy, y2=box.y2 + dy)


def grown(box: DrawnBox, dx: float, dy: float, size: Size) -> DrawnBox:
    """The box with its right and lower edges moved, for the keyboard; never turned inside out."""
    x2 = min(max(box.x2 + dx, box.x1 + 1), float(size[0]))
    y2 = min(max(box.y2 + dy, box.y1 + 1), float(size[1]))
    return replace(box, x2=max(x2, box.x1), y2=max(y2, box.y1))


def in_order(box: DrawnBox) -> DrawnBox:
    """The box with its left edge on the left and its upper edge above."""
    (x1, x2), (y1, y2) = sorted((box.x1, box.x2)), sorted((box.y1, box.y2))
    return replace(box, x1=x1, y1=y1, x2=x2, y2=y2)


def _held(step: float, least: float, most: float) -> float:
    """A step within limits; where the limits cross (a box too large), only towards the picture."""
    low, high = min(least, most, 0.0), max(least, most, 0.0)
    if least <= 0.0 <= most:
        low, high = least, most
    return min(max(step, low), high)


def _side(low: float, high: float, at: float, outside: float, inside: float) -> int:
    if low - outside <= at <= low + inside:
        return -1
    return 1 if high - inside <= at <= high + outside else 0


def _is_inside(box: DrawnBox, x: float, y: float) -> bool:
    return box.x1 <= x <= box.x2 and box.y1 <= y <= box.y2


def _on_grid(value: float, step: int) -> float:
    return float(round(value / step) * step)
