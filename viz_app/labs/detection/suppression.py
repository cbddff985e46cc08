"""From raw boxes and a scene to what the suppression view shows: boxes, what happened, and why."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from viz_app.core.boxes import overlap
from viz_app.core.suppression import Pick, Removal, SoftPick, soft_suppress, suppress
from viz_app.core.suppression_table import SuppressionTable
from viz_app.labs.detection.found import Floats, Found, short
from viz_app.labs.detection.scene import DetectionScene

MOST_TOLD = 400  # candidates of which every step is told; with more, only the answer


class State(IntEnum):
    """What the algorithm did with a box, in the order in which they are painted."""

    LOW = 0
    REMOVED = 1
    WAITING = 2
    KEPT = 3


@dataclass(frozen=True, slots=True, eq=False)
class BoxesShown:
    """Boxes to paint, the topmost last: ``ids`` are their places among the raw boxes."""

    corners: Floats
    states: NDArray[np.int64]
    classes: NDArray[np.int64]
    labels: tuple[str, ...]
    ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of "What happened"; ``box`` is −1 for a row about none."""

    kind: Literal["pick", "removed", "lowered", "low"]
    text: str
    box: int = -1
    class_index: int = -1
    turn: int = -1


@dataclass(frozen=True, slots=True)
class Why:
    """Why a box is where it is: a sentence, and the overlap that decided, if one did."""

    title: str
    sentence: str
    intersection: float | None = None
    union: float | None = None
    iou: float | None = None
    sign: str = ""
    threshold: float | None = None
    origin: str = ""
    """the cell, anchor and numbers the box comes from"""


@dataclass(frozen=True, slots=True, eq=False)
class SuppressionShown:
    """All that the view shows for a scene."""

    boxes: BoxesShown
    lines: tuple[Line, ...]
    kept: tuple[int, ...]
    removals: tuple[tuple[int, int, float], ...]
    """removed box, the box that removed it, their IoU"""
    step: int
    steps: int
    summary: str
    p_c_ticks: tuple[float, ...]
    iou_ticks: tuple[float, ...]
    selected: int = -1
    why: Why | None = None

    def numbers(self, found: Found, scene: DetectionScene) -> dict[str, Any]:
        """The numbers on the screen, by name."""
        kept = list(self.kept)
        return {
            "picture": found.request.image,
            "p_c": scene.p_c,
            "iou_threshold": scene.iou,
            "raw_boxes": len(found.boxes),
            "kept_boxes": found.boxes[kept],
            "kept_scores": found.scores[kept],
            "kept_classes": np.array([found.name(i) for i in kept], dtype=np.str_),
            "removed_by_iou": np.array(self.removals, np.float64).reshape(-1, 3),
        }


@dataclass(frozen=True, slots=True)
class Told:
    """The steps of either algorithm, in one shape."""

    picks: tuple[Pick, ...]
    lowered: tuple[tuple[Removal, ...], ...]
    """what soft-NMS lowered at each pick, without removing it"""
    scores: dict[int, float]
    """the score a box had when it was picked"""
    fell: dict[int, float] = field(default_factory=dict)
    """to what soft-NMS lowered the score of a box that it removed"""


def look(found: Found, scene: DetectionScene, selected: int = -1) -> SuppressionShown:
    """Work out what to show; table look-ups and the few candidates' steps, no network."""
    table = found.table(scene.rule, scene.is_per_class)
    stop = table.nearest_stop(scene.iou)
    started = time.perf_counter()
    kept = table.kept(stop, scene.p_c)
    lookup_ms = (time.perf_counter() - started) * 1e3
    candidates = table.order[: int(np.searchsorted(table.falling, -scene.p_c, side="left"))]
    told = _tell(found, scene, candidates)
    if scene.kind != "greedy":
        kept = np.array([pick.box for pick in told.picks], np.intp)
    steps = len(told.picks)
    step = steps if scene.step < 0 else min(scene.step, steps)
    states = _states(len(found.boxes), candidates, kept, told, step)
    selected = selected if selected < len(found.boxes) else -1
    gone = int((states[candidates] == State.REMOVED).sum())
    shown_count = int((states == State.KEPT).sum())
    summary = f"{shown_count} shown · {gone} suppressed · {len(states) - len(candidates):,} below"
    if scene.kind == "greedy":
        summary += f" · {lookup_ms:.2f} ms"
    return SuppressionShown(
        _boxes_shown(found, scene, states, told, selected),
        _lines(found, scene, told, len(states) - len(candidates)),
        tuple(kept.tolist()),
        tuple((r.box, pick.box, r.iou) for pick in told.picks for r in pick.removed),
        step,
        steps,
        summary,
        tuple(np.unique(found.scores[table.order[table.keeps[stop]]]).tolist()),
        tuple((table.changes(scene.p_c) / (len(table.keeps) - 1)).tolist()),
        selected,
        replace(why(found, scene, table, told, selected), origin=found.origin(selected))
        if selected >= 0
        else None,
    )


