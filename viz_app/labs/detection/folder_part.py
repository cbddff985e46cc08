"""The evaluation of a folder: the view's part of the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from viz_app.core.records import Picture
from viz_app.labs.detection import folder, folder_jobs
from viz_app.labs.detection import snippet as programs
from viz_app.labs.detection.asking import Asking
from viz_app.labs.detection.evaluation import Matched
from viz_app.labs.detection.folder import FolderFound, FolderRequest, FolderShown
from viz_app.labs.detection.part import Desk, Part
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.streaming import Streaming

LANE, MATCH_LANE = "detection.folder_evaluation", "detection.folder_match"
HOW = (
    "Choose a folder of images and its ground truth: COCO's one .json, or any one of the YOLO "
    ".txt or VOC .xml files that stand beside each other."
)


class FolderView(Protocol):
    """What the view is told."""

    def show_folder(self, shown: FolderShown) -> None:
        """Show how good the detections of a folder are."""


class FolderPart(Part[FolderView]):
    """Collects a folder's boxes once, matches them once an IoU; the rest is looking up."""

    def __init__(self, desk: Desk, view: FolderView) -> None:
        super().__init__(desk, view)
        self._finding: Streaming[FolderFound] = Streaming(
            LANE, desk.house, desk.show_again, desk.fail
        )
        self._matching: Asking[Matched] = Asking(MATCH_LANE, desk.house, desk.show_again, desk.fail)
        self._shown: FolderShown | None = None
        self._matched: Matched | None = None
        self._scene = DetectionScene()

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        self._shown, self._scene = None, scene
        if not (scene.eval_folder and scene.eval_truth):
            self.view.show_folder(FolderShown(HOW))
            return
        request = request_of(scene)
        if not request.results and not self.house.weights.is_present(scene.detector):
            words = "The detector is not on this computer: get it, or choose a file of results."
            self.view.show_folder(FolderShown(words, scene.detector, files=_files(scene)))
            return
        found, is_wanted = self._finding.get(request), True
        if found is None or not found.is_whole:
            job = folder_jobs.evaluate_folder(self.house.weights, request, scene)
            is_wanted = self._finding.want(request, job, "Evaluating a folder")
            found = self._finding.get(request)  # it may have been answered at once
        if found is None or not found.is_whole:
            words = self._words(found) if is_wanted else "Stopped: F5 starts anew."
            self.view.show_folder(FolderShown(words, found=found, files=_files(scene)))
            return
        self._show_matched(found, scene)

    def _show_matched(self, found: FolderFound, scene: DetectionScene) -> None:
        if not found.pictures:
            words = "None of the images could be opened."
            self.view.show_folder(FolderShown(words, found=found, files=_files(scene)))
            return
        key = (found.request, scene.verdict)
        matched = self._matching.get(key)
        if matched is None:
            job = folder_jobs.match_folder(found, scene.verdict)
            self._matching.want(key, job, "Matching detections")
            matched = self._matching.get(key) or self._matched  # the last one, until then
        if matched is None:
            self.view.show_folder(FolderShown("Matching …", found=found, files=_files(scene)))
            return
        self._matched = matched
        shown = folder.look(found, matched, scene, _files(scene))
        picture = self.house.pictures.wanted(found.pictures[shown.chosen])
        pixels = None if picture is None else picture.pixels
        self._shown = replace(shown, pixels=pixels)
        self.view.show_folder(self._shown)

    def folder_chosen(self, images: Path, truth: Path, results: Path | None) -> None:
        """Evaluate a folder."""
        self._matched = None
        self.desk.change(
            view="evaluation",
            eval_of="folder",
            eval_folder=str(images),
            eval_truth=str(truth),
            eval_results="" if results is None else str(results),
            eval_picture=-1,
        )

    def picture_chosen(self, index: int) -> None:
        """Look at a picture of the folder."""
        self.desk.change(gesture="folder picture", eval_picture=index)

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the detector."""
        self.house.offer_network(self._scene.detector)

    def is_settled(self) -> bool:
        return not (self._finding.is_waiting or self._matching.is_waiting)

    def cancelled(self, lane: str) -> None:
        self._finding.cancelled(lane)
        self._matching.cancelled(lane)

    def find_again(self) -> None:
        self._finding.forgive()
        self._matching.forgive()

    def numbers(self) -> Mapping[str, Any]:
        return {} if self._shown is None else self._shown.numbers()

    def snippet(self, scene: DetectionScene, picture: Picture | None) -> str | None:
        if self._matched is None or self._shown is None:
            return None
        one = folder.of_picture(self._matched, self._shown.chosen, self._scene.verdict)
        return programs.evaluation_program(one, self._scene)

    def _words(self, found: FolderFound | None) -> str:
        if found is None:
            return "Reading the folder …"
        done, total = round(found.progress.done), round(found.progress.total)
        boxes = sum(map(len, found.found))
        return f"{done} of {total} images, {boxes} detections so far"


def request_of(scene: DetectionScene) -> FolderRequest:
    """What determines a folder's boxes in a scene."""
    how: tuple[Any, ...] = ()
    if not scene.eval_results:
        how = (scene.detector, scene.input_size, scene.fitting, scene.smallest_face, scene.iou)
        how = (*how, scene.rule, scene.is_per_class)
    return FolderRequest(scene.eval_folder, scene.eval_truth, scene.eval_results, how)


def _files(scene: DetectionScene) -> tuple[str, ...]:
    names = (scene.eval_folder, scene.eval_truth, scene.eval_results)
    return tuple(Path(name).name for name in names if name)
