"""Why a unit fired, by many passes: integrated gradients, occlusion, and their baselines."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from viz_app.compute.attribution import Check, Floats, Target, slopes_of, to_numbers, values_of
from viz_app.nets.build import Net

Baseline = Literal["mean", "black", "blurred"]
Field = tuple[tuple[int, int], tuple[int, int]]

BLUR_SHARE = 1 / 12
"""Standard deviation of the blurred baseline, in shorter sides of the image."""


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """How far a method is, and what it holds so far.

    ``values`` is float32, [3, H, W] from integrated gradients and [H, W] from occlusion.
    ``baseline_value`` is the target's value on the image without a message; what the values sum
    to should be ``value − baseline_value`` for integrated gradients.
    """

    values: Floats
    value: float
    baseline_value: float
    done: int
    total: int

    @property
    def gap(self) -> float:
        """How far the sum of the values is from what was to be explained (completeness)."""
        return float(self.values.sum(dtype=np.float64)) - (self.value - self.baseline_value)


def baseline_of(net: Net, x: Tensor, kind: Baseline) -> Tensor:
    """An image of the same shape that says nothing: of the network's mean colour, black, blurred.

    The mean colour is what the network's preprocessing turns into zeros; grey if it has none.
    """
    if kind == "black":
        return torch.zeros_like(x)
    if kind == "blurred":
        return _blurred(x, min(x.shape[2:]) * BLUR_SHARE)
    preprocessing = net.network.preprocessing
    colour = (0.5,) * x.shape[1] if preprocessing is None else preprocessing.mean
    if preprocessing is not None and preprocessing.order == "BGR":
        colour = colour[::-1]
    return torch.tensor(colour, dtype=x.dtype, device=x.device).view(1, -1, 1, 1).expand_as(x)


def integrated_gradients(
    net: Net,
    x: Tensor,
    baseline: Tensor,
    target: Target,
    steps: int,
    check: Check | None = None,
    batch: int = 4,
) -> Generator[Passes, None, None]:
    """(x − b) · ∫₀¹ ∂f/∂x (b + t (x − b)) dt, by the midpoint rule.

    Sundararajan, Taly and Yan (2017), arXiv:1703.01365, equation 1. Its axiom of completeness:
    the values sum to f(x) − f(b), up to the rule's error, which ``Passes.gap`` tells.

    Parameters
    ----------
    net, x, target, check
        as in ``attribution.gradient``
    baseline
        b, of x's shape
    steps
        points on the way, at least 1
    batch
        how many of them at a time

    Yields
    ------
    Passes
        after each batch, with the mean gradient of the points so far (the points are taken in
        an order that covers the way evenly from the start); the last is the answer
    """
    ends = values_of(net, torch.cat((x, baseline)), target, check).tolist()
    order = torch.randperm(steps, generator=torch.Generator().manual_seed(0))
    shares = ((order.to(x.dtype) + 0.5) / steps).to(x.device)
    total = torch.zeros(x.shape[1:], dtype=torch.float64)  # on the CPU: not all devices have it
    done = 0
    for part in torch.split(shares, batch):
        images = baseline + part.view(-1, 1, 1, 1) * (x - baseline)
        _values, slopes = slopes_of(net, images, target, check=check)
        total += slopes.cpu().sum(0, dtype=torch.float64)
        done += len(part)
        values = to_numbers((x - baseline)[0].cpu() * total / done)
        yield Passes(values, ends[0], ends[1], done, steps)


def occlusion(
    net: Net,
    x: Tensor,
    baseline: Tensor,
    target: Target,
    size: int,
    stride: int,
    field: Field | None = None,
    check: Check | None = None,
    batch: int = 8,
) -> Generator[Passes, None, None]:
    """How much of the target's value is lost where a square hides the image.

    Zeiler and Fergus (2013), arXiv:1311.2901, section 4.2. Each pixel gets the mean of
    f(x) − f(x hidden) over the squares that hide it; the squares stand ``stride`` apart and the
    last of each axis at its end, so that every pixel is hidden.

    Parameters
    ----------
    net, x, target, check
        as in ``attribution.gradient``
    baseline
        what a square shows instead of the image
    size, stride
        of the squares, in pixels
    field
        rows and columns, ends included, outside which the target reads nothing: the squares there
        lose nothing and are not computed
    batch
        how many at a time

    Yields
    ------
    Passes
        before the first and after each batch, with the squares so far
    """
    height, width = x.shape[2:]
    squares = list(product(starts(height, size, stride), starts(width, size, stride)))
    value = values_of(net, x, target, check)
    seen = [at for at in squares if _meets(at, size, field)]
    lost = np.zeros((height, width))
    counts = np.zeros((height, width))
    for at in squares:
        counts[_square(at, size)] += 1
    yield Passes(lost.astype(np.float32), float(value), 0.0, 0, len(seen))
    for done in range(0, len(seen), batch):
        part = seen[done : done + batch]
        hidden = x.repeat(len(part), 1, 1, 1)
        for image, at in zip(hidden, part, strict=True):
            image[:, *_square(at, size)] = baseline[0][:, *_square(at, size)]
        losses = (value - values_of(net, hidden, target, check)).tolist()
        for loss, at in zip(losses, part, strict=True):
            lost[_square(at, size)] += loss
        values = to_numbers(torch.from_numpy(lost / counts))
        yield Passes(values, float(value), 0.0, done + len(part), len(seen))


def starts(length: int, size: int, stride: int) -> list[int]:
    """Where squares of a size begin on an axis, every ``stride`` and once at the end."""
    last = max(length - size, 0)
    found = list(range(0, last + 1, stride))
    return found if found[-1] == last else [*found, last]


def _square(at: tuple[int, int], size: int) -> tuple[slice, slice]:
    top, left = at
    return slice(top, top + size), slice(left, left + size)


def _meets(at: tuple[int, int], size: int, field: Field | None) -> bool:
    if field is None:
        return True
    return all(
        start <= last and start + size > first
        for start, (first, last) in zip(at, field, strict=True)
    )


def _blurred(x: Tensor, sigma: float) -> Tensor:
    reach = max(round(3 * sigma), 1)
    offsets = torch.arange(-reach, reach + 1, dtype=x.dtype, device=x.device)
    kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).view(1, 1, 1, -1)
    for turned in (kernel, kernel.mT):
        tall, wide = (n // 2 for n in turned.shape[2:])
        padded = F.pad(x, (wide, wide, tall, tall), mode="replicate")
        x = torch.cat([F.conv2d(padded[:, c : c + 1], turned) for c in range(x.shape[1])], 1)
    return x


def last_of(passes: Iterator[Passes]) -> Passes:
    """The answer of a method that is not watched."""
    answer: Passes | None = None
    for answer in passes:  # noqa: B007 - the last is wanted
        pass
    assert answer is not None
    return answer
