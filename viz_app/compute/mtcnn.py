"""MTCNN on a picture: the pyramid through P-Net, its windows through R-Net, those through O-Net."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from viz_app.core import mtcnn as arithmetic
from viz_app.core.errors import NotFinite, ShapeError
from viz_app.core.mtcnn import LOWEST, Cascade, Floats, Level
from viz_app.core.raw_boxes import RawBoxes
from viz_app.nets.build import Net

Check = Callable[[], None]
NETWORKS = ("mtcnn_pnet", "mtcnn_rnet", "mtcnn_onet")

_BATCH = 256  # windows at once, so that a cancel is soon seen
_MIDDLE, _SPREAD = 127.5, 128.0  # (x − 127.5) / 128, as the networks were trained


@dataclass(frozen=True, slots=True)
class Mtcnn:
    """The proposal, refinement and output networks."""

    pnet: Net
    rnet: Net
    onet: Net


def cascade(
    nets: Mtcnn, pixels: NDArray[np.uint8], smallest_px: int = 20, check: Check | None = None
) -> Cascade:
    """Everything the three networks say of a picture at the lowest thresholds.

    Parameters
    ----------
    pixels
        uint8 [H, W, 3], RGB
    smallest_px
        the smallest face to be looked for, at least 12
    check
        called between passes; what it raises ends them

    Raises
    ------
    ShapeError
        if the smallest face is smaller than P-Net's window
    NotFinite
        if a network's answer is not finite
    """
    if smallest_px < arithmetic.WINDOW_PX:
        raise ShapeError("A face smaller than 12 pixels cannot be found: look for 12 or more.")
    check = check or (lambda: None)
    height, width = pixels.shape[:2]
    picture = torch.tensor(pixels).permute(2, 0, 1)[None].float()  # [1, 3, H, W]
    marks = [time.perf_counter()]
    levels, windows = _pyramid(nets.pnet, picture, smallest_px, check)
    proposals = windows.at(arithmetic.proposed(windows))
    squares = arithmetic.squared(arithmetic.calibrated(proposals.boxes, proposals.offsets))
    marks.append(time.perf_counter())
    refined, moves = _seen(nets.rnet, picture, squares, 24, ("face_softmax", "box"), check)
    better = arithmetic.squared(arithmetic.calibrated(squares, moves, 1))
    marks.append(time.perf_counter())
    count = len(proposals)
    outputs, boxes, points = np.full(count, -1.0), better.copy(), np.zeros((count, 5, 2))
    asked = np.flatnonzero(refined > LOWEST)
    names = ("face_softmax", "box", "landmarks")
    scores, moves, landmarks = _seen(nets.onet, picture, better[asked], 48, names, check)
    outputs[asked] = scores
    boxes[asked] = arithmetic.calibrated(better[asked], moves, 1)
    points[asked] = arithmetic.placed(better[asked], landmarks)
    marks.append(time.perf_counter())
    if not all(np.isfinite(a).all() for a in (windows.scores, refined, outputs, boxes, points)):
        raise NotFinite("The face detector's answer left the finite numbers: try another picture.")
    seconds = tuple(b - a for a, b in pairwise(marks))
    return Cascade(
        (width, height),
        smallest_px,
        levels,
        windows,
        proposals,
        squares,
        refined,
        better,
        outputs,
        boxes,
        points,
        (seconds[0], seconds[1], seconds[2]),
    )


def raw_boxes(found: Cascade, p: float = 0.6, r: float = 0.7) -> RawBoxes:
    """O-Net's boxes before its own threshold and suppression, with the window each came from."""
    these = arithmetic.stages(found, p, r, 0).refined
    windows = found.proposals.at(these)
    scales = np.array([level.scale for level in found.levels])[windows.levels]  # [N]
    scores = np.maximum(found.outputs[these], 0).astype(np.float32)
    return RawBoxes(
        found.boxes[these].astype(np.float32),
        scores,
        np.ones((len(these), 1), np.float32),
        scores,
        np.zeros(len(these), np.int32),
        windows.cells.astype(np.int32),
        np.rint(arithmetic.STRIDE_PX / scales).astype(np.int32),
        np.repeat(arithmetic.WINDOW_PX / scales[:, None], 2, axis=1).astype(np.float32),
        windows.offsets.astype(np.float32),
        ("face",),
        found.smallest_px,
        layout="pyramid",
        is_softmax=True,
    )


def _pyramid(
    pnet: Net, picture: Tensor, smallest_px: int, check: Check
) -> tuple[tuple[Level, ...], arithmetic.Windows]:
    height, width = picture.shape[2:]
    levels, found = [], []
    for i, scale in enumerate(arithmetic.scales(width, height, smallest_px)):
        size = (int(height * scale + 1), int(width * scale + 1))
        answer = _run(pnet, F.interpolate(picture, size, mode="area"), check)
        faces, offsets = answer["face_softmax"][0, 1], answer["box"][0]
        levels.append(Level(scale, size[::-1], faces))
        found.append(arithmetic.windows_of(i, faces, offsets, scale, LOWEST))
    return tuple(levels), arithmetic.joined(found)


def _seen(
    net: Net, picture: Tensor, squares: Floats, side: int, names: tuple[str, ...], check: Check
) -> list[Floats]:
    """Scores [N] and the other answers of a network that looks at squares of the picture."""
    answers: list[list[np.ndarray]] = [[] for _ in names]
    for start in range(0, len(squares), _BATCH):
        crops = torch.cat([_crop(picture, s, side) for s in squares[start : start + _BATCH]])
        answer = _run(net, crops, check)
        for name, parts in zip(names, answers, strict=True):
            parts.append(answer[name])
    widths = {"face_softmax": 2, "box": 4, "landmarks": 10}
    joined = [
        np.concatenate([np.zeros((0, widths[name])), *parts]).astype(np.float64)
        for name, parts in zip(names, answers, strict=True)
    ]
    return [joined[0][:, 1], *joined[1:]]


def _crop(picture: Tensor, square: Floats, side: int) -> Tensor:
    """The part of a square that lies on the picture, brought to a side; pixels count from 1."""
    height, width = picture.shape[2:]
    x, y, end_x, end_y = (int(c) for c in square)
    x, y, end_x, end_y = max(x, 1), max(y, 1), min(end_x, width), min(end_y, height)
    if end_x < x or end_y < y:  # beside the picture
        return torch.full((1, 3, side, side), _MIDDLE)
    return F.interpolate(picture[:, :, y - 1 : end_y, x - 1 : end_x], (side, side), mode="area")


def _run(net: Net, pixels: Tensor, check: Check) -> dict[str, np.ndarray]:
    device = next(net.parameters()).device
    with torch.inference_mode():
        answers = net(((pixels - _MIDDLE) / _SPREAD).to(device), (), check)
        return {name: answer.float().cpu().numpy() for name, answer in answers.items()}
