"""Region proposals by hierarchical grouping of the segments of a picture.

Uijlings, van de Sande, Gevers and Smeulders, "Selective Search for Object Recognition", IJCV 2013,
section 3: the two most alike neighbours are joined again and again until one region is left, and
the box of every region on the way is a proposal. How alike two regions are is the sum of four
terms: colour, texture, size (small ones first) and fill (those that fit into each other).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import ShapeError

Floats = NDArray[np.float64]
Segments = NDArray[np.intp]

COLOUR_BINS = 25  # a channel, as in the paper
TEXTURE_BINS = 10  # a channel and direction
DIRECTIONS = 8


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which of the four terms count."""

    colour: bool = True
    texture: bool = True
    size: bool = True
    fill: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The boxes ``[2n − 1, 4]`` of n segments and of the n − 1 regions joined from them.

    Corners in pixels, the last pixel included; the last box is the whole picture.
    """

    boxes: Floats
    segments: int


def group(
    image: Floats,
    segments: Segments,
    likeness: Likeness = Likeness(),  # it cannot be changed
    check: Callable[[], None] = lambda: None,
) -> Grouping:
    """Join the segments of a picture, the most alike neighbours first.

    Parameters
    ----------
    image
        ``[H, W, C]`` in [0, 1], in any colour space
    segments
        ``[H, W]``, numbered from 0 without gaps
    check
        called at every joining; what it raises ends the work

    Raises
    ------
    ShapeError
        if picture and segments have different sizes
    """
    if image.shape[:2] != segments.shape:
        raise ShapeError("The segments are not of the picture's size: segment this picture.")
    regions = _Regions(image, segments, likeness)
    neighbours = _neighbours(segments)
    heap = [
        (-regions.likeness(a, b), a, b) for a, others in neighbours.items() for b in others if a < b
    ]
    heapq.heapify(heap)
    while heap:
        check()
        _, a, b = heapq.heappop(heap)
        if a not in neighbours or b not in neighbours:
            continue  # one of them has been joined meanwhile
        new = regions.join(a, b)
        around = (neighbours.pop(a) | neighbours.pop(b)) - {a, b}
        neighbours[new] = around
        for other in around:
            neighbours[other] = (neighbours[other] - {a, b}) | {new}
            heapq.heappush(heap, (-regions.likeness(other, new), other, new))
    return Grouping(np.array(regions.boxes, np.float64), regions.count)


def ranked(groupings: list[Grouping], most: int, seed: int = 0) -> Floats:
    """Boxes of several groupings, each once, in the paper's order: late joinings first, but mixed.

    A region's rank is its place from the end of its grouping times a random number (section 4.3).

    Parameters
    ----------
    most
        how many are wanted; fewer come if there are fewer

    Returns
    -------
    boxes
        ``[N, 4]``
    """
    if not groupings:
        return np.zeros((0, 4))
    rng = np.random.default_rng(seed)
    boxes = np.concatenate([g.boxes for g in groupings])
    ranks = np.concatenate(
        [np.arange(len(g.boxes), 0, -1) * rng.uniform(size=len(g.boxes)) for g in groupings]
    )
    boxes = boxes[np.argsort(ranks, kind="stable")]
    _, first = np.unique(boxes, axis=0, return_index=True)
    return boxes[np.sort(first)][:most]


class _Regions:
    """What is known of each region; joining two adds a third."""

    def __init__(self, image: Floats, segments: Segments, likeness: Likeness) -> None:
        self._terms = likeness
        self._pixels = float(segments.size)
        self.count = int(segments.max()) + 1
        self._sizes = np.bincount(segments.ravel(), minlength=self.count).astype(float).tolist()
        self.boxes = _boxes(segments, self.count).tolist()
        self._colours = list(_colours(image, segments, self.count))
        self._textures = list(_textures(image, segments, self.count))

    def likeness(self, a: int, b: int) -> float:
        """The sum of the terms, each in [0, 1]."""
        terms, total = self._terms, 0.0
        both = self._sizes[a] + self._sizes[b]
        if terms.colour:
            total += float(np.minimum(self._colours[a], self._colours[b]).sum())
        if terms.texture:
            total += float(np.minimum(self._textures[a], self._textures[b]).sum())
        if terms.size:
            total += 1 - both / self._pixels
        if terms.fill:
            x1, y1, x2, y2 = self._around(a, b)
            total += 1 - ((x2 - x1) * (y2 - y1) - both) / self._pixels
        return total

    def join(self, a: int, b: int) -> int:
        """Add the region of both and return its number."""
        of_a, of_b = self._sizes[a], self._sizes[b]
        for histograms in (self._colours, self._textures):
            mean = (of_a * histograms[a] + of_b * histograms[b]) / (of_a + of_b)
            histograms.append(mean)
        self.boxes.append(self._around(a, b))
        self._sizes.append(of_a + of_b)
        return len(self._sizes) - 1

    def _around(self, a: int, b: int) -> list[float]:
        p, q = self.boxes[a], self.boxes[b]
        return [min(p[0], q[0]), min(p[1], q[1]), max(p[2], q[2]), max(p[3], q[3])]


def _neighbours(segments: Segments) -> dict[int, set[int]]:
    """The segments that share an edge with each."""
    found: dict[int, set[int]] = {i: set() for i in range(int(segments.max()) + 1)}
    for a, b in ((segments[:, 1:], segments[:, :-1]), (segments[1:], segments[:-1])):
        is_edge = a != b
        for p, q in np.unique(np.stack((a[is_edge], b[is_edge]), 1), axis=0).tolist():
            found[p].add(q)
            found[q].add(p)
    return found


def _boxes(segments: Segments, count: int) -> Floats:
    y, x = np.indices(segments.shape)
    labels = segments.ravel()
    boxes = np.full((count, 4), np.inf)
    boxes[:, 2:] = -np.inf
    for column, values, rule in (
        (0, x, np.minimum), (1, y, np.minimum), (2, x + 1, np.maximum), (3, y + 1, np.maximum),
    ):  # fmt: skip
        rule.at(boxes[:, column], labels, values.ravel())
    return boxes


def _colours(image: Floats, segments: Segments, count: int) -> Floats:
    """Histograms of the channels, that sum to 1 together ``[n, 25·C]``."""
    bins = np.clip((image * COLOUR_BINS).astype(np.intp), 0, COLOUR_BINS - 1)
    return _histograms(bins, COLOUR_BINS, segments, count)


def _textures(image: Floats, segments: Segments, count: int) -> Floats:
    """Histograms of the slope in 8 directions of each channel ``[n, 10·8·C]``."""
    down, across = (np.gradient(image, axis=axis) for axis in (0, 1))
    angles = np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    slopes: Floats = across[..., None] * np.cos(angles) + down[..., None] * np.sin(angles)
    slopes = np.maximum(slopes, 0).reshape(*segments.shape, -1)  # [H, W, 8·C]
    most = max(float(slopes.max()), 1e-9)
    bins = np.clip((slopes / most * TEXTURE_BINS).astype(np.intp), 0, TEXTURE_BINS - 1)
    return _histograms(bins, TEXTURE_BINS, segments, count)


def _histograms(bins: Segments, size: int, segments: Segments, count: int) -> Floats:
    labels = segments.ravel() * size
    channels = bins.reshape(segments.size, -1).T
    counted = [np.bincount(labels + c, minlength=count * size).reshape(count, size)
               for c in channels]  # fmt: skip
    histograms = np.concatenate(counted, axis=1).astype(np.float64)
    histograms /= histograms.sum(axis=1, keepdims=True)
    return histograms
