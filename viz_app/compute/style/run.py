"""The optimisation: a generator that gives a picture and its cost at each step.

What may change between two steps (sliders, device) is read through functions at each of them, so
the run knows of no thread, mailbox or window. ``check`` is called before each operation of the
network, forward and backward; raising there is how a run is cancelled in the middle of a step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from viz_app.compute.style import cost, pictures
from viz_app.compute.style.features import Check, Features, PrecisionPlan, watch_backward
from viz_app.compute.style.painter import Painter
from viz_app.core.errors import DeviceError, MemoryShort, NotFinite
from viz_app.core.style_terms import (
    Coefficients,
    StyleControls,
    StyleCosts,
    StyleSettings,
    StyleSnapshot,
    StyleState,
    coefficients,
)
from viz_app.nets.build import Net


@dataclass(frozen=True, slots=True)
class _Targets:
    """What the content and the style picture ask for; computed once, in float32."""

    content: Tensor  # [1, n_C, n_H, n_W]
    grams: tuple[Tensor, ...]  # [n_C, n_C], as if S had as many positions as G

    def to(self, device: torch.device) -> _Targets:
        return _Targets(self.content.to(device), tuple(gram.to(device) for gram in self.grams))


def stylise(
    net: Net,
    content: np.ndarray,
    style: np.ndarray,
    settings: StyleSettings,
    live: Callable[[], StyleControls],
    check: Check,
    device: Callable[[], str] = lambda: "cpu",
    state: StyleState | None = None,
) -> Generator[StyleSnapshot, None, None]:
    """Paint ``content`` in the manner of ``style``, a snapshot a step.

    The first snapshot is the start itself, the last has taken ``settings.steps`` steps. The last
    snapshot that was given is always a good picture, however the run ends.

    Parameters
    ----------
    net
        a network with its own preprocessing; it is copied, not changed
    content, style
        uint8 [H, W, 3], of any size
    settings
        what stays the same
    live
        asked at each step for the sliders
    check
        called before each operation; what it raises ends the run
    device
        asked at each step; the run moves along
    state
        a picture to go on from, in place of ``settings.start``

    Raises
    ------
    NotFinite
        if the cost, its gradient or the next picture leaves the finite numbers
    MemoryShort
        if memory runs out
    DeviceError
        if the device is not there
    ShapeError
        if the network lacks a layer, or a picture is none
    """
    try:
        yield from _Run(net, content, style, settings, check, device, state).steps(live)
        return
    except (RuntimeError, MemoryError) as error:
        if not _is_memory_short(error):
            raise
    # outside the block above: the error holds the tensors that filled the memory
    raise MemoryShort(f"Memory ran out at {settings.size_px} px: choose a smaller size.")


class _Run:
    """One optimisation under way."""

    def __init__(
        self,
        net: Net,
        content: np.ndarray,
        style: np.ndarray,
        settings: StyleSettings,
        check: Check,
        device: Callable[[], str],
        state: StyleState | None,
    ) -> None:
        self._settings = settings
        self._check = check
        self._ask_device = device
        self._device = _device(device())
        self._features = Features(net)
        self._names = self._features.names((settings.content_layer, *settings.style_layers))
        shape = pictures.shape_at(content, settings.size_px)
        self._painter = Painter(_start(content, shape, settings, state).to(self._device))
        self._step = 0 if state is None else state.step
        self._plan = PrecisionPlan(settings.precision, self._step, settings.steps)
        self._dtype = torch.float32
        self._controls: StyleControls | None = None
        style_shape = pictures.shape_at(style, settings.size_px)
        self._targets = self._aim(
            pictures.as_tensor(content, shape), pictures.as_tensor(style, style_shape)
        )

    def steps(self, live: Callable[[], StyleControls]) -> Generator[StyleSnapshot, None, None]:
        """Evaluate, hand out, improve, until all steps are taken."""
        started = time.perf_counter()
        while True:
            self._check()
            controls = live()
            self._follow(controls)
            costs, weights, gradient = self._evaluate(controls)
            total, norm = costs.total(weights), gradient.norm().item()
            self._demand_finite(costs, weights, norm)
            self._plan.heard(total)
            yield StyleSnapshot(
                picture=pictures.as_pixels(self._painter.picture),
                state=pictures.as_state(self._painter.picture, self._step),
                costs=costs,
                coefficients=weights,
                total=total,
                gradient_norm=norm,
                seconds=time.perf_counter() - started,
                precision=str(self._dtype).removeprefix("torch."),
                steps=self._settings.steps,
            )
            if self._step >= self._settings.steps:
                return
            started = time.perf_counter()
            self._painter.improve(total, gradient)
            self._step += 1

    def _aim(self, content: Tensor, style: Tensor) -> _Targets:
        wanted = list(self._names.values())
        with torch.no_grad():
            a_s = self._look(style.to(self._device), wanted)
            a_c = self._look(content.to(self._device), wanted)
            grams = tuple(
                cost.gram(a_s[name]) * (_positions(a_c[name]) / _positions(a_s[name]))
                for name in (self._names[layer] for layer in self._settings.style_layers)
            )
        return _Targets(a_c[self._names[self._settings.content_layer]], grams)

    def _look(self, picture: Tensor, names: list[str]) -> dict[str, Tensor]:
        return self._features(picture, names, self._dtype, self._check)

    def _follow(self, controls: StyleControls) -> None:
        """Take over what was moved since the last step: device, precision, sliders."""
        device = _device(self._ask_device())
        if device != self._device:
            self._device = device
            self._painter.move(device)
            self._targets = self._targets.to(device)
        if self._controls is not None and _weights(controls) != _weights(self._controls):
            self._plan.forget()
            self._painter.forget_curvature()
        self._controls = controls
        dtype = self._plan.choose(self._step, device)
        if dtype != self._dtype:
            self._dtype = dtype
            self._painter.forget_curvature()
        self._painter.follow(controls.optimiser, controls.rate)

    def _evaluate(self, controls: StyleControls) -> tuple[StyleCosts, Coefficients, Tensor]:
        """The terms, their weights, and ∂J/∂G [1, 3, H, W]."""
        picture, settings = self._painter.picture, self._settings
        a_g = self._look(picture, list(self._names.values()))
        content = a_g[self._names[settings.content_layer]]
        styles = [a_g[self._names[layer]] for layer in settings.style_layers]
        style = [
            cost.style_cost(gram, cost.gram(a), _positions(a))
            for gram, a in zip(self._targets.grams, styles, strict=True)
        ]
        variation = cost.total_variation(picture)
        terms = [cost.content_cost(self._targets.content, content), *style, variation]
        filters = [a.shape[1] for a in styles]
        weights = coefficients(controls, content.shape[1:], filters, picture.shape[1:])
        total = cost.total_cost(
            terms, weights.alpha, weights.beta, weights.lambdas, weights.variation
        )
        watch_backward(total, self._check)
        (gradient,) = torch.autograd.grad(total, picture)
        figures = torch.stack([term.detach() for term in terms]).tolist()
        return StyleCosts(figures[0], tuple(figures[1:-1]), figures[-1]), weights, gradient

    def _demand_finite(self, costs: StyleCosts, weights: Coefficients, norm: float) -> None:
        """Raise NotFinite, naming the slider whose term is the largest, if a figure is not one."""
        weighted = costs.weighted(weights)
        if math.isfinite(sum(weighted)) and math.isfinite(norm):
            return
        layers = (f"λ of {layer} or β" for layer in self._settings.style_layers)
        sliders = ("α", *layers, "total variation")
        sizes = (value if math.isfinite(value) else math.inf for value in weighted)
        _, slider = max(zip(sizes, sliders, strict=True), key=lambda pair: pair[0])
        raise NotFinite(
            f"The cost grew beyond what can be computed: lower {slider}, then start again "
            "from this picture."
        )


def _start(
    content: np.ndarray,
    shape: tuple[int, int],
    settings: StyleSettings,
    state: StyleState | None,
) -> Tensor:
    if state is not None:
        return pictures.as_tensor(state.picture, shape)
    if settings.start == "noise":
        return pictures.noise(shape, settings.seed)
    return pictures.as_tensor(content, shape)


def _weights(controls: StyleControls) -> tuple[object, ...]:
    return controls.alpha, controls.beta, controls.variation, controls.lambdas


def _positions(a: Tensor) -> int:
    """n_H·n_W of an activation."""
    return a.shape[-2] * a.shape[-1]


def _device(name: str) -> torch.device:
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise DeviceError(f"There is no device {name} here: choose another.") from error


def _is_memory_short(error: BaseException) -> bool:
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        "not enough memory" in str(error)
    )
