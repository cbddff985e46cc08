"""The optimisation: a generator that gives a picture and its cost at each step.

What may change between two steps (sliders, device) is read through functions at each of them, so
the run knows of no thread, mailbox or window. ``check`` is called before each operation of the
network, forward and backward; raising there is how a run is cancelled in the middle of a step.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from viz_app.compute.style import cost, pictures
from viz_app.compute.style.chain import Check
from viz_app.compute.style.features import Features
from viz_app.compute.style.gradient import Pull
from viz_app.compute.style.painter import Painter
from viz_app.compute.style.precision import PrecisionPlan
from viz_app.compute.style.room import RUN_BYTES, demand_room
from viz_app.compute.style.targets import aim
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


def stylise(
    net: Net,
    content: np.ndarray,
    style: np.ndarray | Sequence[np.ndarray],
    settings: StyleSettings,
    live: Callable[[], StyleControls],
    check: Check,
    device: Callable[[], str] = lambda: "cpu",
    state: StyleState | None = None,
    mask: np.ndarray | None = None,
) -> Generator[StyleSnapshot, None, None]:
    """Paint ``content`` in the manner of ``style``, a snapshot a step.

    The first snapshot is the start itself, the last has taken ``settings.steps`` steps. The last
    snapshot that was given is always a good picture, however the run ends.

    Parameters
    ----------
    net
        a network with its own preprocessing; it is copied, not changed
    content
        uint8 [H, W, 3], of any size
    style
        the same; several are blended as ``live().blend`` says
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
    mask
        [h, w] of any size: where the style applies, from 0 to its integer type's most or 1.0

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
        styles = [style] if isinstance(style, np.ndarray) else list(style)
        yield from _Run(net, content, styles, settings, check, device, state, mask).steps(live)
        return
    except (RuntimeError, MemoryError) as error:
        if not _is_memory_short(error):
            raise
    # outside the block above: the error holds the tensors that filled the memory
    knob = "smaller size" if settings.style_scale <= 1 else "smaller style scale or size"
    raise MemoryShort(f"Memory ran out at {settings.size_px} px: choose a {knob}.")


class _Run:
    """One optimisation under way."""

    def __init__(
        self,
        net: Net,
        content: np.ndarray,
        styles: Sequence[np.ndarray],
        settings: StyleSettings,
        check: Check,
        device: Callable[[], str],
        state: StyleState | None,
        mask: np.ndarray | None,
    ) -> None:
        self._settings = settings
        self._check = check
        self._ask_device = device
        self._device = device_of(device())
        self._features = Features(net, settings.pooling)
        self._names = self._features.names((settings.content_layer, *settings.style_layers))
        shape = pictures.shape_at(content, settings.size_px)
        pixels = shape[0] * shape[1]
        demand_room(pixels, RUN_BYTES, self._device, f"{settings.size_px} px", "size")
        self._painter = Painter(_start(content, shape, settings, state).to(self._device))
        self._step = 0 if state is None else state.step
        self._plan = PrecisionPlan(settings.precision, self._step, settings.steps)
        self._dtype = torch.float32
        self._controls: StyleControls | None = None
        self._targets = aim(
            self._features,
            pictures.as_tensor(content, shape).to(self._device),
            styles,
            settings,
            mask,
            check,
        )
        self._grams: tuple[Tensor, ...] = ()

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
                layers=self._settings.style_layers,
            )
            if self._step >= self._settings.steps:
                return
            started = time.perf_counter()
            self._painter.improve(gradient)
            self._step += 1

    def _follow(self, controls: StyleControls) -> None:
        """Take over what was moved since the last step: device, precision, sliders."""
        device = device_of(self._ask_device())
        if device != self._device:
            self._device = device
            self._painter.move(device)
            self._targets = self._targets.to(device)
            self._grams = ()
        if self._controls is None or controls.blend != self._controls.blend:
            self._grams = ()
        self._grams = self._grams or self._targets.blended(controls.blend)
        if self._controls is not None and _weights(controls) != _weights(self._controls):
            self._plan.forget()
            self._painter.forget_curvature()
        self._controls = controls
        dtype = self._plan.choose(self._step, device)
        if dtype != self._dtype:
            self._dtype = dtype
            self._painter.forget_gradient()
        self._painter.follow(controls.optimiser, controls.rate)

    def _evaluate(self, controls: StyleControls) -> tuple[StyleCosts, Coefficients, Tensor]:
        """The terms, their weights, and ∂J/∂G [1, 3, H, W]."""
        picture = self._painter.picture
        names = self._names.values()
        passage = self._features.forth(picture.detach(), names, self._dtype, self._check)
        weights = self._weigh(controls, passage.found)
        with torch.no_grad():
            terms, pulls = self._judge(passage.found, weights)
        gradient = passage.back(pulls, self._check)
        if gradient is None:
            gradient = torch.zeros_like(picture)
        variation = cost.total_variation(picture)
        if weights.variation > 0:
            (smoother,) = torch.autograd.grad(weights.variation * variation, picture)
            gradient = gradient + smoother
        figures = torch.stack([*terms, variation.detach()]).tolist()
        return StyleCosts(figures[0], tuple(figures[1:-1]), figures[-1]), weights, gradient

    def _weigh(self, controls: StyleControls, a_g: Mapping[str, Tensor]) -> Coefficients:
        layers = self._settings.style_layers
        return coefficients(
            controls,
            a_g[self._names[self._settings.content_layer]].shape[1:],
            [a_g[self._names[layer]].shape[1] for layer in layers],
            self._painter.picture.shape[1:],
        )

    def _judge(
        self, a_g: Mapping[str, Tensor], weights: Coefficients
    ) -> tuple[list[Tensor], dict[str, Pull]]:
        """J_content and each J_style[l], and how they draw on the activations."""
        targets, of_content = self._targets, self._names[self._settings.content_layer]
        pulls = {name: Pull(a) for name, a in a_g.items()}
        terms = [cost.content_cost(targets.content, a_g[of_content])]
        if weights.alpha > 0:
            pulls[of_content].content, pulls[of_content].alpha = targets.content, weights.alpha
        for i, layer in enumerate(self._settings.style_layers):
            pull, count = pulls[self._names[layer]], max(targets.counts[i], 1.0)
            pull.guide = targets.guides[i]
            gram = cost.gram(cost.guided(pull.a, _as(pull.a, pull.guide)))
            terms.append(cost.style_cost(self._grams[i], gram, count))
            factor = weights.beta * weights.lambdas[i]
            if factor > 0:
                pull.slope = factor * cost.style_slope(self._grams[i], gram, count)
        return terms, {name: pull for name, pull in pulls.items() if pull.is_felt}

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
    return controls.alpha, controls.beta, controls.variation, controls.lambdas, controls.blend


def _as(a: Tensor, guide: Tensor | None) -> Tensor | None:
    return None if guide is None else guide.to(a.dtype)


def device_of(name: str) -> torch.device:
    """The device of that name. Raises DeviceError if it is not there."""
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise DeviceError(f"There is no device {name} here: choose another.") from error


def _is_memory_short(error: BaseException) -> bool:
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or (
        "not enough memory" in str(error) or "DefaultCPUAllocator" in str(error)
    )
