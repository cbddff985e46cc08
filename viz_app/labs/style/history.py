"""The history of runs on disk: each run a file, so that a restart brings any of them back."""

from __future__ import annotations

import contextlib
import io
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from viz_app.core.style_terms import (
    STYLE_LAYERS,
    Coefficients,
    StyleCosts,
    StyleSnapshot,
    StyleState,
)
from viz_app.engine.engine import Failure, Progress, Turn
from viz_app.files.atomic import write_atomic
from viz_app.labs.presenter import House
from viz_app.labs.style.jobs import Painted
from viz_app.labs.style.runs import Run
from viz_app.labs.style.scene import StyleScene
from viz_app.labs.style.trace import Mark, Row

log = logging.getLogger(__name__)

LANE = "style.history"
FOLDER, ENDING = "style-runs", ".run.npz"
KEPT_RUNS = 12
MOST_BYTES = 100_000_000
DEEPEST = 65535  # a picture is kept in 16 bits: what was painted is finer than any screen
VERSION = 1
LONGEST_PX = 4096


@dataclass(frozen=True, slots=True)
class _Facts:
    """All of a run but its pictures."""

    version: int
    name: str
    scene: StyleScene
    content: str
    style: str
    step: int
    steps: int
    costs: StyleCosts
    weights: Coefficients
    total: float
    gradient_norm: float
    seconds: float
    precision: str
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    layers: tuple[str, ...] = STYLE_LAYERS  # of the style's terms, in their order


class RunStore:
    """Writes, reads and deletes the runs of the history; without a folder it does nothing."""

    def __init__(self, house: House, on_failed: Callable[[Failure], None]) -> None:
        self._house = house
        self._folder = None if house.folder is None else house.folder / FOLDER
        self._on_failed = on_failed

    def keep(self, run: Run) -> None:
        """Write a run that was put into the history; one already there is written anew."""
        folder = self._folder
        if folder is None or run.painted is None:
            return
        run.key = run.key or f"{time.time_ns():020d}"
        path, facts = folder / f"{run.key}{ENDING}", facts_of(run)
        picture, pixels = run.painted.snapshot.state.picture, run.painted.pixels

        def job(turn: Turn) -> None:
            write_atomic(path, to_bytes(facts, picture, pixels))
            prune(folder)

        self._work(run.key, job, "Keeping the run")

    def drop(self, run: Run) -> None:
        """Delete a run's file."""
        if self._folder is not None and run.key:
            path = self._folder / f"{run.key}{ENDING}"
            run.key = ""

            def job(turn: Turn) -> None:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)

            self._work(path.name.removesuffix(ENDING), job, "Deleting a run")

    def find(self, on_found: Callable[[list[Run]], None]) -> None:
        """Read the runs of earlier sessions, the newest first."""
        folder = self._folder
        if folder is not None:
            self._house.files.run(
                LANE,
                lambda turn: read_all(folder, turn.check),
                title="Looking for earlier runs",
                on_done=on_found,
            )

    def _work(self, key: str, job: Callable[[Turn], None], title: str) -> None:
        self._house.files.run(
            f"{LANE}.{key}",
            job,
            title=title,
            on_done=lambda _none: None,
            on_failed=self._on_failed,
            must_finish=True,
        )


def facts_of(run: Run) -> _Facts:
    """What is written of a run beside its pictures."""
    assert run.painted is not None
    shown, content, style = run.painted.snapshot, run.content, run.style
    return _Facts(
        VERSION,
        run.name,
        run.scene,
        run.content_ref if content is None else content.ref,
        run.style_ref if style is None else style.ref,
        shown.state.step,
        shown.steps,
        shown.costs,
        shown.coefficients,
        shown.total,
        shown.gradient_norm,
        shown.seconds,
        shown.precision,
        tuple(run.trace.rows[: run.painted.rows]),
        tuple(run.trace.marks),
        shown.layers,
    )


def to_bytes(facts: _Facts, picture: NDArray[np.float32], pixels: NDArray[np.uint8]) -> bytes:
    """A run as an NPZ file."""
    buffer = io.BytesIO()
    np.savez(
        buffer,
        facts=np.frombuffer(msgspec.json.encode(facts), np.uint8),
        picture=(picture * DEEPEST).round().clip(0, DEEPEST).astype(np.uint16),
        pixels=pixels,
    )
    return buffer.getvalue()


def from_file(path: Path, lane: str = "") -> Run | None:
    """Read a run; None if the file is damaged or of a newer version."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as record:
            facts = msgspec.json.decode(record["facts"].tobytes(), type=_Facts)
            picture, pixels = record["picture"], record["pixels"]
    except Exception as error:  # noqa: BLE001 - a damaged file raises what it likes
        log.info("a run of the history cannot be read: %s", error)
        return None
    is_sound = (
        picture.dtype == np.uint16
        and pixels.dtype == np.uint8
        and picture.ndim == 3
        and picture.shape == pixels.shape
        and picture.shape[2] == 3
        and min(picture.shape) > 0
        and max(picture.shape) <= LONGEST_PX
        and len(facts.layers) == len(facts.costs.style) == len(facts.weights.lambdas)
    )
    if not is_sound or facts.version > VERSION:
        return None
    return _run(facts, picture, pixels, path, lane)


def _run(
    facts: _Facts,
    picture: NDArray[np.uint16],
    pixels: NDArray[np.uint8],
    path: Path,
    lane: str,
) -> Run:
    exact = (picture / np.float32(DEEPEST)).astype(np.float32)
    for array in (exact, pixels):
        array.flags.writeable = False
    state = StyleState(exact, facts.step)
    snapshot = StyleSnapshot(
        picture=pixels,
        state=state,
        costs=facts.costs,
        coefficients=facts.weights,
        total=facts.total,
        gradient_norm=facts.gradient_norm,
        seconds=facts.seconds,
        precision=facts.precision,
        steps=facts.steps,
        layers=facts.layers,
    )
    rows = len(facts.rows)
    painted = Painted(snapshot, pixels, rows, snapshot, Progress(facts.step, facts.steps))
    run = Run(facts.name, lane, facts.scene, painted=painted, state=state)
    run.trace.rows, run.trace.marks = list(facts.rows), list(facts.marks)
    run.content_ref, run.style_ref = facts.content, facts.style
    run.key = path.name.removesuffix(ENDING)
    return run


def read_all(folder: Path, check: Callable[[], None] = lambda: None) -> list[Run]:
    """The runs in a folder, the newest first."""
    found = []
    for path in _files(folder)[:KEPT_RUNS]:
        check()
        if (run := from_file(path)) is not None:
            found.append(run)
    return found


def prune(folder: Path) -> None:
    """Delete the oldest files beyond the number and the room that are allowed."""
    files = _files(folder)
    with contextlib.suppress(OSError):
        for path in files[kept_count(path.stat().st_size for path in files) :]:
            path.unlink(missing_ok=True)


def kept_count(sizes: Iterable[int]) -> int:
    """How many runs of these sizes in bytes are kept, the newest first; one always is."""
    room, count = MOST_BYTES, 0
    for size in sizes:
        room -= size
        if count and (count >= KEPT_RUNS or room < 0):
            break
        count += 1
    return count


def bytes_of(run: Run) -> int:
    """About how large a run's file is."""
    return 0 if run.painted is None else 3 * run.painted.pixels.size


def next_number(names: Iterable[str]) -> int:
    """The number after the highest of names such as ``Run 3``."""
    numbers = (name.rpartition(" ")[2] for name in names)
    return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob(f"*{ENDING}"), reverse=True)
    except OSError:
        return []
