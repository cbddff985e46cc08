"""The regions' job, for the engine's thread; torch and scikit-image are imported inside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from viz_app.core.boxes import clip
from viz_app.core.layers import total_macs
from viz_app.core.records import Picture
from viz_app.core.suppression import suppress
from viz_app.engine.engine import Progress, Turn
from viz_app.files import labels
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection import jobs
from viz_app.labs.detection.regions import (
    CLASSIFIER,
    DETECTOR,
    Labelled,
    Proposals,
    Regions,
    RegionsRequest,
)

if TYPE_CHECKING:
    from viz_app.compute.regions import FeatureMap, Labels
    from viz_app.nets.build import Net

LEARNED_OVERLAP, LEARNED_MOST = 0.7, 300  # as Faster R-CNN keeps its proposals
INPUT_SIZE = 416
LEAST_SIDE = 12


def regions(
    store: WeightsStore, picture: Picture, request: RegionsRequest, grouped: Proposals | None
) -> Callable[[Turn], Generator[Regions, None, Regions]]:
    """Propose regions, unless that was done before, and classify them in the three ways."""

    def job(turn: Turn) -> Generator[Regions, None, Regions]:
        from viz_app.compute import regions as ways

        net = turn.keep(("detection.regions", turn.device), lambda: _classifier(store, turn))
        known = Regions(request, labels.imagenet(), Progress(0, request.count, "regions"))
        if grouped is None:
            for known in _grouped(known, picture, turn):  # noqa: B020  # each adds to the last
                yield known
        else:
            known = replace(known, grouped=grouped)
        where = ways.feature_map(net, picture.pixels, turn.check)
        known = replace(known, strength=where.strength, scale=where.scale)
        assert known.grouped is not None
        boxes = known.grouped.boxes[: request.count]
        known = replace(known, progress=Progress(0, len(boxes), "regions"))
        known = _pooled(known, "fast", net, where, boxes, turn)
        yield known
        if store.is_present(DETECTOR):
            learned = _learned(store, picture, turn)
            known = replace(known, learned=learned)
            known = _pooled(known, "faster", net, where, learned.boxes, turn)
            yield known
        for answer in ways.label_warped(net, picture.pixels, boxes, turn.check):
            known = _with(known, "rcnn", answer)
            yield replace(known, progress=Progress(len(answer.scores), len(boxes), "regions"))
        return replace(known, is_whole=True)

    return job


def _grouped(known: Regions, picture: Picture, turn: Turn) -> Generator[Regions, None, None]:
    from viz_app.compute import region_proposals

    for proposed in region_proposals.propose(picture.pixels, check=turn.check):
        first = int(proposed.segments.max()) + 1
        found = Proposals(proposed.boxes, proposed.seconds, first)
        progress = Progress(proposed.stage, region_proposals.STAGES, "groupings")
        yield replace(known, grouped=found, progress=progress, words="Grouping segments …")


def _pooled(
    known: Regions, way: str, net: Net, where: FeatureMap, boxes: np.ndarray, turn: Turn
) -> Regions:
    from viz_app.compute import regions as ways

    known = _with(known, f"{way}_align", ways.label_pooled(net, where, boxes, "align", turn.check))
    return _with(known, f"{way}_pool", ways.label_pooled(net, where, boxes, "pool", turn.check))


def _with(known: Regions, way: str, answer: Labels) -> Regions:
    one = Labelled(
        answer.classes, answer.scores, answer.passes, answer.macs, answer.seconds, answer.bins
    )
    return replace(known, labelled={**known.labelled, way: one})


def _learned(store: WeightsStore, picture: Picture, turn: Turn) -> Proposals:
    """The detector's own boxes by objectness, alike ones removed."""
    from viz_app.compute.detectors import Yolo

    detector = jobs.detector_for(turn, store, DETECTOR)
    assert isinstance(detector, Yolo)
    started = time.perf_counter()
    raw = detector.raw(picture.pixels, INPUT_SIZE, turn.check)
    boxes = clip(raw.boxes.astype(np.float64), picture.width, picture.height)
    is_large = (boxes[:, 2:] - boxes[:, :2] >= LEAST_SIDE).all(axis=1)
    boxes, scores = boxes[is_large], raw.objectness[is_large]
    kept = suppress(boxes, scores, score_threshold=0.0, iou_threshold=LEARNED_OVERLAP).kept
    seconds = time.perf_counter() - started
    macs = total_macs(replace(detector.net.network, input_shape=(3, INPUT_SIZE, INPUT_SIZE)))
    return Proposals(boxes[list(kept[:LEARNED_MOST])], seconds, macs=macs)


def _classifier(store: WeightsStore, turn: Turn) -> Net:
    from viz_app.nets.published import load_published

    return load_published(CLASSIFIER, store.read).to(turn.device)
