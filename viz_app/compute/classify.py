"""What a picture shows: the first guesses of an ImageNet classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from viz_app.compute.pixels import to_tensor
from viz_app.core.errors import NotFinite
from viz_app.core.patches import MOST_ELONGATED
from viz_app.nets import labels
from viz_app.nets.build import Net


@dataclass(frozen=True, slots=True)
class Guess:
    """A class with its probability."""

    label: str
    index: int
    probability: float


def classify(
    net: Net,
    pixels: NDArray[np.uint8],
    top: int = 5,
    check: Callable[[], None] | None = None,
) -> tuple[Guess, ...]:
    """The most probable ImageNet classes of a picture, best first.

    Parameters
    ----------
    net
        a classifier that answers with 1000 logits
    pixels
        uint8 [H, W, 3], RGB
    top
        how many guesses
    check
        called before each layer; what it raises ends the pass

    Raises
    ------
    NotFinite
        if the network's answer is not finite
    """
    device = next(net.parameters()).device
    crop = centre_crop(pixels).to(device)
    with torch.inference_mode():
        (logits,) = net(crop, (), check).values()  # [1, 1000]
        probabilities = torch.softmax(logits[0].float(), 0).cpu()
    if not bool(torch.isfinite(probabilities).all()):
        raise NotFinite("The classifier's answer left the finite numbers: fetch its weights again.")
    names = labels.imagenet()
    values, indices = probabilities.topk(min(top, len(names)))
    pairs = zip(values.tolist(), indices.tolist(), strict=True)
    return tuple(Guess(names[index], index, value) for value, index in pairs)


def centre_crop(pixels: NDArray[np.uint8], resize: int = 256, crop: int = 224) -> Tensor:
    """The middle of a picture as torchvision's classifiers were measured with.

    The shorter side becomes ``resize`` (bilinear, antialiased); the middle ``crop`` × ``crop`` is
    kept.

    Parameters
    ----------
    pixels
        uint8 [H, W, 3]

    Returns
    -------
    Tensor
        float32 [1, 3, crop, crop] in [0, 1]
    """
    shorter = min(pixels.shape[:2])
    rows, columns = (_middle(n, MOST_ELONGATED * shorter) for n in pixels.shape[:2])
    picture = to_tensor(pixels[rows, columns])
    height, width = (n * resize // shorter for n in picture.shape[2:])
    resized = F.interpolate(picture, (height, width), mode="bilinear", antialias=True)
    top, left = round((height - crop) / 2), round((width - crop) / 2)
    return resized[..., top : top + crop, left : left + crop].clamp(0, 1)


def _middle(n: int, most: int) -> slice:
    start = max(n - most, 0) // 2
    return slice(start, start + min(n, most))
