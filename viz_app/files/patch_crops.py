"""Cutting patches out of images, as tiles for the screen and as pages for a printer."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from viz_app.core.errors import ImageError, SaveError
from viz_app.core.layers import Network
from viz_app.core.patches import NONE, SQUARE, ImageSet, Rectangle, Table, middle_square, spans
from viz_app.files.atomic import write_atomic
from viz_app.files.patch_images import read_image
from viz_app.files.resources import resource

Pixels = NDArray[np.uint8]
SIDE = 3  # three by three
PATCH_PX, GAP_PX = 36, 2
TILE_PX = SIDE * PATCH_PX + (SIDE - 1) * GAP_PX
KEPT, KEPT_TILES = 800, 1500  # of 150 kB and of 50 kB each
SMALL_PX = 24  # patches up to this size are enlarged pixel by pixel
_PAGE = (1654, 2339)  # A4 at 200 dots an inch
_PAGE_COLUMNS, _MARGIN, _LABEL = 9, 90, 30


class Squares:
    """The squares that networks looked at, the last used of them; for several threads.

    The tiles that were cut from them are kept too: while a search goes on, most stay as they are.
    """

    def __init__(self, kept: int = KEPT) -> None:
        self._lock = threading.Lock()
        self._kept = kept
        self._squares: OrderedDict[tuple[str, str, int], Pixels] = OrderedDict()
        self._tiles: OrderedDict[tuple[str, str, int], tuple[bytes, Pixels]] = OrderedDict()

    def tile(
        self, network: Network, layer: str, table: Table, channel: int, images: ImageSet
    ) -> Pixels:
        """The patches of a channel three by three (:func:`tile_of`)."""
        key = (network.name, layer, channel)
        names = "\n".join(images.names[number] for number in table.images[channel])
        where = f"{images.folder}\n{names}".encode()
        mark = where + table.images[channel].tobytes() + table.units[channel].tobytes()
        with self._lock:
            known, tile = self._tiles.get(key, (b"", None))
        if tile is None or known != mark:
            tile = tile_of(network, layer, table, channel, images, self)
        with self._lock:
            self._tiles[key] = (mark, tile)
            self._tiles.move_to_end(key)
            while len(self._tiles) > KEPT_TILES:
                self._tiles.popitem(last=False)
        return tile

    def put(self, images: ImageSet, number: int, square: Pixels) -> None:
        """Remember one."""
        key = (images.folder, images.names[number], len(square))
        with self._lock:
            self._squares[key] = square
            self._squares.move_to_end(key)
            while len(self._squares) > self._kept:
                self._squares.popitem(last=False)

    def get(self, images: ImageSet, number: int, side: int = SQUARE) -> Pixels:
        """One of them, read again if need be. Raises ImageError."""
        with self._lock:
            square = self._squares.get((images.folder, images.names[number], side))
        if square is None:
            square = _square_of(read_image(images, number).pixels, side)
            self.put(images, number, square)
        return square


def tile_of(
    network: Network, layer: str, table: Table, channel: int, images: ImageSet, squares: Squares
) -> Pixels:
    """The patches of a channel three by three, uint8 [side, side, 4]; clear where there is none."""
    tile = np.zeros((TILE_PX, TILE_PX, 4), np.uint8)
    rows, columns = spans(network, layer)
    for rank in range(SIDE * SIDE):
        number = int(table.images[channel, rank])
        if number == NONE:
            continue
        try:
            square = squares.get(images, number, network.input_shape[1])
        except ImageError:
            continue  # it is gone since; its place stays clear
        row, column = divmod(int(table.units[channel, rank]), len(columns))
        (top, bottom), (left, right) = rows[row], columns[column]
        patch = fitted(square[top : bottom + 1, left : right + 1], PATCH_PX)
        height, width = patch.shape[:2]
        down, along = divmod(rank, SIDE)
        y = down * (PATCH_PX + GAP_PX) + (PATCH_PX - height) // 2
        x = along * (PATCH_PX + GAP_PX) + (PATCH_PX - width) // 2
        tile[y : y + height, x : x + width, :3] = patch
        tile[y : y + height, x : x + width, 3] = 255
    return tile


def fitted(pixels: Pixels, side: int) -> Pixels:
    """A patch whose longer side is so many pixels; small ones show their pixels."""
    height, width = pixels.shape[:2]
    factor = side / max(height, width)
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    how = Image.Resampling.NEAREST if max(height, width) <= SMALL_PX else Image.Resampling.HAMMING
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).resize(size, how))


def cut(pixels: Pixels, box: Rectangle) -> Pixels:
    """A piece of an image."""
    return pixels[box.top : box.bottom, box.left : box.right]


def save_sheet(
    path: Path, title: str, tiles: Pixels, channels: tuple[int, ...], values: tuple[float, ...]
) -> None:
    """Save a contact sheet as PNG (one picture) or PDF (A4 pages), by the ending of `path`.

    Raises SaveError for another ending, or if the file cannot be written.
    """
    suffix, buffer = path.suffix.lower(), io.BytesIO()
    if suffix not in (".png", ".pdf"):
        raise SaveError(f"“{path.name}” needs an ending that says how to save it: .png or .pdf.")
    step = (_PAGE[0] - 2 * _MARGIN) // _PAGE_COLUMNS
    lines = (_PAGE[1] - 2 * _MARGIN - 60) // (step + _LABEL)
    if suffix == ".png":
        lines = -(-len(tiles) // _PAGE_COLUMNS)
    a_page = lines * _PAGE_COLUMNS
    pages = [
        _page(
            title, tiles[i : i + a_page], channels[i : i + a_page], values[i : i + a_page],
            None if suffix == ".png" else _PAGE[1],
        )
        for i in range(0, len(tiles), a_page)
    ]  # fmt: skip
    if not pages:
        raise SaveError("There are no patches yet: search first.")
    if suffix == ".png":
        pages[0].save(buffer, "PNG")
    else:
        pages[0].save(buffer, "PDF", resolution=200, save_all=True, append_images=pages[1:])
    write_atomic(path, buffer.getvalue())


def _page(
    title: str,
    tiles: Pixels,
    channels: tuple[int, ...],
    values: tuple[float, ...],
    height: int | None,
) -> Image.Image:
    step = (_PAGE[0] - 2 * _MARGIN) // _PAGE_COLUMNS
    lines = -(-len(tiles) // _PAGE_COLUMNS)
    page = Image.new(
        "RGB", (_PAGE[0], height or 2 * _MARGIN + 60 + lines * (step + _LABEL)), "white"
    )
    draw = ImageDraw.Draw(page)
    font_file = str(resource("fonts", "Inter-Regular.otf"))
    draw.text((_MARGIN, _MARGIN), title, "black", ImageFont.truetype(font_file, 34))
    small = ImageFont.truetype(font_file, 18)
    for i, (tile, channel, value) in enumerate(zip(tiles, channels, values, strict=True)):
        line, column = divmod(i, _PAGE_COLUMNS)
        x, y = _MARGIN + column * step, _MARGIN + 60 + line * (step + _LABEL)
        draw.text((x, y), f"{channel}   {value:.3g}", "#555555", small)
        side = step - 14
        picture = Image.fromarray(np.ascontiguousarray(tile)).resize((side, side))
        page.paste(picture, (x, y + 24), picture)
    return page


def _square_of(pixels: Pixels, side: int) -> Pixels:
    """The middle square, as the network gets it but for rounding."""
    height, width = pixels.shape[:2]
    top, tall = middle_square(height, width, side)
    left, wide = middle_square(width, height, side)
    box = (left, top, min(left + side * wide, width), min(top + side * tall, height))
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    small = picture.resize((side, side), Image.Resampling.BILINEAR, box=box)
    return np.asarray(small)
