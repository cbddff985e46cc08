"""What a style transfer is told and what it tells: plain records, and how sliders become weights.

The cost of a generated picture G is, as in the course,

    J(G) = α J_content + β Σ_l λ[l] J_style[l] + τ TV

(Gatys, Ecker and Bethge, 2015, arXiv:1508.06576; the formulas of the terms are in
``viz_app.compute.style.cost``). The terms differ by many powers of ten, so a slider does not show
α, β, λ and τ themselves but factors around 1; :func:`coefficients` turns one into the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np

CONTENT_LAYER = "conv4_2"
STYLE_LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")

LBFGS_PAIRS = 20
"""Steps whose effect on the gradient L-BFGS remembers."""
LBFGS_FIRST_MOVE, LBFGS_LONGEST_MOVE = 0.01, 0.05
"""How far a step of L-BFGS moves a value on the average: the first one, and any other at most."""
LOWEST_FREQUENCY = 0.01
"""Cycles a pixel below which L-BFGS treats all waves of a picture alike."""

BETA_UNIT = 5_000.0
"""β where its slider stands at 1."""
FILTERS_UNIT = 64
"""λ[l] is its slider times (64/n_C)⁴, which is 1 in VGG's first stage."""
VARIATION_UNIT = 30.0
"""τ times the picture's 3·H·W values, where the slider stands at 1."""

Optimiser = Literal["adam", "lbfgs"]
Start = Literal["content", "noise"]
Pooling = Literal["max", "average"]
Precision = Literal["auto", "float32"]


@dataclass(frozen=True, slots=True)
class StyleControls:
    """What may be moved while the optimisation runs; every slider is a factor, 1 is a good start.

    Parameters
    ----------
    alpha, beta, variation
        factors of α, β and τ, 0 or more; useful from 0.01 to 100 on a logarithmic slider
    lambdas
        factor of λ[l] for each of the settings' style layers, in their order
    rate
        factor of the learning rate: Adam's 0.03 of the range from black to white, L-BFGS's 1
    optimiser
        ``"adam"`` or ``"lbfgs"``
    blend
        weight of each style picture, 0 or more; only their proportions count
    """

    alpha: float = 1.0
    beta: float = 1.0
    variation: float = 1.0
    lambdas: tuple[float, ...] = (1.0,) * len(STYLE_LAYERS)
    rate: float = 1.0
    optimiser: Optimiser = "adam"
    blend: tuple[float, ...] = (1.0,)


@dataclass(frozen=True, slots=True)
class StyleSettings:
    """What stays the same during one run.

    Parameters
    ----------
    content_layer, style_layers
        layer names; a convolution's name means its activation a = g(z), after the ReLU
    size_px
        longer side of the generated picture
    start
        the content picture, or noise from ``seed``; a given :class:`StyleState` comes first
    steps
        the run ends when this many steps have been taken, those of the given state included
    precision
        ``"auto"`` takes bfloat16 where the processor has it, and finishes in float32
    pooling
        ``"average"`` in place of the network's own ``"max"`` gives smoother pictures (Gatys, 2015)
    style_scale
        longer side of the style picture, in longer sides of the generated one
    """

    content_layer: str = CONTENT_LAYER
    style_layers: tuple[str, ...] = STYLE_LAYERS
    size_px: int = 256
    start: Start = "content"
    seed: int = 0
    steps: int = 300
    precision: Precision = "auto"
    pooling: Pooling = "max"
    style_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Coefficients:
    """α, β, λ[l] and τ as they stand in the formula."""

    alpha: float
    beta: float
    lambdas: tuple[float, ...]
    variation: float


@dataclass(frozen=True, slots=True)
class StyleCosts:
    """The terms of the cost, not yet weighted: J_content, J_style[l] for each layer, TV."""

    content: float
    style: tuple[float, ...]
    variation: float

    def weighted(self, by: Coefficients) -> tuple[float, ...]:
        """α J_content, then β λ[l] J_style[l] for each layer, then τ TV."""
        style = (by.beta * f * cost for f, cost in zip(by.lambdas, self.style, strict=True))
        return by.alpha * self.content, *style, by.variation * self.variation

    def total(self, by: Coefficients) -> float:
        """J(G), the sum of the weighted terms."""
        return sum(self.weighted(by))


@dataclass(frozen=True, slots=True, eq=False)
class StyleState:
    """A picture under way: enough to go on from, also at another size or with other layers.

    Parameters
    ----------
    picture
        float32 [H, W, 3] in [0, 1], read-only; exact, where the one on the screen is rounded
    step
        steps taken so far
    """

    picture: np.ndarray
    step: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class StyleSnapshot:
    """One step of a run: a picture and the cost of that very picture.

    Parameters
    ----------
    picture
        uint8 [H, W, 3], a read-only copy
    state
        the same picture to go on from, and the number of steps that led to it
    costs, coefficients
        the terms, and what they were weighted with
    total
        J(G)
    gradient_norm
        ‖∂J/∂G‖, G in [0, 1]
    seconds
        time for this step; waiting between steps is not counted
    precision
        ``"bfloat16"`` or ``"float32"``: what the network was computed in
    steps
        where the run will end
    layers
        the style layers, in the order of their terms
    """

    picture: np.ndarray
    state: StyleState
    costs: StyleCosts
    coefficients: Coefficients
    total: float
    gradient_norm: float
    seconds: float
    precision: str
    steps: int
    layers: tuple[str, ...] = STYLE_LAYERS

    @property
    def step(self) -> int:
        """Steps taken so far; 0 is the start."""
        return self.state.step


def shares(blend: Sequence[float], styles: int) -> tuple[float, ...]:
    """Weights of the style pictures that sum to 1; even ones if none has any."""
    known = [*blend, *(0.0 for _ in range(styles))][:styles]
    total = sum(known)
    return tuple(w / total for w in known) if total > 0 else (1 / styles,) * styles


def coefficients(
    controls: StyleControls,
    content_shape: Sequence[int],
    style_filters: Sequence[int],
    picture_shape: Sequence[int],
) -> Coefficients:
    """Turn sliders into the weights of the formula.

    α is divided by n_H n_W n_C, because J_content is a sum over the layer; J_style[l] has its
    size divided out already; τ is divided by the number of values in the picture. So the balance
    does not depend on the size. Activations grow from stage to stage of a VGG network, and Gram
    matrices with their square: with 1/n_C⁴ the first stage, which holds the colours, has its say
    beside the deep ones, which hold the forms (Gatys' program had 1/n_C²).

    Parameters
    ----------
    controls
        the sliders
    content_shape
        [n_C, n_H, n_W] of the content layer
    style_filters
        n_C of each style layer
    picture_shape
        [3, H, W]

    Raises
    ------
    ValueError
        if there is not one λ for each style layer
    """
    lambdas = tuple(
        slider * (FILTERS_UNIT / filters) ** 4
        for slider, filters in zip(controls.lambdas, style_filters, strict=True)
    )
    return Coefficients(
        alpha=controls.alpha / prod(content_shape),
        beta=controls.beta * BETA_UNIT,
        lambdas=lambdas,
        variation=controls.variation * VARIATION_UNIT / prod(picture_shape),
    )
