"""The style lab as a user has it: a run at 512 px, its Gram matrices, a slider that moves."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from benchmarks._pulse import Pulse, wait
from viz_app import app as program_of
from viz_app.core.style_terms import BETA_UNIT
from viz_app.files.settings import Places
from viz_app.files.weights import WeightsStore
from viz_app.furnish import style_panel
from viz_app.labs.style import jobs
from viz_app.labs.style.presenter import StylePresenter

SIZE_PX, MOVE_MS, STEPS = 512, 33, 3000
WINDOW_PX = 1440, 900
MOVED = "beta"


class StyleLab:
    """The whole program with one lab; its sliders are moved where the user moves them.

    The network that judges is ``benchmarks.style.network()``, so that the lab runs on a machine
    without the published one too.
    """

    def __init__(self) -> None:
        from benchmarks.style import network

        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._folder = tempfile.TemporaryDirectory()
        self._plain = jobs.load_network
        jobs.load_network = lambda store, device, name=jobs.NETWORK: network()[0]
        home = Path(self._folder.name)
        labs = ((StylePresenter, style_panel),)
        places = Places(home / "config", home / "data")
        self._program = program_of.build(app, places, labs, _Present())
        self._program.window.resize(*WINDOW_PX)
        program_of.open_program(self._program)
        room = self._program.window.rooms["style"]
        self._presenter: Any = room.presenter
        self._slider = room.controls.widgets[MOVED].slider
        self._pulse = Pulse()
        self._mover = QTimer()
        self._mover.timeout.connect(self._move)
        self._stop = 0
        wait(lambda: self._run.style is not None)
        self._presenter.change(size=SIZE_PX, steps=STEPS, below="gram")

    @property
    def _run(self) -> Any:
        return self._presenter.steering.run

    def gaps(self, seconds: float, *, is_painting: bool) -> list[float]:
        """The gaps while the slider moves, with a run under way or without one."""
        if is_painting:
            before = self._run.step
            self._presenter.started()
            wait(lambda: self._run.step > before + 1)
        self._mover.start(MOVE_MS)
        gaps = self._pulse.measure(seconds)
        self._mover.stop()
        self._presenter.paused()
        self._pulse.measure(0.5)  # the worker lets go before the next segment
        return gaps

    def delays(self, count: int) -> list[int]:
        """Steps from single moves, at moments by chance, to the picture that follows each."""
        self._presenter.started()
        found: list[int] = []
        for _ in range(count):
            self._pulse.measure(random.Random(len(found)).uniform(0.5, 1.5))
            rows = self._run.trace.rows
            under_way = rows[-1].step + 1  # this picture is made already
            self._move()
            wait(self._is_heard)
            heard = self._run.painted.snapshot  # its cost, and so the next picture, is the new one
            found.append(heard.step + 1 - under_way)
        self._presenter.paused()
        return found

    def close(self) -> None:
        """Close the window, and end its threads."""
        self._program.window.close()
        if not self._program.keeper.has_ended:
            self._program.keeper.runner.close(timeout_s=30)
        jobs.load_network = self._plain
        self._folder.cleanup()

    def _is_heard(self) -> bool:
        """Whether the last step was judged with the slider as it stands."""
        beta = BETA_UNIT * self._presenter.scene.beta
        return bool(self._run.painted.snapshot.coefficients.beta == beta)

    def _move(self) -> None:
        self._stop = (self._stop + 7) % 60
        self._slider.setValue(70 + self._stop)


class _Present(WeightsStore):
    """Says that every network is there: the one that judges is given to the lab."""

    def is_present(self, name: str) -> bool:
        return True
