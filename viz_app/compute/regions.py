"""R-CNN, Fast R-CNN and Faster R-CNN's ways to classify regions, with one and the same network.

R-CNN (Girshick et al., CVPR 2014) runs the network on every region, warped to its input. Fast
R-CNN (Girshick, ICCV 2015) runs it once and takes each region out of the feature map, by RoI
pooling (bins rounded to cells, the maximum of each) or RoI align (He et al., "Mask R-CNN", ICCV
2017: bilinear samples, nothing rounded). Faster R-CNN (Ren et al., NIPS 2015) differs in where the
regions come from. Here the network is MobileNetV2: its map has a cell for each 32 pixels, and its
classifier reads the mean of a region's bins.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from viz_app.compute.pixels import to_tensor
from viz_app.core.errors import NotFinite
from viz_app.core.layers import total_macs
from viz_app.nets.build import Net

Floats = NDArray[np.float64]
Check = Callable[[], None]
Pooling = Literal["pool", "align"]

MAP_LAYER, HEAD_LAYER, STRIDE = "conv18_relu", "classifier", 32
WARPED = 160  # side of a region as R-CNN's network sees it
SHORTER = 480  # side of the photo for the map
BINS, SAMPLES = 7, 2
WARP_BATCH, ROI_BATCH = 16, 64


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The best class and its probability of some regions, and what it took.

    ``bins`` ``[N, 7, 7]`` are the means over the channels of what was pooled; R-CNN has none.
    """

    classes: NDArray[np.int64]
    scores: Floats
    passes: int
    macs: int
    seconds: float
    bins: Floats


@dataclass(frozen=True, slots=True, eq=False)
class FeatureMap:
    """A photo's feature map and how to get to it: cells for one pixel, across and down."""

    features: Tensor
    scale: tuple[float, float]
    macs: int
    seconds: float

    @property
    def strength(self) -> Floats:
        """The mean over the channels ``[h, w]``, to be looked at."""
        mean: Floats = self.features[0].mean(0).double().cpu().numpy()
        return mean


def feature_map(net: Net, pixels: NDArray[np.uint8], check: Check = lambda: None) -> FeatureMap:
    """Run the convolutional part once on the whole photo, its shorter side 480 pixels."""
    height, width = pixels.shape[:2]
    scale = SHORTER / min(height, width)
    sides = [max(round(length * scale / STRIDE), 1) * STRIDE for length in (height, width)]
    x = _picture(net, pixels)
    started = time.perf_counter()
    with torch.inference_mode():
        x = F.interpolate(x, sides, mode="bilinear", antialias=True).clamp(0, 1)
        features = net(x, (MAP_LAYER,), check)[MAP_LAYER]
    seconds = time.perf_counter() - started
    macs = total_macs(replace(net.network, input_shape=(3, *sides))) - _head_macs(net)
    cells = (features.shape[3] / width, features.shape[2] / height)
    return FeatureMap(features, cells, macs, seconds)


def label_warped(
    net: Net, pixels: NDArray[np.uint8], boxes: Floats, check: Check = lambda: None
) -> Iterator[Labels]:
    """R-CNN: every region is cut out, warped to 160×160 and run; some regions a step.

    Parameters
    ----------
    boxes
        ``[N, 4]`` in pixels of the photo
    """
    picture = _picture(net, pixels)
    each = total_macs(replace(net.network, input_shape=(3, WARPED, WARPED)))
    classes, scores = np.zeros(0, np.int64), np.zeros(0)
    seconds = 0.0
    for first in range(0, len(boxes), WARP_BATCH):
        check()
        started = time.perf_counter()
        with torch.inference_mode():
            batch = torch.cat([_warped(picture, box) for box in boxes[first : first + WARP_BATCH]])
            best, index = _best(net(batch, (HEAD_LAYER,), check)[HEAD_LAYER])
        seconds += time.perf_counter() - started
        classes, scores = np.concatenate((classes, index)), np.concatenate((scores, best))
        nothing = np.zeros((0, BINS, BINS))
        yield Labels(classes, scores, len(scores), each * len(scores), seconds, nothing)


