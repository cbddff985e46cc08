"""From proposals and their classes to what the regions view shows. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.suppression import suppress
from viz_app.engine.engine import Progress
from viz_app.labs.detection.found import Floats, short
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.suppression import BoxesShown, State

Pixels = NDArray[np.uint8]
CLASSIFIER, DETECTOR = "mobilenet_v2", "yolov4_tiny"
OVERLAP = 0.3  # of two regions of one class; the better one stays
MOST_DRAWN = 400  # proposals as thin lines, the best
MOST_KEPT = 12
TITLES = {"rcnn": "R-CNN", "fast": "Fast", "faster": "Faster"}
HOW = {
    "rcnn": (
        "R-CNN cuts out each region, warps it to 160 × 160 and runs the whole network on it: one "
        "pass a region."
    ),
    "fast": (
        "Fast R-CNN runs the network once and takes each region out of the feature map; only the "
        "classifier is run for each."
    ),
    "faster": (
        "Faster R-CNN has a network propose the regions. No trained proposal network is at hand: "
        "here they are YOLOv4-tiny's boxes by its own objectness, another network's."
    ),
}


@dataclass(frozen=True, slots=True)
class RegionsRequest:
    """What determines the answers."""

    image: str
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Proposals:
    """Regions ``[N, 4]`` in the photo's pixels, the best first, and the seconds they took."""

    boxes: Floats
    seconds: float
    segments: int = 0
    macs: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """The best class and its probability of each region, as far as they were run."""

    classes: NDArray[np.int64]
    scores: Floats
    passes: int
    macs: int
    seconds: float
    bins: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """All that is known so far; ``labelled`` by way, for Fast and Faster with its pooling."""

    request: RegionsRequest
    names: tuple[str, ...]
    progress: Progress
    words: str = ""
    grouped: Proposals | None = None
    learned: Proposals | None = None
    labelled: Mapping[str, Labelled] = field(default_factory=dict)
    strength: Floats | None = None
    """the feature map, the mean of its channels ``[h, w]``"""
    scale: tuple[float, float] = (1.0, 1.0)
    """cells of the map for one pixel of the photo"""
    is_whole: bool = False

    def proposals(self, way: str) -> Proposals | None:
        """The regions that a way looks at."""
        return self.learned if way == "faster" else self.grouped

    def label(self, way: str, pooling: str) -> Labelled | None:
        """The answers of a way."""
        return self.labelled.get("rcnn" if way == "rcnn" else f"{way}_{pooling}")


