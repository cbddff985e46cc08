"""The user's own boxes: drawn, moved, chosen; what the pointer and the keys do to them. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from viz_app.core.records import Picture
from viz_app.labs.detection import editing, overlap
from viz_app.labs.detection.editing import Grip, Handle
from viz_app.labs.detection.overlap import OverlapShown
from viz_app.labs.detection.scene import DetectionScene, DrawnBox, boxes_on

SMALLEST_PX = 2  # a drag shorter than this was a click
COPY_OFFSET_PX = 12
Boxes = tuple[DrawnBox, ...]


class BoxEditor:
    """Holds what is selected and what the pointer holds; the boxes themselves are the scene's.

    While a box is dragged its newest state is only shown; the scene gets it when it is let go, so
    that a drag is one step of undo.
    """

    def __init__(
        self,
        show: Callable[[], None],
        keep: Callable[[str, str, Boxes], None],
    ) -> None:
        self._show, self._keep = show, keep
        self._scene = DetectionScene()
        self._picture: Picture | None = None
        self._grip: Grip | None = None
        self._dragged: Boxes | None = None
        self.selected, self.partner = 1, 0

    @property
    def boxes(self) -> Boxes:
        """The boxes on the picture, as they are while one is dragged."""
        if self._dragged is not None:
            return self._dragged
        return () if self._picture is None else boxes_on(self._scene, self._ref, self._size)

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        """Show a scene's boxes; what was being dragged is let go if the picture changes."""
        if picture is not self._picture:
            self._grip = self._dragged = None
        self._scene, self._picture = scene, picture
        self._refresh()

    def look(self) -> OverlapShown:
        """What the view shows now."""
        return overlap.look(self.boxes, self.selected, self.partner, self._scene.verdict)

    # The pointer

    def grabbed(self, x: float, y: float, reach: float, is_new: bool = False) -> None:
        """Take hold of a box, an edge, or begin a new box; ``is_new``: on top of others too."""
        if self._picture is None:
            return
        under = () if is_new else self.boxes
        self._grip = editing.grip_at(under, self.selected, x, y, reach)
        if self._grip.index >= 0:
            self.chosen(self._grip.index)

    def dragged(self, x: float, y: float) -> None:
        """Move what is held to a point."""
        if self._grip is None:
            return
        box = editing.dragged(self._grip, x, y, self._size, self._scene.snap)
        boxes = boxes_on(self._scene, self._ref, self._size)
        if self._grip.index >= 0:
            self._dragged = _replaced(boxes, self._grip.index, box)
        elif min(box.x2 - box.x1, box.y2 - box.y1) >= SMALLEST_PX:
            self._dragged = (*boxes, box)
            self._select(len(boxes))
        else:
            self._dragged = None
        self._refresh()

    def released(self) -> None:
        """Let go: now the scene has the new boxes."""
        grip, boxes = self._grip, self._dragged
        self._grip = self._dragged = None
        if boxes is not None and grip is not None:
            self._put(boxes, "")
        elif grip is not None and grip.kind == "draw":
            self._select(-1)
            self._refresh()

    def handle_at(self, x: float, y: float, reach: float) -> Handle | None:
        """What a press would take hold of: an edge, (0, 0) for a whole box, None for a new one."""
        if self._picture is None:
            return None
        grip = editing.grip_at(self.boxes, self.selected, x, y, reach)
        return None if grip.kind == "draw" else grip.handle

    # The keys and the list

    def chosen(self, index: int) -> None:
        """Select a box; the one selected before becomes its partner."""
        self._select(index)
        self._refresh()

    def selected_next(self) -> None:
        """Select the next box, for the keyboard."""
        if self.boxes:
            self.chosen((self.selected + 1) % len(self.boxes))

    def nudged(self, dx: float, dy: float, is_resize: bool = False) -> None:
        """Move the selected box, or its right and lower edges, by some pixels."""
        if (box := self._selected_box()) is None:
            return
        change = editing.grown if is_resize else editing.moved
        box = change(box, dx, dy, self._size)
        self._put(_replaced(self.boxes, self.selected, box), f"nudge {self.selected}")

    def labelled(self, label: str) -> None:
        """Say what is in the selected box."""
        if (box := self._selected_box()) is not None:
            self._put(_replaced(self.boxes, self.selected, replace(box, label=label.strip())), "")

    def duplicated(self) -> None:
        """Put a copy beside the selected box and select it."""
        if (box := self._selected_box()) is not None:
            copy = editing.moved(box, COPY_OFFSET_PX, COPY_OFFSET_PX, self._size)
            boxes = (*self.boxes, copy)
            self._select(len(boxes) - 1)
            self._put(boxes, "")

    def deleted(self) -> None:
        """Remove the selected box."""
        if self._selected_box() is not None:
            boxes = self.boxes[: self.selected] + self.boxes[self.selected + 1 :]
            self.selected = min(self.selected, len(boxes) - 1)
            self._put(boxes, "")

    def replaced_all(self, picture: Picture, boxes: Boxes) -> None:
        """Put other boxes on a picture, as one step of undo."""
        self.selected, self.partner = len(boxes) - 1, 0
        self._keep("", picture.ref, boxes)

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, by name."""
        shown = self.look()
        numbers: dict[str, Any] = {
            "picture": self._ref,
            "boxes": overlap.as_array(shown.boxes),
            "labels": np.array([b.label for b in shown.boxes], dtype=np.str_),
            "iou_matrix": shown.matrix,
            "threshold": shown.threshold,
        }
        if shown.steps is not None and shown.pair is not None:
            numbers |= {
                "pair": np.array(shown.pair),
                "intersection": shown.steps.intersection,
                "union": shown.steps.union,
                "iou": shown.steps.iou,
                "is_correct": int(shown.is_correct),
                **{name.lower(): value for name, value in shown.others},
            }
        return numbers

    @property
    def _ref(self) -> str:
        return "" if self._picture is None else self._picture.ref

    @property
    def _size(self) -> editing.Size:
        return (0, 0) if self._picture is None else (self._picture.width, self._picture.height)

    def _selected_box(self) -> DrawnBox | None:
        boxes = self.boxes
        return boxes[self.selected] if 0 <= self.selected < len(boxes) else None

    def _select(self, index: int) -> None:
        if index != self.selected:
            if self.selected >= 0:
                self.partner = self.selected
            self.selected = index

    def _put(self, boxes: Boxes, gesture: str) -> None:
        self._keep(gesture, self._ref, boxes)

    def _refresh(self) -> None:
        self._show()


def _replaced(boxes: Boxes, index: int, box: DrawnBox) -> Boxes:
    return (*boxes[:index], box, *boxes[index + 1 :])
