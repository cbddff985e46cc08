"""Sets of images to search through: a folder of the user's, or the bundled pictures in pieces."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec

from viz_app.core.errors import ImageError, SaveError
from viz_app.core.patches import ImageSet, Rectangle
from viz_app.core.records import Picture
from viz_app.files.atomic import write_atomic
from viz_app.files.images import list_images, open_image
from viz_app.files.samples import SAMPLE, SAMPLES, open_ref, sample

BUNDLED = ""
_PIECE = re.compile(r"sample:(\w+)\[(\d+),(\d+),(\d+),(\d+)\]")
_CHUNK = 1 << 20


def read_image(images: ImageSet, number: int) -> Picture:
    """One image, decoded. Raises ImageError."""
    name = images.names[number]
    if not name.startswith(SAMPLE):
        return open_image(Path(images.folder) / name)
    whole, piece = piece_of(name)
    picture = open_ref(whole)
    if piece is None:
        return picture
    pixels = picture.pixels[piece.top : piece.bottom, piece.left : piece.right]
    return replace(picture, ref=name, pixels=pixels)


def source_of(images: ImageSet, number: int) -> tuple[str, int, int]:
    """The ref of the image that one is (a piece) of, and where in it the piece begins."""
    name = images.names[number]
    if not name.startswith(SAMPLE):
        return str(Path(images.folder) / name), 0, 0
    whole, piece = piece_of(name)
    return (whole, 0, 0) if piece is None else (whole, piece.left, piece.top)


def folder_set(folder: Path) -> ImageSet:
    """The images directly in a folder, by name. Raises ImageError if there are none."""
    files = list_images(folder)
    return ImageSet(str(folder.absolute()), tuple(path.name for path in files))


def bundled_set() -> ImageSet:
    """The bundled pictures, each whole and in four quarters, for users without a folder."""
    names: list[str] = []
    for known in SAMPLES:
        picture = sample(known.name)
        width, height = picture.width // 2, picture.height // 2
        quarters = [f"[{x},{y},{width},{height}]" for y in (0, height) for x in (0, width)]
        names += [known.ref + quarter for quarter in ("", *quarters)]
    return ImageSet(BUNDLED, tuple(names))


def image_set(folder: str) -> ImageSet:
    """The images of a folder, or the bundled ones for an empty name. Raises ImageError."""
    return folder_set(Path(folder)) if folder else bundled_set()


def piece_of(name: str) -> tuple[str, Rectangle | None]:
    """A bundled picture's ref, and which piece of it is meant (None: all of it).

    Raises ImageError if it is no such name.
    """
    if "[" not in name:
        return name, None
    match = _PIECE.fullmatch(name)
    if match is None:
        raise ImageError(f"“{name[:80]}” names no bundled picture: choose the images again.")
    left, top, width, height = (int(number) for number in match.groups()[1:])
    return SAMPLE + match[1], Rectangle(left, top, left + width, top + height)


class Fingerprints:
    """sha256 of files, remembered by path, size and time of change.

    Parameters
    ----------
    path
        where they are kept between runs; None: nowhere
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, tuple[int, int, str]] = {}
        self._has_news = False
        if path is not None:
            try:
                kept = msgspec.json.decode(path.read_bytes(), type=dict[str, tuple[int, int, str]])
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
                kept = {}  # it only saves time
            self._known = kept

    def of(
        self,
        images: ImageSet,
        check: Callable[[], None] = lambda: None,
        *,
        is_known_only: bool = False,
    ) -> tuple[str, ...] | None:
        """The fingerprint of each image, in order; a file that cannot be read has an empty one.

        With ``is_known_only`` no file is read: None if one of them would have to be.
        """
        found = []
        for name in images.names:
            check()
            if name.startswith(SAMPLE):
                found.append(hashlib.sha256(name.encode()).hexdigest())
                continue
            digest = self._of(Path(images.folder) / name, is_known_only)
            if digest is None:
                return None
            found.append(digest)
        return tuple(found)

    def save(self) -> None:
        """Keep what was found; a failure only costs time later."""
        if self._path is not None and self._has_news:
            try:
                write_atomic(self._path, msgspec.json.encode(self._known))
            except SaveError:
                return
            self._has_news = False

    def _of(self, path: Path, is_known_only: bool) -> str | None:
        try:
            stat = path.stat()
            size, changed, digest = self._known.get(str(path), (-1, -1, ""))
            if (size, changed) == (stat.st_size, stat.st_mtime_ns):
                return digest
            if is_known_only:
                return None
            digest = _sha256(path)
        except OSError:
            return ""
        self._known[str(path)] = (stat.st_size, stat.st_mtime_ns, digest)
        self._has_news = True
        return digest


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
    return digest.hexdigest()
