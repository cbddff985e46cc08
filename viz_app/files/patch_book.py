"""The file of nine patches: what `viz-app patches` writes, the window opens, and the cache keeps.

A safetensors file: for each layer the tensors ``LAYER/values``, ``LAYER/images`` and
``LAYER/units`` of :class:`viz_app.core.patches.Table`, for all images ``sizes`` (width, height)
and ``done``; the rest is JSON in the header's metadata under ``convolab_patches``. It is written
whole or not at all, holds no code, and is checked before anything in it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from viz_app.core.errors import SceneError
from viz_app.core.patches import BEST, NONE, PatchBook, Table, Task
from viz_app.files.atomic import write_atomic

VERSION = 1
ENDING = ".patches"
_ENTRY = "convolab_patches"


@dataclass(frozen=True, slots=True)
class _Header:
    """What stands in the metadata."""

    version: int
    task: Task
    unreadable: dict[int, str]


def to_bytes(book: PatchBook) -> bytes:
    """The file's content."""
    import safetensors.numpy  # only where a file is written or read: the window opens sooner

    tensors: dict[str, np.ndarray] = {"sizes": book.sizes, "done": book.done}
    for layer, table in book.tables.items():
        tensors[f"{layer}/values"] = table.values
        tensors[f"{layer}/images"] = table.images
        tensors[f"{layer}/units"] = table.units
    header = _Header(VERSION, book.task, dict(book.unreadable))
    plain = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    data: bytes = safetensors.numpy.save(plain, {_ENTRY: msgspec.json.encode(header).decode()})
    return data


def save_book(path: Path, book: PatchBook) -> None:
    """Write the file. Raises SaveError."""
    write_atomic(path, to_bytes(book))


def load_book(path: Path) -> PatchBook:
    """Read and check a file of patches.

    Raises
    ------
    SceneError
        if it cannot be read, is none, is damaged, or is from a newer version
    """
    import safetensors

    try:
        with safetensors.safe_open(path, "numpy") as file:
            raw = (file.metadata() or {}).get(_ENTRY, "")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        raise SceneError(f"“{path.name}” cannot be read ({error.strerror or error}).") from error
    except Exception as error:  # a hostile file raises what it likes
        raise _unreadable(path, "it is no safetensors file") from error
    try:
        version = msgspec.json.decode(raw)["version"]
        if isinstance(version, int) and version > VERSION:
            raise SceneError(
                f"“{path.name}” was written by a newer Convolab: update the program to open it."
            )
        header = msgspec.json.decode(raw, type=_Header)
    except (msgspec.MsgspecError, TypeError, KeyError, RecursionError) as error:
        raise _unreadable(path, "its header is damaged") from error
    book = _book(header, tensors)
    if wrong := _wrong(book, tensors):
        raise _unreadable(path, wrong)
    return book


def _book(header: _Header, tensors: Mapping[str, np.ndarray]) -> PatchBook:
    empty = np.zeros(0)
    tables = {
        layer: Table(
            *(tensors.get(f"{layer}/{part}", empty) for part in ("values", "images", "units"))
        )
        for layer in header.task.layers
    }
    sizes, done = tensors.get("sizes", empty), tensors.get("done", empty)
    return PatchBook(header.task, tables, sizes, done, header.unreadable)


def _wrong(book: PatchBook, tensors: Mapping[str, np.ndarray]) -> str:
    """What does not fit together in a book, or an empty string."""
    count = len(book.task.images)
    names = {f"{layer}/{p}" for layer in book.tables for p in ("values", "images", "units")}
    if set(tensors) != names | {"sizes", "done"} or len(book.task.fingerprints) != count:
        return "something in it is missing or left over"
    if any("/" in name or "\\" in name for name in book.task.images.names):
        return "an image lies outside of its folder"
    if book.sizes.shape != (count, 2) or book.sizes.dtype != np.int32:
        return "the sizes of its images are damaged"
    if book.done.shape != (count,) or book.done.dtype != np.bool_:
        return "its list of images is damaged"
    for layer, table in book.tables.items():
        parts = (table.values, table.images, table.units)
        shape = (len(table.values), BEST)
        types = [part.dtype for part in parts]
        if any(p.shape != shape for p in parts) or types != [np.float32, np.int32, np.int32]:
            return f"the table of {layer[:40]} is damaged"
        has_one = table.images != NONE
        named = table.images[has_one]
        if named.size and (named.min() < 0 or named.max() >= count):
            return f"the table of {layer[:40]} names images that are not there"
        if (table.units[has_one] < 0).any() or (book.sizes[named] < 1).any():
            return f"the table of {layer[:40]} is damaged"
    return ""


def _unreadable(path: Path, why: str) -> SceneError:
    return SceneError(
        f"“{path.name}” is no file of patches ({why}): make it again with `viz-app patches`."
    )
