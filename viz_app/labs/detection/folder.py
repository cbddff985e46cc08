"""What the evaluation of a folder shows: the truths and detections of all its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from viz_app.core.evaluation import Detections, Truths
from viz_app.engine.engine import Progress
from viz_app.labs.detection import evaluation
from viz_app.labs.detection.coco import Marked
from viz_app.labs.detection.evaluation import EvaluationShown, Matched
from viz_app.labs.detection.scene import DetectionScene


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
