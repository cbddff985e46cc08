"""The nine patches of all channels in one pass, beside the bare pass and a pass for each unit."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from math import prod

import torch
from torch import Tensor

from benchmarks.harness import Bound, Row, interleaved, medians
from viz_app.compute.patches import Search
from viz_app.compute.patches_run import BATCH
from viz_app.core.architectures.vgg import vgg16_features
from viz_app.core.errors import WeightsError
from viz_app.core.layers import shapes
from viz_app.files.weights import WeightsStore
from viz_app.nets.build import Net, build
from viz_app.nets.published import load_published

IMAGES, IMAGES_OF_A_UNIT, IMAGES_FOR_MEMORY = 200, 2, 24
UNITS = ("conv1_1", "conv2_2", "conv3_3", "conv5_3")
MB = 1e6


def rows(rounds: int) -> Iterator[Row]:
    """Time, memory, and the method that runs the network again for each unit."""
    net, words = network()
    layers = [layer.name for layer in net.network.layers if layer.kind == "conv"]
    channels = sum(shapes(net.network)[name][0] for name in layers)
    print(f"network: {words}; {channels} channels of {len(layers)} layers, {IMAGES} images")
    images = pictures(IMAGES)
    tasks: dict[str, Callable[[], object]] = {
        "search": lambda: search(net, layers, images),
        "bare": lambda: bare(net, layers, images),
    }
    ms = medians(interleaved(tasks, rounds))
    yield Row.part_of("search: the bare pass", ms["search"], ms["bare"], Bound("≤", 1.35))
    unit_ms = per_unit_ms(net, images)
    yield Row.times_as_fast(
        "search: a pass for each unit (4 measured)",
        ms["search"],
        unit_ms * channels,
        Bound("≥", 500),
    )
    over = max(peak_mb("search") - peak_mb("bare"), 0.0)
    keeping = sum(prod(shapes(net.network)[name]) for name in layers) * 4 * IMAGES / MB
    yield Row.part_of(
        "memory over the bare pass: keeping all", over, keeping, Bound("≤", 0.05), "MB"
    )


def network() -> tuple[Net, str]:
    """VGG-16's convolutional part; with random weights where the published ones are not here."""
    try:
        return load_published("vgg16", WeightsStore().read), "VGG-16, published weights"
    except WeightsError:
        torch.manual_seed(0)
        net = build(vgg16_features()).eval().requires_grad_(False)
        return net, "VGG-16, random weights (the published ones are not on this machine)"


def pictures(count: int) -> Tensor:
    """Noise of several coarsenesses, float32 [N, 3, 224, 224], the same on every machine."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(count, 3, 28, 28, generator=generator)
    return torch.nn.functional.interpolate(coarse, (224, 224), mode="bilinear").clamp(0, 1)


def search(net: Net, layers: list[str], images: Tensor) -> Search:
    """Our pass."""
    found = Search(net, layers)
    for first in range(0, len(images), BATCH):
        batch = images[first : first + BATCH]
        found.look_at(batch, range(first, first + len(batch)))
    return found


def bare(net: Net, layers: list[str], images: Tensor) -> None:
    """The same pass that keeps nothing."""
    with torch.inference_mode():
        for first in range(0, len(images), BATCH):
            net(images[first : first + BATCH], layers[-1:])


def per_unit_ms(net: Net, images: Tensor) -> float:
    """What one unit costs where all images are run through the network for it."""
    seconds = 0.0
    few = images[:IMAGES_OF_A_UNIT]
    with torch.inference_mode():
        net(few[:1], UNITS[-1:])
        for layer in UNITS:
            started = time.perf_counter()
            for image in few:
                net(image[None], (layer,))[layer][0, 0].max()
            seconds += time.perf_counter() - started
    return seconds / len(UNITS) / len(few) * len(images) * 1e3


def peak_mb(which: str) -> float:
    """The largest memory of a process of its own that makes a pass."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak_mb, (which,))


def _peak_mb(which: str) -> float:
    net, _ = network()
    layers = [layer.name for layer in net.network.layers if layer.kind == "conv"]
    images = pictures(IMAGES_FOR_MEMORY)
    (search if which == "search" else bare)(net, layers, images)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB
