"""What the style lab's view is told: plain records made from the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import MemoryShort
from viz_app.core.records import Picture
from viz_app.core.style_terms import STYLE_LAYERS
from viz_app.files.registry import Network
from viz_app.files.samples import SAMPLES
from viz_app.labs.style.runs import Run
from viz_app.labs.style.scene import stages_of
from viz_app.labs.style.trace import Mark, Row

Pixels = NDArray[np.uint8]
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What the view says where the network is not on this computer."""

    title: str
    sentence: str
    facts: str


@dataclass(frozen=True, slots=True, eq=False)
class EaselShown:
    """One run's picture, and the content picture for comparing."""

    name: str
    pixels: Pixels | None
    before: Pixels | None
    words: str
    is_selected: bool
    status: str


@dataclass(frozen=True, slots=True, eq=False)
class CostsShown:
    """The curves of the steered run: its first ``count`` rows, and its marks among them."""

    rows: Sequence[Row]
    count: int
    marks: tuple[Mark, ...]

    @property
    def last(self) -> Row | None:
        """The newest row."""
        return self.rows[self.count - 1] if self.count else None

    def terms(self) -> tuple[tuple[str, float, str], ...]:
        """Name, weighted cost and colour token of each term now."""
        last = self.last
        if last is None:
            return ()
        styles = [
            (name, value, "kernel_line")
            for name, value in zip(STYLE_LAYERS, last.styles, strict=True)
        ]
        return ("content", last.content, "input"), *styles, ("variation", last.variation, "muted")


@dataclass(frozen=True, slots=True, eq=False)
class HistoryLine:
    """A run that can be brought back."""

    name: str
    words: str
    more: str
    pixels: Pixels | None


def easel_shown(run: Run, is_selected: bool) -> EaselShown:
    """A run as its canvas shows it."""
    before = None if run.content is None else run.content.pixels
    return EaselShown(run.name, run.pixels, before, words_of(run), is_selected, run.status)


def costs_shown(run: Run) -> CostsShown:
    """A run's curves up to the picture that is shown."""
    count = 0 if run.painted is None else run.painted.rows
    marks = tuple(mark for mark in run.trace.marks if mark.row <= count)
    return CostsShown(run.trace.rows, count, marks)


def history_line(run: Run) -> HistoryLine:
    """A run as the history lists it."""
    total = "" if run.total is None else f" · J {compact(run.total)}"
    what = {"transfer": "", "content": "content alone, ", "style": "style alone, "}
    more = f"{what[run.scene.mode]}{run.scene.size} px, β {run.scene.beta:.3g}, {run.scene.style}"
    return HistoryLine(run.name, f"step {run.step}{total}", more, run.pixels)


def words_of(run: Run) -> str:
    """For example ``step 142 / 300 · 8.1 steps/s · J 3.71e4 · 256 px of 128 → 256 · bf16``."""
    if run.painted is None:
        if run.status == "running":
            return "Starting …"
        return f"step {run.step} / {run.scene.steps} · from the last session" if run.step else ""
    snapshot = run.painted.snapshot
    parts = [f"step {snapshot.step} / {run.scene.steps}"]
    rate = run.trace.rate(run.painted.rows)
    if rate and run.status == "running":
        parts.append(f"{rate:.1f} steps/s")
    parts.append(f"J {compact(snapshot.total)}")
    sizes = [stage.size_px for stage in stages_of(run.scene)]
    if len(sizes) > 1:
        parts.append(f"{max(snapshot.picture.shape[:2])} px of {' → '.join(map(str, sizes))}")
    parts.append("bf16" if snapshot.precision == "bfloat16" else snapshot.precision)
    return " · ".join(parts)


def compact(value: float) -> str:
    """A cost in three digits: ``3.71e4``, ``12.3``."""
    if value == 0 or 0.01 <= abs(value) < 1000:
        return f"{value:.3g}"
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def style_title(ref: str, style: Picture | None) -> str:
    """The name of a style picture."""
    for known in SAMPLES:
        if ref == f"sample:{known.name}":
            return known.title
    return style.name if style is not None else Path(ref).name


def offer_of(network: Network) -> Offer:
    """What is said of a network that is not here."""
    return Offer(
        f"{network.title.partition(',')[0]} judges the pictures",
        "Pixels are moved until the network sees the content of one picture and the style of "
        "the other. It is not on this computer yet; all else can be set meanwhile.",
        f"{network.size / MB:.1f} MB · {network.licence} · pictures stay on this computer",
    )


def short_words(error: BaseException, has_smaller: bool) -> str:
    """What is said where memory ran out and there is something to be done."""
    if not has_smaller:
        words = "Memory ran out: the computer may have more."
    elif isinstance(error, MemoryShort):
        words = str(error)
    else:
        words = "Memory ran out: choose a smaller size."
    return f"{words} The last picture is kept."
