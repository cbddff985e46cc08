"""The course's worked examples: their numbers, their answers, and where a slide prints others.

The numbers are those of the first week of Andrew Ng's course on convolutional networks (and the
1-D example of its fourth); every answer was computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.convolution.grids import INPUTS, KERNELS, Grid, grid
from viz_app.core.convolution.operation import Index, Operation

_POOL = Operation("max_pool", (2, 2), (2,))
_VALID = Operation()


@dataclass(frozen=True, slots=True)
class SlideValue:
    """A number that a slide prints for the output cell (filter, *cell), though it is another."""

    index: Index
    printed: int


@dataclass(frozen=True, slots=True, eq=False)
class Preset:
    """One worked example.

    Parameters
    ----------
    title
        as a list shows it
    op, x, weights
        operation, input [C, *n] and weights [F, C, *f] (None in pooling)
    expected
        right output [F, *out]
    slide_values
        numbers of the slide that are wrong
    slide_kernel
        the turned kernel as a slide prints it, where that is wrong
    note
        one sentence on what differs or what to see; may be empty
    """

    title: str
    op: Operation
    x: NDArray[np.int64]
    weights: NDArray[np.int64] | None
    expected: NDArray[Any]
    slide_values: tuple[SlideValue, ...] = ()
    slide_kernel: Grid | None = None
    note: str = ""


def _one(
    title: str, x: Grid, kernel: Grid, expected: Grid, op: Operation = _VALID, **more: Any
) -> Preset:
    """Preset of one channel and one filter."""
    return Preset(title, op, x[None], kernel[None, None], expected[None], **more)


_STRIDED = grid(
    "2 3 7 4 6 2 9 / 6 6 9 8 7 4 3 / 3 4 8 3 8 9 7 / 7 8 3 6 6 3 4 / 4 2 1 8 3 4 6 / 3 2 4 1 9 8 3"
    " / 0 1 3 9 2 1 4"
)
_RGB_KERNEL = np.stack([KERNELS["vertical edge"], np.zeros((3, 3), int), np.zeros((3, 3), int)])
_RGB_INPUT = np.stack([INPUTS["light to dark"], np.zeros((6, 6), int), np.zeros((6, 6), int)])

PRESETS = MappingProxyType(
    {
        "vertical_edge": _one(
            "Vertical edges of a 6×6 image",
            INPUTS["course 6×6"],
            KERNELS["vertical edge"],
            grid("-5 -4 0 8 / -10 -2 2 3 / 0 -2 -4 -7 / -3 -2 -3 -16"),
            note="The first window: 3 + 1 + 2 + 0 + 0 + 0 − 1 − 8 − 2 = −5.",
        ),
        "sobel": _one(
            "Sobel's filter on the same image",
            INPUTS["course 6×6"],
            KERNELS["Sobel vertical"],
            grid("-12 -8 5 16 / -10 0 3 5 / -3 -2 -8 -14 / 0 -6 -4 -18"),
            note="The slide leaves the output blank.",
        ),
        "light_to_dark": _one(
            "Edge from light to dark",
            INPUTS["light to dark"],
            KERNELS["vertical edge"],
            grid(" / ".join(["0 30 30 0"] * 4)),
        ),
        "dark_to_light": _one(
            "Edge from dark to light",
            INPUTS["dark to light"],
            KERNELS["vertical edge"],
            grid(" / ".join(["0 -30 -30 0"] * 4)),
            note="The other way round the edge has the other sign.",
        ),
        "horizontal_edge": _one(
            "Horizontal edges of four fields",
            INPUTS["four fields"],
            KERNELS["horizontal edge"],
            grid("0 0 0 0 / 30 10 -10 -30 / 30 10 -10 -30 / 0 0 0 0"),
            note="The 10 and −10 see a part of both edges.",
        ),
        "strided": _one(
            "Stride 2 on a 7×7 image",
            _STRIDED,
            grid("3 4 4 / 1 0 2 / -1 0 3"),
            grid("91 100 88 / 69 91 117 / 44 72 74"),
            Operation(stride=(2,)),
            slide_values=(SlideValue((0, 0, 2), 83), SlideValue((0, 1, 2), 127)),
            note="The slide prints 83 and 127 where the sums are 88 and 117.",
        ),
        "true_convolution": _one(
            "Convolution with the kernel turned",
            grid(
                "2 3 7 4 6 2 / 6 6 9 8 7 4 / 3 4 8 3 8 9 / 7 8 3 6 6 3 / 4 2 1 8 3 4 / 3 2 4 1 9 8"
            ),
            grid("3 4 5 / 1 0 2 / -1 9 7"),
            grid("110 161 180 174 / 177 196 209 193 / 97 157 133 163 / 162 118 125 178"),
            Operation("convolve"),
            slide_kernel=grid("7 2 5 / 9 0 4 / -1 1 3"),
            note="The slide's turned kernel is not the kernel turned by 180°: it would give 170"
            " in the first cell, where 110 is right.",
        ),
        "rgb": Preset(
            "A filter that looks at red alone",
            _VALID,
            _RGB_INPUT,
            _RGB_KERNEL[None],
            grid(" / ".join(["0 30 30 0"] * 4))[None],
        ),
        "max_pool": Preset(
            "Max pooling",
            _POOL,
            grid("1 3 2 1 / 2 9 1 1 / 1 3 2 3 / 5 6 1 2")[None],
            None,
            grid("9 2 / 6 3")[None],
            note="Size ⌊(4 − 2)/2⌋ + 1 = 2; with the + 1 inside the floor it would come out as 1.",
        ),
        "average_pool": Preset(
            "Average pooling",
            Operation("average_pool", (2, 2), (2,)),
            grid("1 3 2 1 / 2 9 1 1 / 1 4 2 3 / 5 6 1 2")[None],
            None,
            np.array([[[3.75, 1.25], [4.0, 2.0]]]),
            note="One cell differs from the max pooling example: 4 for 3 in the third row.",
        ),
        "max_pool_overlapping": Preset(
            "Max pooling, 3×3 with stride 1",
            Operation("max_pool", (3, 3)),
            grid("1 3 2 1 3 / 2 9 1 1 5 / 1 3 2 3 2 / 8 3 5 1 0 / 5 6 1 2 9")[None],
            None,
            grid("9 9 5 / 9 9 5 / 8 6 9")[None],
        ),
        "one_by_one": _one(
            "A 1×1 kernel on one channel",
            grid(
                "1 2 3 6 5 8 / 3 5 5 1 3 4 / 2 1 3 4 9 3 / 4 7 8 5 7 9 / 1 5 3 7 4 8 / 5 4 9 8 3 5"
            ),
            KERNELS["twice"],
            grid(
                "2 4 6 12 10 16 / 6 10 10 2 6 8 / 4 2 6 8 18 6 / 8 14 16 10 14 18 / 2 10 6 14 8 16"
                " / 10 8 18 16 6 10"
            ),
            Operation(kernel=(1, 1)),
        ),
        "signal": Preset(
            "A 1-D signal",
            Operation(kernel=(5,)),
            grid("1 20 15 3 18 12 4 17"),
            grid("1 3 10 3 1")[None],
            grid("238 161 244 206"),
            note="The slide labels the signal 14 long but draws 8 samples.",
        ),
    }
)
"""Worked examples by name."""

ASSOCIATIVE = (grid("1 2 / 3 4"), grid("0 1 / 2 3"), grid("1 -1 / 2 0"))
"""Three small arrays for :func:`associativity`."""