def why(found: Found, scene: DetectionScene, table: SuppressionTable, told: Told, box: int) -> Why:
    """Why a box is hidden, or why it is not."""
    name, score = found.name(box), short(found.scores[box])
    if not found.scores[box] > scene.p_c:
        return Why(
            "Why is this box hidden?",
            f"{name} {score} goes first: its score is not above {short(scene.p_c)}.",
        )
    if scene.kind == "greedy":
        hidden = table.why_hidden(box, table.nearest_stop(scene.iou), scene.p_c)
        by, iou = (hidden.by, hidden.iou) if hidden else (None, None)
    else:
        by, iou = _heaviest(told, box)
    if box in told.scores and scene.kind != "greedy" and by is not None:
        return replace(
            _compared(found, box, by, f"{name} stays, but {found.name(by)} lowered its score"),
            title="Why is its score lower?",
            sentence=f"{name} {score} stays with {short(told.scores[box])}: the picked "
            f"{found.name(by)} {short(found.scores[by])} overlaps it most.",
        )
    if by is None or iou is None:
        turn = next((i for i, p in enumerate(told.picks, 1) if p.box == box), 0)
        place = f"pick {turn}: " if turn else ""
        return Why(
            "Why is this box shown?",
            f"{name} {score} was {place}of the boxes still there, none had a larger score.",
        )
    sentence = f"{name} {score} overlaps the picked {found.name(by)} {short(found.scores[by])}."
    compared = _compared(found, box, by, sentence)
    sign = "≥" if scene.rule == "at_least" else ">"
    if scene.kind == "greedy":
        return replace(compared, sign=sign, threshold=scene.iou)
    if box in told.fell:
        fell = f" Its score fell to {short(told.fell[box])}, not above {short(scene.p_c)}."
        return replace(compared, sentence=sentence + fell)
    return compared


def _compared(found: Found, box: int, by: int, sentence: str) -> Why:
    steps = overlap(found.boxes[box], found.boxes[by])
    return Why("Why is this box hidden?", sentence, steps.intersection, steps.union, steps.iou)


def _heaviest(told: Told, box: int) -> tuple[int | None, float | None]:
    """The pick that took most of a box's score in soft-NMS."""
    best: tuple[int | None, float | None] = (None, None)
    for pick, lowered in zip(told.picks, told.lowered, strict=True):
        for change in (*pick.removed, *lowered):
            if change.box == box and (best[1] is None or change.iou > best[1]):
                best = (pick.box, change.iou)
    return best


def _tell(found: Found, scene: DetectionScene, candidates: NDArray[np.intp]) -> Told:
    """Run the algorithm on the candidates alone, for its steps."""
    if len(candidates) > MOST_TOLD:
        return Told((), (), {})
    boxes, scores = found.boxes[candidates], found.scores[candidates]
    classes = found.classes[candidates]
    at = candidates.tolist()
    if scene.kind == "greedy":
        told = suppress(
            boxes,
            scores,
            classes,
            score_threshold=scene.p_c,
            iou_threshold=scene.iou,
            rule=scene.rule,
            per_class=scene.is_per_class,
        )
        picks = [
            Pick(at[p.box], p.score, tuple(Removal(at[r.box], r.iou) for r in p.removed))
            for p in told.picks
        ]
        return Told(tuple(picks), ((),) * len(picks), {p.box: p.score for p in picks})
    soft = soft_suppress(
        boxes,
        scores,
        classes,
        decay=scene.kind,
        score_threshold=scene.p_c,
        iou_threshold=scene.iou,
        sigma=scene.sigma,
        per_class=scene.is_per_class,
    )
    return _of_soft(soft, at, scene.p_c)


