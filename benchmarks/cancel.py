"""How soon a style run at 256 px ends once it is cancelled in the middle of a step."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Iterator

import torch

from benchmarks.harness import Bound, Row
from benchmarks.style import SIZE_PX, network, pictures
from viz_app.compute.style.precision import has_bf16
from viz_app.compute.style.run import stylise
from viz_app.core.style_terms import Precision, StyleControls, StyleSettings
from viz_app.nets.build import Net

CANCELS_A_ROUND = 3
MEDIAN_SHARE, MAX_MS = 0.1, 100


class Cancelled(BaseException):
    """What the run is ended with, as the engine does."""


def rows(rounds: int) -> Iterator[Row]:
    """The wait's median as a part of a step, and the longest, in each precision."""
    net, words = network()
    print(f"network: {words}")
    precisions: list[Precision] = ["float32"]
    if has_bf16(torch.device("cpu")):
        precisions.append("auto")
    chance = random.Random(0)
    for precision in precisions:
        name = "bfloat16" if precision == "auto" else precision
        waits, steps = [], []
        for _ in range(rounds * CANCELS_A_ROUND):
            wait_ms, step_ms = cancelled_run(net, precision, chance.random())
            waits.append(wait_ms)
            steps.append(step_ms)
        median, step = statistics.median(waits), statistics.median(steps)
        what = f"cancel to end, {name}"
        yield Row.part_of(f"{what}: median, a step", median, step, Bound("≤", MEDIAN_SHARE))
        yield Row.alone(f"{what}: longest of {len(waits)}", max(waits), Bound("<", MAX_MS, "ms"))


def cancelled_run(net: Net, precision: Precision, moment: float) -> tuple[float, float]:
    """Start a run, cancel it at a moment of its third step (0 to 1): the wait and a step, in ms."""
    cancelled = threading.Event()
    cancelled_at = 0.0

    def check() -> None:
        if cancelled.is_set():
            raise Cancelled

    def cancel() -> None:
        nonlocal cancelled_at
        cancelled_at = time.perf_counter()
        cancelled.set()

    settings = StyleSettings(size_px=SIZE_PX, steps=100_000, precision=precision)
    steps = stylise(net, *pictures(), settings, StyleControls, check)
    next(steps)
    started = time.perf_counter()
    next(steps)
    step = time.perf_counter() - started
    timer = threading.Timer(moment * step, cancel)
    timer.start()
    try:
        for _ in steps:
            pass
    except Cancelled:
        wait = time.perf_counter() - cancelled_at
    timer.join()
    return wait * 1e3, step * 1e3
