"""Boxes as files: COCO, YOLO and Pascal VOC, each with its own conventions. Text in, text out.

COCO: one JSON for many pictures, left, top, width, height in pixels. YOLO: one text a picture,
class number, midpoint and size as fractions of the picture. VOC: one XML a picture, corners as
whole pixels counted from 1, the last one included.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as Tree

from viz_app.core.errors import SceneError
from viz_app.labs.detection.coco import read_coco
from viz_app.labs.detection.scene import DrawnBox

Size = tuple[int, int]
MOST_CHARACTERS = 50_000_000


@dataclass(frozen=True, slots=True)
class Labelled:
    """The boxes of one picture; ``scores`` is empty for boxes that a person drew."""

    name: str
    size: Size
    boxes: tuple[DrawnBox, ...]
    scores: tuple[float, ...] = ()


def read_boxes(
    text: str, suffix: str, name: str, size: Size, names: Sequence[str]
) -> tuple[DrawnBox, ...]:
    """The boxes of the picture ``name`` in a file of the given ending.

    Raises
    ------
    SceneError
        if the file is none of the three formats, damaged, or without that picture
    """
    readers = {".json": _read_coco, ".txt": _read_yolo, ".xml": _read_voc}
    reader = readers.get(suffix.lower())
    if reader is None:
        raise SceneError(f"Boxes are read from .json, .txt and .xml files, not from “{suffix}”.")
    if len(text) > MOST_CHARACTERS:
        raise SceneError("This file of boxes is too large: split it by pictures.")
    boxes = reader(text, name, size, names)
    if not all(math.isfinite(c) for box in boxes for c in box.corners):
        raise SceneError("A coordinate in this file is not a finite number: mend it there.")
    return tuple(boxes)


def write_boxes(pictures: Sequence[Labelled], suffix: str, names: Sequence[str]) -> str:
    """The text of a file; YOLO and VOC hold one picture."""
    writers = {".json": _write_coco, ".csv": _write_csv}
    if suffix in writers:
        return writers[suffix](pictures, names)
    single = {".txt": _write_yolo, ".xml": _write_voc}.get(suffix)
    if single is None or len(pictures) != 1:
        raise SceneError("Choose .json, .txt or .xml as the ending, so that the format is known.")
    return single(pictures[0], names)


def _read_coco(text: str, name: str, size: Size, names: Sequence[str]) -> list[DrawnBox]:
    by_picture = read_coco(text).boxes
    if name not in by_picture and len(by_picture) == 1:
        (name,) = by_picture
    if name not in by_picture:
        raise SceneError(f"This COCO file has no picture called “{name}”: open that picture first.")
    # a crowd marks a region where objects are not told apart: it is no object to be found
    return [DrawnBox(*box.corners, box.label) for box in by_picture[name] if not box.is_crowd]


def _read_yolo(text: str, name: str, size: Size, names: Sequence[str]) -> list[DrawnBox]:
    width, height = size
    boxes = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        try:
            index, (cx, cy, w, h) = int(words[0]), map(float, words[1:5])
        except ValueError:
            raise SceneError(
                f"Line {number} of this YOLO file is not a class and four fractions: mend it there."
            ) from None
        label = names[index] if 0 <= index < len(names) else str(index)
        x1, y1 = (cx - w / 2) * width, (cy - h / 2) * height
        boxes.append(DrawnBox(x1, y1, x1 + w * width, y1 + h * height, label))
    return boxes


def _read_voc(text: str, name: str, size: Size, names: Sequence[str]) -> list[DrawnBox]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise SceneError("This XML file declares entities, as no VOC file does: it was not read.")
    boxes = []
    try:
        for thing in Tree.fromstring(text).iter("object"):
            frame = thing.find("bndbox")
            corners = [float((frame.findtext(key) if frame is not None else None) or "")
                       for key in ("xmin", "ymin", "xmax", "ymax")]  # fmt: skip
            label = (thing.findtext("name") or "").strip()
            boxes.append(DrawnBox(corners[0] - 1, corners[1] - 1, corners[2], corners[3], label))
    except (Tree.ParseError, ValueError):
        raise SceneError(
            "This is no VOC file: an object lacks its bndbox of four numbers."
        ) from None
    return boxes


def _write_coco(pictures: Sequence[Labelled], names: Sequence[str]) -> str:
    known = _all_names(pictures, names)
    annotations: list[dict[str, Any]] = []
    for image, picture in enumerate(pictures, 1):
        for i, box in enumerate(picture.boxes):
            width, height = box.x2 - box.x1, box.y2 - box.y1
            annotation: dict[str, Any] = {
                "id": len(annotations) + 1,
                "image_id": image,
                "category_id": known.index(box.label) + 1,
                "bbox": [box.x1, box.y1, width, height],
                "area": width * height,
                "iscrowd": 0,
            }
            if picture.scores:
                annotation["score"] = picture.scores[i]
            annotations.append(annotation)
    record = {
        "images": [
            {"id": i, "file_name": p.name, "width": p.size[0], "height": p.size[1]}
            for i, p in enumerate(pictures, 1)
        ],
        "categories": [{"id": i, "name": name} for i, name in enumerate(known, 1)],
        "annotations": annotations,
    }
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


def _write_yolo(picture: Labelled, names: Sequence[str]) -> str:
    known = _all_names([picture], names)
    width, height = picture.size
    lines = []
    for i, box in enumerate(picture.boxes):
        numbers = (
            (box.x1 + box.x2) / 2 / width,
            (box.y1 + box.y2) / 2 / height,
            (box.x2 - box.x1) / width,
            (box.y2 - box.y1) / height,
            *picture.scores[i : i + 1],
        )
        lines.append(" ".join([str(known.index(box.label)), *(f"{n:.8f}" for n in numbers)]))
    return "".join(f"{line}\n" for line in lines)


def _write_voc(picture: Labelled, names: Sequence[str]) -> str:
    root = Tree.Element("annotation")
    Tree.SubElement(root, "filename").text = picture.name
    size = Tree.SubElement(root, "size")
    for key, value in zip(("width", "height", "depth"), (*picture.size, 3), strict=True):
        Tree.SubElement(size, key).text = str(value)
    for box in picture.boxes:
        thing = Tree.SubElement(root, "object")
        Tree.SubElement(thing, "name").text = box.label
        frame = Tree.SubElement(thing, "bndbox")
        corners = (box.x1 + 1, box.y1 + 1, box.x2, box.y2)
        for key, corner in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True):
            Tree.SubElement(frame, key).text = str(round(corner))
    Tree.indent(root)
    return Tree.tostring(root, encoding="unicode") + "\n"


def _write_csv(pictures: Sequence[Labelled], names: Sequence[str]) -> str:
    lines = ["picture,class,score,x1,y1,x2,y2"]
    for picture in pictures:
        for i, box in enumerate(picture.boxes):
            score = repr(picture.scores[i]) if picture.scores else ""
            corners = ",".join(f"{c:g}" if c == round(c) else repr(c) for c in box.corners)
            lines.append(f"{_quoted(picture.name)},{_quoted(box.label)},{score},{corners}")
    return "\n".join(lines) + "\n"


def _all_names(pictures: Sequence[Labelled], names: Sequence[str]) -> list[str]:
    """The known names in their order, then others as they come."""
    return list(dict.fromkeys([*names, *(b.label for p in pictures for b in p.boxes)]))


def _quoted(text: str) -> str:
    text = f"'{text}" if text[:1] in ("=", "+", "-", "@") else text  # not a formula
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n\r') else text