def _of_soft(soft: Sequence[SoftPick], at: list[int], p_c: float) -> Told:
    picks, lowered = [], []
    for turn in soft:
        out = tuple(Removal(at[d.box], d.iou) for d in turn.decayed if not d.after > p_c)
        less = tuple(Removal(at[d.box], d.iou) for d in turn.decayed if d.after > p_c)
        picks.append(Pick(at[turn.box], turn.score, out))
        lowered.append(less)
    fell = {at[d.box]: d.after for turn in soft for d in turn.decayed if not d.after > p_c}
    return Told(tuple(picks), tuple(lowered), {p.box: p.score for p in picks}, fell)


def _states(
    count: int, candidates: NDArray[np.intp], kept: NDArray[np.intp], told: Told, step: int
) -> NDArray[np.int64]:
    states = np.full(count, State.LOW, np.int64)
    if not told.picks:
        states[candidates] = State.REMOVED
        states[kept] = State.KEPT
        return states
    states[candidates] = State.WAITING
    for pick in told.picks[:step]:
        states[pick.box] = State.KEPT
        states[[removal.box for removal in pick.removed]] = State.REMOVED
    return states


def _boxes_shown(
    found: Found, scene: DetectionScene, states: NDArray[np.int64], told: Told, selected: int
) -> BoxesShown:
    is_shown = states >= State.WAITING
    if scene.shows_suppressed:
        is_shown |= states == State.REMOVED
    if scene.shows_low:
        is_shown |= states == State.LOW
    if selected >= 0:
        is_shown[selected] = True
    ids = np.flatnonzero(is_shown)
    ids = ids[np.lexsort((found.scores[ids], states[ids]))]  # the best of the kept on top
    labels = tuple(
        _label(found, scene, told, box) if states[box] == State.KEPT or box == selected else ""
        for box in ids.tolist()
    )
    return BoxesShown(found.boxes[ids], states[ids], found.classes[ids], labels, ids)


def _label(found: Found, scene: DetectionScene, told: Told, box: int) -> str:
    if not scene.shows_scores:
        return ""
    return f"{found.name(box)} {short(told.scores.get(box, float(found.scores[box])))}"


def _lines(found: Found, scene: DetectionScene, told: Told, low: int) -> tuple[Line, ...]:
    lines: list[Line] = []
    for turn, (pick, lowered) in enumerate(zip(told.picks, told.lowered, strict=True), 1):
        label = int(found.classes[pick.box])
        text = f"{turn} pick {found.name(pick.box)} {short(pick.score)}"
        lines.append(Line("pick", text, pick.box, label, turn))
        for removal in pick.removed:
            text = f"× {_told_box(found, removal)}"
            lines.append(Line("removed", text, removal.box, int(found.classes[removal.box]), turn))
        for removal in lowered:
            text = f"↓ {_told_box(found, removal)}"
            lines.append(Line("lowered", text, removal.box, int(found.classes[removal.box]), turn))
    if not lines and low < len(found.boxes):
        lines.append(Line("low", f"More than {MOST_TOLD} candidates: raise p_c for the steps."))
    lines.append(Line("low", f"{low:,} not above p_c {short(scene.p_c)}"))
    return tuple(lines)


def _told_box(found: Found, removal: Removal) -> str:
    name, score = found.name(removal.box), short(found.scores[removal.box])
    return f"{name} {score} IoU {short(removal.iou)}"


def hits(boxes: BoxesShown, x: float, y: float) -> list[int]:
    """The raw boxes shown at a point, the smallest first."""
    if not len(boxes.corners):
        return []
    x1, y1, x2, y2 = boxes.corners.T
    inside = np.flatnonzero((x1 <= x) & (x <= x2) & (y1 <= y) & (y <= y2))
    areas = ((x2 - x1) * (y2 - y1))[inside]
    return [int(i) for i in boxes.ids[inside[np.argsort(areas, kind="stable")]]]


def next_hit(boxes: BoxesShown, x: float, y: float, selected: int) -> int:
    """The box that a click selects: the smallest there, then the next at each further click."""
    under = hits(boxes, x, y)
    if not under:
        return -1
    return under[(under.index(selected) + 1) % len(under)] if selected in under else under[0]
