"""The nine strongest patches of each channel: the records, and where a patch lies in its image."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from viz_app.core.layers import Network, Shape, shapes
from viz_app.core.own import OwnNetwork
from viz_app.core.receptive import Interval, window

BEST = 9
NONE = -1
SQUARE = 224
MOST_ELONGATED = 4
"""Beyond this ratio of sides the ends of a picture are cut off before it is made smaller."""

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The best patches of one layer: channel first, then rank.

    Parameters
    ----------
    values
        float32 [C, 9], falling; −inf where fewer images were seen
    images
        int32 [C, 9], the number of the image; −1 where there is none
    units
        int32 [C, 9], the strongest unit of that image, row · W + column; −1 where there is none
    """

    values: NDArray[np.float32]
    images: Ints
    units: Ints

    @property
    def channels(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Images in a fixed order.

    Parameters
    ----------
    folder
        where the files lie; empty for the bundled pictures
    names
        file names in the folder; of bundled pictures their refs, ``sample:coffee``, or of a piece
        ``sample:coffee[0,128,256,256]`` (left, top, width, height)
    """

    folder: str
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Task:
    """What was looked for: the network, its weights' sha256, the layers, the images' content.

    ``network`` is a published name, or the one of the user's own (``core.own.OwnNetwork``);
    ``side`` is that of the square it looks at, ``scaling`` how its colours are scaled where it does
    not say so itself. ``own`` is the record of the user's own: where its units look can be read
    from it also where the network is not.
    """

    network: str
    weights: str
    layers: tuple[str, ...]
    images: ImageSet
    fingerprints: tuple[str, ...]
    side: int = SQUARE
    scaling: str = ""
    own: OwnNetwork | None = None

    @property
    def key(self) -> str:
        """Names this very question, wherever the folder lies."""
        record = (
            1,  # of this way to look
            self.network,
            self.weights,
            self.layers,
            self.side,
            self.images.names,
            self.fingerprints,
            *((self.scaling,) if self.scaling else ()),
        )
        return hashlib.sha256(json.dumps(record).encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class PatchBook:
    """The answer, or as much of it as is known.

    Parameters
    ----------
    task
        what was looked for
    tables
        by layer
    sizes
        int32 [N, 2], width and height of each image; 0 where it was not read
    done
        bool [N], which images were seen, the unreadable ones too
    unreadable
        a sentence for each image that could not be read, by its number
    """

    task: Task
    tables: Mapping[str, Table]
    sizes: NDArray[np.int32]
    done: NDArray[np.bool_]
    unreadable: Mapping[int, str]

    @property
    def is_complete(self) -> bool:
        return bool(self.done.all())


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A piece of an image in its pixels; right and bottom are the first pixel outside."""

    left: int
    top: int
    right: int
    bottom: int

    def moved(self, x: int, y: int) -> Rectangle:
        """The same piece of a larger image in which this one begins at (x, y)."""
        return Rectangle(self.left + x, self.top + y, self.right + x, self.bottom + y)


def as_map(shape: Shape) -> tuple[int, int, int]:
    """A layer's shape as channels, height and width: fully connected ones are maps of one unit."""
    channels, *sizes = shape
    height, width = sizes or (1, 1)
    return channels, height, width


@lru_cache(maxsize=64)
def spans(network: Network, layer: str) -> tuple[tuple[Interval, ...], tuple[Interval, ...]]:
    """What each row and each column of a layer's units reads of the input; ends included.

    The rectangle of a unit is the span of its row and the span of its column (exact, as
    :func:`viz_app.core.receptive.window`, which it asks once for each row and column).

    Raises
    ------
    ShapeError
        if there is no such layer
    """
    shape = shapes(network)[layer]
    if len(shape) == 1:
        rows, columns = window(network, layer, ())
        return (rows,), (columns,)
    height, width = shape[1:]
    diagonal = [
        window(network, layer, (min(i, height - 1), min(i, width - 1)))
        for i in range(max(height, width))
    ]
    return (
        tuple(found[0] for found in diagonal[:height]),
        tuple(found[1] for found in diagonal[:width]),
    )


def rectangle_seen(network: Network, layer: str, unit: int, width: int, height: int) -> Rectangle:
    """The pixels of an image of this size that a unit of a layer depends on.

    The network looks at the middle square of the image (:func:`middle_square`), which the table's
    input size measures; ``unit`` is row · W + column. A pixel that is seen in part is counted in.

    Raises
    ------
    ShapeError
        if there is no such layer or unit
    """
    rows, columns = spans(network, layer)
    row, column = divmod(unit, len(columns))
    side_y, side_x = network.input_shape[1:]
    top, bottom = _in_image(rows[row], middle_square(height, width, side_y), height)
    left, right = _in_image(columns[column], middle_square(width, height, side_x), width)
    return Rectangle(left, top, right, bottom)


def middle_square(length: int, other: int, side: int = SQUARE) -> tuple[float, float]:
    """How a side of an image becomes a side of the square that a network looks at.

    The shorter side becomes ``side`` pixels, and of the longer one the middle is kept
    (``compute.classify.centre_crop``).

    Returns
    -------
    start, scale
        cell x of the square begins at pixel ``start + x · scale``
    """
    shorter = min(length, other)
    kept = min(length, MOST_ELONGATED * shorter)
    before = max(length - MOST_ELONGATED * shorter, 0) // 2
    resized = kept * side // shorter
    scale = kept / resized
    return before + round((resized - side) / 2) * scale, scale


def _in_image(span: Interval, square: tuple[float, float], length: int) -> tuple[int, int]:
    start, scale = square
    slack = 1e-6  # so that rounding of the floats takes in no pixel more
    first = int(np.floor(start + span[0] * scale + slack))
    end = int(np.ceil(start + (span[1] + 1) * scale - slack))
    return min(max(first, 0), length - 1), max(min(end, length), 1)
