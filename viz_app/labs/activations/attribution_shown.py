"""Attributions as pictures and sentences, and what the page is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from viz_app.core.colour_maps import signed_table, strength_table
from viz_app.files import labels
from viz_app.labs.activations.attribution_jobs import Explained, Question
from viz_app.labs.activations.attribution_words import METHOD_WORDS
from viz_app.labs.activations.jobs import Pixels

Look = Literal["strength", "signed", "colour"]
Floats = NDArray[np.float32]
REACH = 99.5  # per cent of the numbers that the colours span; beyond it they are at their end
LEAST_COVER = 0.15  # of a map's opacity where its number is zero
LEFT_DARK = 0.75  # of the photo's light, under a map that is given in colour
MOST_PART = 0.5  # of the image: a smaller part is shown enlarged
TINY = 1e-30


@dataclass(frozen=True, slots=True, eq=False)
class MapShown:
    """One method's map as pictures: alone, and over the photo; both uint8 [H, W, 3]."""

    method: str
    title: str
    alone: Pixels
    over: Pixels
    is_whole: bool


@dataclass(frozen=True, slots=True, eq=False)
class WhyShown:
    """What the page shows: the photo, the maps that are there, and the words.

    ``waits`` are the titles of methods still to come, ``choices`` the layers that Grad-CAM may
    weight with the one it does.
    """

    photo: Pixels | None
    maps: tuple[MapShown, ...]
    waits: tuple[str, ...]
    is_compared: bool
    headline: str
    does: str
    weakness: str
    note: str
    choices: tuple[tuple[str, str], ...]
    choice: str
    is_class: bool
    klass: int


class AttributionView(Protocol):
    """What the part tells its page."""

    def show_why(self, shown: WhyShown) -> None:
        """Show the maps and the words."""


def strength_of(values: Floats) -> Floats:
    """How much, whatever the sign: the largest of the three colours, [H, W]."""
    size = np.abs(values)
    out: Floats = size if size.ndim == 2 else size.max(0)
    return out


def signed_of(values: Floats) -> Floats:
    """For and against: the sum over the three colours, [H, W]."""
    out: Floats = values if values.ndim == 2 else values.sum(0)
    return out


def pictures_of(explained: Explained, look: Look, opacity: float) -> tuple[Pixels, Pixels]:
    """The map alone and over the photo."""
    values = explained.values
    if look == "colour" and values.ndim == 3:
        alone = around_grey(values)
        cover = (np.abs(values) / _reach(np.abs(values))).max(0).clip(0, 1)
    elif look == "signed":
        signed = signed_of(values)
        shares = (signed / _reach(np.abs(signed))).clip(-1, 1)
        table = signed_table()
        alone = table.take(np.rint((shares + 1) / 2 * (len(table) - 1)).astype(int), axis=0)
        cover = np.abs(shares)
    else:
        size = strength_of(values)
        cover = (size / _reach(size)).clip(0, 1)
        alone = strength_table().take(np.rint(cover * 255).astype(int), axis=0)
    return alone, _over(explained.square, alone, cover, opacity)


def around_grey(values: Floats) -> Pixels:
    """Red, green and blue around grey, which is zero: [3, H, W] as uint8 [H, W, 3]."""
    shares = values / _reach(np.abs(values))
    return _bytes(127.5 + 127.5 * shares.transpose(1, 2, 0))


def shown_of(explained: Explained, look: Look, opacity: float) -> MapShown:
    """A method's map as the page gets it."""
    method = explained.question.method
    alone, over = pictures_of(explained, look, opacity)
    title = METHOD_WORDS[method].title
    if (box := part_of(explained.values)) is not None:
        alone, title = np.ascontiguousarray(alone[box]), f"{title} · the part that matters"
    return MapShown(method, title, alone, over, explained.is_whole)


def part_of(values: Floats) -> tuple[slice, slice] | None:
    """Rows and columns that hold all that is not zero; None if that is most of the image."""
    strength = strength_of(values) > 0
    if not strength.any():
        return None
    ends = []
    for axis in (1, 0):
        found = np.flatnonzero(strength.any(axis))
        ends.append(slice(int(found[0]), int(found[-1]) + 1))
    rows, columns = ends
    share = (rows.stop - rows.start) * (columns.stop - columns.start) / strength.size
    return (rows, columns) if share <= MOST_PART else None


def subject_words(explained: Explained) -> str:
    """What is explained, and its value."""
    if len(explained.index) == 1:
        (index,) = explained.index
        return f"Logit of “{labels.imagenet()[index]}” = {explained.value:.4g}"
    channel, row, column = explained.index
    layer = explained.question.subject.layer
    return f"Channel {channel} of {layer} at ({row}, {column}) = {explained.value:.4g}"


def note_of(explained: Explained) -> str:
    """What is to be known of this very answer."""
    method = explained.question.method
    if not explained.is_whole:
        p = explained.progress
        return f"{p.done:.0f} of {p.total:.0f} {p.unit} …"
    if method == "integrated" and explained.gap is not None and explained.moved is not None:
        share = abs(explained.gap) / max(abs(explained.moved), TINY)
        total = explained.moved + explained.gap
        return (
            f"The map sums to {total:.4g}; value − value of the image compared with is "
            f"{explained.moved:.4g}: a gap of {explained.gap:+.2g} ({share:.2%}). "
            + ("More steps make it smaller." if share > 0.05 else "")
        ).strip()
    if not explained.values.any():
        if method == "cam":
            return "Nowhere above zero: the layer's maps speak against it, or not at all."
        return (
            "All zero: the unit is off here, so no pixel moves it. Choose one that fired, or "
            "“Before” under Numbers."
        )
    if method == "occlusion":
        low, high = float(explained.values.min()), float(explained.values.max())
        return f"A square takes away up to {high:.3g}; where it helps most, it adds {-low:.3g}."
    if method == "cam":
        return f"Maps of {explained.question.layer}, weighted."
    return ""


def key_of(question: Question) -> str:
    """The title of a question's method."""
    return METHOD_WORDS[question.method].title


def _reach(size: Floats) -> float:
    positive = size[size > 0]
    return max(float(np.percentile(positive, REACH)), TINY) if positive.size else 1.0


def _over(photo: Pixels, alone: Pixels, cover: Floats, opacity: float) -> Pixels:
    """The photo, greyer and darker as the map covers it, and the map where it is strong."""
    share = opacity * (LEAST_COVER + (1 - LEAST_COVER) * np.sqrt(cover))[..., None]
    grey = photo.mean(2, keepdims=True)
    dimmed = (1 - opacity) * photo + opacity * (LEFT_DARK * grey)
    return _bytes((1 - share) * dimmed + share * alone)


def _bytes(values: NDArray[np.floating]) -> Pixels:
    out: Pixels = np.rint(values).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(out)
