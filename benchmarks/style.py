"""A step of the style transfer at 256 and 512 px, beside plain programs that do the same.

Then the peak of memory at 512 px, how many steps of L-BFGS are worth 200 of Adam, and how far
bfloat16 ends from float32. With seven rounds a few minutes on two quiet cores.
"""

from __future__ import annotations

import gc
import itertools
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.harness import Bound, Row, interleaved, medians
from viz_app.compute.style.precision import has_bf16
from viz_app.compute.style.run import stylise
from viz_app.core import architectures
from viz_app.core.errors import WeightsError
from viz_app.core.layers import shapes, total_macs
from viz_app.core.style_terms import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    Optimiser,
    Precision,
    StyleControls,
    StyleSettings,
    StyleSnapshot,
)
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.nets.build import Net, build
from viz_app.nets.published import load_published

SIZE_PX = 256
PEAK_CHANNELS, PEAK_SIZE_PX, PEAK_RUNS = 256, 64, 4
ACTIVATIONS = [name.replace("conv", "relu") for name in (CONTENT_LAYER, *STYLE_LAYERS)]
PRECISIONS: dict[str, Precision] = {"float32": "float32", "bfloat16": "auto"}
# against the plain step, against the naive script, share of the peak
BOUNDS = {"float32": (1.2, 4.5, 0.75), "bfloat16": (2.3, 8.0, 0.75)}
BARE, MEMORY, LARGE_PX = 1.08, 0.75, 512
PROCESSES = 5
ADAM_STEPS, LBFGS_STEPS, BF16_GAP = 200, 80, 0.02


