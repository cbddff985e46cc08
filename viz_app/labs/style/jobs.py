"""The style lab's jobs, for the engine's thread; torch is imported inside them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.style_terms import (
    STYLE_LAYERS,
    StyleControls,
    StyleSettings,
    StyleSnapshot,
    StyleState,
)
from viz_app.engine.engine import Progress, Turn
from viz_app.engine.mailbox import Mailbox
from viz_app.files.animation import save_animation
from viz_app.files.images import save_image
from viz_app.files.samples import open_ref
from viz_app.files.weights import WeightsStore
from viz_app.labs.style.colours import with_colours_of, with_luminance_of
from viz_app.labs.style.film import FRAME_MS, LAST_MS
from viz_app.labs.style.trace import Trace, steered

NETWORK = "vgg16"
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Live:
    """What a running optimisation reads at each step."""

    controls: StyleControls
    layers: tuple[str, ...] = STYLE_LAYERS
    is_luminance_kept: bool = False
    is_plateau_end: bool = False

    def controls_for(self, layers: tuple[str, ...]) -> StyleControls:
        """The controls of a run with these style layers; a layer that went has λ = 0."""
        if layers == self.layers:
            return self.controls
        known = dict(zip(self.layers, self.controls.lambdas, strict=True))
        return replace(self.controls, lambdas=tuple(known.get(layer, 0.0) for layer in layers))


@dataclass(frozen=True, slots=True, eq=False)
class Painting:
    """What is to be painted; ``others`` are refs of further style pictures, read by the job."""

    content: Pixels
    style: Pixels
    stages: tuple[StyleSettings, ...]
    is_style_recoloured: bool = False
    state: StyleState | None = None
    network: str = NETWORK
    others: tuple[str, ...] = ()
    mask: Pixels | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """One step: the picture as it is shown, and where its costs end in the trace.

    ``best`` is the step with the lowest J since a weight was last moved.
    """

    snapshot: StyleSnapshot
    pixels: Pixels
    rows: int
    best: StyleSnapshot
    progress: Progress
    is_flat: bool = False


def load_network(store: WeightsStore, device: str, name: str = NETWORK) -> Any:
    """Return the network that judges pictures, without what lies behind its convolutions."""
    from viz_app.compute.style.features import trunk
    from viz_app.compute.style.run import device_of
    from viz_app.nets.published import load_published

    there = device_of(device)
    return trunk(load_published(name, store.read)).to(there)


def optimise(
    net: Any,
    content: Pixels,
    styles: Sequence[Pixels],
    settings: StyleSettings,
    live: Callable[[], StyleControls],
    turn: Turn,
    state: StyleState | None,
    mask: Pixels | None = None,
) -> Generator[StyleSnapshot, None, None]:
    """Return the steps of an optimisation."""
    from viz_app.compute.style.run import stylise

    return stylise(
        net, content, styles, settings, live, turn.check, lambda: turn.device, state, mask
    )


def paint(
    store: WeightsStore, painting: Painting, mailbox: Mailbox[Live], trace: Trace
) -> Callable[[Turn], Generator[Painted, None, Painted | None]]:
    """Paint through all stages, a step a turn; each stage carries the last one's picture on."""

    def job(turn: Turn) -> Generator[Painted, None, Painted | None]:
        net, styles = network_of(store, turn, painting.network), styles_of(painting)
        last = painting.stages[-1]
        state, painted = painting.state, None
        walker = _Walker(painting, mailbox, trace)
        for settings in painting.stages:
            if state is not None and state.step >= settings.steps and settings is not last:
                continue
            if painted is not None:
                trace.mark(f"{settings.size_px} px", painted.snapshot.step)
            for painted in walker.steps(net, styles, settings, state, turn):
                yield painted
                if painted.is_flat and mailbox.read().is_plateau_end:
                    break
            if painted is not None:
                state = painted.snapshot.state
        return painted

    return job


class _Walker:
    """Takes the steps of one stage after the other and notes what happened."""

    def __init__(self, painting: Painting, mailbox: Mailbox[Live], trace: Trace) -> None:
        self._painting = painting
        self._mailbox = mailbox
        self._trace = trace
        self._best: StyleSnapshot | None = None
        self._layers: tuple[str, ...] = STYLE_LAYERS
        self._small_content: Pixels | None = None

    def steps(
        self,
        net: Any,
        styles: Sequence[Pixels],
        settings: StyleSettings,
        state: StyleState | None,
        turn: Turn,
    ) -> Generator[Painted, None, None]:
        """Yield the snapshots of a stage as the lab shows them."""
        self._best, self._layers = None, settings.style_layers
        content, mask = self._painting.content, self._painting.mask
        for snapshot in optimise(net, content, styles, settings, self._live, turn, state, mask):
            rows = self._trace.add(snapshot)
            if self._best is None or snapshot.total <= self._best.total:
                self._best = snapshot
            yield Painted(
                snapshot,
                self._shown(snapshot.picture),
                rows,
                self._best,
                Progress(snapshot.step, self._painting.stages[-1].steps),
                self._trace.is_flat(),
            )

    def _live(self) -> StyleControls:
        controls = self._mailbox.read().controls_for(self._layers)
        before, self._trace.controls = self._trace.controls, controls
        if before is not None and controls != before:
            self._best = None
            if words := steered(before, controls, self._layers):
                self._trace.mark(words, self._trace.rows[-1].step if self._trace.rows else 0)
        return controls

    def _shown(self, painted: Pixels) -> Pixels:
        if not self._mailbox.read().is_luminance_kept:
            return painted
        if self._small_content is None or self._small_content.shape != painted.shape:
            self._small_content = resized(self._painting.content, painted.shape[:2])
        return with_luminance_of(painted, self._small_content)


def styles_of(painting: Painting) -> list[Pixels]:
    """All style pictures, in the colours in which they are asked of the run."""
    styles = [painting.style, *(open_ref(ref).pixels for ref in painting.others)]
    if painting.is_style_recoloured:
        styles = [with_colours_of(style, painting.content) for style in styles]
    return styles


def recoloured(painted: Painted, content: Pixels, is_luminance_kept: bool) -> Callable[[Turn], Any]:
    """Show a step that was taken in other colours."""

    def job(turn: Turn) -> Painted:
        pixels = painted.snapshot.picture
        if is_luminance_kept:
            pixels = with_luminance_of(pixels, resized(content, pixels.shape[:2]))
        return replace(painted, pixels=pixels)

    return job


def save(path: Path, pixels: Pixels, scene_json: str) -> Callable[[Turn], None]:
    """Save a picture with the scene that painted it inside."""
    return lambda turn: save_image(path, pixels, {"convolab": scene_json})


def save_film(path: Path, frames: Sequence[Pixels]) -> Callable[[Turn], None]:
    """Save the frames of a run as a film."""
    return lambda turn: save_animation(
        path, frames, FRAME_MS, turn.check, last_ms=LAST_MS, is_photo=True
    )


def resized(pixels: Pixels, shape: Sequence[int]) -> Pixels:
    """A picture at the size of a run, as the run itself resizes it."""
    from viz_app.compute.style import pictures

    return pictures.as_pixels(pictures.as_tensor(pixels, (shape[0], shape[1])))


def network_of(store: WeightsStore, turn: Turn, name: str) -> Any:
    """The network that judges, loaded once."""
    device = turn.device
    return turn.keep(("style", name, device), lambda: load_network(store, device, name))