@dataclass(frozen=True, slots=True, eq=False)
class RegionsShown:
    """All that the view shows; without ``regions`` only the photo and ``words``."""

    pixels: Pixels | None
    words: str
    missing: str = ""
    regions: Regions | None = None
    boxes: BoxesShown | None = None
    selected: int = -1
    roi: tuple[float, float, float, float] | None = None
    """the chosen region on the feature map, in cells"""
    pooled: Floats | None = None
    aligned: Floats | None = None
    summary: str = ""
    chosen: str = ""
    how: str = ""
    facts: tuple[tuple[str, ...], ...] = ()
    kept: tuple[tuple[str, float], ...] = ()

    def hit(self, x: float, y: float) -> int:
        """The smallest of the drawn regions around a point, those with a name first; −1 if none."""
        if self.boxes is None:
            return -1
        x1, y1, x2, y2 = self.boxes.corners.T
        inside = np.flatnonzero((x1 <= x) & (x <= x2) & (y1 <= y) & (y <= y2))
        named = inside[self.boxes.states[inside] == State.KEPT]
        inside = named if len(named) else inside
        if not len(inside):
            return -1
        areas = ((x2 - x1) * (y2 - y1))[inside]
        return int(self.boxes.ids[inside[int(np.argmin(areas))]])

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, by name."""
        if self.regions is None:
            return {}
        numbers: dict[str, Any] = {}
        for way, labelled in self.regions.labelled.items():
            numbers |= {
                f"{way}_passes": labelled.passes,
                f"{way}_multiplications": labelled.macs,
                f"{way}_seconds": labelled.seconds,
                f"{way}_scores": labelled.scores,
            }
        for name, found in (("grouped", self.regions.grouped), ("learned", self.regions.learned)):
            if found is not None:
                numbers[f"{name}_proposals"] = found.boxes
                numbers[f"{name}_seconds"] = found.seconds
        return numbers


def look(regions: Regions, scene: DetectionScene, pixels: Pixels) -> RegionsShown:
    """What is shown of a way."""
    way = scene.region_way
    proposals, labelled = regions.proposals(way), regions.label(way, scene.pooling)
    if proposals is None:
        words = HOW[way] if regions.is_whole else regions.words
        return RegionsShown(pixels, words, "", regions, how=HOW[way], facts=_facts(regions, scene))
    kept = _kept(proposals, labelled, scene.region_score)
    others = [i for i in range(min(len(proposals.boxes), MOST_DRAWN)) if i not in set(kept)]
    ids = np.array((others if scene.shows_proposals else []) + kept[::-1], np.int64)
    is_kept = np.isin(ids, kept)
    names = {i: _named(regions, labelled, i) for i in kept}
    boxes = BoxesShown(
        proposals.boxes[ids].reshape(-1, 4),
        np.where(is_kept, int(State.KEPT), int(State.LOW)),
        np.array([labelled.classes[i] if labelled is not None and i in names else 5 for i in ids]),
        tuple(names.get(i, "") for i in ids.tolist()),
        ids,
    )
    selected = scene.region if scene.region in ids else _largest(proposals, kept)
    roi, pooled, aligned = _roi(regions, way, proposals, selected)
    done = 0 if labelled is None else len(labelled.scores)
    of = "" if proposals.segments == 0 else f" from {proposals.segments} segments at first"
    total = min(len(proposals.boxes), scene.proposals) if way != "faster" else len(proposals.boxes)
    all_done = done == total == len(proposals.boxes)
    summary = f"{len(proposals.boxes):,} regions{of}; "
    summary += "all classified" if all_done else f"{done:,} of {total:,} classified"
    summary += f"; {len(kept)} above {short(scene.region_score)}"
    return RegionsShown(
        pixels,
        "",
        "",
        regions,
        boxes,
        selected,
        roi,
        pooled,
        aligned,
        summary,
        _named(regions, labelled, selected),
        HOW[way],
        _facts(regions, scene),
        tuple((names[i], float(labelled.scores[i])) for i in kept if labelled is not None),
    )


def _kept(proposals: Proposals, labelled: Labelled | None, least: float) -> list[int]:
    if labelled is None or not len(labelled.scores):
        return []
    done = len(labelled.scores)
    kept = suppress(
        proposals.boxes[:done],
        labelled.scores,
        labelled.classes,
        score_threshold=least,
        iou_threshold=OVERLAP,
    ).kept
    return [int(i) for i in kept[:MOST_KEPT]]


def _largest(proposals: Proposals, kept: list[int]) -> int:
    """The region to begin with: on a large one the bins can be told apart."""
    corners = proposals.boxes[kept].reshape(-1, 4)
    areas = (corners[:, 2:] - corners[:, :2]).prod(axis=1)
    return kept[int(np.argmax(areas))] if kept else -1


def _named(regions: Regions, labelled: Labelled | None, i: int) -> str:
    if labelled is None or not 0 <= i < len(labelled.scores):
        return ""
    name = regions.names[int(labelled.classes[i])].split(",")[0]
    return f"{name} {short(float(labelled.scores[i]))}"


def _roi(
    regions: Regions, way: str, proposals: Proposals, selected: int
) -> tuple[tuple[float, float, float, float] | None, Floats | None, Floats | None]:
    if selected < 0 or regions.strength is None:
        return None, None, None
    x1, y1, x2, y2 = proposals.boxes[selected].tolist()
    sx, sy = regions.scale
    source = "faster" if way == "faster" else "fast"
    both = [regions.labelled.get(f"{source}_{pooling}") for pooling in ("pool", "align")]
    bins = [
        None if one is None or selected >= len(one.bins) else one.bins[selected] for one in both
    ]
    return (x1 * sx, y1 * sy, x2 * sx, y2 * sy), bins[0], bins[1]


def _facts(regions: Regions, scene: DetectionScene) -> tuple[tuple[str, ...], ...]:
    columns = []
    for way in TITLES:
        proposals, labelled = regions.proposals(way), regions.label(way, scene.pooling)
        is_done = regions.is_whole or way != "rcnn"
        passes = "…" if labelled is None else f"{labelled.passes:,}" + ("" if is_done else " …")
        columns.append(
            (
                TITLES[way],
                "…" if proposals is None else _seconds(proposals.seconds),
                passes,
                "…" if labelled is None else _large(labelled.macs),
                "…" if labelled is None else _seconds(labelled.seconds),
            )
        )
    rows = ("", "Propose", "Passes", "Products", "Classify")
    return tuple(zip(rows, *columns, strict=True))


def _large(number: int) -> str:
    return f"{number / 1e9:.3g} G"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"
