"""A step of the style transfer at 256 px, beside plain programs that do the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import prod

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.harness import Bound, Row, interleaved, medians
from viz_app.compute.style.features import Features, has_bf16
from viz_app.compute.style.run import stylise
from viz_app.core import architectures
from viz_app.core.errors import WeightsError
from viz_app.core.layers import shapes, total_macs
from viz_app.core.style_terms import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    Precision,
    StyleControls,
    StyleSettings,
)
from viz_app.files.weights import WeightsStore
from viz_app.nets.build import Net, build
from viz_app.nets.vgg import vgg16_features

SIZE_PX = 256
PEAK_CHANNELS, PEAK_SIZE_PX, PEAK_RUNS = 256, 64, 4
ACTIVATIONS = [name.replace("conv", "relu") for name in (CONTENT_LAYER, *STYLE_LAYERS)]
# against the plain step, against the naive script, share of the peak
BOUNDS = {"float32": (1.15, 4.5, 0.75), "bfloat16": (2.0, 8.0, 0.75)}


def rows(rounds: int) -> Iterator[Row]:
    """Our step against the plain step, the naive script and the processor's own best."""
    net, words = network()
    print(f"network: {words}")
    precisions = ["float32"] + ["bfloat16"] * has_bf16(torch.device("cpu"))
    tasks: dict[str, Callable[[], object]] = {"plain": Plain(net).step, "naive": Naive(net).step}
    for name in precisions:
        dtype = getattr(torch, name)
        tasks[f"ours {name}"] = our_step(net, "auto" if name == "bfloat16" else "float32")
        tasks[f"bare {name}"] = bare_pass(net, dtype)
        tasks[f"peak {name}"] = peak(dtype)
    found = medians(interleaved(tasks, rounds))
    for name in precisions:
        plain, naive, share = BOUNDS[name]
        ours = found[f"ours {name}"]
        yield Row.times_as_fast(f"step, {name}: plain", ours, found["plain"], Bound("≥", plain))
        yield Row.times_as_fast(f"step, {name}: naive", ours, found["naive"], Bound("≥", naive))
        peak_rate = PEAK_RUNS * peak_macs() / found[f"peak {name}"] / 1e6
        our_rate = step_macs() / ours / 1e6
        what = f"step, {name}: 3×3 peak"
        yield Row.part_of(what, our_rate, peak_rate, Bound("≥", share), "GMAC/s")
        yield Row.part_of(f"step, {name}: bare forward+backward", ours, found[f"bare {name}"])


def network() -> tuple[Net, str]:
    """VGG-16's convolutional part; with random weights where the published ones are not here."""
    try:
        return vgg16_features(WeightsStore().read("vgg16")), "VGG-16, published weights"
    except WeightsError:
        torch.manual_seed(0)
        net = build(architectures.vgg16_features()).eval().requires_grad_(False)
        return net, "VGG-16, random weights (the published ones are not on this machine)"


def pictures() -> tuple[np.ndarray, np.ndarray]:
    """Two smooth pictures, the same on every machine."""
    rows, columns = np.mgrid[0:SIZE_PX, 0:SIZE_PX] / SIZE_PX
    waves = [np.sin(9 * rows + k * columns + k) for k in (3, 17, 31)]
    stripes = [np.sign(np.sin(60 * columns + k * rows)) for k in (5, 11, 19)]
    content, style = (np.stack(planes, -1) * 127 + 128 for planes in (waves, stripes))
    return content.astype(np.uint8), style.astype(np.uint8)


def our_step(net: Net, precision: Precision) -> Callable[[], object]:
    """One step of a run as the style lab starts it."""
    settings = StyleSettings(size_px=SIZE_PX, steps=100_000, precision=precision)
    steps = stylise(net, *pictures(), settings, StyleControls, lambda: None)
    return lambda: next(steps)


def bare_pass(net: Net, dtype: torch.dtype) -> Callable[[], object]:
    """Forward and backward through the same network in the same layout, no cost, no optimiser."""
    features, x = Features(net), as_tensor(pictures()[0]).requires_grad_()

    def once() -> object:
        found = features(x, ACTIVATIONS, dtype, lambda: None)
        return torch.autograd.grad(list(found.values()), x, [a.detach() for a in found.values()])

    return once


