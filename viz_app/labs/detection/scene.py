"""All that the detection lab shows and nothing that it computed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from viz_app.core.suppression import Rule

View = Literal[
    "suppression", "iou", "grid", "targets", "evaluation", "faces", "live", "sliding", "regions"
]
Stage = Literal["cells", "two", "all", "p_c", "kept"]
DetectorName = Literal["yolov4_tiny", "yolov2_tiny", "mtcnn"]
FaceStage = Literal["pnet", "proposed", "squared", "rnet", "refined", "onet"]
SmallestFace = Literal[20, 40, 80]
SlidNet = Literal["toy", "faces", "imagenet"]
RegionWay = Literal["rcnn", "fast", "faster"]
Kind = Literal["greedy", "linear", "gaussian"]
Source = Literal["photo", "example"]
InputSize = Literal[320, 416, 608]
Fitting = Literal["stretch", "letterbox"]

LOWEST_P_C = 0.01  # what lies below is noise: 2,000 of 2,535 boxes
MOST_BOXES = 500  # that a user draws on one picture
MOST_SHEETS = 100
MOST_OUTPUTS = 100  # of a cell: p_c, the box and the classes


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A box that the user drew, in pixels of its picture, and what is in it."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str = ""

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return self.x1, self.y1, self.x2, self.y2

    @property
    def area(self) -> float:
        """Its area in square pixels."""
        return (self.x2 - self.x1) * (self.y2 - self.y1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The boxes drawn on one picture."""

    image: str
    boxes: tuple[DrawnBox, ...]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The shape of an anchor box, as fractions of the picture: height before width."""

    h: float
    w: float


TALL, WIDE = Anchor(0.6, 0.2), Anchor(0.25, 0.5)  # a pedestrian's and a car's, as on the slides
MOST_ANCHORS = 9


@dataclass(frozen=True, slots=True)
class DetectionScene:
    """The state of the lab. ``step`` counts the picks that are shown done; −1 is all of them.

    ``cell_row`` and ``cell_column`` are −1 until one is chosen: the best box's cell
    is shown; ``anchor`` likewise.
    """

    view: View = "suppression"
    source: Source = "photo"
    input_size: InputSize = 416
    fitting: Fitting = "stretch"
    p_c: float = 0.25
    iou: float = 0.5
    rule: Rule = "at_least"
    is_per_class: bool = True
    kind: Kind = "greedy"
    sigma: float = 0.5
    step: int = -1
    shows_suppressed: bool = True
    shows_scores: bool = True
    shows_low: bool = False
    verdict: float = 0.5
    snap: Literal[0, 4, 8, 16] = 0
    sheets: tuple[Sheet, ...] = ()
    stage: Stage = "cells"
    is_fine: bool = False
    cell_row: int = -1
    cell_column: int = -1
    anchor: int = -1
    target_grid: Literal[1, 3, 13, 19] = 3
    anchors: tuple[Anchor, ...] = (TALL, WIDE)
    target_row: int = -1
    target_column: int = -1
    target_anchor: int = -1
    y_hat: tuple[float, ...] = (0.8, 0.4, 0.6, 0.3, 0.5, 0.1, 0.7, 0.2)
    landmarks: int = 64
    detector: DetectorName = "yolov4_tiny"
    smallest_face: SmallestFace = 20
    face_stage: FaceStage = "onet"
    level: int = -1
    p_net: float = 0.6
    r_net: float = 0.7
    o_net: float = 0.7
    eval_of: Literal["photo", "folder"] = "photo"
    eval_folder: str = ""
    eval_truth: str = ""
    eval_results: str = ""
    eval_picture: int = -1
    target_kind: Literal["objects", "landmarks"] = "objects"
    target_classes: Literal["drawn", "coco"] = "drawn"
    has_face: bool = True
    p_hat: float = 0.9
    face_points: tuple[float, ...] = ()
    face_hat: tuple[float, ...] = ()
    slid_net: SlidNet = "toy"
    toy_size: Literal[14, 16, 28, 96] = 96
    window: float = 0.5
    every: Literal[1, 2, 4] = 1
    slid_class: str = ""
    slid_row: int = -1
    slid_column: int = -1
    region_way: RegionWay = "fast"
    proposals: Literal[100, 500, 2000] = 100
    pooling: Literal["pool", "align"] = "align"
    region: int = -1
    region_score: float = 0.5
    shows_proposals: bool = True

    @property
    def draws_boxes(self) -> bool:
        """Whether boxes are drawn on the view's picture."""
        is_targets = self.view == "targets" and self.target_kind == "objects"
        return self.view == "iou" or is_targets


