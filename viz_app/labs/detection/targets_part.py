"""The target builder's part of the conversation: cells, the answer ŷ and the anchors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from viz_app.core.errors import VizError
from viz_app.core.records import Picture
from viz_app.labs.detection import snippet as programs
from viz_app.labs.detection import targets
from viz_app.labs.detection.part import Desk, Part
from viz_app.labs.detection.scene import MOST_ANCHORS, Anchor, DetectionScene, DrawnBox
from viz_app.labs.detection.targets import TargetsShown
from viz_app.labs.detection.view import Pixels


class TargetsView(Protocol):
    """What the view is told."""

    def show_targets(self, shown: TargetsShown, pixels: Pixels) -> None:
        """Show the label of the drawn boxes, cell by cell."""

    def show_waiting(self, words: str, pixels: Pixels | None) -> None:
        """Show the picture without boxes, and what it waits for."""


class TargetsPart(Part[TargetsView]):
    """Nothing is computed here that takes time."""

    def __init__(self, desk: Desk, view: TargetsView) -> None:
        super().__init__(desk, view)
        self._shown: TargetsShown | None = None

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        self._shown = None
        if picture is None:
            self.view.show_waiting("Reading the image …", None)
            return
        shown = targets.look(self.desk.drawn(), scene, picture.width, picture.height)
        self._shown = replace(shown, selected=self.desk.drawn_selected())
        self.view.show_targets(self._shown, picture.pixels)

    def cell_of(self, boxes: Sequence[DrawnBox], selected: int) -> dict[str, int]:
        """Fields that choose the cell of a box's midpoint, where the box has one."""
        if self._shown is None or not 0 <= selected < len(boxes):
            return {}
        box = boxes[selected]
        cell = self._shown.cell_at((box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2)
        if cell is None:
            return {}
        return {"target_row": cell[0], "target_column": cell[1], "target_anchor": -1}

    # The label's cells and the answer

    def cell_clicked(self, x: float, y: float) -> None:
        """Choose the cell of the label under the pointer."""
        if self._shown is not None and (cell := self._shown.cell_at(x, y)) is not None:
            self.desk.change(target_row=cell[0], target_column=cell[1], target_anchor=-1)

    def cell_moved(self, rows: int, columns: int) -> None:
        """Go to a neighbour of the chosen cell of the label."""
        if self._shown is not None:
            last = self._shown.grid - 1
            row = min(max(self._shown.cell[0] + rows, 0), last)
            column = min(max(self._shown.cell[1] + columns, 0), last)
            self.desk.change(
                gesture="target cell", target_row=row, target_column=column, target_anchor=-1
            )

    def answer_edited(self, place: int, value: float) -> None:
        """Change one number of ŷ."""
        if self._shown is not None:
            y_hat = list(self._shown.y_hat)
            y_hat[place] = value
            self.desk.change(y_hat=tuple(y_hat))

    # The anchors

    def anchor_drawn(self, height: float, width: float) -> None:
        """Change the chosen anchor's shape, as fractions of the picture."""
        if self._shown is not None:
            chosen, anchors = self._shown.chosen, self._shown.anchors
            one = Anchor(*(min(max(round(v, 3), 0.01), 1.0) for v in (height, width)))
            self.desk.change(
                gesture=f"anchor {chosen}",
                anchors=(*anchors[:chosen], one, *anchors[chosen + 1 :]),
                target_anchor=chosen,
            )

    def anchor_added(self) -> None:
        """One more anchor: the shape of the first box that no anchor fits well, or a square."""
        if self._shown is None:
            return
        if len(self._shown.anchors) >= MOST_ANCHORS:
            self.house.speaker.tell(f"{MOST_ANCHORS} anchors are the most: remove one first.")
            return
        anchors = (*self._shown.anchors, targets.least_covered(self._shown, *self._shown.size))
        self.desk.change(anchors=anchors, target_anchor=len(anchors) - 1)

    def anchor_removed(self) -> None:
        """Take the chosen anchor away; one stays."""
        if self._shown is not None and len(self._shown.anchors) > 1:
            chosen, anchors = self._shown.chosen, self._shown.anchors
            self.desk.change(anchors=anchors[:chosen] + anchors[chosen + 1 :], target_anchor=-1)

    def anchors_fitted(self, count: int) -> None:
        """Find so many anchors for the drawn boxes by k-means with 1 − IoU."""
        picture = self.house.pictures.current()
        if picture is None:
            return
        try:
            anchors = targets.fitted(self.desk.drawn(), picture.width, picture.height, count)
        except VizError as error:
            self.house.speaker.tell(str(error))
        else:
            self.desk.change(anchors=anchors, target_anchor=-1)

    # For the house

    def is_settled(self) -> bool:
        return self._shown is not None

    def numbers(self) -> Mapping[str, Any]:
        return {} if self._shown is None else self._shown.numbers()

    def snippet(self, scene: DetectionScene, picture: Picture | None) -> str | None:
        return None if self._shown is None else programs.loss_program(self._shown)
