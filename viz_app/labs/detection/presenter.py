"""The detection lab's part of the conversation: what is asked of the engine, what is shown."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from viz_app.core.boxes import clip
from viz_app.core.errors import VizError
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.labs.detection import evaluation, grid, jobs, suppression, targets
from viz_app.labs.detection import found as found_of
from viz_app.labs.detection import snippet as programs
from viz_app.labs.detection.actions import lab_actions
from viz_app.labs.detection.box_editor import BoxEditor
from viz_app.labs.detection.controls import GROUPS
from viz_app.labs.detection.evaluation import EvaluationShown, Matched
from viz_app.labs.detection.filing import Filing
from viz_app.labs.detection.found import Found, Request
from viz_app.labs.detection.grid import GridShown
from viz_app.labs.detection.scene import (
    DetectionScene,
    DrawnBox,
    boxes_on,
    resolve,
    with_boxes,
)
from viz_app.labs.detection.suppression import SuppressionShown
from viz_app.labs.detection.targets import TargetsShown
from viz_app.labs.detection.view import DetectionView, Offer, Pixels
from viz_app.labs.lab import Lab
from viz_app.labs.presenter import House, Presenter

LANE = "detection.boxes"
KEPT_ANSWERS = 6  # of the last pictures and sizes
MB = 1_000_000
DEFAULTS = DetectionScene()
DECIDING = {"p_c", "iou", "rule", "is_per_class", "kind", "sigma", "input_size", "fitting"}


class DetectionPresenter(Presenter[DetectionScene, DetectionView]):
    """Asks for a picture's raw boxes once; the thresholds are answered by looking up."""

    lab = Lab(
        name="detection",
        title="Detection",
        icon="bounding-box",
        summary="Boxes, how they overlap, and which of a detector's boxes stay.",
        scene_type=DetectionScene,
        groups=GROUPS,
        snippet=programs.snippet,
        resolve=resolve,
        networks=(jobs.NETWORK,),
    )

    def __init__(self, view: DetectionView, house: House) -> None:
        super().__init__(view, house)
        self.editor = BoxEditor(self._show_boxes, self._keep_boxes)
        self.filing = Filing(house, self.editor.replaced_all, self.fail)
        self._answers: OrderedDict[Request, Found] = OrderedDict()
        self._example = found_of.example()
        self._example_pixels = found_of.example_pixels()
        self._asked: Request | None = None  # is being worked on
        self._refused: Request | None = None  # failed or cancelled: not asked again by itself
        self._selected: dict[Request, int] = {}
        self._shown: SuppressionShown | None = None
        self._grid: GridShown | None = None
        self._judged: EvaluationShown | None = None
        self._targets: TargetsShown | None = None
        self._matched: tuple[Any, Matched] | None = None
        self.actions = lab_actions(self)

    # What is shown

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        self._shown, self._grid, self._judged, self._targets = None, None, None, None
        self.view.show_view(scene)
        self.editor.show(scene, picture)
        if scene.view == "iou":
            return
        if scene.view == "targets" and picture is not None:
            self._targets = targets.look(self.editor.boxes, scene, picture.width, picture.height)
            self.view.show_targets(self._targets, picture.pixels)
            return
        found = self._found(scene, picture)
        if found is self._example:
            self._show_suppression(found, scene, self._example_pixels)
        elif found is None or picture is None:
            self._wait(scene, picture)
        elif scene.view == "grid":
            self._grid = grid.look(found, scene, (picture.width, picture.height))
            self.view.show_grid(self._grid, found, picture.pixels)
        elif scene.view == "evaluation":
            self._judged = evaluation.look(self._match(found, scene, picture), scene)
            self.view.show_evaluation(self._judged, picture.pixels)
        else:
            self._show_suppression(found, scene, picture.pixels)

    def edited(self, field: str, value: Any) -> None:
        if field == "source":
            p_c, iou = found_of.EXAMPLE_THRESHOLDS
            if value == "photo":
                p_c, iou = DEFAULTS.p_c, DEFAULTS.iou
            self.change(source=value, p_c=p_c, iou=iou, step=-1)
        elif field == "is_fine":
            self.change(is_fine=value, cell_row=-1, cell_column=-1, anchor=-1)
        elif field == "target_grid":
            self.change(target_grid=value, target_row=-1, target_column=-1, target_anchor=-1)
        elif field in DECIDING:
            self.change(gesture=field, step=-1, **{field: value})
        else:
            super().edited(field, value)

    def network_arrived(self, name: str) -> None:
        self._refused = None
        super().network_arrived(name)

    def cancelled(self, lane: str) -> None:
        if lane == LANE and self._asked is not None:
            self._refused, self._asked = self._asked, None
            self._show_again()

    # Intents of the suppression view

    def picture_clicked(self, x: float, y: float) -> None:
        """Select the box under the pointer; further clicks go through the boxes there."""
        if self._shown is not None:
            self.box_chosen(suppression.next_hit(self._shown.boxes, x, y, self._shown.selected))

    def box_chosen(self, box: int) -> None:
        """Ask why a raw box is where it is; −1 for none."""
        found = self._found(self.scene, self.house.pictures.current())
        if found is not None:
            self._selected[found.request] = box
            self._show_again()

    def stepped(self, by: int) -> None:
        """Go some picks of the algorithm forward or back."""
        if self._shown is not None:
            step = min(max(self._shown.step + by, 0), self._shown.steps)
            self.change(gesture="step", step=step)

    def step_chosen(self, step: int) -> None:
        """Show the algorithm after so many picks; −1 for the end."""
        self.change(gesture="step", step=step)

    def has_steps(self) -> bool:
        """Whether there is an algorithm to step through."""
        return self._shown is not None and self._shown.steps > 0

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the detector."""
        self.house.offer_network(jobs.NETWORK)

    def find_again(self) -> None:
        """Look for the boxes again, after a cancel or a failure."""
        self._refused = None
        self._show_again()

    def detections_taken(self) -> None:
        """Draw the kept detections as boxes, with their classes, so that they can be edited."""
        scene, picture = self.scene, self.house.pictures.current()
        found = None if picture is None else self._answers.get(_request(scene, picture))
        if found is None or picture is None:
            self.house.speaker.tell("There are no detections of this photo yet: show them first.")
            return
        table = found.table(scene.rule, scene.is_per_class)
        kept = table.kept(table.nearest_stop(scene.iou), scene.p_c)
        corners = clip(found.boxes[kept], picture.width, picture.height).tolist()
        boxes = tuple(
            DrawnBox(x1, y1, x2, y2, found.name(i))
            for (x1, y1, x2, y2), i in zip(corners, kept.tolist(), strict=True)
        )
        view = scene.view if scene.view in ("evaluation", "targets") else "iou"
        self.change(view=view, sheets=with_boxes(scene, picture.ref, boxes))

    # Intents of the grid view

    def cell_clicked(self, x: float, y: float) -> None:
        """Choose the cell under the pointer."""
        if self._grid is not None and (cell := self._grid.cell_at(x, y)) is not None:
            self.change(cell_row=cell[0], cell_column=cell[1], anchor=-1)

    def cell_moved(self, rows: int, columns: int) -> None:
        """Go to a neighbour of the chosen cell."""
        if self._grid is not None:
            row = min(max(self._grid.cell[0] + rows, 0), len(self._grid.ys) - 2)
            column = min(max(self._grid.cell[1] + columns, 0), len(self._grid.xs) - 2)
            self.change(gesture="cell", cell_row=row, cell_column=column, anchor=-1)

    # Intents of the target builder

    def target_cell_clicked(self, x: float, y: float) -> None:
        """Choose the cell of the label under the pointer."""
        if self._targets is not None and (cell := self._targets.cell_at(x, y)) is not None:
            self.change(target_row=cell[0], target_column=cell[1], target_anchor=-1)

    def target_cell_moved(self, rows: int, columns: int) -> None:
        """Go to a neighbour of the chosen cell of the label."""
        if self._targets is not None:
            last = self.scene.target_grid - 1
            row = min(max(self._targets.cell[0] + rows, 0), last)
            column = min(max(self._targets.cell[1] + columns, 0), last)
            self.change(
                gesture="target cell", target_row=row, target_column=column, target_anchor=-1
            )

    def answer_edited(self, place: int, value: float) -> None:
        """Change one number of ŷ."""
        if self._targets is not None:
            y_hat = list(self._targets.y_hat)
            y_hat[place] = value
            self.change(y_hat=tuple(y_hat))

    def anchors_fitted(self, count: int) -> None:
        """Find so many anchors for the drawn boxes by k-means with 1 − IoU."""
        picture = self.house.pictures.current()
        if picture is None:
            return
        try:
            size = (picture.width, picture.height)
            anchors = targets.fitted(self.editor.boxes, *size, count)
        except VizError as error:
            self.house.speaker.tell(str(error))
        else:
            self.change(anchors=anchors, target_anchor=-1)

    # For the house

    def numbers(self) -> Mapping[str, Any]:
        scene, picture = self.scene, self.house.pictures.current()
        if scene.view == "iou":
            return self.editor.numbers()
        found = self._found(scene, picture)
        if found is not None and self._grid is not None:
            return self._grid.numbers(found)
        if self._targets is not None:
            return self._targets.numbers()
        if self._judged is not None:
            return self._judged.numbers()
        if found is None or self._shown is None:
            return {}
        kept = list(self._shown.kept)
        return {
            "picture": found.request.image,
            "p_c": scene.p_c,
            "iou_threshold": scene.iou,
            "raw_boxes": len(found.boxes),
            "kept_boxes": found.boxes[kept],
            "kept_scores": found.scores[kept],
            "kept_classes": np.array([found.name(i) for i in kept], dtype=np.str_),
            "removed_by_iou": np.array(self._shown.removals, np.float64).reshape(-1, 3),
        }

    def snippet(self) -> str:
        scene = self.scene
        found = self._found(scene, self.house.pictures.current())
        if self._targets is not None:
            return programs.loss_program(self._targets)
        if self._grid is not None and found is not None:
            return programs.decode_program(found, self._grid)
        if self._judged is not None and self._matched is not None:
            return programs.evaluation_program(self._matched[1], scene)
        if scene.view == "suppression" and found is not None:
            return programs.suppression_program(found, scene)
        return super().snippet()

    def demonstrate(self) -> None:
        if not self.house.weights.is_present(jobs.NETWORK):
            self.edited("source", "example")
            self.house.speaker.tell(
                "YOLOv4-tiny is not on this computer, so the course's example boxes are shown: "
                "`viz-app weights fetch yolov4_tiny` brings it."
            )
            return
        self.house.document.choose_image("sample:motorcycle")
        self.change(view="suppression", source="photo", step=-1)

    def is_settled(self) -> bool:
        parts = (self._shown, self._grid, self._judged, self._targets)
        if self.scene.view == "iou" or any(part is not None for part in parts):
            return True
        return self.house.pictures.current() is not None and self._asked is None

    # Inside

    def _found(self, scene: DetectionScene, picture: Picture | None) -> Found | None:
        if scene.source == "example" and scene.view == "suppression":
            return self._example
        return None if picture is None else self._answers.get(_request(scene, picture))

    def _show_suppression(self, found: Found, scene: DetectionScene, pixels: Pixels) -> None:
        self._shown = suppression.look(found, scene, self._selected.get(found.request, -1))
        self.view.show_suppression(self._shown, found, pixels)

    def _match(self, found: Found, scene: DetectionScene, picture: Picture) -> Matched:
        """The matching of detections and truth; the last one is kept for the slider."""
        truth = boxes_on(scene, picture.ref, (picture.width, picture.height))
        decides = (scene.iou, scene.rule, scene.is_per_class, scene.verdict)
        key = (found.request, truth, *decides)
        if self._matched is None or self._matched[0] != key:
            self._matched = (key, evaluation.match(found, truth, scene))
        return self._matched[1]

    def _wait(self, scene: DetectionScene, picture: Picture | None) -> None:
        if picture is None:
            self.view.show_waiting("Reading the image …", None)
            return
        if not self.house.weights.is_present(jobs.NETWORK):
            self.view.show_offer(self._offer())
            return
        request = _request(scene, picture)
        if request == self._refused:
            self.view.show_waiting("No boxes: the detector was stopped.", picture.pixels)
            return
        if request != self._asked:
            self._asked = request
            self.house.runner.run(
                LANE,
                jobs.find_boxes(self.house.weights, picture, request),
                title=f"Finding boxes in {picture.name}",
                on_done=self._on_found,
                on_failed=self._on_not_found,
            )
        if self._asked is not None:  # it may have been answered at once
            self.view.show_waiting("Looking for boxes …", picture.pixels)

    def _on_found(self, found: Found) -> None:
        self._answers[found.request] = found
        while len(self._answers) > KEPT_ANSWERS:
            self._answers.popitem(last=False)
        self._asked = None
        self._show_again()

    def _on_not_found(self, failure: Failure) -> None:
        self._refused, self._asked = self._asked, None
        self.fail(failure)
        self._show_again()

    def _show_again(self) -> None:
        if self.house.document.desk.lab == self.lab.name:
            self.show(self.scene, self.house.pictures.current())

    def _offer(self) -> Offer:
        network = next(n for n in self.house.weights.networks() if n.name == jobs.NETWORK)
        return Offer(
            f"{network.title} finds the boxes",
            "This view takes the raw boxes of a real detector and shows which of them stay. The "
            "network is not on this computer yet; the course's example needs none.",
            f"{network.size / MB:.1f} MB · {network.licence} · pictures stay on this computer",
        )

    def _show_boxes(self) -> None:
        if self.scene.view == "iou":
            picture = self.house.pictures.current()
            self.view.show_overlap(self.editor.look(), None if picture is None else picture.pixels)

    def _keep_boxes(self, gesture: str, image: str, boxes: tuple[DrawnBox, ...]) -> None:
        self.change(gesture=gesture, sheets=with_boxes(self.scene, image, boxes))


def _request(scene: DetectionScene, picture: Picture) -> Request:
    return Request(picture.ref or picture.name, scene.input_size, scene.fitting)
