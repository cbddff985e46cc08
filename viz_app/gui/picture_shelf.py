"""The images that are open: read once, remembered by their ref, one of them current."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from viz_app.core.errors import ImageError, VizError
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure, Progress, Turn
from viz_app.files.atomic import write_atomic
from viz_app.files.images import decode, list_images, open_image, thumbnail
from viz_app.files.samples import SAMPLES, open_ref
from viz_app.gui.runner import Runner
from viz_app.labs.document import FIRST_IMAGE, Document

KEPT = 8  # decoded pictures in memory
THUMB_PX = 96
MOST_AT_ONCE = 60  # of a folder, and in the strip; it is not a file manager
RETRY_S = 10.0  # an image that could not be read is tried again after this


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """What has been read so far: refs and thumbnails of all, the pixels of the first few."""

    pictures: tuple[Picture, ...]
    thumbs: dict[str, np.ndarray]  # by ref, in their order
    sentences: tuple[str, ...]
    progress: Progress


class PictureShelf(QObject):
    """Reads images on the thread for files, so that a large one never stops the window."""

    strip_changed = Signal()  # the recent images or a thumbnail
    arrived = Signal(str)  # an image that was wanted is here
    told = Signal(str)  # a sentence for the user

    def __init__(self, document: Document, errands: Runner, pasted: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._errands = errands
        self._pasted = pasted
        self._pictures: OrderedDict[str, Picture] = OrderedDict()
        self._reading: set[str] = set()
        self._failed_at: dict[str, float] = {}  # by ref, monotonic seconds
        self._last_current = FIRST_IMAGE  # the current image that was last there
        self._has_chosen = True  # an image of the open that is under way
        self.thumbs: dict[str, np.ndarray] = {}
        self.names: dict[str, str] = {}
        self.recent: list[str] = []

    @property
    def strip(self) -> list[str]:
        """The refs that the strip shows: the user's recent images, then the samples."""
        return [*self.recent, *(s.ref for s in SAMPLES if s.kind == "photo")]

    def current(self) -> Picture | None:
        """The image that serves every lab, or None while it is being read."""
        return self.wanted(self._document.desk.image)

    def wanted(self, ref: str) -> Picture | None:
        """An image, or None; then it is read, and ``arrived`` tells once it is there."""
        picture = self._pictures.get(ref)
        if picture is not None:
            self._pictures.move_to_end(ref)
            if ref == self._document.desk.image:
                self._last_current = ref
        elif ref not in self._reading and self._may_try(ref):
            self._reading.add(ref)
            self._errands.run(
                f"house.read {ref}",
                lambda turn: open_ref(ref),
                title="Reading an image",
                on_done=self._on_read,
                on_failed=lambda failure: self._on_unreadable(ref, failure),
                is_cancellable=False,
            )
        return picture

    def open(self, paths: Sequence[Path]) -> None:
        """Open files and folders; the first image that can be read becomes the current one."""
        self._has_chosen = False
        self._errands.run(
            "house.open",
            lambda turn: _open_all(paths, turn),
            title="Opening images",
            on_step=self._on_opened,
            on_done=self._on_all_opened,
            on_failed=self._tell_failure,
        )

    def open_bytes(self, read: Callable[[], bytes], name: str) -> None:
        """Open a pasted or dropped image; its file is kept among the program's own."""
        self._has_chosen = False

        def job(turn: Turn) -> Opened:
            data = read()
            path = self._pasted / f"{hashlib.sha256(data).hexdigest()[:16]}.png"
            decode(data, name)  # refuses before anything is written
            write_atomic(path, data)
            picture = open_image(path)
            thumbs = {picture.ref: thumbnail(picture.pixels, THUMB_PX)}
            return Opened((picture,), thumbs, (), Progress(1, 1, "images"))

        self._errands.run(
            "house.open",
            job,
            title="Opening an image",
            on_done=self._on_all_opened,
            on_failed=self._tell_failure,
        )

    def load_thumbs(self) -> None:
        """Read the thumbnails that the strip still lacks."""
        lacking = [ref for ref in self.strip if ref not in self.thumbs]
        if lacking:
            self._errands.run(
                "house.thumbs",
                lambda turn: _thumbs(lacking),
                title="Reading thumbnails",
                is_cancellable=False,
                on_step=self._on_thumbs,
                on_done=self._on_thumbs,
            )

    def restore_recent(self, refs: Iterable[str]) -> None:
        """Take over the recent images of the last session, less those that are gone."""
        self.recent = [r for r in refs if Path(r).is_file()][:MOST_AT_ONCE]

    def _on_read(self, picture: Picture) -> None:
        self._reading.discard(picture.ref)
        self._take_in(picture, thumbnail(picture.pixels, THUMB_PX))
        if picture.ref == self._document.desk.image and picture.ref not in self.strip:
            self.recent = [picture.ref, *self.recent][:MOST_AT_ONCE]  # chosen in a lab
        self.strip_changed.emit()
        self.arrived.emit(picture.ref)

    def _on_unreadable(self, ref: str, failure: Failure) -> None:
        self._reading.discard(ref)
        self._failed_at[ref] = time.monotonic()
        self.recent = [r for r in self.recent if r != ref]
        self.strip_changed.emit()
        self._tell_failure(failure)
        if self._document.desk.image == ref and ref != FIRST_IMAGE:
            self._document.fall_back_to_image(self._last_current)

    def _may_try(self, ref: str) -> bool:
        """Whether an image has not just failed: a slider asks for it at each move."""
        return time.monotonic() - self._failed_at.get(ref, -RETRY_S) >= RETRY_S

    def _tell_failure(self, failure: Failure) -> None:
        if isinstance(failure.error, VizError):
            self.told.emit(str(failure.error))
        else:
            self._errands.failed.emit(failure)

    def _on_opened(self, opened: Opened) -> None:
        """Take in what has been read so far; the first picture becomes the current one, once."""
        for picture in opened.pictures:
            if self._pictures.get(picture.ref) is not picture:
                self._take_in(picture, opened.thumbs[picture.ref])
                self.arrived.emit(picture.ref)  # its file may have changed since
        self.thumbs.update(opened.thumbs)
        refs = list(opened.thumbs)
        self.recent = [*refs, *(r for r in self.recent if r not in refs)][:MOST_AT_ONCE]
        self.strip_changed.emit()
        if refs and not self._has_chosen:
            self._has_chosen = True
            self._document.choose_image(refs[0])

    def _on_all_opened(self, opened: Opened) -> None:
        self._on_opened(opened)
        if opened.sentences:
            more = len(opened.sentences) - 1
            tail = f" ({more} more could not be opened either.)" if more else ""
            self.told.emit(opened.sentences[0] + tail)
        elif len(opened.thumbs) == 1 and opened.pictures[0].note:
            self.told.emit(f"{opened.pictures[0].name}: {opened.pictures[0].note}")

    def _on_thumbs(self, thumbs: dict[str, np.ndarray] | Any) -> None:
        self.thumbs.update(thumbs)
        self.strip_changed.emit()

    def _take_in(self, picture: Picture, thumb: np.ndarray) -> None:
        self._pictures[picture.ref] = picture
        self._pictures.move_to_end(picture.ref)
        self.thumbs[picture.ref] = thumb
        self.names[picture.ref] = picture.name
        while len(self._pictures) > KEPT:
            self._pictures.popitem(last=False)


