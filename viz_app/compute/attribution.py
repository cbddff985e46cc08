"""Why a unit fired: what its value owes to each pixel, by one backward pass.

Here are the gradient under three rules for ReLUs (``attribution_rules``), the gradient times the
input, and Grad-CAM. What takes many passes is in ``attribution_passes``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from viz_app.compute.activations import as_maps
from viz_app.compute.attribution_rules import ReluRule, Rule
from viz_app.compute.backward import slope_of
from viz_app.core.errors import NotFinite, ShapeError
from viz_app.nets.build import Net

Check = Callable[[], None]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Target:
    """The number that is explained: a unit (channel, row, column) of a layer, or a class (k,).

    The units of a fully connected layer are (channel, 0, 0), as of maps of one unit.
    """

    layer: str
    index: tuple[int, ...]

    def of(self, output: Tensor) -> Tensor:
        """Its value for each image of a batch, [N].

        Raises
        ------
        ShapeError
            if the layer has no such unit
        """
        output = as_maps(output) if len(self.index) == 3 else output
        shape = tuple(output.shape[1:])
        fits = len(shape) == len(self.index)
        if not fits or not all(0 <= i < n for i, n in zip(self.index, shape, strict=True)):
            raise ShapeError(
                f"{self.layer} has no unit at {self.index}: choose one within {shape}."
            )
        values = output
        for i in self.index:
            values = values[:, i]
        return values


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """What each number of the input, or each position, has to do with the target's value.

    ``values`` is float32 [3, H, W] for methods that tell the colours apart, else [h, w].
    """

    values: Floats
    value: float


def gradient(
    net: Net, x: Tensor, target: Target, rule: Rule = "plain", check: Check | None = None
) -> Attribution:
    """∂(target)/∂x, with ReLUs that follow a rule.

    Parameters
    ----------
    net
        a frozen network
    x
        one image [1, 3, H, W] in [0, 1]
    target
        what is explained
    rule
        how ReLUs let gradients through; max pooling always sends it to the unit that won, which
        are Zeiler and Fergus's switches
    check
        called before each layer, on the way up and down; what it raises ends the pass

    Returns
    -------
    Attribution
        [3, H, W]

    Raises
    ------
    ShapeError
        if there is no such layer or unit
    NotFinite
        if the gradient is not finite
    """
    values, slopes = slopes_of(net, x, target, rule, check)
    return Attribution(to_numbers(slopes[0]), float(values[0]))


def gradient_times_input(
    net: Net, x: Tensor, baseline: Tensor, target: Target, check: Check | None = None
) -> Attribution:
    """(x − baseline) · ∂(target)/∂x: what the target would lose, were it linear; [3, H, W].

    Shrikumar et al., "Not just a black box" (2016), arXiv:1605.01713. Arguments as `gradient`;
    ``baseline`` is an image of the same shape.
    """
    values, slopes = slopes_of(net, x, target, "plain", check)
    return Attribution(to_numbers(((x - baseline) * slopes)[0]), float(values[0]))


def grad_cam(
    net: Net, x: Tensor, layer: str, target: Target, check: Check | None = None
) -> Attribution:
    """Where a layer's maps speak for a target above it, [h, w], nowhere below zero.

    relu(Σ_c α_c A_c) with α_c the mean over positions of ∂(target)/∂A_c: Selvaraju et al. (2017),
    arXiv:1610.02391, equations 1 and 2.

    Parameters
    ----------
    layer
        whose maps A are weighted: the target's own, or one that it reads
    net, x, target, check
        as in `gradient`

    Raises
    ------
    ShapeError
        if there is no such layer or unit, or the layer has no maps or does not lead to the target
    NotFinite
        if the map is not finite
    """
    x = x.detach().clone().requires_grad_()
    with torch.enable_grad():
        kept = net(x, {layer, target.layer}, check)
        value, maps = target.of(kept[target.layer])[0], kept[layer]
        if maps.dim() != 4:
            raise ShapeError(f"{layer} has no maps: choose a layer below it.")
        (slopes,) = torch.autograd.grad(value, maps, allow_unused=True)
    if slopes is None:
        raise ShapeError(f"{layer} does not lead to {target.layer}: choose a layer below it.")
    weights = slopes[0].mean((1, 2))  # [C]
    heat = (weights[:, None, None] * maps[0].detach()).sum(0).relu()
    return Attribution(to_numbers(heat), float(value.detach()))


def enlarged(values: Floats, shape: tuple[int, int]) -> Floats:
    """A map [h, w] at the size of the image, bilinear as in Selvaraju et al."""
    whole = torch.from_numpy(values)[None, None]
    out: Floats = F.interpolate(whole, shape, mode="bilinear", align_corners=False)[0, 0].numpy()
    return out


def slopes_of(
    net: Net, x: Tensor, target: Target, rule: Rule = "plain", check: Check | None = None
) -> tuple[Tensor, Tensor]:
    """The target's value for each image of a batch [N], and its gradient [N, 3, H, W]."""
    x = x.detach().clone().requires_grad_()
    with torch.enable_grad(), ReluRule(rule):
        values = target.of(net(x, (target.layer,), check)[target.layer])
        slopes = slope_of(values.sum(), x, check)
    return values.detach(), slopes


def values_of(net: Net, x: Tensor, target: Target, check: Check | None = None) -> Tensor:
    """The target's value for each image of a batch, [N]."""
    with torch.inference_mode():
        found = target.of(net(x, (target.layer,), check)[target.layer])
    return found.clone()


def to_numbers(tensor: Tensor) -> Floats:
    """As float32 in memory.

    Raises
    ------
    NotFinite
        if it holds something else than finite numbers
    """
    out: Floats = tensor.detach().float().cpu().numpy()
    if not np.isfinite(out).all():
        raise NotFinite("The gradient left the finite numbers: fetch the network's weights again.")
    return out
