"""What the page of all channels is told, as records made from numbers; and its interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from viz_app.labs.activations.jobs import (
    BesideTiles,
    Guessed,
    Maps,
    Pixels,
    Seen,
    Silence,
    Tiles,
)
from viz_app.labs.activations.receptive import Field, field_of
from viz_app.labs.activations.scene import ActivationsScene, Colours

if TYPE_CHECKING:
    from viz_app.compute.activations import Effective

BINS = 40
TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class ChannelShown:
    """The selected channel: its map [H, W], what was looked at, and its figures.

    ``low`` and ``high`` are the values of the first and the last colour.
    """

    layer: str
    channel: int
    map: Maps
    square: Pixels
    colours: Colours
    low: float
    high: float
    opacity: float
    unit: tuple[int, int]
    is_pinned: bool
    field: Field
    counts: tuple[int, ...]
    edges: tuple[float, float]
    figures: tuple[tuple[str, str], ...]

    @property
    def value(self) -> float:
        """The number of the selected unit."""
        return float(self.map[self.unit])


@dataclass(frozen=True, slots=True, eq=False)
class EffectiveShown:
    """How much the unit depends on each pixel [h, w], the box that holds most of it, and words."""

    strength: Maps
    box: tuple[tuple[int, int], tuple[int, int]]
    words: str


@dataclass(frozen=True, slots=True)
class LiveShown:
    """Whether a webcam or a film stands in the photo's place, and how it goes."""

    is_on: bool
    is_paused: bool
    words: str


class MosaicView(Protocol):
    """What the part tells its page."""

    def show_waiting(self, sentence: str) -> None:
        """Nothing is there yet; say why."""

    def show_tiles(self, tiles: Tiles, channel: int, dead: frozenset[int]) -> None:
        """Show all channels, mark the selected one and those that are known to be dead."""

    def show_beside(self, five: tuple[BesideTiles, ...], colours: Colours) -> None:
        """Show five layers side by side instead."""

    def show_channel(self, shown: ChannelShown) -> None:
        """Show the selected channel large, over the photo and in figures."""

    def show_effective(self, shown: EffectiveShown | None) -> None:
        """Show the effective field over the photo, or no longer."""

    def show_facts(self, words: str) -> None:
        """One line about the layer as a whole."""

    def show_classes(self, classes: tuple[Guessed, ...] | None) -> None:
        """Show what a classifier takes the image for; None: it is no classifier."""

    def show_live(self, shown: LiveShown) -> None:
        """Show which commands there are for a webcam or a film, and how it goes."""

    def ask_for_film(self) -> None:
        """Ask for a film to look at."""


def channel_shown(scene: ActivationsScene, seen: Seen, unit: tuple[int, int]) -> ChannelShown:
    """The selected channel of an answer."""
    plane = seen.maps[scene.channel]
    low, high = _ends(seen.maps if scene.scale_shown == "common" else plane, scene.colours)
    counts, edges = np.histogram(plane, BINS)
    look = seen.look
    return ChannelShown(
        layer=look.layer,
        channel=scene.channel,
        map=plane,
        square=seen.square,
        colours=scene.colours,
        low=low,
        high=high,
        opacity=scene.opacity,
        unit=unit,
        is_pinned=unit == (scene.row, scene.column),
        field=field_of(look.network, look.layer, (scene.channel, *unit), *seen.square.shape[:2]),
        counts=tuple(counts.tolist()),
        edges=(float(edges[0]), float(edges[-1])),
        figures=(
            ("largest", f"{float(plane.max()):.4g}"),
            ("mean", f"{float(plane.mean()):.4g}"),
            ("smallest", f"{float(plane.min()):.4g}"),
            ("zeros", f"{float((plane == 0).mean()):.1%}"),
        ),
    )


def size_words(seen: Seen) -> str:
    """The layer, and how many channels of what size it has."""
    channels, height, width = seen.maps.shape
    return f"{seen.look.layer}: {channels} channels of {height}×{width}"


def facts(seen: Seen, tiles: Tiles | None, silence: Silence | None) -> str:
    """The line about the layer: its size, what is silent, what is dead, how long it took."""
    words = [size_words(seen)]
    if tiles is not None and tiles.silent is None:
        words.append(f"{tiles.off:.0%} of values ≤ 0")
    elif tiles is not None and tiles.silent:
        words.append(f"{tiles.silent} silent on this image")
    if silence is not None and silence.silent is not None:
        done = int(silence.progress.done) - len(silence.unreadable)
        of = f" of {silence.progress.total:.0f}" if done < silence.progress.total else ""
        words.append(f"{len(silence.silent)} dead over {done}{of} {silence.where}")
    words.append(f"{seen.seconds * 1000:.0f} ms")
    return " · ".join(words)


def effective_shown(effective: Effective, field: Field) -> EffectiveShown:
    """How much of what a unit could see it really depends on."""
    return EffectiveShown(effective.strength, effective.box, _effective_words(effective, field))


def _effective_words(effective: Effective, field: Field) -> str:
    if not effective.strength.any():
        return "its gradient is zero: the unit is off, so no pixel moves it"
    (top, bottom), (left, right) = effective.box
    _left, _top, width, height = field.box
    tall, wide = bottom - top + 1, right - left + 1
    return (
        f"95 % of its gradient lies in {tall}×{wide} pixels, "
        f"{tall * wide / (width * height):.0%} of the field"
    )


def _ends(values: Maps, colours: Colours) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if colours == "signed":
        most = max(high, -low, TINY)
        return -most, most
    low = min(low, 0.0)
    return low, max(high, low + TINY)
