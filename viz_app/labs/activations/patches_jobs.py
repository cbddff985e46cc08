"""The jobs behind the nine patches: searching, finding what is kept, cutting, saving."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from viz_app.core.errors import SaveError, SceneError, ShapeError
from viz_app.core.layers import Network, shapes
from viz_app.core.patches import NONE, PatchBook, Task, rectangle_seen
from viz_app.engine.engine import Progress, Turn
from viz_app.files.patch_book import ENDING, load_book, save_book
from viz_app.files.patch_crops import Squares, cut, fitted, save_sheet
from viz_app.files.patch_images import Fingerprints, image_set, read_image, source_of
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import jobs
from viz_app.labs.activations.layers import branch_of, stages_of, table_of
from viz_app.labs.activations.patches_shown import LayerSheet, PatchShown, UnitShown

BATCH = 2  # a turn of the engine stays short
LARGE_PX = 192
BESIDE = 24  # channels of each layer where five stand side by side
KEPT_BOOKS = 40
HASHES = "fingerprints.json"


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: rows of a network's layer table, in a folder (empty: bundled)."""

    network: str
    layers: tuple[str, ...]
    folder: str


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """How far a search is; ``book`` is the present best, where it is time to show it."""

    progress: Progress
    unreadable: int
    book: PatchBook | None


def find(
    store: WeightsStore, question: Question, kept: Path | None, squares: Squares
) -> Callable[[Turn], Generator[Found, None, PatchBook]]:
    """Search a folder, going on where an earlier search ended; what is kept comes at once."""

    def job(turn: Turn) -> Generator[Found, None, PatchBook]:
        from viz_app.compute.patches_run import find_patches

        task = _task(store, question, kept, turn.check)
        book = None if kept is None else _kept_book(kept, task)
        if book is not None and book.is_complete:
            return book
        net = jobs.network_of(turn, store, question.network)

        def keep(now: PatchBook) -> None:
            if kept is not None:
                with contextlib.suppress(SaveError):  # it only saves time
                    save_book(_path(kept, task), now)
                    _trim(kept)

        known = () if book is None else (book,)
        steps = find_patches(
            net,
            task,
            lambda number: read_image(task.images, number),
            known,
            batch=BATCH,
            keep=keep,
            check=turn.check,
            saw=lambda number, square: squares.put(task.images, number, square),
        )
        try:
            while True:
                try:
                    step = next(steps)
                except StopIteration as end:
                    answer: PatchBook = end.value
                    break
                yield Found(Progress(step.done, step.total, "images"), step.unreadable, step.book)
        finally:
            steps.close()  # cancelled between two steps: what is known is kept
        keep(answer)
        return answer

    return job


def look_up(
    store: WeightsStore, questions: Sequence[Question], kept: Path | None, layer: str
) -> Callable[[Turn], PatchBook | None]:
    """The first kept book that holds a layer; no image is read for it."""

    def job(turn: Turn) -> PatchBook | None:
        if kept is None:
            return None
        fingerprints = Fingerprints(kept / HASHES)
        for question in questions:
            images = image_set(question.folder)
            marks = fingerprints.of(images, turn.check, is_known_only=True)
            if marks is None:
                return None
            weights = _weights(store, question.network)
            task = Task(question.network, weights, question.layers, images, marks)
            book = _kept_book(kept, task)
            if book is not None and layer in book.tables and book.tables[layer].channels:
                return book
        return None

    return job


def open_book(path: Path) -> Callable[[Turn], PatchBook]:
    """Read a file of patches and see that its network is known here."""

    def job(turn: Turn) -> PatchBook:
        book = load_book(path)
        try:
            table = table_of(book.task.network)
            rows = {layer.name for layer in table.layers}
        except KeyError:
            rows = set()
        strange = [layer for layer in book.tables if layer not in rows]
        if strange or not book.tables:
            raise SceneError(
                f"“{path.name}” was made with a network that is not known here "
                f"({book.task.network[:40]}): open it where it was made."
            )
        for layer, patches in book.tables.items():
            _check_units(path, table_of(book.task.network), layer, patches.units)
        return book

    return job


