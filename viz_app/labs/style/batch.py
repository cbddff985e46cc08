"""A folder of contents in a folder of styles: every pair painted with the settings of the lab."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from viz_app.core.errors import (
    DeviceError,
    ImageError,
    MemoryShort,
    SaveError,
    VizError,
    WeightsError,
)
from viz_app.engine.engine import Failure, Progress, Turn
from viz_app.files.images import list_images, save_image
from viz_app.files.samples import SAMPLE, open_ref
from viz_app.files.weights import WeightsStore
from viz_app.labs.document import Document
from viz_app.labs.lab import Lab
from viz_app.labs.presenter import House
from viz_app.labs.style import jobs
from viz_app.labs.style.runs import Run
from viz_app.labs.style.scene import StyleScene
from viz_app.labs.style.shown import style_title

LANE = "style.batch"


@dataclass(frozen=True, slots=True)
class Pair:
    """A content, a style, and the file of what is painted from them."""

    content: str
    style: str
    out: Path


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """How far a batch is; ``pixels`` is the picture under way."""

    progress: Progress
    words: str
    pixels: Any
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatchAsked:
    """What a batch is proposed: the lab's own pictures, and what else its settings hold.

    ``others`` are the names of styles that are mixed in; ``is_masked`` says whether there is a
    mask of where the style applies.
    """

    content: str
    style: str
    others: tuple[str, ...] = ()
    is_masked: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class BatchShown:
    """What the view is told of a batch."""

    words: str
    share: float = 0.0
    is_running: bool = False
    pixels: Any = None


class ShowsBatch(Protocol):
    """The part of the view that a batch needs."""

    def ask_batch(self, asked: BatchAsked) -> None:
        """Ask which folders are painted."""

    def show_batch(self, shown: BatchShown) -> None:
        """Show how far it is."""


class Batch:
    """Starts, cancels and tells of a batch; it takes turns with the run on the easel."""

    def __init__(
        self, lab: Lab[Any], view: ShowsBatch, house: House, offer: Callable[[], None]
    ) -> None:
        self._lab, self._view, self._house, self._offer = lab, view, house, offer
        self._last: Step | None = None
        self.is_running = False

    def count(self, contents: str, styles: str) -> tuple[int, int]:
        """How many contents and styles there are. Raises ImageError for a folder without any."""
        return len(members(contents)), len(members(styles))

    def asked(self) -> None:
        """Ask which folders are painted; the lab's own pictures are proposed."""
        scene: StyleScene = self._house.document.scene(self._lab.name)
        wanted = self._house.pictures.wanted
        others = tuple(style_title(ref, wanted(ref)) for ref in scene.others)
        image = self._house.document.desk.image
        self._view.ask_batch(BatchAsked(image, scene.style, others, bool(scene.mask)))

    def start(
        self,
        contents: str,
        styles: str,
        folder: Path,
        *,
        is_mixed: bool = True,
        is_masked: bool = True,
    ) -> None:
        """Paint every content in every style into a folder; files there are kept.

        With ``is_mixed`` the lab's further styles are mixed into each; with ``is_masked`` its mask
        is stretched over every content.
        """
        scene: StyleScene = self._house.document.scene(self._lab.name)
        if not self._house.weights.is_present(scene.network):
            self._offer()
            return
        scene = replace(
            scene,
            others=scene.others if is_mixed else (),
            mask=scene.mask if is_masked else "",
        )
        try:
            pairs = pairs_of(members(contents), members(styles), folder)
        except VizError as error:
            self._view.show_batch(BatchShown(str(error)))
            return
        self._last, self.is_running = None, True
        self._view.show_batch(BatchShown("Starting …", is_running=True))
        self._house.runner.run(
            LANE,
            paint_all(self._house.weights, pairs, scene, self._lab),
            title=f"Painting {len(pairs)} pictures",
            on_step=self._on_step,
            on_done=self._on_done,
            on_failed=self._on_failed,
        )

    def cancel(self) -> None:
        """Stop; what was painted so far is saved already."""
        if self.is_running:
            self._house.runner.cancel(LANE)
            self.cancelled(LANE)

    def cancelled(self, lane: str) -> None:
        """The engine was told to let a lane go."""
        if lane == LANE and self.is_running:
            self.is_running = False
            self._view.show_batch(BatchShown("Stopped; finished pictures are in the folder."))

    def _on_step(self, step: Step) -> None:
        self._last = step
        share = step.progress.done / step.progress.total
        self._view.show_batch(BatchShown(step.words, share, True, step.pixels))

    def _on_done(self, outcome: tuple[int, tuple[str, ...]]) -> None:
        self.is_running = False
        count, skipped = outcome
        words = f"Saved {count} pictures." if count != 1 else "Saved 1 picture."
        if skipped:
            words += f" Skipped {len(skipped)}; the first: {skipped[0]}"
        self._view.show_batch(BatchShown(words, 1.0))

    def _on_failed(self, failure: Failure) -> None:
        self.is_running = False
        words = str(failure.error) if isinstance(failure.error, VizError) else "It went wrong."
        self._view.show_batch(BatchShown(f"{words} Finished pictures are in the folder."))


