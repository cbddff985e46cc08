"""The activations lab's jobs, for the engine's thread; torch is imported inside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import ImageError
from viz_app.core.own import OwnNetwork
from viz_app.core.records import Picture
from viz_app.engine.engine import Progress, Turn
from viz_app.files.images import list_images
from viz_app.files.samples import SAMPLE, SAMPLES, open_ref
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations.layers import Asked, Stage
from viz_app.labs.activations.receptive import field_of
from viz_app.labs.activations.scene import ActivationsScene, Colours, Scale, Size

if TYPE_CHECKING:
    from viz_app.compute.activations import Effective
    from viz_app.nets.build import Net

TELL_S = 0.1  # other questions wait no longer
TILE_PX = 128  # the longer side of a channel in the mosaic, at most
BESIDE_CHANNELS = 16
MOST_IMAGES = 500

Pixels = NDArray[np.uint8]
Maps = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """What the engine is asked: a layer of a network on an image of some size."""

    image: str
    network: Asked
    layer: str
    size: Size


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The answer: all channels [C, H, W], and what was looked at, uint8 [h, w, 3]."""

    look: Look
    maps: Maps
    square: Pixels
    seconds: float


@dataclass(frozen=True, slots=True)
class Paint:
    """How the channels of an answer are to be shown."""

    look: Look
    scale: Scale
    colours: Colours
    order: str


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Every channel as shades, uint8 [C, h, w], already in the order in which they stand.

    ``order`` is the channel at each place, ``largest`` the largest value of each channel.
    ``silent`` counts the channels that are zero all over; None where values are below zero, as
    before a non-linearity: there a channel without positive values says nothing. ``off`` is the
    share of values that are not above zero.
    """

    paint: Paint
    shades: Pixels
    order: tuple[int, ...]
    largest: Maps
    silent: int | None
    off: float


@dataclass(frozen=True, slots=True, eq=False)
class BesideTiles:
    """The strongest channels of one of the five layers: uint8 [n, h, w]."""

    layer: str
    shades: Pixels
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Guessed:
    """A class and its probability."""

    label: str
    probability: float


@dataclass(frozen=True, slots=True)
class Probe:
    """The unit whose effective field is asked for."""

    look: Look
    channel: int
    row: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Silence:
    """How far the search for dead channels is: which have not fired on any image yet.

    ``silent`` is None, and the search at its end, where values are below zero: a channel can only
    be dead behind a non-linearity that cuts at zero.
    """

    progress: Progress
    silent: tuple[int, ...] | None
    unreadable: tuple[str, ...]
    where: str


def is_here(store: WeightsStore, network: Asked) -> bool:
    """Whether it can be run: it is on this computer, and its code, if any, was agreed to."""
    if isinstance(network, OwnNetwork):
        return not network.runs_code or network.spec in store.agreed
    return store.is_present(network)


def network_of(turn: Turn, store: WeightsStore, name: Asked) -> Net:
    """A published network, or the user's own, on the engine's device, loaded once.

    Raises WeightsMissing, WeightsError.
    """
    device = turn.device
    if isinstance(name, OwnNetwork):
        from viz_app.nets.fitted import fit

        own, may_run = name, is_here(store, name)
        key = _key_of(own, device)
        fitted: Any = turn.keep(key, lambda: fit(own, own.scaling, may_run=may_run).to(device))
        return cast("Net", fitted)  # it answers as a Net does
    from viz_app.nets.published import load_published

    return turn.keep(
        ("activations", name, device), lambda: load_published(name, store.read).to(device)
    )


def open_own(spec: str, may_run: bool) -> Callable[[Turn], OwnNetwork]:
    """Make the user's network and write down what can be shown of it; the network is kept."""

    def job(turn: Turn) -> OwnNetwork:
        from viz_app.nets import fitted

        own, net = fitted.open_own(spec, may_run=may_run, check=turn.check)
        turn.keep(_key_of(own, turn.device), lambda: net.to(turn.device))
        return own

    return job


def _key_of(own: OwnNetwork, device: str) -> tuple[str, str, str, str, str]:
    return ("activations", own.spec, own.sha256, own.scaling, device)


def input_of(pixels: Pixels, network: Asked, size: Size) -> Pixels:
    """What a network looks at, uint8 [h, w, 3]; the user's own at a square of its own size."""
    from viz_app.compute import activations

    if isinstance(network, OwnNetwork):
        return activations.as_input(pixels, "224", network.side)
    return activations.as_input(pixels, size)


def look_at(store: WeightsStore, picture: Picture, look: Look) -> Callable[[Turn], Seen]:
    """Run a network on a picture up to a layer."""

    def job(turn: Turn) -> Seen:
        from viz_app.compute import activations

        net = network_of(turn, store, look.network)
        turn.check()
        started = time.perf_counter()
        pixels = input_of(picture.pixels, look.network, look.size)
        maps = activations.maps_of(net, pixels, (look.layer,), turn.check)[look.layer]
        return Seen(look, maps, pixels, time.perf_counter() - started)

    return job


