"""All that the convolution lab shows and nothing that it computed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from viz_app.core.convolution.geometry import Fill
from viz_app.core.convolution.operation import Kind, Operation, Padding
from viz_app.core.convolution.presets import ASSOCIATIVE
from viz_app.labs.convolution.numbers import Numbers

View = Literal["step", "photo", "learn", "compare"]
Source = Literal["example", "numbers", "photo", "random"]
Channel = Literal["grey", "red", "green", "blue", "rgb"]
Pin = Literal["output", "input", "kernel"]
Map = Literal["signed", "grey", "magnitude", "angle"]
Optimiser = Literal["plain", "momentum", "adam"]
Target = Literal["kernel", "drawn"]

AXES = ("z", "y", "x")  # depth, height, width
MOST_CELLS = {1: 256, 2: 64, 3: 16}  # along an axis, by the number of dimensions
MOST_TAPS = {1: 31, 2: 11, 3: 7}
MOST_CHANNELS, MOST_FILTERS, MOST_STEP, MOST_PAD, MOST_PIXELS_A_CELL = 8, 16, 8, 12, 16
FIRST_A, FIRST_B, FIRST_C = (Numbers.of(grid) for grid in ASSOCIATIVE)


@dataclass(frozen=True, slots=True)
class ConvolutionScene:
    """The state of the lab.

    Sizes end in the axis they belong to: z depth, y height, x width. ``step`` counts output cells
    from 1 (input cells in the scatter view); ``cell`` is the pinned input or kernel cell.
    """

    view: View = "step"
    # the input
    source: Source = "example"
    example: str = "vertical_edge"
    numbers: Numbers | None = None
    dimensions: Literal[1, 2, 3] = 2
    cells_z: int = 1
    cells_y: int = 6
    cells_x: int = 6
    channels: int = 1
    seed: int = 1
    crop_x: int = -1  # −1: around the middle of the photo
    crop_y: int = -1
    pixels_a_cell: int = 1
    channel: Channel = "grey"
    # the operation
    kind: Kind = "correlate"
    kernel: str = "vertical edge"
    weights: Numbers | None = None
    taps_z: int = 3
    taps_y: int = 3
    taps_x: int = 3
    filters: int = 1
    groups: int = 1
    padding: Padding = "valid"
    fill: Fill = "zeros"
    before_z: int = 0
    after_z: int = 0
    before_y: int = 0
    after_y: int = 0
    before_x: int = 0
    after_x: int = 0
    stride_z: int = 1
    stride_y: int = 1
    stride_x: int = 1
    dilation_z: int = 1
    dilation_y: int = 1
    dilation_x: int = 1
    output_padding: int = 0
    has_bias: bool = False
    bias: tuple[int | float, ...] = (1,)
    relu: bool = False
    count_ghosts: bool = True
    # stepping and looking
    step: int = 1
    filter: int = 0
    first_channel: int = 0
    pin: Pin = "output"
    cell: tuple[int, ...] = ()
    speed: float = 2.0
    loops: bool = False
    shows_products: bool = True
    shows_ahead: bool = True
    shows_coverage: bool = False
    shows_unused: bool = True
    scatters: bool = False
    has_motion: bool = True
    # the photo
    map: Map = "signed"
    # learning
    target: Target = "kernel"
    wanted: str = "Sobel vertical"
    drawing: tuple[tuple[float, float, float, float], ...] = ()  # strokes, in parts of the photo
    learned_taps: int = 3
    rate: float = 0.05
    optimiser: Optimiser = "adam"
    # associativity
    a: Numbers = FIRST_A
    b: Numbers = FIRST_B
    c: Numbers = FIRST_C

    @property
    def axes(self) -> tuple[str, ...]:
        """The axes in use: ``("y", "x")`` in 2-D."""
        return AXES[-self.dimensions :]

    def along(self, what: str) -> tuple[int, ...]:
        """A size of every axis in use: ``along("stride")``."""
        return tuple(getattr(self, f"{what}_{axis}") for axis in self.axes)

    @property
    def spatial(self) -> tuple[int, ...]:
        """Cells of the input along each axis."""
        return self.along("cells")

    @property
    def input_channels(self) -> int:
        """Channels of the input; a photo has one or three."""
        if self.source == "photo":
            return 3 if self.channel == "rgb" else 1
        return self.channels

    @property
    def is_pool(self) -> bool:
        """Whether the operation has no kernel."""
        return self.kind not in ("correlate", "convolve", "transposed")

    @property
    def is_scatter(self) -> bool:
        """Whether the steps go over the input, each of which adds to many outputs."""
        return self.scatters and self.kind == "transposed"

    def operation(self) -> Operation:
        """The operation with its window, for ``core.convolution``."""
        is_transposed = self.kind == "transposed"
        pads = zip(self.along("before"), self.along("after"), strict=True)
        return Operation(
            self.kind,
            self.along("taps"),
            self.along("stride"),
            self.along("dilation"),
            self.padding,
            tuple(pads),
            "zeros" if is_transposed else self.fill,
            (self.output_padding if is_transposed else 0,),
            1 if self.is_pool else self.groups,
            self.relu,
            self.count_ghosts,
        )

    # What one slider says of all axes

    @property
    def taps(self) -> int:
        return self.taps_x

    @property
    def stride(self) -> int:
        return self.stride_x

    @property
    def dilation(self) -> int:
        return self.dilation_x

    @property
    def pad(self) -> int:
        return self.before_x

    @property
    def bias_here(self) -> float:
        """The bias of the filter that is looked at."""
        return float(self.bias[self.filter]) if self.filter < len(self.bias) else 0.0


EVERY = {"taps": ("taps",), "stride": ("stride",), "dilation": ("dilation",),
         "pad": ("before", "after")}  # fmt: skip
"""Fields of one axis that the slider for all axes sets."""


LOOKING = {
    "view": "step", "step": 1, "filter": 0, "first_channel": 0, "pin": "output", "cell": (),
    "speed": 1.0, "loops": False, "shows_products": True, "shows_ahead": True, "map": "signed",
    "shows_coverage": False, "shows_unused": True, "has_motion": True, "target": "kernel",
    "wanted": "", "drawing": (), "learned_taps": 3, "rate": 1.0, "optimiser": "adam",
}  # fmt: skip
"""Fields that change no number of the layer."""


def with_bias(scene: ConvolutionScene, value: float) -> tuple[int | float, ...]:
    """The biases after that of the filter that is looked at was set; a whole one stays whole."""
    number: int | float = int(value) if value.is_integer() else value
    bias = [*scene.bias, *(0 for _ in range(scene.filter + 1 - len(scene.bias)))]
    bias[scene.filter] = number
    return tuple(bias)


def resolve(scene: ConvolutionScene) -> ConvolutionScene:
    """Clamp every number to what its slider offers, and drop numbers that cannot be."""
    d = scene.dimensions
    fields: dict[str, Any] = {}
    for axis in AXES:
        is_used = axis in scene.axes
        most = MOST_CELLS[d] if is_used else 1
        fields[f"cells_{axis}"] = _clamp(getattr(scene, f"cells_{axis}"), 1, most)
        fields[f"taps_{axis}"] = _clamp(getattr(scene, f"taps_{axis}"), 1, MOST_TAPS[d])
        for what in ("stride", "dilation"):
            fields[f"{what}_{axis}"] = _clamp(getattr(scene, f"{what}_{axis}"), 1, MOST_STEP)
        for what in ("before", "after"):
            fields[f"{what}_{axis}"] = _clamp(getattr(scene, f"{what}_{axis}"), 0, MOST_PAD)
    fields["channels"] = _clamp(scene.channels, 1, MOST_CHANNELS)
    fields["filters"] = _clamp(scene.filters, 1, MOST_FILTERS)
    fields["groups"] = _clamp(scene.groups, 1, MOST_CHANNELS)
    fields["output_padding"] = _clamp(scene.output_padding, 0, MOST_STEP - 1)
    fields["pixels_a_cell"] = _clamp(scene.pixels_a_cell, 1, MOST_PIXELS_A_CELL)
    fields["learned_taps"] = _clamp(scene.learned_taps // 2 * 2 + 1, 3, 11)
    fields["seed"] = _clamp(scene.seed, 0, 9999)
    fields["step"] = max(scene.step, 1)
    fields["filter"] = _clamp(scene.filter, 0, MOST_FILTERS - 1)
    fields["first_channel"] = max(scene.first_channel, 0)
    fields["speed"] = _finite(scene.speed, 0.5, 60.0, 2.0)
    fields["rate"] = _finite(scene.rate, 1e-4, 2.0, 0.05)
    bias = tuple(b if math.isfinite(b) and abs(b) < 1e9 else 0 for b in scene.bias)
    fields["bias"] = bias[:MOST_FILTERS] or (1,)
    for name in ("numbers", "weights"):
        part = getattr(scene, name)
        axes = d + (1 if name == "numbers" else 2)
        if part is not None and not (part.is_sound and len(part.shape) == axes):
            fields[name] = None
    for name, first in zip("abc", (FIRST_A, FIRST_B, FIRST_C), strict=True):
        part = getattr(scene, name)
        if not (part.is_sound and len(part.shape) == 2 and max(part.shape) <= 8):
            fields[name] = first
    if scene.source == "numbers" and (scene.numbers is None or "numbers" in fields):
        fields["source"] = "example"
    if scene.source == "photo" and d != 2:
        fields["source"] = "example"
    if not _can_pin(scene):
        fields |= {"pin": "output", "cell": ()}
    return replace(scene, **fields)


def _can_pin(scene: ConvolutionScene) -> bool:
    """Whether the pinned cell may be one: a pooling has no kernel, an index a number an axis."""
    if scene.pin == "output" or not scene.cell:
        return True
    if scene.pin == "kernel":
        return not scene.is_pool and len(scene.cell) == 2 + scene.dimensions
    return len(scene.cell) == 1 + scene.dimensions


def _clamp(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


def _finite(value: float, low: float, high: float, otherwise: float) -> float:
    return min(max(value, low), high) if math.isfinite(value) else otherwise
