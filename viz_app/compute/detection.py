"""From a picture to the raw boxes of a YOLO detector; suppression is core's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from viz_app.core.architectures import YOLOV4_TINY_HEADS, Head
from viz_app.core.errors import NotFinite, ShapeError
from viz_app.core.raw_boxes import RawBoxes
from viz_app.nets import labels
from viz_app.nets.build import Net

Maps = Mapping[str, NDArray[np.float32]]
Fitting = Literal["stretch", "letterbox"]

_GREY = 0.5
"""What darknet fills the border of a letterbox with."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture lies in the square that the network sees.

    Parameters
    ----------
    size
        side of the square in pixels
    width, height
        of the picture inside it
    left, top
        of its first pixel
    scale_x, scale_y
        pixels of the square for one of the picture
    """

    size: int
    width: int
    height: int
    left: int
    top: int
    scale_x: float
    scale_y: float

    @classmethod
    def letterbox(cls, height: int, width: int, size: int) -> Placement:
        """Centre a picture in the square, as large as its longer side allows."""
        scale = size / max(height, width)
        w, h = max(1, round(width * scale)), max(1, round(height * scale))
        return cls(size, w, h, (size - w) // 2, (size - h) // 2, w / width, h / height)

    @classmethod
    def stretch(cls, height: int, width: int, size: int) -> Placement:
        """Fill the square, whatever the picture's proportions."""
        return cls(size, size, size, 0, 0, size / width, size / height)

    def to_picture(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Boxes [N, 4], xyxy, from pixels of the square to pixels of the picture."""
        shift = np.array([self.left, self.top] * 2, np.float32)
        scale = np.array([self.scale_x, self.scale_y] * 2, np.float32)
        return (boxes - shift) / scale


def fit(
    pixels: NDArray[np.uint8], size: int, fitting: Fitting = "stretch"
) -> tuple[Tensor, Placement]:
    """Bring a picture into the network's square, bilinear and antialiased.

    Parameters
    ----------
    pixels
        uint8 [H, W, 3]
    size
        side of the square, a multiple of 32
    fitting
        ``"stretch"`` fills the square, as darknet trained its networks; ``"letterbox"`` keeps
        the proportions, grey around the picture

    Returns
    -------
    Tensor
        float32 [1, 3, size, size] in [0, 1]
    Placement
        the way back

    Raises
    ------
    ShapeError
        if the size is no multiple of 32
    """
    if size < 32 or size % 32:
        near = max(32, round(size / 32) * 32)
        raise ShapeError(f"The detector's input must be a multiple of 32 pixels: try {near}.")
    make = Placement.letterbox if fitting == "letterbox" else Placement.stretch
    place = make(pixels.shape[0], pixels.shape[1], size)
    picture = torch.tensor(pixels).permute(2, 0, 1)[None].float()  # [1, 3, H, W]
    inside = (place.height, place.width)
    if tuple(picture.shape[2:]) != inside:
        picture = F.interpolate(picture, inside, mode="bilinear", antialias=True)
    picture.div_(255).clamp_(0, 1)  # the smaller one, and in its place
    if inside == (size, size):
        return picture.contiguous(), place
    square = torch.full((1, 3, size, size), _GREY)
    square[..., place.top : place.top + place.height, place.left : place.left + place.width] = (
        picture
    )
    return square, place


def detect(
    net: Net,
    pixels: NDArray[np.uint8],
    size: int = 416,
    check: Callable[[], None] | None = None,
    *,
    fitting: Fitting = "stretch",
    heads: Sequence[Head] = YOLOV4_TINY_HEADS,
) -> RawBoxes:
    """All boxes of a YOLO network on one picture, none suppressed: 2,535 at 416 pixels.

    Parameters
    ----------
    net
        a network whose outputs are the heads, trained on COCO
    pixels
        uint8 [H, W, 3], RGB
    size
        side of the network's square input, a multiple of 32
    check
        called before each layer; what it raises ends the pass
    fitting
        see :func:`fit`
    heads
        layers that hold boxes

    Raises
    ------
    ShapeError
        if the size is no multiple of 32
    NotFinite
        if the network's answer is not finite
    """
    square, place = fit(pixels, size, fitting)
    device = next(net.parameters()).device
    with torch.inference_mode():
        answers = net(square.to(device), [head.layer for head in heads], check)
        maps = {name: answer[0].float().cpu().numpy() for name, answer in answers.items()}
    return decode(maps, place, heads, labels.coco())


def decode(maps: Maps, place: Placement, heads: Sequence[Head], names: tuple[str, ...]) -> RawBoxes:
    """Boxes from the heads' maps, in the order head, row, column, anchor.

    b_x = (s·σ(t_x) − (s − 1)/2 + c_x) · stride,  b_w = p_w · exp(t_w)
    (Redmon and Farhadi, YOLOv3, 2018; s is darknet's ``scale_x_y``). YOLOv2's classes go through
    a softmax, those of later versions through a sigmoid each.

    Parameters
    ----------
    maps
        for each head its float32 [A · (5 + C), rows, columns]
    place
        where the picture lies in the square
    heads
        strides and anchors
    names
        of the C classes

    Raises
    ------
    NotFinite
        if a box or a score is not finite
    """
    parts = [_head(maps[head.layer], head, len(names)) for head in heads]
    numbers, cells, strides, anchors, scales = map(np.concatenate, zip(*parts, strict=True))
    offsets = numbers[:, :4]  # [N, 4]
    with np.errstate(over="ignore"):
        belief = 1 / (1 + np.exp(-numbers[:, 4:]))  # [N, 1 + C]
        if heads[0].is_softmax:
            shares = np.exp(numbers[:, 5:] - numbers[:, 5:].max(1, keepdims=True))
            belief[:, 1:] = shares / shares.sum(1, keepdims=True)
        sigma = 1 / (1 + np.exp(-offsets[:, :2]))
        extent = anchors * np.exp(offsets[:, 2:])  # [N, 2]
    stretched = scales[:, None] * (sigma - 0.5) + 0.5
    middle = (stretched + cells) * strides[:, None]
    boxes = place.to_picture(np.concatenate([middle - extent / 2, middle + extent / 2], 1))
    classes = belief[:, 1:].argmax(1)
    scores = belief[:, 0] * belief[np.arange(len(belief)), 1 + classes]
    if not (np.isfinite(boxes).all() and np.isfinite(scores).all()):
        raise NotFinite("The detector's answer left the finite numbers: try another input size.")
    return RawBoxes(
        boxes.astype(np.float32),
        belief[:, 0],
        belief[:, 1:],
        scores,
        classes.astype(np.int32),
        cells,
        strides,
        anchors,
        offsets,
        names,
        place.size,
        is_softmax=heads[0].is_softmax,
    )


def _head(answer: NDArray[np.float32], head: Head, classes: int) -> tuple[np.ndarray, ...]:
    """Rows of one head: numbers [N, 5 + C], cells, strides, anchors and scale_xy."""
    anchors = len(head.anchors)
    _, rows, columns = answer.shape
    numbers = answer.reshape(anchors, 5 + classes, rows, columns).transpose(2, 3, 0, 1)
    row, column, anchor = np.indices((rows, columns, anchors), np.int32).reshape(3, -1)
    return (
        numbers.reshape(-1, 5 + classes),  # [rows · columns · A, 5 + C]
        np.stack([column, row], 1),
        np.full(len(row), head.stride, np.int32),
        np.array(head.anchors, np.float32)[anchor],
        np.full(len(row), head.scale_xy, np.float32),
    )
