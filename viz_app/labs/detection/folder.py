"""Truth and results from files, and what the evaluation of a folder shows. No Qt, no torch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import numpy as np

from viz_app.core.errors import SceneError
from viz_app.core.evaluation import Detections, Truths
from viz_app.engine.engine import Progress
from viz_app.labs.detection import evaluation
from viz_app.labs.detection.evaluation import EvaluationShown, Matched
from viz_app.labs.detection.scene import DetectionScene

Corners = tuple[float, float, float, float]
BROKEN = "This is no COCO file: {0} are missing or damaged."


@dataclass(frozen=True, slots=True)
class Marked:
    """A box of a picture with its class; a score where it is a detection."""

    corners: Corners
    label: str
    score: float = 1.0
    is_crowd: bool = False


@dataclass(frozen=True, slots=True)
class CocoFile:
    """The boxes of a COCO file by the pictures' file names, and the names behind its numbers."""

    boxes: Mapping[str, tuple[Marked, ...]]
    images: Mapping[Any, str]
    categories: Mapping[Any, str]


@dataclass(frozen=True, slots=True)
class FolderRequest:
    """What determines the boxes: files, and the detector where there are no results."""

    folder: str
    truth: str
    results: str
    detector: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FolderFound:
    """The truths and detections of the pictures done so far."""

    request: FolderRequest
    pictures: tuple[str, ...]
    truths: tuple[tuple[Marked, ...], ...]
    found: tuple[tuple[Marked, ...], ...]
    progress: Progress
    sentences: tuple[str, ...] = ()
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture of the folder in numbers, at the thresholds."""

    index: int
    name: str
    true: int
    false: int
    missed: int


@dataclass(frozen=True, slots=True, eq=False)
class FolderShown:
    """All that the view shows; without ``judged`` only ``words``."""

    words: str
    missing: str = ""
    found: FolderFound | None = None
    judged: EvaluationShown | None = None
    rows: tuple[PictureRow, ...] = ()
    chosen: int = -1
    pixels: Any = None
    files: tuple[str, ...] = field(default=())

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, by name."""
        if self.judged is None:
            return {}
        return {
            **self.judged.numbers(),
            "pictures": np.array([row.name for row in self.rows], dtype=np.str_),
            "true_of_picture": np.array([row.true for row in self.rows]),
            "false_of_picture": np.array([row.false for row in self.rows]),
            "missed_of_picture": np.array([row.missed for row in self.rows]),
        }


def read_coco(text: str) -> CocoFile:
    """All boxes of a COCO file, of truths or of detections with a score each.

    Raises
    ------
    SceneError
        if the file is no such file
    """
    try:
        record = json.loads(text)
        images = {i["id"]: PurePath(str(i["file_name"])).name for i in record["images"]}
        categories = {c["id"]: str(c["name"]) for c in record.get("categories", [])}
        boxes = _by_picture(record["annotations"], images, categories)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SceneError(BROKEN.format("images, annotations or bbox")) from None
    return CocoFile(boxes, images, categories)


def read_results(text: str, truth: CocoFile | None) -> Mapping[str, tuple[Marked, ...]]:
    """Detections by file name: a COCO file with scores, or COCO's list of results.

    The list has numbers only; their names are the truth file's.

    Raises
    ------
    SceneError
        if the file is neither, or a list comes without a COCO file of truths
    """
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        raise SceneError("These results are no JSON: choose COCO results.") from None
    if not isinstance(record, list):
        return read_coco(text).boxes
    if truth is None:
        raise SceneError(
            "This list of results has numbers for pictures and classes: choose COCO's file of "
            "ground truth with it, which says what they mean."
        )
    try:
        return _by_picture(record, truth.images, truth.categories)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SceneError(BROKEN.format("image_id, category_id, bbox or score")) from None


def _by_picture(
    annotations: Sequence[Mapping[str, Any]],
    images: Mapping[Any, str],
    categories: Mapping[Any, str],
) -> dict[str, tuple[Marked, ...]]:
    boxes: dict[str, list[Marked]] = {name: [] for name in images.values()}
    for one in annotations:
        x, y, width, height = (float(v) for v in one["bbox"])
        score = float(one.get("score", 1.0))
        if not all(map(math.isfinite, (x, y, width, height, score))):
            raise ValueError("not finite")
        number = one.get("category_id")
        name = images.get(one["image_id"])
        if name is None:
            continue  # of a picture that is not in the file: COCO's own rule
        corners = (x, y, x + width, y + height)
        label = categories.get(number, str(number))
        boxes[name].append(Marked(corners, label, score, bool(one.get("iscrowd", 0))))
    return {name: tuple(found) for name, found in boxes.items()}


def match(found: FolderFound, verdict: float) -> Matched:
    """Match all detections of the folder with the truths, picture by picture."""
    truths = [(i, box) for i, boxes in enumerate(found.truths) for box in boxes]
    detections = [(i, box) for i, boxes in enumerate(found.found) for box in boxes]
    names = tuple(dict.fromkeys(box.label for _i, box in (*truths, *detections)))
    number = {name: i for i, name in enumerate(names)}

    def arrays(marked: list[tuple[int, Marked]]) -> tuple[Any, list[int], list[int]]:
        corners = np.array([box.corners for _i, box in marked], np.float64).reshape(-1, 4)
        return corners, [number[box.label] for _i, box in marked], [i for i, _box in marked]

    boxes, classes, pictures = arrays(detections)
    scores = [box.score for _i, box in detections]
    true_boxes, true_classes, true_pictures = arrays(truths)
    return evaluation.matched(
        Detections.of(boxes, scores, classes, pictures),
        Truths.of(true_boxes, true_classes, true_pictures, [box.is_crowd for _i, box in truths]),
        names,
        verdict,
    )


def look(
    found: FolderFound, matched: Matched, scene: DetectionScene, files: tuple[str, ...]
) -> FolderShown:
    """What is shown at the slider's confidence; the picture with the most errors comes first."""
    count = len(found.pictures)
    is_shown = matched.detections.scores > scene.p_c

    def counted(pictures: Any, mask: Any) -> list[int]:
        numbers: list[int] = np.bincount(pictures[mask], minlength=count).tolist()
        return numbers

    matching, truths = matched.matching, matched.truths
    true = counted(matched.detections.pictures, matching.is_true & is_shown)
    false = counted(matched.detections.pictures, matching.is_false & is_shown)
    by = matching.detection
    is_found = (by >= 0) & is_shown[np.maximum(by, 0)] if len(is_shown) else by >= 0
    missed = counted(truths.pictures, ~is_found & ~truths.crowd)
    rows = [PictureRow(i, found.pictures[i], true[i], false[i], missed[i]) for i in range(count)]
    rows.sort(key=lambda row: (-row.false - row.missed, row.name))
    chosen = scene.eval_picture if 0 <= scene.eval_picture < count else rows[0].index
    judged = evaluation.look(matched, scene, chosen)
    return FolderShown("", "", found, judged, tuple(rows), chosen, None, files)


def of_picture(matched: Matched, picture: int, verdict: float) -> Matched:
    """The matching of one picture's boxes alone."""
    d, t = matched.detections, matched.truths
    mine, theirs = d.pictures == picture, (t.pictures == picture) & ~t.crowd
    return evaluation.matched(
        Detections.of(d.boxes[mine], d.scores[mine], d.classes[mine]),
        Truths.of(t.boxes[theirs], t.classes[theirs]),
        matched.names,
        verdict,
    )
