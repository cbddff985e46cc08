"""Where a book of nine patches comes from: a search, one that was kept, or a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from viz_app.core.own import OwnNetwork
from viz_app.core.patches import PatchBook
from viz_app.engine.engine import Failure
from viz_app.files.patch_crops import Squares
from viz_app.labs.activations import patches_jobs
from viz_app.labs.activations.layers import OWN, Asked, five_of, stages_of, title_of
from viz_app.labs.activations.patches_jobs import Found, Question
from viz_app.labs.activations.scene import ActivationsScene

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter

LANE = "activations.patches"
SEARCH, LOOK_UP, OPEN = (f"{LANE}.{name}" for name in ("search", "kept", "open"))


class Finding:
    """The book of a network and a folder, or of a file that was opened.

    Parameters
    ----------
    desk
        the presenter
    squares
        what networks looked at, for whoever cuts patches out
    changed
        called when there is something new to show
    """

    def __init__(
        self, desk: ActivationsPresenter, squares: Squares, changed: Callable[[], None]
    ) -> None:
        self._desk, self._house = desk, desk.house
        self._squares, self._changed = squares, changed
        folder = self._house.folder
        self.kept = None if folder is None else folder / "patches"
        self.book: PatchBook | None = None
        self.found: Found | None = None  # of the search that runs
        self.running: Question | None = None
        self._origin: tuple[Asked, str, str] | None = None  # network, folder, file of the book
        self._looked_up: tuple[Question, ...] = ()
        self._waits: set[str] = set()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way."""
        return not self._waits and self.running is None

    def follow(self, scene: ActivationsScene) -> None:
        """Bring the book that belongs to a scene; end the search for another one."""
        origin = (scene.net, scene.patch_folder, scene.patch_file)
        if origin != self._origin:
            self._origin, self.book, self._looked_up = origin, None, ()
            if scene.patch_file:
                self._open(Path(scene.patch_file))
        running = self.running
        if running is not None and (running.network, running.folder) != origin[:2]:
            self.stop()
        self._look_up(scene)

    def row(self, scene: ActivationsScene) -> str | None:
        """The table of the book that is of the scene's layer."""
        return None if self.book is None else row_in(self.book, scene, scene.layer)

    def search(self, scene: ActivationsScene) -> None:
        """Search the scene's folder."""
        self.running, self.found = _question(scene, scene.patch_layers), None
        self._house.runner.run(
            SEARCH,
            patches_jobs.find(self._house.weights, self.running, self.kept, self._squares),
            title=f"Searching patches with {title_of(scene.net)}",
            on_step=self._on_step,
            on_done=self._on_done,
            on_failed=self._on_failed,
        )

    def stop(self) -> None:
        """End the search; it keeps what it knows."""
        self._house.runner.cancel(SEARCH)
        self.running, self.found = None, None

    def cancelled(self, lane: str) -> None:
        """Take note that the user ended a lane's job."""
        self._waits.discard(lane)
        if lane == SEARCH:
            self.running, self.found = None, None

    def _on_step(self, found: Found) -> None:
        self.found = found
        if found.book is not None:
            self.book = found.book
        self._changed()

    def _on_done(self, book: PatchBook) -> None:
        self.running, self.book = None, book
        self._changed()
        if book.unreadable:
            sentences = list(book.unreadable.values())
            more = f" ({len(sentences) - 1} more could not be read either.)" * (len(sentences) > 1)
            self._house.speaker.tell(sentences[0] + more, details="\n".join(sentences))

    def _on_failed(self, failure: Failure) -> None:
        self.running = None
        self._desk.fail(failure)
        self._changed()

    # What an earlier search has left

    def _look_up(self, scene: ActivationsScene) -> None:
        """Ask once."""
        if self.row(scene) is not None or self.running is not None or scene.patch_file:
            return
        questions = _questions(scene)
        if questions == self._looked_up:
            return
        self._looked_up = questions
        self._waits.add(LOOK_UP)
        self._house.files.run(
            LOOK_UP,
            patches_jobs.look_up(self._house.weights, questions, self.kept, scene.stage.before),
            title="Looking for patches found before",
            on_done=lambda book: self._on_looked_up(questions[0], book),
            on_failed=self._on_none_kept,
        )

    def _on_looked_up(self, question: Question, book: PatchBook | None) -> None:
        self._waits.discard(LOOK_UP)
        scene = self._desk.scene
        is_it = (question.network, question.folder) == (scene.net, scene.patch_folder)
        if book is not None and is_it and self.running is None and not scene.patch_file:
            self.book = book
            self._changed()

    def _on_none_kept(self, failure: Failure) -> None:
        self._waits.discard(LOOK_UP)
        self._desk.fail(failure)

    # A file

    def _open(self, path: Path) -> None:
        self._waits.add(OPEN)
        self._house.files.run(
            OPEN,
            patches_jobs.open_book(path, self._desk.scene.own),
            title=f"Reading {path.name}",
            on_done=lambda opened: self._on_opened(path, *opened),
            on_failed=self._on_open_failed,
        )

    def _on_opened(self, path: Path, book: PatchBook, network: Asked) -> None:
        self._waits.discard(OPEN)
        scene = self._desk.scene
        if scene.patch_file != str(path):
            return
        self._origin, self.book = (network, scene.patch_folder, str(path)), book
        if network != scene.net or self.row(scene) is None:
            is_own = isinstance(network, OwnNetwork)
            rows, lines = set(book.tables), stages_of(network)
            is_every = not any(rows & {s.before, s.after, s.name} for s in lines)
            lines = stages_of(network, is_every=is_every)
            there = [s.name for s in lines if rows & {s.before, s.after, s.name}]
            self._desk.change(
                network=OWN if is_own else network,
                own=network if isinstance(network, OwnNetwork) else scene.own,
                scaling=network.scaling if isinstance(network, OwnNetwork) else scene.scaling,
                is_every=is_every, layer=there[-1] if there else "", channel=0, row=-1, column=-1,
            )  # fmt: skip
        self._changed()

    def _on_open_failed(self, failure: Failure) -> None:
        self._waits.discard(OPEN)
        self._origin = None  # the same file may be tried again
        self._desk.fail(failure)
        if self._desk.scene.patch_file:
            self._desk.change(patch_file="")


def row_in(book: PatchBook, scene: ActivationsScene, layer: str) -> str | None:
    """The table of a book that belongs to a line of the layer list, if there is one."""
    for stage in scene.stages:
        if stage.name == layer:
            for row in (stage.before, stage.after, stage.name):
                if row in book.tables and book.tables[row].channels:
                    return row
    return None


def _questions(scene: ActivationsScene) -> tuple[Question, ...]:
    """The searches that may have left something for a scene, the one it asks for first."""
    widths = (scene.patch_layers, "all", "five", "layer")
    lists = (scene.is_every, not scene.is_every)
    asked = (_question(scene, width, is_every) for is_every in lists for width in widths)
    return tuple(dict.fromkeys(asked))


def _question(scene: ActivationsScene, width: str, is_every: bool | None = None) -> Question:
    is_every = scene.is_every if is_every is None else is_every
    known = stages_of(scene.net, is_every=is_every)
    if width == "layer":
        known = tuple(s for s in known if s.name == scene.layer)
    elif width == "five":
        five = five_of(scene.net, is_every=is_every)
        known = tuple(s for s in known if s in five or s.name == scene.layer)
    return Question(scene.net, tuple(s.before for s in known), scene.patch_folder)
