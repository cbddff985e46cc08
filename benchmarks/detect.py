"""YOLOv4-tiny from a photo to boxes that sliders can act on, beside its bare forward pass."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from benchmarks.harness import Bound, Row, interleaved, medians
from viz_app.compute import detection
from viz_app.core import architectures
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection.found import Request, tabulated
from viz_app.labs.detection.jobs import NETWORK
from viz_app.nets.build import Net, build
from viz_app.nets.published import load_published

SIZES = (416, 608)
END_TO_END = Bound("≤", 1.15)


def rows(rounds: int) -> Iterator[Row]:
    """Fit the photo, run the network, decode, tabulate all four rules; against the network."""
    net, origin = _network()
    pixels = sample("motorcycle").pixels
    heads = [head.layer for head in architectures.YOLOV4_TINY_HEADS]
    for size in SIZES:
        square, _place = detection.fit(pixels, size)

        def bare(square: torch.Tensor = square) -> object:
            with torch.inference_mode():
                return net(square, heads)

        def whole(size: int = size) -> object:
            raw = detection.detect(net, pixels, size)
            return tabulated(
                Request("photo", size), raw.boxes, raw.scores, raw.classes, raw.names, raw=raw
            )

        ms = medians(interleaved({"whole": whole, "bare": bare}, rounds))
        bound = END_TO_END if size == SIZES[0] else None
        yield Row.part_of(f"{size} px, {origin}: end to end", ms["whole"], ms["bare"], bound)


def _network() -> tuple[Net, str]:
    store = WeightsStore()
    if store.is_present(NETWORK):
        return load_published(NETWORK, store.read), "published weights"
    torch.manual_seed(0)  # as fast, where the published weights are not here
    return build(architectures.yolov4_tiny()).eval(), "random weights"
