"""``viz-app patches DIR --net NET --out FILE``: the nine patches of every channel, as a file.

Alone, or under ``torchrun`` on several processes or machines, which share the images::

    torchrun --nproc-per-node 2 -m viz_app patches DIR --net vgg16 --out vgg16.patches
"""

from __future__ import annotations

import argparse
import contextlib
import glob
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from viz_app.core.errors import SaveError, SceneError, VizError, WeightsError
from viz_app.core.own import Scaling
from viz_app.core.patches import PatchBook, Task
from viz_app.files.patch_book import load_book, save_book
from viz_app.files.patch_images import Fingerprints, image_set, read_image
from viz_app.files.specs import check_spec
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import layers as lab_layers
from viz_app.labs.activations.patches_jobs import task_of

if TYPE_CHECKING:
    from viz_app.compute.patches_group import Group
    from viz_app.nets.build import Net

TTY_EVERY_S, LOG_EVERY_S = 0.2, 10.0
TERMINATED = 143


def add_parser(subparsers: Any) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "patches",
        help="find the nine patches of every channel in a folder of images",
        description="For every channel of the layers the nine strongest patches of the images in "
        "DIR, at most one an image. Started again it goes on where it was; under torchrun the "
        "processes share the images. The activations lab opens FILE.",
    )
    parser.add_argument("folder", metavar="DIR", help="a folder of images, or sample: for ours")
    parser.add_argument(
        "--net", default="vgg16", metavar="NET",
        help=f"one of {', '.join(lab_layers.CHOOSABLE)} (default vgg16); or your own: a file of "
        "weights, module:factory or file.py:factory. Naming code here is the consent to run it",
    )  # fmt: skip
    parser.add_argument(
        "--scaling", default="imagenet", choices=get_args(Scaling),
        help="how colours are scaled for a network that your code makes (default imagenet)",
    )  # fmt: skip
    parser.add_argument(
        "--layers", default="all", metavar="L1,L2", help="names of layers (default all)"
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="the file to write")
    parser.add_argument("--device", default="cpu", help="cpu, or cuda (one for each process)")
    parser.add_argument(
        "--batch", type=_positive, metavar="N", help="images at once (4; 32 on a device)"
    )
    parser.add_argument(
        "--patience", type=float, default=600.0, metavar="S",
        help="how long to wait for another process (600 seconds)",
    )  # fmt: skip


def run(args: argparse.Namespace, store: WeightsStore | None = None) -> int:
    """Search and write the file; return the exit status."""
    store = store or WeightsStore()
    network, made = _network(args.net, args.scaling)
    layers = named_layers(network, args.layers)
    images = image_set("" if args.folder == "sample:" else args.folder)
    fingerprints = Fingerprints(None).of(images)
    assert fingerprints is not None
    task = task_of(store, network, layers, images, fingerprints)
    out = Path(args.out)
    from viz_app.compute.patches_group import joined
    from viz_app.nets.published import load_published

    with joined(args.device, args.patience) as group, _ended_by_signal(group.size > 1):
        if all(group.gather(_is_there(out, task))):
            if group.rank == 0:
                print(f"{out} is there already, for these very images.")
            return 0
        net = load_published(args.net, store.read) if made is None else made
        search(net.to(args.device), task, out, group, args.batch)
    return 0


def _network(text: str, scaling: Scaling) -> tuple[lab_layers.Asked, Net | None]:
    """A published network's name; or the user's own, made.

    Raises VizError.
    """
    if lab_layers.is_known(text):
        return text, None
    try:
        check_spec(text)
    except WeightsError as error:
        names = ", ".join(lab_layers.CHOOSABLE)
        raise VizError(f"{error} Published networks: {names}.") from error
    from viz_app.nets.fitted import open_own

    own, net = open_own(text, scaling=scaling, may_run=True)
    return replace(own, scaling=scaling), cast("Net", net)  # it answers as a Net does


