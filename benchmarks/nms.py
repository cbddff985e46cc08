"""Suppression: a move of the p_c or IoU slider on a photo's raw boxes, beside greedy loops."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Bound, Row, interleaved, medians
from viz_app.core.suppression_table import SuppressionTable

STOPS, CASES = 101, 1_000
FRAME = Bound("≤", 0.1, "ms")
ALL_THE_SAME = Bound("≤", 0)


@dataclass(frozen=True, slots=True)
class RawBoxes:
    """What a detector says before suppression, and how we came by it."""

    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    classes: NDArray[np.int64]
    origin: str

    def above(self, floor: float) -> RawBoxes:
        """Those with p_c > floor."""
        stay = self.scores > floor
        return RawBoxes(self.boxes[stay], self.scores[stay], self.classes[stay], self.origin)


def rows(rounds: int) -> Iterator[Row]:
    """A photo's 2,535 boxes at 416 px, then 2,000, what 832 and 1,216 px put out, and odd ones."""
    yield from _moves(photo() or generated(2_535), 0.0, rounds, range(STOPS), FRAME, None)
    yield from _moves(generated(2_000), 0.0, rounds, range(STOPS), FRAME, Bound("≥", 100))
    # the loop needs a second and more for one stop of these without a lowest p_c
    for count in (10_647, 22_743):
        yield from _moves(generated(count), 0.01, rounds, range(0, STOPS, 5), FRAME, None)
    differ = sum(not _keeps_the_same(seed) for seed in range(CASES))
    name = f"{CASES:,} random cases with ties and zero areas: kept others"
    yield Row.alone(name, differ, ALL_THE_SAME, unit="")


def photo() -> RawBoxes | None:
    """The 2,535 raw boxes of YOLOv4-tiny on a bundled photo, where the network is here."""
    from viz_app.files.weights import WeightsStore

    store = WeightsStore()
    if not store.is_present("yolov4_tiny"):
        return None
    from viz_app.compute import detection
    from viz_app.files.samples import sample
    from viz_app.nets.published import load_published

    net = load_published("yolov4_tiny", store.read)
    raw = detection.detect(net, sample("motorcycle").pixels)
    return RawBoxes(
        raw.boxes.astype(np.float64),
        raw.scores.astype(np.float64),
        raw.classes.astype(np.int64),
        "of a photo",
    )


def generated(count: int, seed: int = 0) -> RawBoxes:
    """Boxes as a detector puts them out: heaps around some objects, and a long tail of low p_c."""
    rng = np.random.default_rng(seed)
    side, n_objects = 416.0, 12
    wh = np.exp(rng.normal(np.log(70), 0.6, (n_objects, 2)))
    centre = rng.uniform(40, side - 40, (n_objects, 2))
    owner = rng.integers(0, n_objects, count)
    in_heap = rng.random(count) < 0.2
    spread = rng.normal(0, 0.12, (count, 4)) * np.concatenate((wh, wh), axis=1)[owner]
    around = np.concatenate((centre - wh / 2, centre + wh / 2), axis=1)[owner] + spread
    middle = rng.uniform(0, side, (count, 2))
    half = np.exp(rng.normal(np.log(45), 0.7, (count, 2))) / 2
    anywhere = np.concatenate((middle - half, middle + half), axis=1)
    tail = 10 ** rng.uniform(-6, -1.5, count)
    scores = np.where(in_heap, rng.beta(0.5, 2, count), tail)
    classes = np.where(in_heap, owner % 5, rng.integers(0, 80, count))
    boxes = np.where(in_heap[:, None], around, anywhere)
    return RawBoxes(boxes, scores, classes, "generated")


