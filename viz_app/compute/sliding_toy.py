"""The slides' small network, 14×14×3 → 10×10×16 → 5×5×16 → 400 → 400 → 4, and what it learns.

It is taught here, in about a second, to tell a disc, a square and a triangle from anything else
on small generated pictures, so that the map of its scores means something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from viz_app.compute.adam import Adam
from viz_app.core.layers import Layer, Network
from viz_app.nets.build import Net, build

NAMES = ("disc", "square", "triangle", "nothing")
NOTHING = 3
WINDOW, STRIDE = 14, 2
STEPS, BATCH, RATE = 120, 64, 2e-3
REACH_PX = 9  # no shape is larger
NEAR_PX = 3.0  # a window whose middle is this near a shape's shows it; one farther shows nothing


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A generated picture uint8 [H, W, 3] and its shapes: middle x and y, radius, class."""

    pixels: NDArray[np.uint8]
    shapes: tuple[tuple[float, float, float, int], ...]


def toy_network() -> Network:
    """The table of the slides; the fully connected layers are still fully connected."""
    return Network(
        "toy",
        "The slides' network",
        (3, WINDOW, WINDOW),
        (
            Layer("conv1", "conv", channels=16, kernel=5),
            Layer("relu1", "relu"),
            Layer("pool1", "max_pool", kernel=2, stride=2),
            Layer("flatten", "flatten"),
            Layer("fc2", "linear", channels=400),
            Layer("relu2", "relu"),
            Layer("fc3", "linear", channels=400),
            Layer("relu3", "relu"),
            Layer("fc4", "linear", channels=len(NAMES)),
        ),
    )


def picture(height: int, width: int, seed: int = 0) -> Drawn:
    """A picture with shapes on it, as many as fit; one lies in the first window.

    Parameters
    ----------
    seed
        the same number gives the same picture
    """
    rng = np.random.default_rng(seed)
    canvas = _ground(height, width, rng)
    shapes: list[tuple[float, float, float, int]] = [(7.0, 7.0, 5.2, int(rng.integers(3)))]
    wanted = 1 + height * width // 700
    for _ in range(40 * wanted):
        if len(shapes) >= wanted or min(height, width) <= 2 * WINDOW:
            break
        x, y = rng.uniform(7, width - 7), rng.uniform(7, height - 7)
        if all(np.hypot(x - s[0], y - s[1]) > 15 for s in shapes):
            shapes.append((x, y, float(rng.uniform(4.6, 5.6)), int(rng.integers(3))))
    for shape in shapes:
        _draw(canvas, shape, rng)
    return Drawn((canvas * 255).round().astype(np.uint8), tuple(shapes))


def taught(seed: int = 0, check: Callable[[], None] = lambda: None) -> tuple[Net, float]:
    """The network after a second of learning, frozen, and its share of right answers on new crops.

    The same seed gives the same network.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # for so small a network, threads would only wait for each other
    try:
        return _taught(seed, check)
    finally:
        torch.set_num_threads(threads)


def _taught(seed: int, check: Callable[[], None]) -> tuple[Net, float]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = build(toy_network())
    parameters = [(weights, Adam()) for weights in net.parameters()]
    rng = np.random.default_rng(seed + 1)
    crops, classes = _crops(1600, rng)
    for _ in range(STEPS):
        check()
        chosen = torch.tensor(rng.integers(0, len(crops), BATCH))
        with torch.enable_grad():
            (logits,) = net(crops[chosen]).values()
            loss = F.cross_entropy(logits, classes[chosen])
        slopes = torch.autograd.grad(loss, [weights for weights, _ in parameters])
        with torch.no_grad():
            for (weights, adam), slope in zip(parameters, slopes, strict=True):
                weights.sub_(adam.step_of(slope), alpha=RATE)
    net = net.eval().requires_grad_(False)
    crops, classes = _crops(400, rng)
    (logits,) = net(crops).values()
    return net, float((logits.argmax(1) == classes).float().mean())


def _crops(count: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows of generated pictures: half with a shape in the middle, half without."""
    crops: list[NDArray[np.uint8]] = []
    classes: list[int] = []
    while len(crops) < count:
        drawn = picture(96, 96, int(rng.integers(1 << 30)))
        places = [(s[0] + rng.uniform(-1, 1), s[1] + rng.uniform(-1, 1)) for s in drawn.shapes]
        places += [(rng.uniform(7, 89), rng.uniform(7, 89)) for _ in drawn.shapes]
        for x, y in places:
            left, top = (int(np.clip(round(v - 7), 0, 96 - WINDOW)) for v in (x, y))
            near = min(drawn.shapes, key=lambda s: np.hypot(left + 7 - s[0], top + 7 - s[1]))
            distance = np.hypot(left + 7 - near[0], top + 7 - near[1])
            crops.append(drawn.pixels[top : top + WINDOW, left : left + WINDOW])
            classes.append(near[3] if distance <= NEAR_PX else NOTHING)
    array = np.stack(crops[:count])
    return (
        torch.tensor(array).permute(0, 3, 1, 2).float() / 255,
        torch.tensor(classes[:count]),
    )


def _ground(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float64]:
    y, x = np.mgrid[:height, :width]
    slope = 0.12 * np.sin(x / 17 + rng.uniform(0, 6)) + 0.1 * np.cos(y / 13 + rng.uniform(0, 6))
    ground = np.array([0.78, 0.77, 0.72]) + slope[..., None] * np.array([1.0, 0.9, 0.7])
    noisy: NDArray[np.float64] = np.clip(ground + rng.normal(0, 0.02, (height, width, 1)), 0, 1)
    return noisy


def _draw(
    canvas: NDArray[np.float64],
    shape: tuple[float, float, float, int],
    rng: np.random.Generator,
) -> None:
    cx, cy, radius, kind = shape
    left, top = max(int(cx) - REACH_PX, 0), max(int(cy) - REACH_PX, 0)
    part = canvas[top : int(cy) + REACH_PX, left : int(cx) + REACH_PX]  # a view: drawn in place
    y, x = np.mgrid[top : top + part.shape[0], left : left + part.shape[1]] + 0.5
    u, v = (x - cx) / radius, (y - cy) / radius
    if kind == 0:
        reach = np.hypot(u, v)
    elif kind == 1:
        reach = np.maximum(np.abs(u), np.abs(v)) / 0.88
    else:
        reach = np.maximum(v / 0.8, (2 * np.abs(u) - v) / 1.1)
    cover = np.clip((1 - reach) * radius + 0.5, 0, 1)[..., None]
    colour = rng.permutation(rng.uniform((0.05, 0.1, 0.3), (0.3, 0.55, 0.7)))
    part[:] = part * (1 - cover) + colour * cover