def rows(rounds: int) -> Iterator[Row]:
    """Our step against the plain step, the naive script and the processor's own best."""
    net, words = network()
    print(f"network: {words}")
    precisions = ["float32"] + ["bfloat16"] * has_bf16(torch.device("cpu"))
    tasks: dict[str, Callable[[], object]] = {"plain": Plain(net).step, "naive": Naive(net).step}
    for name in precisions:
        dtype = getattr(torch, name)
        tasks[f"ours {name}"] = our_step(net, PRECISIONS[name])
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
        what = f"step, {name}: bare forward+backward"
        yield Row.part_of(what, ours, found[f"bare {name}"], Bound("≤", BARE))
    yield from large_rows(net, precisions, max(rounds // 2, 1))
    yield from memory_rows(precisions)
    yield from ending_rows(net, precisions)


def large_rows(net: Net, precisions: list[str], rounds: int) -> Iterator[Row]:
    """The same step at 512 px."""
    tasks: dict[str, Callable[[], object]] = {"plain": Plain(net, LARGE_PX).step}
    for name in precisions:
        tasks[f"ours {name}"] = our_step(net, PRECISIONS[name], LARGE_PX)
        tasks[f"bare {name}"] = bare_pass(net, getattr(torch, name), LARGE_PX)
    found = medians(interleaved(tasks, rounds))
    for name in precisions:
        ours, what = found[f"ours {name}"], f"step at {LARGE_PX} px, {name}"
        bound = Bound("≥", BOUNDS[name][0])
        yield Row.times_as_fast(f"{what}: plain", ours, found["plain"], bound)
        yield Row.part_of(f"{what}: bare", ours, found[f"bare {name}"], Bound("≤", BARE))


def memory_rows(precisions: list[str]) -> Iterator[Row]:
    """How far a run of two steps at 512 px raises the memory of a process of its own."""
    if not Path("/proc/self/clear_refs").exists():
        return  # only Linux tells the peak of a stretch of time
    plain = peak_mib("plain")
    for name in precisions:
        what = f"peak memory at {LARGE_PX} px, {name}: plain"
        yield Row.part_of(what, peak_mib(name), plain, Bound("≤", MEMORY), "MiB")


def peak_mib(name: str) -> float:
    """The peak of a program above what its network takes: the median of fresh processes."""
    program = f"from benchmarks.style import print_peak; print_peak({name!r})"
    command = [sys.executable, "-c", program]
    return statistics.median(
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(PROCESSES)
    )


def print_peak(name: str) -> None:
    """Set up, take two steps, and print the peak above the loaded network in MiB.

    The baseline is taken at the same place for both programs, before anything of a run is there:
    pages that an earlier step had freed but kept would count for neither.
    """
    net, _ = network()
    gc.collect()
    before = _status_mib("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak counts from here
    if name == "plain":
        step: Callable[[], object] = Plain(net, LARGE_PX).step
    else:
        step = our_step(net, PRECISIONS[name], LARGE_PX)
    for _ in range(2):
        step()
    print(_status_mib("VmHWM") - before)


def _status_mib(field: str) -> float:
    lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def ending_rows(net: Net, precisions: list[str]) -> Iterator[Row]:
    """Where whole runs end: Adam in both precisions, and L-BFGS against it."""
    adam = last_total(net, "float32", "adam", ADAM_STEPS)
    steps, reached = 0, float("inf")
    for snapshot in whole_run(net, "float32", "lbfgs", 2 * LBFGS_STEPS):
        steps, reached = snapshot.step, snapshot.total
        if reached <= adam:
            break
    steps = steps if reached <= adam else ADAM_STEPS
    what = f"L-BFGS: steps to the cost of {ADAM_STEPS} of Adam"
    yield Row.alone(what, steps, Bound("≤", LBFGS_STEPS, "steps"), "steps")
    if "bfloat16" in precisions:
        quick = last_total(net, "auto", "adam", ADAM_STEPS)
        what = f"bfloat16: J after {ADAM_STEPS} steps beside float32's ({quick:.5g}, {adam:.5g})"
        yield Row.alone(what, abs(quick / adam - 1), Bound("≤", BF16_GAP), "apart")


def last_total(net: Net, precision: Precision, optimiser: Optimiser, steps: int) -> float:
    """J at the end of a run."""
    *_, last = whole_run(net, precision, optimiser, steps)
    return last.total


def whole_run(
    net: Net, precision: Precision, optimiser: Optimiser, steps: int
) -> Iterator[StyleSnapshot]:
    """A run on two bundled pictures."""
    settings = StyleSettings(size_px=SIZE_PX, steps=steps, precision=precision)
    content, style = (sample(name).pixels for name in ("chelsea", "night"))
    controls = StyleControls(optimiser=optimiser)
    return stylise(net, content, style, settings, lambda: controls, lambda: None)


def network() -> tuple[Net, str]:
    """VGG-16's convolutional part; with random weights where the published ones are not here."""
    try:
        return load_published("vgg16", WeightsStore().read), "VGG-16, published weights"
    except WeightsError:
        torch.manual_seed(0)
        net = build(architectures.vgg16_features()).eval().requires_grad_(False)
        return net, "VGG-16, random weights (the published ones are not on this machine)"


def pictures(size_px: int = SIZE_PX) -> tuple[np.ndarray, np.ndarray]:
    """Two smooth pictures, the same on every machine."""
    rows, columns = np.mgrid[0:size_px, 0:size_px] / size_px
    waves = [np.sin(9 * rows + k * columns + k) for k in (3, 17, 31)]
    stripes = [np.sign(np.sin(60 * columns + k * rows)) for k in (5, 11, 19)]
    content, style = (np.stack(planes, -1) * 127 + 128 for planes in (waves, stripes))
    return content.astype(np.uint8), style.astype(np.uint8)


def our_step(net: Net, precision: Precision, size_px: int = SIZE_PX) -> Callable[[], object]:
    """One step of a run as the style lab starts it."""
    settings = StyleSettings(size_px=size_px, steps=100_000, precision=precision)
    steps = stylise(net, *pictures(size_px), settings, StyleControls, lambda: None)
    return lambda: next(steps)


def bare_pass(net: Net, dtype: torch.dtype, size_px: int = SIZE_PX) -> Callable[[], object]:
    """Forward and backward through the same layers by torch's own modules and graph.

    In the same layout and precision; no cost, no optimiser.
    """
    layers, x = sequential(net), as_tensor(pictures(size_px)[0]).requires_grad_()
    layers.requires_grad_(False).to(dtype)
    layers.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def once() -> object:
        y = ((x - Plain.mean) / Plain.std).to(dtype).contiguous(memory_format=torch.channels_last)
        found = []
        for name, layer in layers.named_children():
            y = F.relu(y, inplace=True) if isinstance(layer, nn.ReLU) else layer(y)
            if name in ACTIVATIONS:
                found.append(y)
        return torch.autograd.grad(found, x, [a.detach() for a in found])

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

    def __init__(self, net: Net, size_px: int = SIZE_PX) -> None:
        self.layers = sequential(net)
        self.layers.requires_grad_(False)
        content, style = map(as_tensor, pictures(size_px))
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
