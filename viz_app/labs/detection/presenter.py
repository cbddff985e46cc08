"""The detection lab's part of the conversation: what is asked of the engine, what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viz_app.core.records import Picture
from viz_app.labs.detection import evaluation, grid, jobs, suppression
from viz_app.labs.detection import found as found_of
from viz_app.labs.detection import snippet as programs
from viz_app.labs.detection.actions import lab_actions
from viz_app.labs.detection.asking import Asking
from viz_app.labs.detection.box_editor import BoxEditor
from viz_app.labs.detection.controls import GROUPS
from viz_app.labs.detection.evaluation import EvaluationShown, Matched
from viz_app.labs.detection.faces import STAGES
from viz_app.labs.detection.faces_part import FacesPart
from viz_app.labs.detection.filing import Filing
from viz_app.labs.detection.folder_part import FolderPart
from viz_app.labs.detection.found import Found, Request
from viz_app.labs.detection.grid import GridShown
from viz_app.labs.detection.landmarks_part import LandmarksPart
from viz_app.labs.detection.live import Live
from viz_app.labs.detection.offer import offer_of
from viz_app.labs.detection.part import Part
from viz_app.labs.detection.regions_part import RegionsPart
from viz_app.labs.detection.scene import (
    DetectionScene,
    DrawnBox,
    boxes_on,
    resolve,
    with_boxes,
)
from viz_app.labs.detection.sliding_part import SlidingPart
from viz_app.labs.detection.suppression import SuppressionShown
from viz_app.labs.detection.targets_part import TargetsPart
from viz_app.labs.detection.view import DetectionView, Pixels
from viz_app.labs.lab import Lab
from viz_app.labs.presenter import House, Presenter

LANE = "detection.boxes"
DEFAULTS = DetectionScene()
DECIDING = {"p_c", "iou", "rule", "is_per_class", "kind", "sigma"}
DECIDING |= {"input_size", "fitting", "smallest_face"}


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
    )

    def __init__(self, view: DetectionView, house: House) -> None:
        super().__init__(view, house)
        self.editor = BoxEditor(self._show_boxes, self._keep_boxes)
        self.filing = Filing(house, self.editor.replaced_all, self.fail)
        self._finding: Asking[Found] = Asking(LANE, house, self.show_again, self.fail)
        self.faces = FacesPart(self, view)
        self.live = Live(self, view)
        self.sliding = SlidingPart(self, view)
        self.regions = RegionsPart(self, view)
        self.targets = TargetsPart(self, view)
        self.landmarks = LandmarksPart(self, view)
        self.folder = FolderPart(self, view)
        self.parts: dict[str, Part[Any]] = {
            "faces": self.faces,
            "live": self.live,
            "sliding": self.sliding,
            "regions": self.regions,
            "targets": self.targets,
            "landmarks": self.landmarks,
            "folder": self.folder,
        }
        self._example = found_of.example()
        self._example_pixels = found_of.example_pixels()
        self._selected: dict[Request, int] = {}
        self._shown: SuppressionShown | None = None
        self._grid: GridShown | None = None
        self._judged: EvaluationShown | None = None
        self._matched: tuple[Any, Matched] | None = None
        self.actions = lab_actions(self)

    # What is shown

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        self._shown, self._grid, self._judged = None, None, None
        self.view.show_view(scene)
        if scene.view != "live":
            self.live.stop()  # a webcam that is not looked at is let go
        self.editor.show(scene, picture)
        if (part := self._part(scene)) is not None:
            part.show(scene, picture)
        elif scene.view != "iou":
            self._show_found(scene, picture)

    def _show_found(self, scene: DetectionScene, picture: Picture | None) -> None:
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
            self.change(view="suppression", source=value, p_c=p_c, iou=iou, step=-1)
        elif field == "detector":
            view = "faces" if (self.scene.view, value) == ("grid", "mtcnn") else self.scene.view
            self.change(detector=value, view=view, step=-1, cell_row=-1, cell_column=-1, anchor=-1)
        elif field == "is_fine":
            self.change(is_fine=value, cell_row=-1, cell_column=-1, anchor=-1)
        elif field == "landmarks":
            self.change(gesture=field, landmarks=round(value), face_points=(), face_hat=())
        elif field == "target_grid":
            self.change(target_grid=value, target_row=-1, target_column=-1, target_anchor=-1)
        elif field in DECIDING:
            self.change(gesture=field, step=-1, **{field: value})
        else:
            super().edited(field, value)

    def network_arrived(self, name: str) -> None:
        self._finding.forgive()
        self.faces.find_again()
        super().network_arrived(name)

    def cancelled(self, lane: str) -> None:
        self._finding.cancelled(lane)
        for part in self.parts.values():
            part.cancelled(lane)

    def leave(self) -> None:
        self.live.stop()

    def close(self) -> None:
        for part in self.parts.values():
            part.close()

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
            self.show_again()

    def stepped(self, by: int) -> None:
        """Go some picks of the algorithm, or stages of the cascade, forward or back."""
        if self.scene.view == "faces":
            self.change(gesture="face stage", face_stage=self.faces.stage_after(self.scene, by))
        elif self._shown is not None:
            step = min(max(self._shown.step + by, 0), self._shown.steps)
            self.change(gesture="step", step=step)

    def step_chosen(self, step: int) -> None:
        """Show the algorithm after so many picks; −1 for the end."""
        if self.scene.view == "faces":
            self.stepped(len(STAGES))
        else:
            self.change(gesture="step", step=step)

    def has_steps(self) -> bool:
        """Whether there is an algorithm to step through."""
        if self.scene.view == "faces":
            return self.faces.shown is not None
        return self._shown is not None and self._shown.steps > 0

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the detector."""
        self.house.offer_network(self._network())

    def find_again(self) -> None:
        """Look for the boxes again, after a cancel or a failure."""
        self._finding.forgive()
        if (part := self._part(self.scene)) is not None:
            part.find_again()
        self.show_again()

    def detections_taken(self) -> None:
        """Draw the kept detections as boxes, with their classes, so that they can be edited."""
        scene, picture = self.scene, self.house.pictures.current()
        found = None if picture is None else self._finding.get(jobs.request_of(scene, picture))
        if found is None or picture is None:
            self.house.speaker.tell("There are no detections of this photo yet: show them first.")
            return
        boxes = found.drawn(scene, (picture.width, picture.height))
        view = scene.view if scene.view in ("evaluation", "targets") else "iou"
        self.change(view=view, sheets=with_boxes(scene, picture.ref, boxes))

    def faces_level_chosen(self, level: int) -> None:
        """Show P-Net's answer on one copy of the pyramid; −1 for all."""
        self.change(gesture="level", level=level, face_stage="pnet")

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

    # For the house

    def numbers(self) -> Mapping[str, Any]:
        scene, picture = self.scene, self.house.pictures.current()
        if scene.view == "iou":
            return self.editor.numbers()
        if (part := self._part(scene)) is not None:
            return part.numbers()
        found = self._found(scene, picture)
        if found is not None and self._grid is not None:
            return self._grid.numbers(found)
        if self._judged is not None:
            return self._judged.numbers()
        if found is None or self._shown is None:
            return {}
        return self._shown.numbers(found, scene)

    def snippet(self) -> str:
        scene, picture = self.scene, self.house.pictures.current()
        if (part := self._part(scene)) is not None:
            return part.snippet(scene, picture) or super().snippet()
        found = self._found(scene, picture)
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
        if (part := self._part(self.scene)) is not None:
            return part.is_settled()
        parts = (self._shown, self._grid, self._judged)
        if self.scene.view == "iou" or any(part is not None for part in parts):
            return True
        return self.house.pictures.current() is not None and not self._finding.is_waiting

    # Inside

    def _part(self, scene: DetectionScene) -> Part[Any] | None:
        kinds = {"evaluation": scene.eval_of, "targets": scene.target_kind}
        kind = kinds.get(scene.view, "")
        return self.parts.get(kind if kind in ("folder", "landmarks") else scene.view)

    def _found(self, scene: DetectionScene, picture: Picture | None) -> Found | None:
        if scene.source == "example" and scene.view == "suppression":
            return self._example
        return None if picture is None else self._finding.get(jobs.request_of(scene, picture))

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
        if not self.house.weights.is_present(scene.detector):
            networks = self.house.weights.networks()
            self.view.show_offer(offer_of(networks, scene.detector, scene.view))
            return
        request = jobs.request_of(scene, picture)
        job = jobs.find_boxes(self.house.weights, picture, request)
        if not self._finding.want(request, job, f"Finding boxes in {picture.name}"):
            self.view.show_waiting("No boxes: the detector was stopped.", picture.pixels)
        elif self._finding.is_waiting:  # it may have been answered at once
            self.view.show_waiting("Looking for boxes …", picture.pixels)

    # For the parts

    def show_again(self) -> None:
        """An answer is there: show the scene anew, if the lab is what the user looks at."""
        if self.house.document.desk.lab == self.lab.name:
            self.show(self.scene, self.house.pictures.current())

    def drawn(self) -> tuple[DrawnBox, ...]:
        """The boxes drawn on the current image."""
        return self.editor.boxes

    def drawn_selected(self) -> int:
        return self.editor.selected

    def _network(self) -> str:
        return "mtcnn" if self.scene.view == "faces" else self.scene.detector

    def _show_boxes(self) -> None:
        if self.scene.view == "iou":
            picture = self.house.pictures.current()
            self.view.show_overlap(self.editor.look(), None if picture is None else picture.pixels)
        elif self._part(self.scene) is self.targets and self.targets.is_settled():
            self.targets.show(self.scene, self.house.pictures.current())

    def _keep_boxes(self, gesture: str, image: str, boxes: tuple[DrawnBox, ...]) -> None:
        fields: dict[str, Any] = {"sheets": with_boxes(self.scene, image, boxes)}
        if self._part(self.scene) is self.targets:  # its cell's label is what the user looks at
            fields |= self.targets.cell_of(boxes, self.editor.selected)
        self.change(gesture=gesture, **fields)