def resolve(scene: DetectionScene) -> DetectionScene:
    """Clamp the numbers to their sliders' stops, and mend boxes that cannot be."""
    return replace(
        scene,
        p_c=_stop(scene.p_c, LOWEST_P_C, 1.0),
        iou=_stop(scene.iou, 0.0, 1.0),
        sigma=_stop(scene.sigma, 0.05, 2.0),
        verdict=_stop(scene.verdict, 0.0, 1.0),
        step=max(scene.step, -1),
        cell_row=max(scene.cell_row, -1),
        cell_column=max(scene.cell_column, -1),
        anchor=max(scene.anchor, -1),
        anchors=_usable(scene.anchors),
        target_row=max(scene.target_row, -1),
        target_column=max(scene.target_column, -1),
        target_anchor=max(scene.target_anchor, -1),
        y_hat=tuple(v if math.isfinite(v) else 0.0 for v in scene.y_hat[:MOST_OUTPUTS]),
        landmarks=min(max(scene.landmarks, 1), 128),
        detector=detector_in(scene.view, scene.detector),
        level=max(scene.level, -1),
        p_net=_stop(scene.p_net, 0.5, 1.0),
        r_net=_stop(scene.r_net, 0.5, 1.0),
        o_net=_stop(scene.o_net, 0.5, 1.0),
        p_hat=scene.p_hat if math.isfinite(scene.p_hat) else 0.0,
        face_points=_all_finite(scene.face_points, 2 * scene.landmarks),
        face_hat=_all_finite(scene.face_hat, 2 * scene.landmarks),
        eval_picture=max(scene.eval_picture, -1),
        window=_stop(scene.window, 0.1, 1.0),
        slid_row=max(scene.slid_row, -1),
        slid_column=max(scene.slid_column, -1),
        region=max(scene.region, -1),
        region_score=_stop(scene.region_score, 0.05, 1.0),
        sheets=tuple(_mended(sheet) for sheet in scene.sheets[-MOST_SHEETS:]),
    )


def detector_in(view: View, detector: DetectorName) -> DetectorName:
    """The detector that a view shows: MTCNN has windows in a pyramid, but no grid."""
    return "yolov2_tiny" if view == "grid" and detector == "mtcnn" else detector


def boxes_on(scene: DetectionScene, image: str, size: tuple[int, int]) -> tuple[DrawnBox, ...]:
    """The boxes drawn on a picture; on one that has none yet, two to begin with."""
    for sheet in scene.sheets:
        if sheet.image == image:
            return sheet.boxes
    width, height = size
    return (
        DrawnBox(*_placed((0.26, 0.24, 0.66, 0.76), width, height)),
        DrawnBox(*_placed((0.36, 0.32, 0.76, 0.84), width, height)),
    )


def with_boxes(scene: DetectionScene, image: str, boxes: tuple[DrawnBox, ...]) -> tuple[Sheet, ...]:
    """The sheets with this picture's boxes replaced, the newest sheet last."""
    others = tuple(sheet for sheet in scene.sheets if sheet.image != image)
    return (*others, Sheet(image, boxes))


def _placed(
    shares: tuple[float, float, float, float], width: int, height: int
) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = shares
    return (
        float(round(x1 * width)),
        float(round(y1 * height)),
        float(round(x2 * width)),
        float(round(y2 * height)),
    )


def _stop(value: float, low: float, high: float) -> float:
    value = value if math.isfinite(value) else low
    return round(min(max(value, low), high), 2)


def _all_finite(values: tuple[float, ...], count: int) -> tuple[float, ...]:
    """The values if they are so many numbers; else none."""
    return values if len(values) == count and all(map(math.isfinite, values)) else ()


def _usable(anchors: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
    """Anchors with an area; at least one."""
    kept = [a for a in anchors if 0 < a.h < math.inf and 0 < a.w < math.inf]
    return tuple(kept[:MOST_ANCHORS]) or (WIDE,)


def _mended(sheet: Sheet) -> Sheet:
    boxes = [_in_order(b) for b in sheet.boxes if all(map(math.isfinite, b.corners))]
    return replace(sheet, boxes=tuple(boxes[:MOST_BOXES]))


def _in_order(box: DrawnBox) -> DrawnBox:
    (x1, x2), (y1, y2) = sorted((box.x1, box.x2)), sorted((box.y1, box.y2))
    return replace(box, x1=x1, y1=y1, x2=x2, y2=y2)
