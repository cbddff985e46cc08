"""A folder of pictures through a detector: a picture a step, and what is found in a file."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from viz_app.core.boxes import clip
from viz_app.core.errors import ImageError, SaveError
from viz_app.core.raw_boxes import RawBoxes
from viz_app.core.records import Picture
from viz_app.core.suppression import suppress
from viz_app.engine.engine import Progress, Turn
from viz_app.files import labels
from viz_app.files.atomic import write_atomic
from viz_app.files.images import list_images, open_image
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection import jobs
from viz_app.labs.detection.formats import Labelled, write_boxes
from viz_app.labs.detection.scene import DetectionScene, DrawnBox


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a folder is: pictures done, boxes found, and the sentences about broken files."""

    progress: Progress
    boxes: int
    sentences: tuple[str, ...]
    saved: str = ""


def detect_folder(
    store: WeightsStore, folder: Path, out: Path, scene: DetectionScene
) -> Callable[[Turn], Generator[Batch, None, Batch]]:
    """Find the boxes of every picture of a folder, a picture a step, and save them.

    The ending of ``out`` says how: COCO (.json), a table (.csv), or YOLO (.txt), which needs a
    file for each picture and gets a folder of that name. A picture that cannot be opened is told
    of at the end and stops nothing.
    """

    def job(turn: Turn) -> Generator[Batch, None, Batch]:
        paths = list_images(folder)
        if out.suffix.lower() == ".txt":
            _require_own_names(paths)
        found: list[Labelled] = []
        sentences: list[str] = []

        def so_far(done: int, saved: str = "") -> Batch:
            boxes = sum(len(picture.boxes) for picture in found)
            return Batch(Progress(done, len(paths), "images"), boxes, tuple(sentences), saved)

        for done, path in enumerate(paths, 1):
            try:
                found.append(found_in(open_image(path), turn, store, scene))
            except ImageError as error:
                sentences.append(str(error))
            yield so_far(done)
        return so_far(len(paths), _save(found, out))

    return job


def found_in(picture: Picture, turn: Turn, store: WeightsStore, scene: DetectionScene) -> Labelled:
    """The boxes that stay on a picture, as the scene's detector and thresholds have it."""
    request = jobs.request_of(scene, picture)
    detector = jobs.detector_for(turn, store, request.detector)
    raw = detector.raw(picture.pixels, request.input_size, turn.check, request.fitting)
    kept = kept_of(raw, scene)
    size = (picture.width, picture.height)
    corners = clip(raw.boxes[list(kept)], *size).tolist()
    boxes = tuple(
        DrawnBox(x1, y1, x2, y2, raw.names[int(raw.classes[i])])
        for (x1, y1, x2, y2), i in zip(corners, kept, strict=True)
    )
    return Labelled(picture.name, size, boxes, tuple(float(raw.scores[i]) for i in kept))


def kept_of(raw: RawBoxes, scene: DetectionScene) -> tuple[int, ...]:
    """The raw boxes that stay at the scene's thresholds, by falling score."""
    return suppress(
        raw.boxes,
        raw.scores,
        raw.classes,
        score_threshold=scene.p_c,
        iou_threshold=scene.iou,
        rule=scene.rule,
        per_class=scene.is_per_class,
    ).kept


def _require_own_names(paths: Sequence[Path]) -> None:
    """Raise SaveError, before the work begins, where two pictures would share one YOLO file."""
    by_stem = {"classes": "classes.txt"}  # which holds the classes' names
    for path in paths:
        other = by_stem.setdefault(path.stem.casefold(), path.name)
        if other != path.name:
            raise SaveError(
                f"“{other}” and “{path.name}” would share one YOLO file: save as .json or .csv, "
                "or rename one of them."
            )


def _save(found: list[Labelled], out: Path) -> str:
    suffix = out.suffix.lower()
    if suffix != ".txt":
        write_atomic(out, write_boxes(found, suffix, labels.coco()).encode())
        return out.name
    folder = out.with_suffix("")
    for picture in found:
        text = write_boxes([picture], suffix, labels.coco())
        write_atomic(folder / f"{Path(picture.name).stem}.txt", text.encode())
    jobs.write_class_names(folder, found)
    return f"{folder.name}/"