def members(name: str) -> list[str]:
    """The pictures in a folder, or the one picture that is named."""
    path = Path(name)
    if not name.startswith(SAMPLE) and not path.exists():
        raise ImageError(f"There is no “{path.name}”: choose a folder or a picture.")
    return [str(p) for p in list_images(path)] if path.is_dir() else [name]


def pairs_of(contents: Sequence[str], styles: Sequence[str], folder: Path) -> list[Pair]:
    """Every content with every style; no two go into one file, none into one that is there.

    Raises
    ------
    SaveError
        if ``folder`` is a file
    """
    if folder.exists() and not folder.is_dir():
        raise SaveError(f"“{folder.name}” is a file: choose a folder for the pictures.")
    taken = {path.name.casefold() for path in folder.iterdir()} if folder.is_dir() else set()
    return [
        Pair(content, style, folder / free_name(content, style, taken))
        for content in contents
        for style in styles
    ]


def paint_all(
    store: WeightsStore, pairs: Sequence[Pair], scene: StyleScene, lab: Lab[Any]
) -> Callable[[Turn], Generator[Step, None, tuple[int, tuple[str, ...]]]]:
    """Paint pair after pair, a step a turn; a picture that is broken is skipped and named."""

    def job(turn: Turn) -> Generator[Step, None, tuple[int, tuple[str, ...]]]:
        saved = 0
        skipped: list[str] = []
        for i, pair in enumerate(pairs):
            try:
                run = Run(pair.out.stem, LANE, replace(scene, style=pair.style))
                run.content, run.style = open_ref(pair.content), open_ref(pair.style)
                for painted in jobs.paint(store, run.painting(), run.mailbox, run.trace)(turn):
                    run.painted, run.state = painted, painted.snapshot.state
                    share = painted.snapshot.step / max(scene.steps, 1)
                    words = f"{i + 1} of {len(pairs)}: {pair.out.stem}, step {run.step}"
                    progress = Progress(i + min(share, 1), len(pairs), "pictures")
                    yield Step(progress, words, painted.pixels, tuple(skipped))
                assert run.painted is not None
                save_image(pair.out, run.painted.pixels, {"convolab": scene_json(lab, run)})
                saved += 1
            except (SaveError, WeightsError, MemoryShort, DeviceError):
                raise  # the next one would not fare better
            except VizError as error:
                skipped.append(str(error))
        return saved, tuple(skipped)

    return job


def scene_json(lab: Lab[Any], run: Run) -> str:
    """What goes into a picture, so that it opens as the scene that painted it."""
    document = Document([lab])
    if run.content is not None:
        document.choose_image(run.content.ref)
    document.change_scene(lab.name, run.scene)
    return document.to_json(lab.name).decode()


def free_name(content: str, style: str, taken: set[str]) -> str:
    """A name for what is painted from two pictures, and from now on taken."""
    stem = f"{_stem(content)} as {_stem(style)}"
    name, number = f"{stem}.png", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} {number}.png"
    taken.add(name.casefold())
    return name


def _stem(name: str) -> str:
    return Path(name.removeprefix(SAMPLE)).stem
