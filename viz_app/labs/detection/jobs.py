"""The detection lab's jobs, for the engine's thread; torch is imported inside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from viz_app.core.errors import SceneError
from viz_app.core.mtcnn import Cascade
from viz_app.core.records import Picture
from viz_app.engine.engine import Turn
from viz_app.files import labels
from viz_app.files.atomic import write_atomic
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection.formats import Labelled, read_boxes, write_boxes
from viz_app.labs.detection.found import Found, Request, tabulated
from viz_app.labs.detection.scene import DetectionScene, DrawnBox

if TYPE_CHECKING:
    from viz_app.compute.detectors import Detector

NETWORK = "yolov4_tiny"  # the detector at first


def find_boxes(store: WeightsStore, picture: Picture, request: Request) -> Callable[[Turn], Found]:
    """Run a detector on a picture and tabulate the suppression of its raw boxes."""

    def job(turn: Turn) -> Found:
        detector = detector_for(turn, store, request.detector)
        turn.check()
        started = time.perf_counter()
        raw = detector.raw(picture.pixels, request.input_size, turn.check, request.fitting)
        return tabulated(
            request,
            raw.boxes,
            raw.scores,
            raw.classes,
            raw.names,
            raw=raw,
            seconds=time.perf_counter() - started,
            check=turn.check,
        )

    return job


def find_faces(
    store: WeightsStore, picture: Picture, smallest_px: int
) -> Callable[[Turn], Cascade]:
    """Run MTCNN's three networks on a picture, and keep what each of them said."""

    def job(turn: Turn) -> Cascade:
        from viz_app.compute import detectors, mtcnn

        detector = detector_for(turn, store, "mtcnn")
        assert isinstance(detector, detectors.Faces)
        return mtcnn.cascade(detector.nets, picture.pixels, smallest_px, turn.check)

    return job


def request_of(scene: DetectionScene, picture: Picture) -> Request:
    """What determines the raw boxes of a picture, from what the scene says."""
    is_mtcnn = scene.detector == "mtcnn"
    return Request(
        picture.ref or picture.name,
        scene.smallest_face if is_mtcnn else scene.input_size,
        "stretch" if is_mtcnn else scene.fitting,
        scene.detector,
    )


def read_box_file(path: Path, name: str, size: tuple[int, int]) -> tuple[DrawnBox, ...]:
    """The boxes of a picture in a file; a YOLO class names stand beside it, or are COCO's."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        beside = path.with_name("classes.txt")
        is_yolo = path.suffix.lower() == ".txt" and beside != path and beside.exists()
        names = tuple(beside.read_text(encoding="utf-8").splitlines()) if is_yolo else labels.coco()
    except UnicodeDecodeError:
        raise SceneError(f"“{path.name}” is not text: choose a COCO, YOLO or VOC file.") from None
    except OSError as error:
        raise SceneError(f"“{path.name}” could not be read: {error.strerror}.") from None
    return read_boxes(text, path.suffix, name, size, names)


def write_box_file(path: Path, picture: Labelled) -> None:
    """Save the boxes of a picture in the format of the file's ending."""
    write_atomic(path, write_boxes([picture], path.suffix.lower(), labels.coco()).encode())
    if path.suffix.lower() == ".txt":
        write_class_names(path.parent, [picture])


def detector_for(turn: Turn, store: WeightsStore, name: str) -> Detector:
    """A detector by its name; loaded once and kept until the device changes.

    Raises
    ------
    WeightsMissing
        if its network is not on this computer
    """
    from viz_app.compute.detectors import MAKERS

    device = turn.device
    return turn.keep(
        ("detector", name, device),
        lambda: MAKERS[name](store.read, device),
    )


def write_class_names(folder: Path, found: Sequence[Labelled]) -> None:
    """Class numbers mean nothing without their names: they stand beside the YOLO files."""
    drawn = [box.label for picture in found for box in picture.boxes]
    names = dict.fromkeys([*labels.coco(), *drawn])
    write_atomic(folder / "classes.txt", "".join(f"{name}\n" for name in names).encode())
