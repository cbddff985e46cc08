"""What a detector found on a picture, ready for sliders: raw boxes and their suppression tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.boxes import clip
from viz_app.core.raw_boxes import RawBoxes
from viz_app.core.suppression import Rule
from viz_app.core.suppression_table import SuppressionTable
from viz_app.labs.detection.scene import LOWEST_P_C, DetectionScene, DrawnBox, Fitting

Floats = NDArray[np.float64]
STOPS = 101  # of the IoU slider: hundredths


@dataclass(frozen=True, slots=True)
class Request:
    """What determines the raw boxes: thresholds do not."""

    image: str
    input_size: int
    fitting: Fitting = "stretch"
    detector: str = "yolov4_tiny"


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Raw boxes ``[N, 4]`` in the picture's pixels, their best class and its score.

    ``raw`` are the network's own numbers behind them; the example has none.
    """

    request: Request
    boxes: Floats
    scores: Floats
    classes: NDArray[np.int64]
    names: tuple[str, ...]
    tables: Mapping[tuple[Rule, bool], SuppressionTable]
    raw: RawBoxes | None = None
    seconds: float = 0.0

    def table(self, rule: Rule, per_class: bool) -> SuppressionTable:
        """The table of one of the four rules."""
        return self.tables[rule, per_class]

    def name(self, box: int) -> str:
        """The class of a box, in words."""
        return self.names[int(self.classes[box])]

    def drawn(self, scene: DetectionScene, size: tuple[int, int]) -> tuple[DrawnBox, ...]:
        """The boxes that stay at the scene's thresholds, on a picture of a size, to be edited."""
        table = self.table(scene.rule, scene.is_per_class)
        kept = table.kept(table.nearest_stop(scene.iou), scene.p_c)
        corners = clip(self.boxes[kept], *size).tolist()
        return tuple(
            DrawnBox(x1, y1, x2, y2, self.name(i))
            for (x1, y1, x2, y2), i in zip(corners, kept.tolist(), strict=True)
        )

    def origin(self, box: int) -> str:
        """Where a raw box comes from, in a line; empty for boxes of no network."""
        raw = self.raw
        if raw is None:
            return ""
        column, row = raw.cells[box].tolist()
        if raw.layout == "pyramid":
            px = f"{raw.anchors[box, 0]:.0f}"
            return f"From P-Net's window of {px}×{px} pixels in row {row}, column {column}."
        side = raw.input_size // int(raw.strides[box])
        width, height = raw.anchors[box].tolist()
        best = float(raw.probabilities[box].max())
        return (
            f"Row {row}, column {column} of {side}×{side}, anchor {width:.0f}×{height:.0f}: "
            f"p_c {short(float(raw.objectness[box]))} × {self.name(box)} {short(best)}"
        )


def tabulated(
    request: Request,
    boxes: Any,
    scores: Any,
    classes: Any,
    names: tuple[str, ...],
    *,
    raw: RawBoxes | None = None,
    seconds: float = 0.0,
    floor: float = LOWEST_P_C,
    check: Callable[[], None] | None = None,
) -> Found:
    """Build the tables of all four rules, so that no toggle has to wait."""
    tables = SuppressionTable.build_all(boxes, scores, classes, STOPS, floor, check)
    one = tables["at_least", True]
    return Found(request, one.boxes, one.scores, one.classes, names, tables, raw, seconds)


EXAMPLE_SIZE = (160, 120)
EXAMPLE_BOXES = (
    (10.0, 60.0, 50.0, 90.0),
    (14.0, 62.0, 52.0, 92.0),
    (98.0, 58.0, 142.0, 96.0),
    (100.0, 60.0, 140.0, 95.0),
    (104.0, 62.0, 146.0, 94.0),
)
EXAMPLE_SCORES = (0.8, 0.7, 0.6, 0.9, 0.7)
EXAMPLE_THRESHOLDS = (0.6, 0.5)


def example() -> Found:
    """The course's five boxes around two cars, on a drawn picture of 160 × 120 pixels."""
    classes = [0] * len(EXAMPLE_BOXES)
    return tabulated(Request("example", 0), EXAMPLE_BOXES, EXAMPLE_SCORES, classes, ("car",))


def example_pixels() -> NDArray[np.uint8]:
    """Two cars on a road, drawn: uint8 [120, 160, 3]."""
    width, height = EXAMPLE_SIZE
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:74] = (200, 214, 226)
    pixels[74:] = (176, 174, 168)
    pixels[104:106, 8::24] = pixels[104:106, 9::24] = (240, 238, 230)
    for left, right, top, bottom, body in (
        (12, 50, 62, 90, (86, 112, 140)),
        (100, 142, 60, 95, (150, 96, 84)),
    ):
        _draw_car(pixels, (left, right, top, bottom), body)
    return pixels


def _draw_car(
    pixels: NDArray[np.uint8], frame: tuple[int, int, int, int], body: tuple[int, int, int]
) -> None:
    left, right, top, bottom = frame
    y, x = np.mgrid[: pixels.shape[0], : pixels.shape[1]] + 0.5
    width, height = right - left, bottom - top
    u, v = (x - left) / width, (y - top) / height
    slope = np.clip((v - 0.02) / 0.42, 0, 1)  # the roof is narrower than the windows' foot
    cabin = (v > 0.02) & (v < 0.46) & (u > 0.26 - 0.12 * slope) & (u < 0.72 + 0.12 * slope)
    glass = (v > 0.1) & (v < 0.4) & (u > 0.28 - 0.08 * slope) & (u < 0.7 + 0.08 * slope)
    glass &= np.abs(u - 0.49) > 0.02
    hull = (v > 0.42) & (v < 0.84) & (u > 0.0) & (u < 1.0)
    pixels[cabin | hull] = body
    pixels[glass] = (222, 232, 238)
    for centre in (0.22, 0.78):
        distance = np.hypot((u - centre) * width, (v - 0.82) * height)
        pixels[distance < 0.19 * height] = (44, 44, 46)
        pixels[distance < 0.08 * height] = (170, 170, 172)


def short(value: float) -> str:
    """A number between 0 and 1 as the slides write it: .87."""
    text = f"{value:.2f}"
    return text.removeprefix("0") if text.startswith("0.") else text
