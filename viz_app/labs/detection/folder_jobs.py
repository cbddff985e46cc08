"""The evaluation of a folder, for the engine's thread; torch is imported inside."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from pathlib import Path

from viz_app.core.errors import ImageError, SceneError
from viz_app.core.records import Picture
from viz_app.engine.engine import Progress, Turn
from viz_app.files.images import list_images, open_image
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection import batch, folder, jobs
from viz_app.labs.detection.coco import CocoFile, Marked, read_coco, read_results
from viz_app.labs.detection.evaluation import Matched
from viz_app.labs.detection.folder import FolderFound, FolderRequest
from viz_app.labs.detection.scene import LOWEST_P_C, DetectionScene

Boxes = Mapping[str, tuple[Marked, ...]]
MOST_CHARACTERS = 500_000_000


def evaluate_folder(
    store: WeightsStore, request: FolderRequest, scene: DetectionScene
) -> Callable[[Turn], Generator[FolderFound, None, FolderFound]]:
    """Collect truths and detections, a picture a step; broken pictures are told of and left out."""

    def job(turn: Turn) -> Generator[FolderFound, None, FolderFound]:
        truth_path = Path(request.truth)
        is_coco = truth_path.suffix.lower() == ".json"
        truth = read_coco(_text(truth_path)) if is_coco else None
        results = None
        if request.results:
            results = read_results(_text(Path(request.results)), truth)
        paths = list_images(Path(request.folder))
        if truth is not None:
            paths = [path for path in paths if path.name in truth.boxes]
        if not paths:
            raise SceneError(
                "None of the folder's images is in the file of ground truth: choose the folder "
                "that belongs to it."
            )
        found = FolderFound(request, (), (), (), Progress(0, len(paths), "images"))
        for done, path in enumerate(paths, 1):
            turn.check()
            try:
                here = _one(path, turn, store, scene, results)
                marked = _truths(path, truth_path, truth, here[1])
                found = replace(
                    found,
                    pictures=(*found.pictures, str(path)),
                    truths=(*found.truths, marked),
                    found=(*found.found, here[0]),
                )
            except ImageError as error:
                found = replace(found, sentences=(*found.sentences, str(error)))
            found = replace(found, progress=Progress(done, len(paths), "images"))
            yield found
        return replace(found, is_whole=True)

    return job


def match_folder(found: FolderFound, verdict: float) -> Callable[[Turn], Matched]:
    """Match a folder's boxes at an IoU."""
    return lambda turn: folder.match(found, verdict)


def _one(
    path: Path, turn: Turn, store: WeightsStore, scene: DetectionScene, results: Boxes | None
) -> tuple[tuple[Marked, ...], Picture]:
    """The detections of a picture, and the picture."""
    picture = open_image(path)
    if results is not None:
        return results.get(path.name, ()), picture
    found = batch.found_in(picture, turn, store, replace(scene, p_c=LOWEST_P_C))
    boxes = zip(found.boxes, found.scores, strict=True)
    return tuple(Marked(box.corners, box.label, score) for box, score in boxes), picture


def _truths(
    path: Path, truth_path: Path, truth: CocoFile | None, picture: Picture
) -> tuple[Marked, ...]:
    """The truths of a picture: from the COCO file, or from its own YOLO or VOC file."""
    if truth is not None:
        return truth.boxes.get(path.name, ())
    own = truth_path.parent / f"{path.stem}{truth_path.suffix}"
    if not own.exists():
        return ()  # a picture with nothing on it has no file in YOLO's convention
    drawn = jobs.read_box_file(own, path.name, (picture.width, picture.height))
    return tuple(Marked(box.corners, box.label) for box in drawn)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_CHARACTERS:
            raise SceneError(f"“{path.name}” is too large: split it by pictures.")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SceneError(f"“{path.name}” is not text: choose a COCO, YOLO or VOC file.") from None
    except OSError as error:
        raise SceneError(f"“{path.name}” could not be read: {error.strerror}.") from None