def paint_tiles(seen: Seen, paint: Paint) -> Callable[[Turn], Tiles]:
    """Turn channels into shades, in the order asked for."""

    def job(turn: Turn) -> Tiles:
        from viz_app.compute import activations

        largest = activations.largest_values(seen.maps)
        order = np.arange(len(seen.maps))
        if paint.order == "strongest":
            order = activations.strongest_first(seen.maps)
        small = activations.shrunk(seen.maps, TILE_PX)
        shades = activations.shades_of(small, paint.scale, paint.colours)[order]
        silent = int((largest <= 0).sum()) if seen.maps.min() >= 0 else None
        off = float((seen.maps <= 0).mean())
        return Tiles(paint, shades, tuple(order.tolist()), largest, silent, off)

    return job


def look_beside(
    store: WeightsStore, picture: Picture, paint: Paint, five: tuple[Stage, ...]
) -> Callable[[Turn], tuple[BesideTiles, ...]]:
    """The strongest channels of five layers, from one pass."""

    def job(turn: Turn) -> tuple[BesideTiles, ...]:
        from viz_app.compute import activations

        look = paint.look
        net = network_of(turn, store, look.network)
        pixels = input_of(picture.pixels, look.network, look.size)
        chosen = {stage.after: stage for stage in five}
        found = activations.maps_of(net, pixels, tuple(chosen), turn.check)
        answer = []
        for name, stage in chosen.items():
            turn.check()
            order = activations.strongest_first(found[name])[:BESIDE_CHANNELS]
            maps = activations.shrunk(np.ascontiguousarray(found[name][order]), TILE_PX)
            shades = activations.shades_of(maps, paint.scale, paint.colours)
            answer.append(BesideTiles(stage.name, shades, tuple(order.tolist())))
        return tuple(answer)

    return job


def guess_classes(
    store: WeightsStore, picture: Picture, network: Asked
) -> Callable[[Turn], tuple[Guessed, ...]]:
    """The five most probable ImageNet classes, with their probabilities."""

    def job(turn: Turn) -> tuple[Guessed, ...]:
        from viz_app.compute.classify import classify

        guesses = classify(network_of(turn, store, network), picture.pixels, 5, turn.check)
        return tuple(Guessed(guess.label, guess.probability) for guess in guesses)

    return job


def effective_of(store: WeightsStore, seen: Seen, probe: Probe) -> Callable[[Turn], Effective]:
    """The gradient of a unit with respect to the image."""

    def job(turn: Turn) -> Effective:
        from viz_app.compute import activations

        look = probe.look
        net = network_of(turn, store, look.network)
        unit = (probe.channel, probe.row, probe.column)
        field = field_of(look.network, look.layer, unit, *seen.square.shape[:2])
        box = field.rows, field.columns
        return activations.effective_field(net, seen.square, look.layer, unit, box, turn.check)

    return job


def find_silent(
    store: WeightsStore, network: Asked, layer: str, image: str
) -> Callable[[Turn], Generator[Silence, None, Silence]]:
    """Go through the images beside one and keep a layer's channels that were never above zero."""

    def job(turn: Turn) -> Generator[Silence, None, Silence]:
        from viz_app.compute import activations

        refs, where = refs_beside(image)
        net = network_of(turn, store, network)
        largest: Maps | None = None
        unreadable: list[str] = []
        answer = Silence(Progress(0, len(refs), "images"), (), (), where)
        told_s = 0.0
        for done, ref in enumerate(refs, 1):
            turn.check()
            try:
                pixels = input_of(open_ref(ref).pixels, network, "224")
            except ImageError as error:
                unreadable.append(str(error))
            else:
                maps = activations.maps_of(net, pixels, (layer,), turn.check)[layer]
                if maps.min() < 0:
                    return replace(answer, silent=None)
                found = activations.largest_values(maps)
                largest = found if largest is None else np.maximum(largest, found)
            silent = () if largest is None else tuple(np.flatnonzero(largest <= 0).tolist())
            answer = Silence(Progress(done, len(refs), "images"), silent, tuple(unreadable), where)
            if time.monotonic() - told_s > TELL_S:  # the window draws at each, and holds this up
                yield answer
                told_s = time.monotonic()
        return answer

    return job


def refs_beside(image: str) -> tuple[tuple[str, ...], str]:
    """The images of the folder in which an image lies, and what they are called; else the
    bundled ones.

    Raises ImageError if the folder cannot be read.
    """
    if not image or image.startswith(SAMPLE):
        return tuple(s.ref for s in SAMPLES), "bundled images"
    folder = Path(image).parent
    return tuple(
        str(path) for path in list_images(folder)[:MOST_IMAGES]
    ), f"images of “{folder.name}”"


def look_of(scene: ActivationsScene, picture: Picture) -> Look:
    """What a scene asks of the engine for a picture."""
    return Look(picture.ref or picture.name, scene.net, scene.asked, scene.size)
