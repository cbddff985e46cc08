"""Keeps the picture under way on disk, so that a crash or a restart loses seconds, not the run."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from viz_app.core.errors import VizError
from viz_app.core.style_terms import StyleState
from viz_app.engine.engine import Failure
from viz_app.files.atomic import write_atomic
from viz_app.labs.presenter import House
from viz_app.labs.style.runs import Run

log = logging.getLogger(__name__)

KEEP_LANE, FIND_LANE = "style.keep", "style.find"
EVERY_S = 20.0
FILE = "style-last.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A picture, and what it was painted from."""

    content: str
    style: str
    state: StyleState


class Keeper:
    """Writes the steered run's picture now and then; reads it once at the start."""

    def __init__(self, house: House, clock: Callable[[], float] = time.monotonic) -> None:
        self._house = house
        self._path = None if house.folder is None else house.folder / FILE
        self._clock = clock
        self._kept: StyleState | None = None
        self._kept_at = clock()
        self._has_told = False

    def keep(self, run: Run) -> None:
        """Write the picture if it rests, or if the last writing was long ago."""
        path, state = self._path, run.state
        if path is None or state is None or state is self._kept or state.step == 0:
            return
        if run.status == "running" and self._clock() - self._kept_at < EVERY_S:
            return
        self._kept, self._kept_at = state, self._clock()
        kept = kept_of(run)
        self._house.files.run(
            KEEP_LANE,
            lambda turn: write_atomic(path, to_bytes(kept)),
            title="Keeping the picture",
            on_done=lambda _none: None,
            on_failed=self._on_failed,
        )

    def keep_now(self, run: Run) -> None:
        """Write it before the program ends; a full disk is logged, not fatal."""
        is_new = run.state is not None and run.state is not self._kept and run.step > 0
        if self._path is not None and is_new:
            try:
                write_atomic(self._path, to_bytes(kept_of(run)))
            except VizError as error:
                log.warning("the painted picture was not kept: %s", error)

    def find(self, on_found: Callable[[Kept], None]) -> None:
        """Look for the picture of the last session."""
        path = self._path
        if path is not None:
            self._house.files.run(
                FIND_LANE,
                lambda turn: from_file(path),
                title="Looking for the last picture",
                on_done=lambda kept: on_found(kept) if kept is not None else None,
            )

    def _on_failed(self, failure: Failure) -> None:
        log.info("the painted picture was not kept: %s", failure.error)
        if isinstance(failure.error, VizError) and not self._has_told:
            self._has_told = True  # once: the next try is seconds away
            self._house.speaker.tell(f"The run goes on, but is not kept: {failure.error}")


def kept_of(run: Run) -> Kept:
    """A run's picture and where it came from."""
    assert run.state is not None
    content = "" if run.content is None else run.content.ref
    return Kept(content, "" if run.style is None else run.style.ref, run.state)


def to_bytes(kept: Kept) -> bytes:
    """What is kept, as an NPZ file."""
    buffer, state = io.BytesIO(), kept.state
    np.savez(buffer, picture=state.picture, step=state.step, content=kept.content, style=kept.style)
    return buffer.getvalue()


def from_file(path: Path) -> Kept | None:
    """Read what was kept; None if there is nothing, or nothing that can be used."""
    try:
        data = io.BytesIO(path.read_bytes())  # numpy leaves a broken file open
        with np.load(data, allow_pickle=False) as record:
            picture, step = record["picture"], int(record["step"])
            content, style = str(record["content"]), str(record["style"])
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001 - a damaged file raises what it likes
        log.info("the picture of the last session cannot be read: %s", error)
        return None
    is_picture = picture.ndim == 3 and picture.shape[2] == 3 and picture.dtype == np.float32
    if not is_picture or not np.isfinite(picture).all() or not 0 < max(picture.shape) <= 4096:
        return None
    picture.flags.writeable = False
    return Kept(content, style, StyleState(picture, max(step, 0)))