def _moves(
    raw: RawBoxes, floor: float, rounds: int, stops: range, frame: Bound, faster: Bound | None
) -> Iterator[Row]:
    """Set-up, both sliders, the same kept boxes, and the loops, for one set of raw boxes."""
    candidates = raw.above(floor)
    name = f"{len(raw.boxes):,} {raw.origin}"
    if floor:
        name += f", {len(candidates.boxes):,} above p_c {floor:g}"
    started = time.perf_counter()
    table = SuppressionTable.build(raw.boxes, raw.scores, raw.classes, floor=floor)
    yield Row.alone(f"{name}: set-up, once a picture", (time.perf_counter() - started) * 1e3)

    confidences = np.linspace(floor, 1, len(stops)).tolist()
    tasks: dict[str, Callable[[], object]] = {
        "iou": lambda: [table.kept(stop, floor) for stop in stops],
        "p_c": lambda: [table.kept(STOPS // 2, confidence) for confidence in confidences],
        "loop": lambda: [greedy(candidates, stop / (STOPS - 1)) for stop in stops],
        "loop p_c": lambda: [greedy(candidates.above(c), 0.5) for c in confidences],
    }
    opencv = _opencv(candidates)
    if opencv is not None:
        tasks["opencv"] = lambda: [opencv(stop / (STOPS - 1)) for stop in stops]
    ms = {task: total / len(stops) for task, total in medians(interleaved(tasks, rounds)).items()}
    yield Row.alone(f"{name}: IoU moved", ms["iou"], frame)
    yield Row.alone(f"{name}: p_c moved", ms["p_c"], frame)
    yield Row.times_as_fast(f"{name}: IoU moved, numpy loop", ms["iou"], ms["loop"], faster)
    yield Row.times_as_fast(f"{name}: p_c moved, numpy loop", ms["p_c"], ms["loop p_c"])
    if opencv is not None:
        yield Row.times_as_fast(f"{name}: IoU moved, OpenCV", ms["iou"], ms["opencv"])
    differ = sum(
        not np.array_equal(
            raw.scores[table.kept(stop, floor)],
            candidates.scores[greedy(candidates, stop / (STOPS - 1))],
        )
        for stop in range(STOPS)
    )
    yield Row.alone(f"{name}: of {STOPS} stops kept others", differ, ALL_THE_SAME, unit="")


def _keeps_the_same(seed: int) -> bool:
    """Whether table and loop agree on a few boxes with equal scores, IoUs on stops, no area."""
    rng = np.random.default_rng(seed)
    count = 4 + seed % 20
    corners = rng.uniform(0, 8, (count, 2)).repeat(2, axis=0).reshape(count, 4)
    corners[:, 2:] += rng.uniform(-0.5, 5, (count, 2))
    scores = rng.choice([0.1, 0.3, 0.6, 0.9], count)
    raw = RawBoxes(np.round(corners), scores, rng.integers(0, 3, count), "odd")
    table, stop = SuppressionTable.build(raw.boxes, raw.scores, raw.classes), seed * 7 % STOPS
    return np.array_equal(table.kept(stop, 0.0), greedy(raw, stop / (STOPS - 1)))


def greedy(raw: RawBoxes, threshold: float) -> NDArray[np.intp]:
    """The usual loop in numpy, one class at a time, with IoU ≥ threshold."""
    x1, y1, x2, y2 = raw.boxes.T
    areas = np.maximum(x2 - x1, 0) * np.maximum(y2 - y1, 0)
    keep: list[int] = []
    for label in np.unique(raw.classes):
        order = np.flatnonzero(raw.classes == label)
        order = order[np.argsort(-raw.scores[order], kind="stable")]
        while order.size:
            pick, order = order[0], order[1:]
            keep.append(int(pick))
            width = np.minimum(x2[pick], x2[order]) - np.maximum(x1[pick], x1[order])
            height = np.minimum(y2[pick], y2[order]) - np.maximum(y1[pick], y1[order])
            common = np.maximum(width, 0) * np.maximum(height, 0)
            union = areas[pick] + areas[order] - common
            order = order[common / np.maximum(union, 1e-300) < threshold]
    kept = np.array(keep, dtype=np.intp)
    return kept[np.lexsort((kept, -raw.scores[kept]))]


def _opencv(raw: RawBoxes) -> Callable[[float], object] | None:
    """OpenCV's suppression of the same boxes, where it is installed."""
    try:
        from cv2 import dnn
    except ImportError:
        return None
    xywh: Any = np.concatenate((raw.boxes[:, :2], raw.boxes[:, 2:] - raw.boxes[:, :2]), axis=1)
    scores: Any = raw.scores.astype(np.float32)  # cv2's types ask for lists, it takes arrays
    classes: Any = raw.classes.astype(np.int32)
    return lambda threshold: dnn.NMSBoxesBatched(xywh, scores, classes, 0.0, threshold)
