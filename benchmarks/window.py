"""The window's smoothness: gaps of a 5 ms timer in its thread, while the worker works.

The window shows a 512-pixel picture and 30 labels that change at 30 Hz. Segments of an idle window,
of a style run at 256 px with all cores, and of a job that is a pure Python loop take turns; one
minute of the style run in all. Then the style lab itself, whole: a run at 512 px, its Gram matrices
and a slider that moves 30 times a second. Without the published VGG-16 its weights are random,
which changes no time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from benchmarks.harness import Bound, Row

STYLE_S, OTHER_S = 60.0, 21.0  # in all rounds together
LAB_S, MOVES = 42.0, 12  # of the lab at rest and of the lab painting, each; moves that are counted
DRAW_MS = 33


def rows(rounds: int) -> Iterable[Row]:
    """Measure the gaps in each state."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from viz_app.app import SWITCH_INTERVAL_S, wake
    from viz_app.gui.runner import Runner

    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = QApplication.instance() or QApplication([])
    runner = Runner("engine")
    stage = _Stage()
    jobs: dict[str, tuple[Any, float]] = {
        "idle": (None, OTHER_S),
        "style run, 256 px": (_style_job, STYLE_S),
        "pure Python loop": (_python_job, OTHER_S),
    }
    gaps: dict[str, list[float]] = {name: [] for name in jobs}
    try:
        runner.failed.connect(stage.fail)
        runner.run("wake", wake, title="torch", on_done=lambda _: stage.ready())
        stage.wait(lambda: stage.is_ready)
        _warm(runner, stage)
        for _round in range(rounds):
            for name, (job, seconds) in jobs.items():
                if job is not None:
                    runner.run("work", job, title=name, on_step=stage.show_step)
                gaps[name] += stage.measure(seconds / rounds)
                runner.cancel("work")
                stage.measure(0.3)  # the worker lets go before the next segment
    finally:
        runner.close()
        sys.setswitchinterval(before)
    app.processEvents()
    yield from _judge(gaps)
    yield from _lab_rows(rounds)


def _lab_rows(rounds: int) -> Iterable[Row]:
    """The style lab at rest and painting, in turn, and how soon a move of a slider is seen."""
    from benchmarks._style_lab import SIZE_PX, StyleLab
    from viz_app.app import SWITCH_INTERVAL_S

    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    lab = StyleLab()
    gaps: dict[bool, list[float]] = {False: [], True: []}
    try:
        lab.gaps(0.5, is_painting=True)  # loads the network, outside the measurement
        for _round in range(rounds):
            for is_painting, found in gaps.items():
                found += lab.gaps(LAB_S / rounds, is_painting=is_painting)
        steps = lab.delays(MOVES)
    finally:
        lab.close()
        sys.setswitchinterval(before)
    name = f"style lab, a run at {SIZE_PX} px, Gram matrices, a slider that moves"
    yield Row.alone("style lab at rest, a slider that moves: p99 gap", _p99(gaps[False]))
    yield Row.alone(f"{name}: p99 gap", _p99(gaps[True]), Bound("≤", 16, "ms"))
    yield Row.alone(f"{name}: longest gap", max(gaps[True]))
    yield Row.alone(
        f"style lab: a slider's move to the picture that follows it, the most of {MOVES}",
        max(steps),
        Bound("≤", 2, "steps"),
        "steps",
    )


def _p99(gaps: list[float]) -> float:
    return float(np.percentile(gaps, 99))


def _judge(gaps: dict[str, list[float]]) -> Iterable[Row]:
    idle = _p99(gaps["idle"])
    yield Row.alone("idle: p99 gap", idle)
    yield Row.alone("idle: longest gap", max(gaps["idle"]))
    for name in list(gaps)[1:]:
        p99 = _p99(gaps[name])
        yield Row.part_of(f"{name}: p99 gap beside the idle window's", p99, idle, Bound("≤", 2))
        yield Row.alone(f"{name}: p99 gap", p99, Bound("<", 16, "ms"))
        yield Row.alone(f"{name}: longest gap", max(gaps[name]), Bound("<", 50, "ms"))


class _Stage:
    """A window with a picture and labels that move, and a timer that notes its gaps."""

    def __init__(self) -> None:
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget

        from benchmarks._pulse import Pulse
        from viz_app.gui.theme import Theme
        from viz_app.gui.widgets.canvas import Canvas

        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.is_ready = False
        self._failure: Any = None
        self._window = QWidget()
        grid = QGridLayout(self._window)
        self._canvas = Canvas(Theme(app), "picture")
        grid.addWidget(self._canvas, 0, 0, 1, 6)
        self._labels = [QLabel() for _ in range(30)]
        for i, label in enumerate(self._labels):
            label.setFixedWidth(120)  # a label that widens would resize the window
            grid.addWidget(label, 1 + i // 6, i % 6)
        noise = np.random.default_rng(0).integers(0, 255, (8, 512, 512, 3), dtype=np.uint8)
        self._pictures = list(noise)
        self._frame = 0
        self._pulse = Pulse()
        self._drawer = QTimer()
        self._drawer.timeout.connect(self._draw)
        self._window.resize(900, 760)
        self._window.show()

    def ready(self) -> None:
        """Torch is there."""
        self.is_ready = True

    def fail(self, failure: Any) -> None:
        """A job failed: there is nothing to measure."""
        self._failure = failure

    def show_step(self, step: Any) -> None:
        """Take a snapshot as the lab would: its picture is drawn at once."""
        if (picture := getattr(step, "picture", None)) is not None:
            self._canvas.show_pixels(picture)

    def measure(self, seconds: float) -> list[float]:
        """Live for so long; return the gaps in ms."""
        self._drawer.start(DRAW_MS)
        gaps = self._pulse.measure(seconds, lambda: self._failure is not None)
        self._drawer.stop()
        self._demand_work()
        return gaps

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Let the event loop run until something is so."""
        from benchmarks._pulse import wait

        wait(lambda: self._failure is not None or is_so())
        self._demand_work()

    def _demand_work(self) -> None:
        if self._failure is not None:
            raise RuntimeError(self._failure.details)

    def _draw(self) -> None:
        self._frame += 1
        self._canvas.show_pixels(self._pictures[self._frame % len(self._pictures)])
        for i, label in enumerate(self._labels):
            label.setText(f"{self._frame * (i + 1)}")


def _warm(runner: Any, stage: _Stage) -> None:
    """Take the first style steps, which load the network, outside the measurement."""
    seen: list[Any] = []
    runner.run("work", _style_job, title="warm", on_step=seen.append)
    stage.wait(lambda: len(seen) > 2)
    runner.cancel("work")


def _style_job(turn: Any) -> Any:
    from benchmarks.style import network
    from viz_app.compute.style.run import stylise
    from viz_app.core.style_terms import StyleControls, StyleSettings

    net = turn.keep("vgg16", lambda: network()[0])
    random = np.random.default_rng(1)
    content, style = random.integers(0, 255, (2, 256, 256, 3), dtype=np.uint8)
    settings = StyleSettings(size_px=256, steps=10**6)
    return stylise(net, content, style, settings, StyleControls, turn.check)


def _python_job(turn: Any) -> Any:
    total = 0
    while True:
        for i in range(1_000_000):
            total += i * i
        yield total