def peak(dtype: torch.dtype) -> Callable[[], object]:
    """A convolution that suits the processor: 3×3, many channels in and out."""
    layout = {"memory_format": torch.channels_last}
    x = torch.rand(1, PEAK_CHANNELS, PEAK_SIZE_PX, PEAK_SIZE_PX).to(dtype).contiguous(**layout)
    kernel = torch.rand(PEAK_CHANNELS, PEAK_CHANNELS, 3, 3).to(dtype).contiguous(**layout)
    return lambda: [F.conv2d(x, kernel, padding=1) for _ in range(PEAK_RUNS)]


def peak_macs() -> int:
    """Multiply-accumulates of one such convolution."""
    return PEAK_CHANNELS**2 * 9 * PEAK_SIZE_PX**2


def step_macs() -> int:
    """Multiply-accumulates of a step: convolutions and Gram matrices, each forward and backward."""
    table = architectures.vgg16_features()
    names = [layer.name for layer in table.layers]
    layers = table.layers[: names.index(STYLE_LAYERS[-1]) + 1]
    table = replace(table, layers=layers, input_shape=(3, SIZE_PX, SIZE_PX))
    known = shapes(table)
    grams = sum(known[name][0] ** 2 * prod(known[name][1:]) for name in STYLE_LAYERS)
    return 2 * (total_macs(table) + grams)


def as_tensor(pixels: np.ndarray) -> Tensor:
    """uint8 [H, W, 3] to float32 [1, 3, H, W] in [0, 1]."""
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous().float() / 255


class Plain:
    """The step as one writes it with care for what is computed, and none for how.

    Frozen weights, targets computed once, torch's default layout and precision, Adam.
    """

    def __init__(self, net: Net) -> None:
        self.layers = sequential(net)
        self.layers.requires_grad_(False)
        content, style = map(as_tensor, pictures())
        self.content, self.style = content, style
        self.picture = content.clone().requires_grad_()
        self.optimiser = torch.optim.Adam([self.picture], lr=0.03)
        with torch.no_grad():
            self.targets = self.make_targets()

    def make_targets(self) -> tuple[Tensor, list[Tensor]]:
        """What the content picture and the style picture ask for."""
        content = self.activations(self.content)[CONTENT_LAYER]
        style = self.activations(self.style)
        return content, [plain_gram(style[name]) for name in STYLE_LAYERS]

    def activations(self, picture: Tensor) -> dict[str, Tensor]:
        """The activations of the layers that the cost reads."""
        found = {}
        x = (picture - self.mean) / self.std
        for name, layer in self.layers.named_children():
            x = layer(x)
            if name in ACTIVATIONS:
                found[name.replace("relu", "conv")] = x
        return found

    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)

    def step(self) -> None:
        """One step of Adam."""
        content, grams = self.targets
        found = self.activations(self.picture)
        cost = (found[CONTENT_LAYER] - content).square().mean()
        for name, gram in zip(STYLE_LAYERS, grams, strict=True):
            cost = cost + 1e3 * (plain_gram(found[name]) - gram).square().sum()
        self.optimiser.zero_grad()
        cost.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        with torch.no_grad():
            self.picture.clamp_(0, 1)


class Naive(Plain):
    """The step of many scripts: targets computed again each time, gradients for the weights too."""

    def __init__(self, net: Net) -> None:
        super().__init__(net)
        self.layers.requires_grad_(True)

    def step(self) -> None:
        """One step of Adam."""
        self.targets = self.make_targets()
        super().step()
        self.layers.zero_grad()


def plain_gram(a: Tensor) -> Tensor:
    """Gram matrix over the number of its terms."""
    rows = a.flatten(2)[0]
    return rows @ rows.t() / rows.numel()


def sequential(net: Net) -> nn.Sequential:
    """The network to the last layer in use as a plain chain of torch's own modules."""
    state = net.state_dict()
    layers = nn.Sequential()
    for layer in itertools.takewhile(lambda layer: layer.name != "conv5_2", net.network.layers):
        module: nn.Module = nn.ReLU() if layer.kind == "relu" else nn.MaxPool2d(2)
        if layer.kind == "conv":
            weight, bias = state[f"{layer.key}.weight"], state[f"{layer.key}.bias"]
            module = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
            module.load_state_dict({"weight": weight, "bias": bias})
        layers.add_module(layer.name, module)
    return layers