def cut_unit(book: PatchBook, layer: str, channel: int) -> Callable[[Turn], UnitShown]:
    """The patches of a channel, large, from the images themselves."""

    def job(turn: Turn) -> UnitShown:
        table, network = book.tables[layer], table_of(book.task.network)
        branch = branch_of(book.task.network, layer, channel)  # which sees less than the joined
        patches = []
        for rank in range(table.values.shape[1]):
            turn.check()
            number = int(table.images[channel, rank])
            if number == NONE:
                break
            width, height = (int(n) for n in book.sizes[number])
            unit = int(table.units[channel, rank])
            box = rectangle_seen(network, branch, unit, width, height)
            picture = read_image(book.task.images, number)
            if (picture.width, picture.height) != (width, height):
                raise SceneError(f"“{picture.name}” has changed since: search again.")
            ref, x, y = source_of(book.task.images, number)
            there = box.moved(x, y)
            name = Path(ref.removeprefix("sample:")).name
            words = (
                f"{name}: columns {there.left}…{there.right - 1}, rows "
                f"{there.top}…{there.bottom - 1}"
            )
            pixels = fitted(cut(picture.pixels, box), LARGE_PX)
            patches.append(PatchShown(pixels, float(table.values[channel, rank]), name, words))
        return UnitShown(layer, channel, tuple(patches))

    return job


def cut_sheet(
    book: PatchBook, layers: Sequence[str], squares: Squares
) -> Callable[[Turn], tuple[LayerSheet, ...]]:
    """The patches of all channels of a layer, or of the strongest of several."""

    def job(turn: Turn) -> tuple[LayerSheet, ...]:
        return tuple(_sheet(turn, book, layer, squares, len(layers) == 1) for layer in layers)

    return job


def save(path: Path, book: PatchBook, layer: str, squares: Squares) -> Callable[[Turn], None]:
    """Save a contact sheet (.png, .pdf) or the patches themselves, by the ending."""

    def job(turn: Turn) -> None:
        if path.suffix.lower() == ENDING:
            save_book(path, book)
            return
        sheet = _sheet(turn, book, layer, squares, True)
        where = Path(book.task.images.folder).name or "the bundled images"
        title = f"{book.task.network} {layer}: nine patches of {len(book.done)} images, {where}"
        save_sheet(path, title, sheet.tiles, sheet.channels, sheet.values)

    return job


def _sheet(turn: Turn, book: PatchBook, layer: str, squares: Squares, has_all: bool) -> LayerSheet:
    table, network = book.tables[layer], table_of(book.task.network)
    strongest = table.values[:, 0]
    channels = np.arange(table.channels)
    if not has_all:
        channels = np.argsort(-strongest, kind="stable")[:BESIDE]
    tiles = []
    for channel in channels:
        turn.check()
        branch = branch_of(book.task.network, layer, int(channel))
        tiles.append(squares.tile(network, branch, table, int(channel), book.task.images))
    stages = stages_of(book.task.network)
    title = next((s.name for s in stages if layer in (s.before, s.after, s.name)), layer)
    return LayerSheet(
        layer,
        title,
        np.stack(tiles),
        tuple(channels.tolist()),
        tuple(strongest[channels].tolist()),
    )


def _task(
    store: WeightsStore, question: Question, kept: Path | None, check: Callable[[], None]
) -> Task:
    images = image_set(question.folder)
    fingerprints = Fingerprints(None if kept is None else kept / HASHES)
    marks = fingerprints.of(images, check)
    assert marks is not None
    fingerprints.save()
    weights = _weights(store, question.network)
    return Task(question.network, weights, question.layers, images, marks)


def _weights(store: WeightsStore, network: str) -> str:
    return store.registry.network(network).file(None).sha256


def _path(kept: Path, task: Task) -> Path:
    return kept / f"{task.key[:32]}{ENDING}"


def _kept_book(kept: Path, task: Task) -> PatchBook | None:
    path = _path(kept, task)
    if not path.exists():
        return None
    try:
        book = load_book(path)
    except SceneError:
        return None  # it only saves time
    return replace(book, task=task) if book.task.key == task.key else None


def _trim(kept: Path) -> None:
    """Let the oldest kept books go."""
    with contextlib.suppress(OSError):
        books = sorted(kept.glob(f"*{ENDING}"), key=lambda path: path.stat().st_mtime)
        for path in books[:-KEPT_BOOKS]:
            path.unlink(missing_ok=True)


def _check_units(path: Path, table: Network, layer: str, units: np.ndarray) -> None:
    channels, height, width = shapes(table)[layer]
    if len(units) not in (0, channels) or (units.size and units.max() >= height * width):
        raise ShapeError(f"“{path.name}” does not fit {table.title}'s {layer}: make it again.")
