"""The whole search: read images ahead, look at them in batches, show, keep, share, finish."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from viz_app.compute.activations import as_input
from viz_app.compute.patches import Search
from viz_app.compute.patches_group import Alone, Group
from viz_app.core.errors import ImageError, VizError
from viz_app.core.patches import BEST, PatchBook, Table, Task
from viz_app.core.records import Picture
from viz_app.nets.build import Net

BATCH, BATCH_ON_DEVICE = 4, 32
SHOW_EVERY_S, KEEP_EVERY_S, MEET_EVERY = 0.5, 10.0, 8
READERS = 2
Pixels = NDArray[np.uint8]
Read = Callable[[int], Picture]


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """How far the search is; ``book`` is the present best, where it is time to show it."""

    done: int
    total: int
    unreadable: int
    book: PatchBook | None = None


@dataclass(frozen=True, slots=True)
class _Image:
    number: int
    square: Pixels | None
    size: tuple[int, int]
    sentence: str


def find_patches(
    net: Net,
    task: Task,
    read: Read,
    known: Sequence[PatchBook] = (),
    *,
    group: Group | None = None,
    batch: int | None = None,
    keep: Callable[[PatchBook], None] = lambda book: None,
    saw: Callable[[int, Pixels], None] = lambda number, square: None,
    check: Callable[[], None] = lambda: None,
) -> Generator[Step, None, PatchBook]:
    """Search a set of images for the strongest patches of layers.

    Parameters
    ----------
    net
        the task's network
    task
        what to look for
    read
        decodes the image of a number, or raises ImageError; called from several threads
    known
        unfinished books of the same task
    group
        the processes that share the search; each calls this with the same task
    batch
        how many images at once; None: what suits the device
    keep
        is handed what this process knows, now and then and when it ends early
    saw
        is handed each image's number and the square that the network looked at
    check
        what it raises ends the search, after ``keep``

    Returns
    -------
    PatchBook
        the finished book, the same in every process

    Raises
    ------
    VizError
        if not one image can be read, the processes do not look at the same images, or one of
        them ended
    """
    run = _Run(net, task, read, known, group or Alone(), check)
    run.agree(batch or (BATCH if run.is_on_cpu else BATCH_ON_DEVICE))
    is_over = False
    try:
        yield from run.steps(keep, saw)
        book = run.finish()
        is_over = True
    finally:
        if not is_over:
            keep(run.book())
    return book


class _Run:
    """The state of one process's search."""

    def __init__(
        self,
        net: Net,
        task: Task,
        read: Read,
        known: Sequence[PatchBook],
        group: Group,
        check: Callable[[], None],
    ) -> None:
        self._task, self._read = task, read
        self._group, self._check = group, check
        self._device = next(net.parameters()).device
        self._search = Search(net, task.layers)
        self._sizes = np.zeros((len(task.images), 2), np.int32)
        self._done = np.zeros(len(task.images), bool)
        self._unreadable: dict[int, str] = {}
        for book in known:
            self._take_in(book)
        self._seen_elsewhere = 0
        self._todo: list[list[int]] = []
        self._most_batches = 0

    @property
    def is_on_cpu(self) -> bool:
        return self._device.type == "cpu"

    def agree(self, size: int) -> None:
        """Check that all look for the same, and share out what is left in batches of a size."""
        told = self._group.gather((self._task.key, self._done))
        if any(key != self._task.key for key, _ in told):
            raise VizError(
                "The processes do not see the same images, network or layers: give every machine "
                "the same folder and the same options."
            )
        done = np.logical_or.reduce([there for _, there in told])
        left = np.flatnonzero(~done).tolist()
        batches = [left[i : i + size] for i in range(0, len(left), size)]
        self._todo = batches[self._group.rank :: self._group.size]
        self._most_batches = -(-len(batches) // self._group.size)
        self._seen_elsewhere = int(done.sum()) - int(self._done.sum())

    def steps(
        self, keep: Callable[[PatchBook], None], saw: Callable[[int, Pixels], None]
    ) -> Iterator[Step]:
        """Look at this process's batches; a step after each."""
        shown = kept = time.monotonic()
        for count, images in enumerate(_read_ahead(self._square_of, self._todo), 1):
            self._look_at(images, saw)
            if count % MEET_EVERY == 0:
                self._meet()
            now, book = time.monotonic(), None
            if now - shown >= SHOW_EVERY_S:
                book = self.book()
                shown = time.monotonic()
            if now - kept >= KEEP_EVERY_S:
                keep(book or self.book())
                kept = time.monotonic()
            yield self._step(book)
        for count in range(len(self._todo) + 1, self._most_batches + 1):
            if count % MEET_EVERY == 0:
                self._meet()

    def finish(self) -> PatchBook:
        """Bring the finds of all processes together."""
        mine = self.book()
        for rank, book in enumerate(self._group.gather(mine)):
            if rank != self._group.rank:
                self._take_in(book)
        if len(self._unreadable) == len(self._task.images):
            raise ImageError(
                "None of the images could be read: choose a folder with other pictures. "
                + self._unreadable[0]
            )
        return self.book()

    def book(self) -> PatchBook:
        """What is known now; a copy."""
        found = self._search.tables()
        tables = {layer: found.get(layer) or _empty_table() for layer in self._task.layers}
        unreadable = dict(sorted(self._unreadable.items()))
        return PatchBook(self._task, tables, self._sizes.copy(), self._done.copy(), unreadable)

    def _take_in(self, book: PatchBook) -> None:
        self._search.take_in({name: t for name, t in book.tables.items() if t.channels})
        self._sizes = np.maximum(self._sizes, book.sizes)
        self._done |= book.done
        self._unreadable.update(book.unreadable)

    def _look_at(self, images: Sequence[_Image], saw: Callable[[int, Pixels], None]) -> None:
        self._check()
        well = [image for image in images if image.square is not None]
        if well:
            numbers = [image.number for image in well]
            self._search.look_at(_batch(well), numbers, self._check)
        for image in images:  # only now: a pass that was broken off counts for nothing
            self._done[image.number] = True
            if image.square is None:
                self._unreadable[image.number] = image.sentence
            else:
                self._sizes[image.number] = image.size
                saw(image.number, image.square)

    def _square_of(self, number: int) -> _Image:
        try:
            picture = self._read(number)
        except ImageError as error:
            return _Image(number, None, (0, 0), str(error))
        square = as_input(picture.pixels, "224", self._task.side)
        return _Image(number, square, (picture.width, picture.height), "")

    def _meet(self) -> None:
        """See that all are there, and learn how far they are."""
        counts = self._group.gather(int(self._done.sum()))
        self._seen_elsewhere = sum(counts) - counts[self._group.rank]

    def _step(self, book: PatchBook | None) -> Step:
        done = int(self._done.sum()) + self._seen_elsewhere
        return Step(done, len(self._task.images), len(self._unreadable), book)


def _read_ahead(
    read: Callable[[int], _Image], batches: Sequence[Sequence[int]]
) -> Iterator[list[_Image]]:
    """The images of each batch; the next ones are decoded while the network looks."""
    with ThreadPoolExecutor(READERS, "patches") as pool:
        waiting: list[list[Future[_Image]]] = []
        try:
            for batch in chain(batches, (None, None)):
                if batch is not None:
                    waiting.append([pool.submit(read, number) for number in batch])
                if waiting and (len(waiting) > 2 or batch is None):
                    yield [future.result() for future in waiting.pop(0)]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _batch(images: Sequence[_Image]) -> Tensor:
    squares = np.stack([image.square for image in images if image.square is not None])
    return torch.from_numpy(squares).permute(0, 3, 1, 2).contiguous().float() / 255


def _empty_table() -> Table:
    none = np.zeros((0, BEST), np.int32)
    return Table(none.astype(np.float32), none, none.copy())


def resumed(books: Sequence[PatchBook], task: Task) -> tuple[PatchBook, ...]:
    """Those of the books that belong to a task, under the names its images have now."""
    return tuple(replace(book, task=task) for book in books if book.task.key == task.key)
