"""The image that a channel, a unit or a class wants: gradient ascent on the pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from viz_app.compute.activations import as_maps
from viz_app.compute.adam import Adam
from viz_app.compute.ascent_natural import remembered, strangeness
from viz_app.compute.ascent_paint import Manner, enlarged, first_numbers, shaken, to_image
from viz_app.compute.backward import slope_of
from viz_app.compute.pixels import to_pixels
from viz_app.core.ascent import NATURAL, SLIGHT, WIDE
from viz_app.core.errors import NotFinite, ShapeError
from viz_app.nets.build import Net

Check = Callable[[], None]
Kind = Literal["channel", "unit", "class"]
BEST = Manner()


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to grow: the mean of a channel, its unit in the middle, or a class's logit."""

    kind: Kind
    layer: str
    index: int

    def of(self, output: Tensor) -> Tensor:
        """Its value, a scalar.

        Raises
        ------
        ShapeError
            if the layer has none of that kind
        """
        axes = 2 if self.kind == "class" else 4
        output = as_maps(output) if axes == 4 else output
        if output.dim() != axes or not 0 <= self.index < output.shape[1]:
            raise ShapeError(
                f"{self.layer} has no {self.kind} {self.index}: choose another layer or number."
            )
        if self.kind == "unit":
            height, width = output.shape[2:]
            return output[0, self.index, height // 2, width // 2]
        return output[0, self.index].mean()


@dataclass(frozen=True, slots=True, eq=False)
class Climbed:
    """The image after so many steps: uint8 [side, side, 3], and the goal's value on it.

    The value is that of the shaken image, so that it trembles from step to step.
    """

    step: int
    pixels: NDArray[np.uint8]
    value: float


def climb(
    net: Net,
    goal: Goal,
    side: int,
    rate: Callable[[], float],
    seed: int = 0,
    manner: Manner = BEST,
    check: Check | None = None,
    look_side: int = 0,
) -> Generator[Climbed, None, None]:
    """Go up for ever, a step of Adam at a time; the caller stops.

    Parameters
    ----------
    net
        a frozen network; the image is made on its device
    goal
        what is to grow
    side
        of the image, in pixels
    rate
        asked before each step for the learning rate
    seed
        of the first numbers and of the shaking: the same gives the same images
    manner
        how the image is written down and shaken
    check
        called before each layer, on the way up and down; what it raises ends the run
    look_side
        of the square that the network gets, in pixels: the image is enlarged to it, so that what
        it shows is as large as in the photos that the network has seen; 0: the image as it is

    Yields
    ------
    Climbed
        first the start itself, then after each step

    Raises
    ------
    ShapeError
        if there is no such goal, or the network takes no image of that size
    NotFinite
        if the value or its gradient leaves the finite numbers; what was given before is good
    """
    device = next(net.parameters()).device
    dice = torch.Generator().manual_seed(seed)
    numbers = first_numbers(side, manner, seed).to(device)
    is_class = goal.kind == "class"
    shake = WIDE if is_class else SLIGHT
    known = remembered(net, goal.layer) if is_class and manner.is_natural else ()
    wanted = (goal.layer, *(memory.layer for memory in known))
    adam = Adam()
    for step in count():
        with torch.enable_grad():
            at = numbers.detach().requires_grad_()
            image = to_image(at, side, manner)
            looked = shaken(image, dice, shake) if manner.is_shaken else image
            looked = enlarged(looked, look_side or side)
            outputs = net(looked, wanted, check)
            value = goal.of(outputs[goal.layer])
            aim = value - NATURAL * strangeness(outputs, known) if known else value
            slope = slope_of(aim, at, check)
        if not (math.isfinite(value.item()) and bool(torch.isfinite(slope).all())):
            raise NotFinite(
                "The optimised image left the finite numbers: lower the learning rate and start "
                "again; the last good image stays."
            )
        yield Climbed(step, to_pixels(image), value.item())
        numbers = numbers + rate() * adam.step_of(slope)
