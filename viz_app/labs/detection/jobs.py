"""The detection lab's jobs, for the engine's thread; torch is imported inside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from viz_app.core.boxes import clip
from viz_app.core.errors import ImageError, SceneError
from viz_app.core.records import Picture
from viz_app.core.suppression import suppress
from viz_app.engine.engine import Progress, Turn
from viz_app.files.atomic import write_atomic
from viz_app.files.images import list_images, open_image
from viz_app.files.resources import resource
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection.formats import Labelled, read_boxes, write_boxes
from viz_app.labs.detection.found import Found, Request, tabulated
from viz_app.labs.detection.scene import DetectionScene, DrawnBox

if TYPE_CHECKING:
    from viz_app.nets.build import Net

NETWORK = "yolov4_tiny"


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a folder is: pictures done, boxes found, and the sentences about broken files."""

    progress: Progress
    boxes: int
    sentences: tuple[str, ...]
    saved: str = ""


def find_boxes(store: WeightsStore, picture: Picture, request: Request) -> Callable[[Turn], Found]:
    """Run YOLOv4-tiny on a picture and tabulate the suppression of its raw boxes."""

    def job(turn: Turn) -> Found:
        from viz_app.compute import detection

        net = _network(turn, store)
        turn.check()
        started = time.perf_counter()
        raw = detection.detect(
            net, picture.pixels, request.input_size, turn.check, fitting=request.fitting
        )
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
        found: list[Labelled] = []
        sentences: list[str] = []

        def so_far(done: int, saved: str = "") -> Batch:
            boxes = sum(len(picture.boxes) for picture in found)
            return Batch(Progress(done, len(paths), "images"), boxes, tuple(sentences), saved)

        for done, path in enumerate(paths, 1):
            try:
                found.append(_found_in(open_image(path), turn, store, scene))
            except ImageError as error:
                sentences.append(str(error))
            yield so_far(done)
        return so_far(len(paths), _save(found, out))

    return job


def read_box_file(path: Path, name: str, size: tuple[int, int]) -> tuple[DrawnBox, ...]:
    """The boxes of a picture in a file; a YOLO class names stand beside it, or are COCO's."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        beside = path.with_name("classes.txt")
        is_yolo = path.suffix.lower() == ".txt" and beside != path and beside.exists()
        names = tuple(beside.read_text(encoding="utf-8").splitlines()) if is_yolo else class_names()
    except UnicodeDecodeError:
        raise SceneError(f"“{path.name}” is not text: choose a COCO, YOLO or VOC file.") from None
    except OSError as error:
        raise SceneError(f"“{path.name}” could not be read: {error.strerror}.") from None
    return read_boxes(text, path.suffix, name, size, names)


def write_box_file(path: Path, picture: Labelled) -> None:
    """Save the boxes of a picture in the format of the file's ending."""
    write_atomic(path, write_boxes([picture], path.suffix.lower(), class_names()).encode())
    if path.suffix.lower() == ".txt":
        _write_class_names(path.parent, [picture])


@lru_cache(maxsize=1)
def class_names() -> tuple[str, ...]:
    """The 80 classes of COCO, in the order of the network's outputs."""
    return tuple(resource("labels", "coco.txt").read_text(encoding="utf-8").splitlines())


def _network(turn: Turn, store: WeightsStore) -> Net:
    from viz_app.nets.yolo import yolov4_tiny

    device = turn.device
    return turn.keep(
        ("detection", NETWORK, device), lambda: yolov4_tiny(store.read(NETWORK)).to(device)
    )


def _found_in(picture: Picture, turn: Turn, store: WeightsStore, scene: DetectionScene) -> Labelled:
    from viz_app.compute import detection

    raw = detection.detect(
        _network(turn, store), picture.pixels, scene.input_size, turn.check, fitting=scene.fitting
    )
    kept = suppress(
        raw.boxes,
        raw.scores,
        raw.classes,
        score_threshold=scene.p_c,
        iou_threshold=scene.iou,
        rule=scene.rule,
        per_class=scene.is_per_class,
    ).kept
    size = (picture.width, picture.height)
    corners = clip(raw.boxes[list(kept)], *size).tolist()
    boxes = tuple(
        DrawnBox(x1, y1, x2, y2, raw.names[int(raw.classes[i])])
        for (x1, y1, x2, y2), i in zip(corners, kept, strict=True)
    )
    return Labelled(picture.name, size, boxes, tuple(float(raw.scores[i]) for i in kept))


def _save(found: list[Labelled], out: Path) -> str:
    suffix = out.suffix.lower()
    if suffix != ".txt":
        write_atomic(out, write_boxes(found, suffix, class_names()).encode())
        return out.name
    folder = out.with_suffix("")
    for picture in found:
        text = write_boxes([picture], suffix, class_names())
        write_atomic(folder / f"{Path(picture.name).stem}.txt", text.encode())
    _write_class_names(folder, found)
    return f"{folder.name}/"


def _write_class_names(folder: Path, found: Sequence[Labelled]) -> None:
    """Class numbers mean nothing without their names: they stand beside the YOLO files."""
    labels = [box.label for picture in found for box in picture.boxes]
    names = dict.fromkeys([*class_names(), *labels])
    write_atomic(folder / "classes.txt", "".join(f"{name}\n" for name in names).encode())
