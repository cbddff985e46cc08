"""The convolution lab's jobs, for the engine's thread; torch is imported inside them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from viz_app.engine.engine import Progress, Turn
from viz_app.engine.mailbox import Mailbox
from viz_app.files.animation import save_animation
from viz_app.labs.convolution import colours
from viz_app.labs.convolution.layer import channels_of
from viz_app.labs.convolution.numbers import Array

if TYPE_CHECKING:
    from viz_app.labs.convolution.photo import Filtered, PhotoLayer, Request

STEPS_A_TURN = 5
MOST_STEPS = 5_000
PAIRED = ("magnitude", "angle")
GIVE_UP = 1e-11  # of the loss at the start: what is left is nearly rounding


def filter_photo(layer: PhotoLayer, request: Request) -> Callable[[Turn], Filtered]:
    """Filter a photo and colour its output."""

    def job(turn: Turn) -> Filtered:
        from viz_app.compute.convolution import filter_planes, to_planes
        from viz_app.labs.convolution.photo import Filtered

        device = turn.device
        held: dict[str, Any] = turn.keep("convolution.planes", dict)  # of the last photo alone
        if held.get("pixels") is not layer.pixels or held["key"] != (layer.channel, device):
            planes = to_planes(channels_of(layer.pixels, layer.channel), device)
            held |= {"pixels": layer.pixels, "key": (layer.channel, device), "planes": planes}
        planes = held["planes"]
        turn.check()
        started = time.perf_counter()
        z = filter_planes(layer.op, planes, layer.weights, layer.bias)
        values = z.cpu().numpy()
        seconds = time.perf_counter() - started
        turn.check()
        pair = None
        if request.map in PAIRED and layer.weights is not None:
            other = np.ascontiguousarray(layer.weights.swapaxes(2, 3))
            pair = filter_planes(layer.op, planes, other, layer.bias).cpu().numpy()
        pixels, low, high, is_cut = _coloured(values, pair, request.map)
        return Filtered(request, values, pixels, low, high, is_cut, seconds)

    return job


def _coloured(
    values: Array, pair: Array | None, name: str
) -> tuple[colours.Pixels, float, float, bool]:
    """The output as colours, the numbers at the ends of the scale, and whether some lie beyond."""
    if pair is not None:
        u, v = values[0], pair[0]
        strength = np.hypot(u, v)
        if name == "magnitude":
            high = colours.reach(strength)
            is_cut = high < float(strength.max())
            return colours.strength_colours(strength, high), 0.0, high, is_cut
        return colours.angle_colours(np.arctan2(v, u), strength), -180.0, 180.0, False
    if name == "grey":
        many = values if len(values) == 3 else values[0]
        return colours.light_colours(many), 0.0, 255.0, False
    plane = values.mean(axis=0) if len(values) > 1 else values[0]
    scale = colours.reach(plane)
    is_cut = scale < max(float(plane.max()), -float(plane.min()))
    if name == "signed":
        return colours.signed_colours(plane, scale), -scale, scale, is_cut
    return colours.strength_colours(np.abs(plane), scale), 0.0, scale, is_cut


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What is to be learned: grey levels [H, W] from 0 to 1, and the output [H', W'] wanted."""

    grey: Array
    target: Array
    size: int
    optimiser: Any


@dataclass(frozen=True, slots=True, eq=False)
class LearnStep:
    """A kernel on its way, and what it makes of the photo."""

    step: int
    kernel: Array
    loss: float
    pixels: colours.Pixels
    progress: Progress


def target_of(grey: Array, kernel: Array) -> Callable[[Turn], Array]:
    """The edge map that a kernel makes of a photo."""

    def job(turn: Turn) -> Array:
        from viz_app.compute.convolution import filter_planes, to_planes
        from viz_app.core.convolution.operation import Operation

        op = Operation(kernel=kernel.shape)
        z: Array = filter_planes(op, to_planes(grey[None]), kernel[None, None])[0].numpy()
        return z

    return job


def learn(lesson: Lesson, rate: Mailbox[float]) -> Callable[[Turn], Iterator[LearnStep]]:
    """Learn the kernel, some steps a turn; the learning rate is read at every step."""

    def job(turn: Turn) -> Iterator[LearnStep]:
        import torch

        from viz_app.compute.convolution import filter_planes, to_planes
        from viz_app.compute.learning import descend, pose
        from viz_app.core.convolution.operation import Operation

        grey = torch.from_numpy(np.ascontiguousarray(lesson.grey))
        target = torch.from_numpy(np.ascontiguousarray(lesson.target))
        problem = pose(grey, target, lesson.size, turn.check)
        planes = to_planes(lesson.grey[None])
        op = Operation(kernel=(lesson.size, lesson.size))
        scale = colours.reach(lesson.target)
        first = 0.0
        for learned in descend(problem, rate.read, lesson.optimiser):
            first = first or learned.loss
            is_over = learned.step >= MOST_STEPS or learned.loss <= GIVE_UP * first
            if learned.step % STEPS_A_TURN and not is_over:
                continue
            turn.check()
            z = filter_planes(op, planes, learned.kernel[None, None])[0].numpy()
            yield LearnStep(
                learned.step,
                learned.kernel,
                learned.loss,
                colours.signed_colours(z, scale),
                Progress(learned.step, MOST_STEPS),
            )
            if is_over:
                return

    return job


def save_frames(path: Path, frames: Sequence[Array], frame_ms: int) -> Callable[[Turn], None]:
    """Save the film of the steps."""

    def job(turn: Turn) -> None:
        save_animation(path, frames, frame_ms, turn.check)

    return job
