"""COCO's files: the boxes of many pictures in one JSON, and its lists of results."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from viz_app.core.errors import SceneError

Corners = tuple[float, float, float, float]
_BROKEN = "This is no COCO file: {0} are missing or damaged."


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


def read_coco(text: str) -> CocoFile:
    """All boxes of a COCO file, of truths or of detections with a score each.

    Raises
    ------
    SceneError
        if the file is no such file
    """
    try:
        record = json.loads(text)
        images = {i["id"]: _base(str(i["file_name"])) for i in record["images"]}
        categories = {c["id"]: str(c["name"]) for c in record.get("categories", [])}
        boxes = _by_picture(record["annotations"], images, categories)
    except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError, RecursionError):
        raise SceneError(_BROKEN.format("images, annotations or bbox")) from None
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
    except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError):
        raise SceneError(_BROKEN.format("image_id, category_id, bbox or score")) from None


def _by_picture(
    annotations: Sequence[Mapping[str, Any]],
    images: Mapping[Any, str],
    categories: Mapping[Any, str],
) -> dict[str, tuple[Marked, ...]]:
    boxes: dict[str, list[Marked]] = {name: [] for name in images.values()}
    for one in annotations:
        x, y, width, height = (float(v) for v in one["bbox"])
        corners, score = (x, y, x + width, y + height), float(one.get("score", 1.0))
        if not all(map(math.isfinite, (*corners, width, height, score))):
            raise ValueError("not finite")
        number = one.get("category_id")
        name = images.get(one["image_id"])
        if name is None:
            continue  # of a picture that is not in the file: COCO's own rule
        label = categories.get(number, str(number))
        boxes[name].append(Marked(corners, label, score, bool(one.get("iscrowd", 0))))
    return {name: tuple(found) for name, found in boxes.items()}


def _base(name: str) -> str:
    """The file's own name: these files come from Windows, too."""
    return name.replace("\\", "/").rpartition("/")[2]
