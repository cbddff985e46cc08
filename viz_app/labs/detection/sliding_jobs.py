"""The sliding windows' job, for the engine's thread; torch is imported inside it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

import numpy as np

from viz_app.core.records import Picture
from viz_app.engine.engine import Turn
from viz_app.files import labels
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection.sliding import NETWORK_OF, SlideRequest, Windows

if TYPE_CHECKING:
    from viz_app.compute.sliding import Classifier

CROP = 160  # MobileNetV2's window: a whole number of its strides, and quick enough for hundreds


def slide(
    store: WeightsStore, picture: Picture | None, request: SlideRequest
) -> Callable[[Turn], Generator[Windows, None, Windows]]:
    """Run all windows of a picture both ways; the toy network has a picture of its own."""

    def job(turn: Turn) -> Generator[Windows, None, Windows]:
        from viz_app.compute import sliding

        what, right = _classifier(turn, store, request.net)
        pixels = _pixels(picture, request)
        window_px = (
            float(what.window)
            if request.net == "toy"
            else max(request.window * min(pixels.shape[:2]), float(what.window) / 2)
        )
        x = sliding.fitted(pixels, window_px, what)
        if request.net == "faces":
            x = (x * 255 - 127.5) / 128  # as MTCNN was trained
        last = None
        for slid in sliding.slide(what, x, request.every, turn.check):
            last = Windows(
                request, pixels, slid.size, slid.window, slid.stride, slid.names, slid.crops,
                slid.dense, slid.done, (slid.crop_macs, slid.dense_macs),
                (slid.crop_seconds, slid.dense_seconds), slid.pads, right,
            )  # fmt: skip
            if slid.done < slid.count:
                yield last
        assert last is not None
        return last

    return job


def _classifier(turn: Turn, store: WeightsStore, name: str) -> tuple[Classifier, float]:
    return turn.keep(
        ("detection.sliding", name, turn.device), lambda: _made(turn, store, name, turn.device)
    )


def _made(turn: Turn, store: WeightsStore, name: str, device: str) -> tuple[Classifier, float]:
    from viz_app.compute import sliding, sliding_toy

    nothing = float("nan")
    if name == "toy":
        net, right = sliding_toy.taught(0, turn.check)
        net = net.to(device)
        return sliding.classifier(net, sliding_toy.WINDOW, 2, sliding_toy.NAMES), right
    from viz_app.nets.published import load_published

    if name == "faces":
        net = load_published("mtcnn_pnet", store.read).to(device)
        what = sliding.classifier(net, 12, 2, ("no face", "face"), is_softmax=True)
        return what, nothing
    net = load_published(NETWORK_OF[name], store.read).to(device)
    return sliding.classifier(net, CROP, 32, labels.imagenet()), nothing


def _pixels(picture: Picture | None, request: SlideRequest) -> np.ndarray:
    if request.net != "toy":
        assert picture is not None
        return picture.pixels
    from viz_app.compute import sliding_toy

    side = request.toy_size
    height = 72 if side == 96 else side
    return sliding_toy.picture(height, side, seed=3).pixels
