"""What one can begin with: the course's examples, further inputs, a volume, a chain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from viz_app.core.convolution.grids import INPUTS
from viz_app.core.convolution.operation import Operation
from viz_app.core.convolution.presets import PRESETS, Preset
from viz_app.labs.convolution.kernels import CHOICES, OWN, named
from viz_app.labs.convolution.numbers import Array, Numbers
from viz_app.labs.convolution.scene import AXES, ConvolutionScene

VOLUME_CELLS = 14


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An input with an operation to begin with; ``preset`` is the course's, with its answers."""

    title: str
    x: Array
    op: Operation
    weights: Array | None = None
    kernel: str = OWN
    filters: int = 1
    preset: Preset | None = None
    note: str = ""


@cache
def examples() -> dict[str, Example]:
    """All examples by name, in the order of the list."""
    course = {name: _of_preset(preset) for name, preset in PRESETS.items()}
    course["signal_chain"] = Example(
        "1-D: 14 samples, 16 filters of 5",
        heartbeat(14)[None],
        Operation(kernel=(5,)),
        kernel="Gaussian",
        filters=16,
        note="As on the slide: 14 → 10 × 16; five more cells, 32 filters: 6 × 32.",
    )
    course["why_convolutions"] = Example(
        "Why convolutions: 32×32×3, six 5×5 filters",
        colours(32),
        Operation(kernel=(5, 5)),
        kernel="Gaussian",
        filters=6,
        note="456 parameters; a fully connected layer needs 14,450,688. The slide prints 156.",
    )
    course["volume"] = Example(
        "3-D: a volume of 14×14×14",
        volume(VOLUME_CELLS)[None],
        Operation(kernel=(5, 5, 5)),
        kernel="vertical edge",
        filters=16,
        note="As on the slide: 14×14×14×1 ∗ 5×5×5×1, 16 filters → 10×10×10×16 → 6×6×6×32.",
    )
    course["transposed"] = Example(
        "Transposed convolution, 2×2 to 4×4",
        np.array([[[2, 1], [3, 2]]]),
        Operation("transposed", (3, 3), (2,), padding="explicit", amounts=((1, 1),),
                  output_padding=(1,)),
        np.array([[[[1, 2, 1], [2, 0, 1], [0, 2, 1]]]]),
        note="Each input cell adds its value times the kernel to the output.",
    )  # fmt: skip
    for name in ("ramp", "checkerboard", "blob", "plus", "diagonal edge", "single point"):
        grid = np.array(INPUTS[name])[None]
        title = f"{name.capitalize()}, {grid.shape[1]}×{grid.shape[2]}"
        course[f"input {name}"] = Example(title, grid, Operation(), kernel="vertical edge")
    return course


def fields_of(name: str) -> dict[str, Any]:
    """The fields of a scene that shows an example."""
    example = examples()[name]
    op, first = example.op, ConvolutionScene()
    spatial = example.x.shape[1:]
    count = len(spatial)
    kernel = example.kernel
    if example.weights is not None:
        kernel = _name_of(example.weights)
    fields: dict[str, Any] = {
        "source": "example", "example": name, "dimensions": count,
        "channels": example.x.shape[0], "kind": op.kind, "padding": op.padding, "fill": op.fill,
        "groups": op.groups, "relu": op.relu, "has_bias": False, "count_ghosts": op.count_ghosts,
        "output_padding": op.output_padding[0], "kernel": kernel,
        "weights": None if kernel != OWN or example.weights is None
        else Numbers.of(example.weights),
        "filters": example.filters if example.weights is None else len(example.weights),
        "step": 1, "filter": 0, "first_channel": 0, "pin": "output", "cell": (),
    }  # fmt: skip
    if op.is_pool:
        fields |= {"kernel": first.kernel, "weights": None}
    for position, axis in enumerate(AXES[-count:]):
        fields[f"cells_{axis}"] = spatial[position]
        fields[f"taps_{axis}"] = op.kernel[position]
        fields[f"stride_{axis}"] = op.stride[position % len(op.stride)]
        fields[f"dilation_{axis}"] = op.dilation[position % len(op.dilation)]
        low, high = op.amounts[position % len(op.amounts)]
        fields[f"before_{axis}"], fields[f"after_{axis}"] = low, high
    return fields


def heartbeat(cells: int) -> Array:
    """A drawn heartbeat of whole numbers: the course's eight samples, then on in their manner."""
    course = [1, 20, 15, 3, 18, 12, 4, 17]
    more = [9, 2, 19, 14, 3, 16]
    return np.resize(np.array(course + more, dtype=np.int64), cells)


def colours(cells: int) -> Array:
    """A small picture of three channels, whole numbers from 0 to 9: a disc before a slope."""
    line = np.linspace(-1, 1, cells)
    y, x = np.meshgrid(line, line, indexing="ij")
    disc = x**2 + y**2 < 0.45
    slope = (x + 1) * 4.5
    planes = [np.where(disc, 9, slope), np.where(disc, 9 - slope, 3), np.where(disc, 2, y * 4 + 4)]
    return np.stack(planes).astype(np.int64)


def volume(cells: int) -> Array:
    """A head as a tomograph might see it: shells and two hollows, whole numbers from 0 to 9."""
    line = np.linspace(-1, 1, cells)
    z, y, x = np.meshgrid(line, line, line, indexing="ij")
    inside = (x / 0.78) ** 2 + (y / 0.95) ** 2 + (z / 0.9) ** 2
    head = np.where(inside < 1, 9, 0)
    head = np.where(inside < 0.72, 4, head)
    head = np.where((x / 0.5) ** 2 + (y / 0.62) ** 2 + (z / 0.55) ** 2 < 1, 6, head)
    for side in (-0.24, 0.24):
        hollow = ((x - side) / 0.14) ** 2 + ((y + 0.1) / 0.36) ** 2 + (z / 0.3) ** 2
        head = np.where(hollow < 1, 1, head)
    return head.astype(np.int64)


def _of_preset(preset: Preset) -> Example:
    return Example(
        preset.title, preset.x, preset.op, preset.weights, preset=preset, note=preset.note
    )


def _name_of(weights: Array) -> str:
    """The name of a kernel that stands alone, or "own"."""
    if weights.shape[:2] == (1, 1):
        for name in CHOICES:
            if name not in (OWN, "random") and np.array_equal(
                named(name, weights.shape[2:]), weights[0, 0]
            ):
                return name
    return OWN
