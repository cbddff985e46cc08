"""Pictures, films and settings of runs as files: asking where, writing, reading back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import SceneError
from viz_app.engine.engine import Failure, Job
from viz_app.files.images import open_image, text_of
from viz_app.labs.presenter import House
from viz_app.labs.style import jobs
from viz_app.labs.style.runs import Run

SAVE_LANE, READ_LANE = "style.save", "style.read"
LAB = "style"


class Asks(Protocol):
    """The part of the view that asks for file names."""

    def ask_save(self, suggestion: str) -> None:
        """Ask where to save the picture."""

    def ask_film(self, suggestion: str) -> None:
        """Ask where to save the film."""


class Filing:
    """Saves what the steered run painted; ``steered`` tells which run that is.

    ``preview`` is asked first: what is on the screen instead of the run, if anything is.
    """

    def __init__(
        self,
        view: Asks,
        house: House,
        steered: Callable[[], Run],
        on_failed: Callable[[Failure], None],
        preview: Callable[[], tuple[str, NDArray[np.uint8]] | None] = lambda: None,
    ) -> None:
        self._view = view
        self._house = house
        self._steered = steered
        self._on_failed = on_failed
        self._preview = preview

    def save_asked(self) -> None:
        """Ask for a file name for the picture."""
        kept = self._shown()
        if kept is not None:
            self._view.ask_save(f"{kept[0]}.png")

    def saved_to(self, path: Path) -> None:
        """Save the picture with its scene inside."""
        kept = self._shown()
        if kept is not None:
            scene = self._house.document.to_json(LAB).decode()
            path = path if path.suffix else path.with_suffix(".png")
            self._save(path, jobs.save(path, kept[1], scene))

    def has_picture(self) -> bool:
        """Whether there is a picture to save."""
        return self._shown() is not None

    def film_asked(self) -> None:
        """Ask for a file name for the film."""
        run = self._steered()
        if run.painted is not None:
            self._view.ask_film(f"{stem_of(run)}.gif")

    def film_saved_to(self, path: Path) -> None:
        """Save the film of the run so far."""
        self._save(path, jobs.save_film(path, self._steered().film.frames))

    def settings_opened(self, path: Path) -> None:
        """Lay the scene inside a saved picture on the desk; what was there is one undo away."""
        self._house.files.run(
            SAVE_LANE,
            lambda turn: text_of(path),
            title=f"Reading {path.name}",
            on_done=lambda text: self._open_text(path, text),
            on_failed=self._on_failed,
        )

    def read(
        self,
        path: Path,
        make: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
        on_done: Callable[[NDArray[np.uint8]], None],
    ) -> None:
        """Read a picture file and make of it what is wanted, beside the window."""
        self._house.files.run(
            READ_LANE,
            lambda turn: make(open_image(path).pixels),
            title=f"Reading {path.name}",
            on_done=on_done,
            on_failed=self._on_failed,
        )

    def _shown(self) -> tuple[str, NDArray[np.uint8]] | None:
        """The picture on the screen and what its file may be called: a preview's, or the run's."""
        run, preview = self._steered(), self._preview()
        if preview is not None:
            return preview
        return None if run.painted is None else (stem_of(run), run.painted.pixels)

    def _save(self, path: Path, job: Job) -> None:
        self._house.files.run(
            SAVE_LANE,
            job,
            title=f"Saving {path.name}",
            on_done=lambda _none: self._house.tell_done(f"Saved {path.name}."),
            on_failed=self._on_failed,
            must_finish=True,
        )

    def _open_text(self, path: Path, text: Mapping[str, str]) -> None:
        try:
            sentences = self._house.document.open_json(text.get("convolab", "").encode())
        except SceneError:
            self._house.speaker.tell(
                f"“{path.name}” holds no settings: choose a picture that was saved here."
            )
        else:
            if sentences:
                self._house.speaker.tell(sentences[0])


def stem_of(run: Run) -> str:
    """A file name for what a run painted, without its ending: ``chelsea as night``."""
    content = "picture" if run.content is None else Path(run.content.name).stem
    return f"{content} as {Path(run.scene.style.removeprefix('sample:')).stem}"
