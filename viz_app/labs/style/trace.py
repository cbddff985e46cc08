"""The costs of a run, step by step, and where it was steered: what the curves are drawn from.

A run appends on the engine's thread; the window reads as many rows as the step that it was handed
says. Appending to a list and reading below its length need no lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from viz_app.core.style_terms import STYLE_LAYERS, StyleControls, StyleSnapshot

SHORT_NAMES = {"alpha": "α", "beta": "β", "variation": "τ", "rate": "rate"}
PLATEAU_STEPS = 40
PLATEAU_GAIN = 1e-3


@dataclass(frozen=True, slots=True)
class Row:
    """One step: J, its weighted terms, ‖∂J/∂G‖ and the time it took."""

    step: int
    total: float
    content: float
    styles: tuple[float, ...]
    variation: float
    gradient_norm: float
    seconds: float

    @property
    def style(self) -> float:
        """β Σ λ[l] J_style[l]."""
        return sum(self.styles)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the curves: from this row on, something was different."""

    row: int
    step: int
    words: str


class Trace:
    """Grows with a run and with those that carry its picture on."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.marks: list[Mark] = []
        self.controls: StyleControls | None = None  # of the newest row

    def add(self, snapshot: StyleSnapshot) -> int:
        """Append a step; return how many rows there are."""
        content, *terms, variation = snapshot.costs.weighted(snapshot.coefficients)
        styles = by_stage(snapshot.layers, terms)
        self.rows.append(
            Row(
                snapshot.step,
                snapshot.total,
                content,
                styles,
                variation,
                snapshot.gradient_norm,
                snapshot.seconds,
            )
        )
        return len(self.rows)

    def mark(self, words: str, step: int) -> None:
        """Say what changes with the next row; a slider on its way leaves one mark."""
        row = len(self.rows)
        if self.marks and self.marks[-1].row >= row - 1:
            before = self.marks.pop().words
            words = _merged(before, words)
        self.marks.append(Mark(row, step, words))

    def copied(self) -> Trace:
        """The same so far, for a branch."""
        twin = Trace()
        twin.rows, twin.marks = list(self.rows), list(self.marks)
        twin.controls = self.controls
        return twin

    def is_flat(self) -> bool:
        """Whether the last steps since the last mark hardly lowered J."""
        since = self.marks[-1].row if self.marks else 0
        totals = [row.total for row in self.rows[max(since, len(self.rows) - PLATEAU_STEPS) :]]
        if len(totals) < PLATEAU_STEPS:
            return False
        half = PLATEAU_STEPS // 2
        return min(totals[half:]) > (1 - PLATEAU_GAIN) * min(totals[:half])

    def rate(self, count: int) -> float:
        """Steps per second over the last dozen of the first ``count`` rows; 0 if unknown."""
        last = [row.seconds for row in self.rows[max(count - 12, 1) : count]]
        return len(last) / sum(last) if last and sum(last) > 0 else 0.0


def by_stage(layers: Sequence[str], terms: Sequence[float]) -> tuple[float, ...]:
    """The terms of the style layers, those of each of the five stages together."""
    sums = [0.0] * len(STYLE_LAYERS)
    for layer, term in zip(layers, terms, strict=True):
        sums[int(layer.removeprefix("conv")[0]) - 1] += term
    return tuple(sums)


def steered(
    before: StyleControls, after: StyleControls, layers: Sequence[str] = STYLE_LAYERS
) -> str:
    """What was moved, for example ``β 0.8 → 1.6``; empty if nothing was."""
    moves: list[tuple[str, Any, Any]] = [
        (short, getattr(before, field), getattr(after, field))
        for field, short in SHORT_NAMES.items()
    ]
    if len(before.lambdas) == len(after.lambdas) == len(layers):
        moves += zip(map(_lambda, layers), before.lambdas, after.lambdas, strict=True)
    moved = [f"{name} {old:.3g} → {new:.3g}" for name, old, new in moves if old != new]
    if before.blend != after.blend:
        moved.append("blend of the styles")
    if before.optimiser != after.optimiser:
        moved.append("Adam" if after.optimiser == "adam" else "L-BFGS")
    return ", ".join(moved)


def _lambda(layer: str) -> str:
    return f"λ {layer.removeprefix('conv')}"


def _merged(before: str, after: str) -> str:
    """``β 1 → 1.2`` and ``β 1.2 → 1.6`` as ``β 1 → 1.6``."""
    old, new = before.split(" → "), after.split(" → ")
    is_same = len(old) == len(new) == 2 and old[0].rsplit(" ", 1)[0] == new[0].rsplit(" ", 1)[0]
    if is_same:
        return f"{old[0]} → {new[1]}"
    return before if before == after else f"{before}, {after}"