def _open_all(paths: Sequence[Path], turn: Turn) -> Any:
    """Read files and folders, a picture a step."""
    pictures: list[Picture] = []
    sentences: list[str] = []
    files: list[Path] = []
    for path in paths:
        try:
            files += list_images(path) if path.is_dir() else [path]
        except VizError as error:
            sentences.append(str(error))
    if len(files) > MOST_AT_ONCE:
        sentences.append(
            f"The first {MOST_AT_ONCE} of {len(files)} images were opened; open the others "
            "in smaller groups."
        )
        files = files[:MOST_AT_ONCE]
    thumbs: dict[str, np.ndarray] = {}
    opened = Opened((), {}, tuple(sentences), Progress(0, 1, "images"))
    for i, path in enumerate(files):
        try:
            picture = _open_named(path)
        except VizError as error:
            sentences.append(str(error))
        else:
            thumbs[picture.ref] = thumbnail(picture.pixels, THUMB_PX)
            if len(pictures) < KEPT:
                pictures.append(picture)
        progress = Progress(i + 1, len(files), "images")
        opened = Opened(tuple(pictures), dict(thumbs), tuple(sentences), progress)
        yield opened
    return opened


def _open_named(path: Path) -> Picture:
    """Open a file whose name a session can hold."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise ImageError(
            f"{path.name!a} has a name that is not proper text; rename it, then open it."
        ) from None
    return open_image(path)


def _thumbs(refs: Sequence[str]) -> Any:
    """Read thumbnails, one a step; an image that is gone has none."""
    thumbs: dict[str, np.ndarray] = {}
    for ref in refs:
        try:
            thumbs[ref] = thumbnail(open_ref(ref).pixels, THUMB_PX)
        except VizError:
            continue
        yield dict(thumbs)
    return thumbs
