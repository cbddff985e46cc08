"""Boxes to and from files, and a folder of pictures at once: the intents behind the commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.labs.detection import batch, jobs
from viz_app.labs.detection.batch import Batch
from viz_app.labs.detection.formats import Labelled
from viz_app.labs.detection.scene import DetectionScene, DrawnBox
from viz_app.labs.presenter import House

FILES_LANE, FOLDER_LANE = "detection.files", "detection.folder"
Boxes = tuple[DrawnBox, ...]


class Filing:
    """Reads and writes files on their thread; ``take`` gets the boxes that were read."""

    def __init__(
        self, house: House, take: Callable[[Picture, Boxes], None], fail: Callable[[Failure], None]
    ) -> None:
        self._house, self._take, self._fail = house, take, fail

    def open_boxes(self, path: Path) -> None:
        """Read the boxes of the current picture from a file."""
        picture = self._house.pictures.current()
        if picture is None:
            return
        size = (picture.width, picture.height)
        self._house.files.run(
            FILES_LANE,
            lambda turn: jobs.read_box_file(path, picture.name, size),
            title=f"Reading {path.name}",
            on_done=lambda boxes: self._take(picture, boxes),
            on_failed=self._fail,
        )

    def save_boxes(self, path: Path, boxes: Boxes) -> None:
        """Save the boxes drawn on the current picture."""
        picture = self._house.pictures.current()
        if picture is None:
            return
        labelled = Labelled(picture.name, (picture.width, picture.height), boxes)
        self._house.files.run(
            FILES_LANE,
            lambda turn: jobs.write_box_file(path, labelled),
            title=f"Saving {path.name}",
            on_done=lambda _nothing: self._house.tell_done(f"Saved {path.name}."),
            on_failed=self._fail,
            must_finish=True,
        )

    def detect_folder(self, folder: Path, out: Path, scene: DetectionScene) -> None:
        """Run the detector on every picture of a folder and save what it found."""
        if not self._house.weights.is_present(scene.detector):
            self._house.offer_network(scene.detector)
            return
        self._house.runner.run(
            FOLDER_LANE,
            batch.detect_folder(self._house.weights, folder, out, scene),
            title=f"Finding boxes in {folder.name}",
            on_done=self._on_folder_done,
            on_failed=self._fail,
        )

    def _on_folder_done(self, done: Batch) -> None:
        broken = done.sentences
        count = round(done.progress.total) - len(broken)
        words = f"{done.boxes} boxes in {count} images are saved in {done.saved}."
        if len(broken) == 1:
            words += f" One could not be opened: {broken[0]}"
        elif broken:
            words += f" {len(broken)} could not be opened; Details names them."
        self._house.speaker.tell(words, details="\n".join(broken), is_good=not broken)
