"""MTCNN's arithmetic: pyramid, windows, calibration, squares, and its stages at any thresholds.

Zhang, Zhang, Li and Qiao, "Joint Face Detection and Alignment Using Multi-task Cascaded
Convolutional Networks", IEEE Signal Processing Letters 23 (2016), arXiv:1604.02878; the numbers
that the paper leaves open (0.709, 12·s, 0.5 and 0.7, "Min") are those of the authors' program, as
facenet-pytorch has them. A threshold only takes boxes away, and each box is judged by itself, so
the networks run once, at the lowest thresholds, and every move of a slider is answered from here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz_app.core.suppression import suppress

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

FACTOR = 0.709  # of the side from one copy of the picture to the next: half of its area
WINDOW_PX, STRIDE_PX = 12, 2  # of P-Net
LOWEST = 0.5  # the networks run for what reaches this; sliders begin here
WITHIN, ACROSS, MIN_OVERLAP = 0.5, 0.7, 0.7  # overlaps from which windows and boxes go


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One copy of the picture in the pyramid, and what P-Net says of its windows.

    Parameters
    ----------
    scale
        pixels of the copy for one of the picture
    size
        width and height of the copy
    faces
        float32 [rows, columns], P-Net's belief that the window there is a face
    """

    scale: float
    size: tuple[int, int]
    faces: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """N windows of P-Net: squares in the picture's pixels and the network's answer.

    ``boxes`` [N, 4], ``scores`` [N], ``levels`` [N], ``cells`` [N, 2] (column, row),
    ``offsets`` [N, 4] as shares of the window's side.
    """

    boxes: Floats
    scores: Floats
    levels: NDArray[np.int64]
    cells: NDArray[np.int64]
    offsets: Floats

    def __len__(self) -> int:
        return len(self.boxes)

    def at(self, these: Indices | NDArray[np.bool_]) -> Windows:
        """Some of the windows."""
        return Windows(
            self.boxes[these],
            self.scores[these],
            self.levels[these],
            self.cells[these],
            self.offsets[these],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Cascade:
    """What the three networks said of one picture, at the lowest thresholds.

    Parameters
    ----------
    size
        width and height of the picture
    smallest_px
        the smallest face looked for
    levels
        the pyramid, the largest copy first
    windows
        all of P-Net's windows above ``LOWEST``
    proposals
        those that its two suppressions leave, P of them
    squares
        [P, 4] proposals calibrated and squared: what R-Net sees
    refined, outputs
        [P] scores of R-Net and O-Net; −1 where the network was not asked
    refined_squares
        [P, 4] calibrated by R-Net and squared: what O-Net sees
    boxes
        [P, 4] calibrated by O-Net
    points
        [P, 5, 2] eyes, nose, corners of the mouth
    seconds
        of the three stages
    """

    size: tuple[int, int]
    smallest_px: int
    levels: tuple[Level, ...]
    windows: Windows
    proposals: Windows
    squares: Floats
    refined: Floats
    refined_squares: Floats
    outputs: Floats
    boxes: Floats
    points: Floats
    seconds: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """Which proposals pass each stage at some thresholds, as indices by falling score."""

    windows: Indices
    """of ``Cascade.windows``"""
    proposed: Indices
    refined: Indices
    """R-Net's score is large enough"""
    refined_kept: Indices
    output: Indices
    """O-Net's score is large enough"""
    faces: Indices


def scales(width: int, height: int, smallest_px: int, factor: float = FACTOR) -> list[float]:
    """Scales of the pyramid: from faces of ``smallest_px`` to the whole picture in 12 pixels."""
    scale, found = WINDOW_PX / smallest_px, []
    side = min(width, height) * scale
    while side >= WINDOW_PX:
        found.append(scale)
        scale, side = scale * factor, side * factor
    return found


def windows_of(level: int, faces: Floats, offsets: Floats, scale: float, lowest: float) -> Windows:
    """The windows of one copy above a score.

    Parameters
    ----------
    level
        number of the copy
    faces
        [rows, columns]
    offsets
        [4, rows, columns]
    """
    row, column = np.nonzero(faces > lowest)
    cells = np.stack([column, row], 1)  # [N, 2]
    first = np.floor((STRIDE_PX * cells + 1) / scale)
    last = np.floor((STRIDE_PX * cells + WINDOW_PX) / scale)
    return Windows(
        np.concatenate([first, last], 1).astype(np.float64),
        faces[row, column].astype(np.float64),
        np.full(len(row), level, np.int64),
        cells.astype(np.int64),
        offsets[:, row, column].T.astype(np.float64).reshape(-1, 4),
    )


def joined(parts: list[Windows]) -> Windows:
    """Windows of all copies, one after another."""
    if not parts:
        none = np.zeros((0, 4))
        return Windows(none, none[:, 0], np.zeros(0, np.int64), np.zeros((0, 2), np.int64), none)
    fields = [(p.boxes, p.scores, p.levels, p.cells, p.offsets) for p in parts]
    return Windows(*(np.concatenate(column) for column in zip(*fields, strict=True)))


def proposed(windows: Windows) -> Indices:
    """What stays of all windows: suppression within each copy, then across all of them."""
    within = suppressed(windows.boxes, windows.scores, WITHIN, windows.levels)
    return within[suppressed(windows.boxes[within], windows.scores[within], ACROSS)]


def calibrated(boxes: Floats, offsets: Floats, extra_px: int = 0) -> Floats:
    """Boxes [N, 4] moved by offsets [N, 4], shares of their sides (b + r · side).

    R-Net and O-Net count a side with its last pixel: ``extra_px`` 1.
    """
    sides = np.tile(boxes[:, 2:] - boxes[:, :2] + extra_px, 2)  # [N, 4]
    return boxes + offsets * sides


def squared(boxes: Floats) -> Floats:
    """The squares around boxes [N, 4], as large as the longer side."""
    sides = boxes[:, 2:] - boxes[:, :2]
    longest = sides.max(axis=1, keepdims=True)
    corner = boxes[:, :2] + sides / 2 - longest / 2
    return np.concatenate([corner, corner + longest], axis=1)


def placed(squares: Floats, landmarks: Floats) -> Floats:
    """Landmarks [N, 10] (five x, five y, as shares of the square) in the picture [N, 5, 2]."""
    sides = squares[:, None, 2:] - squares[:, None, :2] + 1
    shares = landmarks.reshape(-1, 2, 5).transpose(0, 2, 1)  # [N, 5, 2]
    return squares[:, None, :2] + shares * sides - 1


def stages(cascade: Cascade, p: float, r: float, o: float) -> Stages:
    """Run the cascade again at three thresholds, without the networks.

    Parameters
    ----------
    p, r, o
        scores of P-, R- and O-Net that must be exceeded; p and r below ``LOWEST`` are as
        ``LOWEST``, up to which the next network was not asked
    """
    p, r = max(p, LOWEST), max(r, LOWEST)
    windows = np.flatnonzero(cascade.windows.scores > p)
    proposed = np.flatnonzero(cascade.proposals.scores > p)
    refined = proposed[cascade.refined[proposed] > r]
    kept = refined[suppressed(cascade.squares[refined], cascade.refined[refined], ACROSS)]
    output = kept[cascade.outputs[kept] > o]
    faces = output[_min_suppressed(cascade.boxes[output], cascade.outputs[output])]
    return Stages(windows, proposed, refined, kept, output, faces)


def suppressed(
    boxes: Floats, scores: Floats, threshold: float, groups: NDArray[np.int64] | None = None
) -> Indices:
    """The boxes that stay, by falling score; IoU > threshold goes."""
    kept = suppress(
        boxes, scores, groups, score_threshold=-1, iou_threshold=threshold, rule="above"
    ).kept
    return np.array(kept, np.intp)


def _min_suppressed(boxes: Floats, scores: Floats) -> Indices:
    """The last suppression: intersection over the smaller area, so that no face lies in another.

    The authors' program counts the last pixel of a side here.
    """
    left = np.argsort(-scores, kind="stable")
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2] + 1, 0), axis=1)
    kept: list[int] = []
    while len(left):
        pick, left = left[0], left[1:]
        kept.append(int(pick))
        low = np.maximum(boxes[pick, :2], boxes[left, :2])
        high = np.minimum(boxes[pick, 2:], boxes[left, 2:])
        common = np.prod(np.maximum(high - low + 1, 0), axis=1)
        smaller = np.maximum(np.minimum(areas[pick], areas[left]), 1e-9)
        left = left[common / smaller <= MIN_OVERLAP]
    return np.array(kept, np.intp)