def label_pooled(
    net: Net, where: FeatureMap, boxes: Floats, pooling: Pooling, check: Check = lambda: None
) -> Labels:
    """Fast R-CNN: each region's bins are taken out of the one map, then only the head is run."""
    started = time.perf_counter()
    pooled = pool if pooling == "pool" else align
    answers, looks = [], [np.zeros((0, BINS, BINS))]
    with torch.inference_mode():
        head = net.get_submodule("classifier.1")
        for first in range(0, len(boxes), ROI_BATCH):
            check()
            bins = pooled(where.features, _on_map(where, boxes[first : first + ROI_BATCH]))
            answers.append(_best(head(bins.mean((2, 3)))))
            looks.append(bins.mean(1).double().cpu().numpy())
    seconds = time.perf_counter() - started
    scores = np.concatenate([a[0] for a in answers] or [np.zeros(0)])
    classes = np.concatenate([a[1] for a in answers] or [np.zeros(0, np.int64)])
    macs = where.macs + len(boxes) * _head_macs(net)
    return Labels(classes, scores, 1, macs, where.seconds + seconds, np.concatenate(looks))


def align(features: Tensor, rois: Tensor, bins: int = BINS, samples: int = SAMPLES) -> Tensor:
    """RoI align: the mean of bilinear samples in each bin.

    Parameters
    ----------
    features
        [1, C, h, w]
    rois
        [N, 4] corners in cells of the map; a cell's middle lies at ½
    samples
        along each side of a bin

    Returns
    -------
    Tensor
        [N, C, bins, bins]
    """
    n, side = len(rois), bins * samples
    steps = (torch.arange(side, device=rois.device) + 0.5) / side
    xs = rois[:, None, 0] + steps * (rois[:, None, 2] - rois[:, None, 0])  # [N, side]
    ys = rois[:, None, 1] + steps * (rois[:, None, 3] - rois[:, None, 1])
    grid = torch.stack(
        (
            (2 * xs / features.shape[3] - 1)[:, None, :].expand(n, side, side),
            (2 * ys / features.shape[2] - 1)[:, :, None].expand(n, side, side),
        ),
        dim=3,
    )
    sampled = F.grid_sample(
        features, grid.reshape(1, n * side, side, 2).to(features.dtype),
        mode="bilinear", padding_mode="border", align_corners=False,
    )  # fmt: skip
    sampled = sampled[0].reshape(-1, n, side, side).transpose(0, 1)
    return F.avg_pool2d(sampled, samples)


def pool(features: Tensor, rois: Tensor, bins: int = BINS) -> Tensor:
    """RoI pooling: the region rounded to whole cells, the largest value of each rounded bin.

    Parameters and answer as of `align`.
    """
    height, width = features.shape[2:]
    answers = []
    for roi in rois.tolist():
        x1, y1, x2, y2 = rounded(roi, (width, height))
        answers.append(F.adaptive_max_pool2d(features[0, :, y1:y2, x1:x2], bins))
    return (
        torch.stack(answers) if answers else features.new_zeros((0, features.shape[1], bins, bins))
    )


def rounded(roi: list[float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """A region of the map with its corners on whole cells, at least one cell large."""
    x1, y1 = (min(math.floor(v + 0.5), n - 1) for v, n in zip(roi[:2], size, strict=True))
    x2, y2 = (min(math.floor(v + 0.5), n) for v, n in zip(roi[2:], size, strict=True))
    x1, y1 = max(x1, 0), max(y1, 0)
    return x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)


def _on_map(where: FeatureMap, boxes: Floats) -> Tensor:
    scale = np.array([*where.scale, *where.scale])
    return torch.tensor(boxes * scale, dtype=torch.float32, device=where.features.device)


def _warped(picture: Tensor, box: Floats) -> Tensor:
    x1, y1 = (max(math.floor(v), 0) for v in box[:2])
    x2, y2 = max(math.ceil(box[2]), x1 + 1), max(math.ceil(box[3]), y1 + 1)
    cut = picture[..., y1:y2, x1:x2]
    return F.interpolate(cut, (WARPED, WARPED), mode="bilinear", antialias=True).clamp(0, 1)


def _best(logits: Tensor) -> tuple[Floats, NDArray[np.int64]]:
    values, indices = torch.softmax(logits.float(), 1).max(1)
    if not bool(torch.isfinite(values).all()):
        raise NotFinite("The classifier's answer left the finite numbers: fetch its weights again.")
    return values.double().cpu().numpy(), indices.cpu().numpy()


def _head_macs(net: Net) -> int:
    return int(net.get_submodule("classifier.1").get_parameter("weight").numel())


def _picture(net: Net, pixels: NDArray[np.uint8]) -> Tensor:
    return to_tensor(pixels).to(next(net.parameters()).device)
