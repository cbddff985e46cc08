"""The jobs behind the nine patches: searching, finding what is kept, cutting, saving."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np

from viz_app.core.errors import SaveError, SceneError, ShapeError, VizError
from viz_app.core.layers import Network, shapes
from viz_app.core.own import OwnNetwork, Scaling
from viz_app.core.patches import NONE, ImageSet, PatchBook, Task, as_map, rectangle_seen
from viz_app.engine.engine import Progress, Turn
from viz_app.files.patch_book import ENDING, load_book, save_book
from viz_app.files.patch_crops import Squares, cut, fitted, save_sheet
from viz_app.files.patch_images import Fingerprints, image_set, read_image, source_of
from viz_app.files.samples import SAMPLE
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import jobs
from viz_app.labs.activations.layers import (
    Asked,
    branch_of,
    name_of,
    side_of,
    stages_of,
    table_of,
    title_of,
)
from viz_app.labs.activations.patches_shown import LayerSheet, PatchShown, UnitShown

BATCH = 2  # a turn of the engine stays short
LARGE_PX = 192
BESIDE = 24  # channels of each layer where five stand side by side
KEPT_BOOKS = 40
HASHES = "fingerprints.json"
MOST_UNITS = 8192  # on a side of a map; a file that says more is damaged


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for: rows of a network's layer table, in a folder (empty: bundled)."""

    network: Asked
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
            task = task_of(store, question.network, question.layers, images, marks)
            book = _kept_book(kept, task)
            if book is not None and layer in book.tables and book.tables[layer].channels:
                return book
        return None

    return job


def open_book(path: Path, own: OwnNetwork | None) -> Callable[[Turn], tuple[PatchBook, Asked]]:
    """Read a file of patches and see that the layers of its network are known here.

    The network itself need not be; ``own`` is the user's that is open.
    """

    def job(turn: Turn) -> tuple[PatchBook, Asked]:
        book = load_book(path)
        network = _network_of(book.task, own)
        try:
            table = table_of(network)
            names = set(shapes(table)) if stages_of(network) else set()
        except (VizError, ArithmeticError, LookupError, ValueError):
            names = set()
        if not book.tables or not set(book.tables) <= names:
            raise SceneError(
                f"“{path.name}” was made with a network that is not known here "
                f"({book.task.network[:40]}): open it where it was made."
            )
        for layer, patches in book.tables.items():
            _check_units(path, table, layer, patches.units)
        return book, network

    return job


def _network_of(task: Task, own: OwnNetwork | None) -> Asked:
    """The network of a file: a published one's name, or the record of the user's own."""
    there = [known for known in (own, task.own) if known is not None]
    for known in there:
        if (known.name, known.sha256) == (task.network, task.weights):
            said: Scaling | None = next((s for s in get_args(Scaling) if s == task.scaling), None)
            return known if said is None else replace(known, scaling=said)
    return task.network


def cut_unit(
    book: PatchBook, network: Asked, layer: str, channel: int
) -> Callable[[Turn], UnitShown]:
    """The patches of a channel, large, from the images themselves."""

    def job(turn: Turn) -> UnitShown:
        table, rows = book.tables[layer], table_of(network)
        branch = branch_of(network, layer, channel)  # which sees less than the joined
        patches = []
        for rank in range(table.values.shape[1]):
            turn.check()
            number = int(table.images[channel, rank])
            if number == NONE:
                break
            width, height = (int(n) for n in book.sizes[number])
            unit = int(table.units[channel, rank])
            box = rectangle_seen(rows, branch, unit, width, height)
            picture = read_image(book.task.images, number)
            if (picture.width, picture.height) != (width, height):
                raise SceneError(f"“{picture.name}” has changed since: search again.")
            ref, x, y = source_of(book.task.images, number)
            there = box.moved(x, y)
            name = Path(ref.removeprefix(SAMPLE)).name
            words = (
                f"{name}: columns {there.left}…{there.right - 1}, rows "
                f"{there.top}…{there.bottom - 1}"
            )
            pixels = fitted(cut(picture.pixels, box), LARGE_PX)
            patches.append(PatchShown(pixels, float(table.values[channel, rank]), name, words))
        return UnitShown(layer, channel, tuple(patches))

    return job


def cut_sheet(
    book: PatchBook, network: Asked, layers: Sequence[tuple[str, str]], squares: Squares
) -> Callable[[Turn], tuple[LayerSheet, ...]]:
    """The patches of all channels of a layer, or of the strongest of several.

    ``layers`` are tables of the book, each with its title.
    """

    def job(turn: Turn) -> tuple[LayerSheet, ...]:
        has_all = len(layers) == 1
        return tuple(
            _sheet(turn, book, network, layer, title, squares, has_all) for layer, title in layers
        )

    return job


def save(
    path: Path, book: PatchBook, network: Asked, layer: str, squares: Squares
) -> Callable[[Turn], None]:
    """Save a contact sheet (.png, .pdf) or the patches themselves, by the ending."""

    def job(turn: Turn) -> None:
        if path.suffix.lower() == ENDING:
            save_book(path, book)
            return
        sheet = _sheet(turn, book, network, layer, layer, squares, True)
        where = Path(book.task.images.folder).name or "the bundled images"
        title = f"{title_of(network)} {layer}: nine patches of {len(book.done)} images, {where}"
        save_sheet(path, title, sheet.tiles, sheet.channels, sheet.values)

    return job


def _sheet(
    turn: Turn,
    book: PatchBook,
    network: Asked,
    layer: str,
    title: str,
    squares: Squares,
    has_all: bool,
) -> LayerSheet:
    table, rows = book.tables[layer], table_of(network)
    strongest = table.values[:, 0]
    channels = np.arange(table.channels)
    if not has_all:
        channels = np.argsort(-strongest, kind="stable")[:BESIDE]
    tiles = []
    for channel in channels:
        turn.check()
        branch = branch_of(network, layer, int(channel))
        tiles.append(squares.tile(rows, branch, table, int(channel), book.task.images))
    return LayerSheet(
        layer,
        title,
        np.stack(tiles),
        tuple(channels.tolist()),
        tuple(strongest[channels].tolist()),
    )


def task_of(
    store: WeightsStore,
    network: Asked,
    layers: tuple[str, ...],
    images: ImageSet,
    fingerprints: tuple[str, ...],
) -> Task:
    """What is looked for, with all that decides the answer."""
    if not isinstance(network, OwnNetwork):
        weights = store.registry.network(network).file(None).sha256
        return Task(network, weights, layers, images, fingerprints)
    scaling = "" if network.is_scaled_by_itself else network.scaling
    return Task(
        name_of(network),
        network.sha256,
        layers,
        images,
        fingerprints,
        side_of(network),
        scaling,
        network,
    )


def _task(
    store: WeightsStore, question: Question, kept: Path | None, check: Callable[[], None]
) -> Task:
    images = image_set(question.folder)
    fingerprints = Fingerprints(None if kept is None else kept / HASHES)
    marks = fingerprints.of(images, check)
    assert marks is not None
    fingerprints.save()
    return task_of(store, question.network, question.layers, images, marks)


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
    channels, height, width = as_map(shapes(table)[layer])
    is_large = max(height, width) > MOST_UNITS
    does_fit = len(units) in (0, channels) and not (units.size and units.max() >= height * width)
    if is_large or not does_fit:
        raise ShapeError(f"“{path.name}” does not fit {table.title}'s {layer}: make it again.")