def search(
    net: Net,
    task: Task,
    out: Path,
    group: Group,
    batch: int | None = None,
    check: Callable[[], None] = lambda: None,
) -> PatchBook:
    """Search, with what earlier runs left; the first process tells of it and writes the file.

    Raises
    ------
    VizError
        as ``find_patches``; what is finished is kept beside ``out``
    """
    from viz_app.compute.patches_run import find_patches, resumed

    part = out.with_name(f"{out.name}.part{group.rank}")
    left = [_read(path) for path in _parts(out, group)]
    known = resumed([book for book in left if book is not None], task)
    teller = _Teller(out) if group.rank == 0 else None
    steps = find_patches(
        net,
        task,
        lambda number: read_image(task.images, number),
        known,
        group=group,
        batch=batch,
        keep=lambda b: save_book(part, b),
        check=check,
    )
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            book: PatchBook = end.value
            break
        if teller is not None:
            teller.tell(step.done, step.total, step.unreadable)
    if group.rank == 0:
        save_book(out, book)
    group.gather("written")  # only now may the parts go
    for path in _parts(out, group):
        path.unlink(missing_ok=True)
    if teller is not None:
        teller.tell_end(book)
    return book


def named_layers(network: lab_layers.Asked, names: str) -> tuple[str, ...]:
    """The rows of the layer table that are meant; all lines of the lab's list for ``all``.

    Raises VizError for a name that is not there.
    """
    if names == "all":
        return tuple(stage.before for stage in lab_layers.stages_of(network))
    known = [stage.name for stage in lab_layers.stages_of(network, is_every=True)]
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    for name in wanted:
        if name not in known:
            raise VizError(
                f"{lab_layers.title_of(network)} has no layer {name!r}; choose from "
                f"{', '.join(known)}."
            )
    if not wanted:
        raise VizError("Name at least one layer, or leave --layers out for all of them.")
    return tuple(name for name in known if name in wanted)


class _Teller:
    """Tells on the terminal how far the search is."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._started = time.monotonic()
        self._told, self._done_before = 0.0, -1
        self._every = TTY_EVERY_S if sys.stderr.isatty() else LOG_EVERY_S

    def tell(self, done: int, total: int, unreadable: int) -> None:
        """Say how many images were seen, and how long the others will take."""
        now = time.monotonic()
        if self._done_before < 0:
            self._done_before, self._started = done, now
        if now - self._told < self._every:
            return
        self._told = now
        words = f"{done}/{total} images"
        if done > self._done_before:
            rate = (done - self._done_before) / (now - self._started)
            minutes, seconds = divmod(round((total - done) / rate), 60)
            words += f", {rate:.1f} images/s, {minutes}:{seconds:02d} left"
        if unreadable:
            words += f", {unreadable} unreadable"
        print(words, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)

    def tell_end(self, book: PatchBook) -> None:
        """Say what was found, and which images could not be read."""
        for sentence in book.unreadable.values():
            print(sentence, file=sys.stderr)
        channels = sum(table.channels for table in book.tables.values())
        bad = f", {len(book.unreadable)} of them unreadable" if book.unreadable else ""
        print(
            f"{self._out}  {len(book.done)} images{bad}; {channels} channels of "
            f"{len(book.tables)} layers"
        )


def _parts(out: Path, group: Group) -> list[Path]:
    """What earlier runs, perhaps of more processes, left for this one to go on with."""
    found = []
    for path in out.parent.glob(f"{glob.escape(out.name)}.part*"):
        number = path.name.rpartition(".part")[2]
        if number.isdecimal() and int(number) % group.size == group.rank:
            found.append(path)
    return sorted(found)


def _read(path: Path) -> PatchBook | None:
    try:
        return load_book(path)
    except SceneError:
        return None  # it only saves time


def _is_there(out: Path, task: Task) -> bool:
    if out.is_dir():
        raise SaveError(f"“{out.name}” is a folder: give --out the name of a file.")
    book = _read(out) if out.exists() else None
    return book is not None and book.is_complete and book.task.key == task.key


@contextlib.contextmanager
def _ended_by_signal(is_wanted: bool) -> Iterator[None]:
    """Let SIGTERM, which torchrun sends when another process died, end the run in order."""
    if not is_wanted:
        yield
        return

    def end(_number: int, _frame: object) -> None:
        raise SystemExit(TERMINATED)

    former = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least one image")
    return value
