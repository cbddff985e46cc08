"""Let the style lab run for thousands of steps while it is steered at random.

    python tools/soak_style.py [STEPS]

Sliders are moved, runs paused, branched, reset and brought back in the real window, without a
screen, in a folder of its own. Prints memory, threads and widgets; the exit status is 1 if memory
grew by 20 MB or more after the first 200 steps, or a thread or a widget is left over. At both ends
one run is under way with its curves, and what is free is given back to the system first.
VGG-16 has to be there (``viz-app weights fetch vgg16``).
"""

from __future__ import annotations

import ctypes
import gc
import os
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

MOST_MB = 20.0
SETTLED, CALM = 200, 20  # steps: before the first look, and in one and the same state before each
SLIDERS = ("alpha", "beta", "variation", "lambda_1", "lambda_3", "lambda_5")


def main(wanted: int) -> int:
    """Soak, and tell."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from PySide6.QtWidgets import QApplication

    from viz_app import app as program
    from viz_app.files.settings import Places
    from viz_app.furnish import style_panel
    from viz_app.gui.tour import wait_until
    from viz_app.labs.style.presenter import StylePresenter

    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        places = Places(Path(folder) / "config", Path(folder) / "data")
        parts = program.build(app, places, ((StylePresenter, style_panel),))
        program.open_program(parts)
        presenter = parts.window.rooms["style"].presenter
        wait_until(lambda: presenter.steering.run.style is not None, 60)
        soak = Soak(presenter, wanted)
        wait_until(soak.is_over, 3600)
        status = soak.told()
        parts.window.close()
        parts.keeper.runner.engine._thread.join(30)
        left = [t.name for t in threading.enumerate() if t is not threading.main_thread()]
        print(f"threads left after closing: {left or 'none'}")
    return status or bool(left)


class Soak:
    """Moves things at random, and counts."""

    def __init__(self, presenter: object, wanted: int) -> None:
        self.presenter, self.wanted = presenter, wanted
        self._random = random.Random(0)
        self._steps: dict[tuple[int, str], int] = {}  # of each run, when it was last looked at
        self._taken = 0
        self._gone = 0
        self._moves = {"slider": 0, "branch": 0, "reset": 0, "restore": 0, "pause": 0}
        self._next = 0
        self._looks: list[tuple[float, int, int]] = []
        self._calm_since: int | None = None
        self._began = time.monotonic()
        presenter.change(size=128, steps=3000, below="costs")
        presenter.started()

    @property
    def steps(self) -> int:
        """Steps taken by all runs; one that is brought back counts from where it was."""
        for run in (*self.presenter.steering.easels, *self.presenter.steering.history):
            key = (id(run), run.name)
            self._taken += max(run.step - self._steps.get(key, run.step), 0)
            self._steps[key] = run.step
        return self._taken

    def is_over(self) -> bool:
        """Move something; True once all steps are taken."""
        steps = self.steps
        goal = self.wanted if self._looks else SETTLED
        if self._calm_since is not None:
            if steps >= self._calm_since + CALM:
                self._calm_since = None
                self._looks.append(self._state())
        elif steps >= goal:
            self._calm_since = steps
            self._calm()
        elif steps >= self._next:
            self._next = steps + 3
            self._move(steps)
        if steps // 500 != self._gone:
            self._gone = steps // 500
            memory, threads, widgets = self._state()
            print(f"{steps:5d} steps  {memory:.1f} MB  {threads} threads  {widgets} widgets",
                  flush=True)  # fmt: skip
        return len(self._looks) == 2

    def _calm(self) -> None:
        """Bring about the state in which memory is compared."""
        self.presenter.branch_closed()
        self.presenter.change(below="costs")
        self.presenter.restarted()

    def _move(self, steps: int) -> None:
        presenter, steering = self.presenter, self.presenter.steering
        dice = self._random.random()
        if dice < 0.03 and len(steering.easels) == 1:
            self._moves["branch"] += 1
            presenter.branched()
        elif dice < 0.07 and len(steering.easels) > 1:
            presenter.branch_closed()
        elif dice < 0.09:
            self._moves["reset"] += 1
            presenter.restarted()
        elif dice < 0.11 and steering.history:
            self._moves["restore"] += 1
            presenter.restored(self._random.randrange(len(steering.history)))
        elif dice < 0.14:
            self._moves["pause"] += 1
            presenter.paused()
        elif dice < 0.18:
            presenter.edited("below", self._random.choice(("costs", "layers", "gram")))
        else:
            self._moves["slider"] += 1
            field = self._random.choice(SLIDERS)
            presenter.edited(field, round(10 ** self._random.uniform(-1, 1), 2))
        if presenter.steering.run.status != "running":
            presenter.started()

    def _state(self) -> tuple[float, int, int]:
        from PySide6.QtWidgets import QApplication

        gc.collect()
        if sys.platform == "linux":
            ctypes.CDLL(None).malloc_trim(0)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        return memory, threading.active_count(), len(QApplication.allWidgets())

    def told(self) -> int:
        """Print what was found; 1 if a bound is broken."""
        before, (memory, threads, widgets) = self._looks
        seconds = time.monotonic() - self._began
        grown = memory - before[0]
        moves = ", ".join(f"{count} × {name}" for name, count in self._moves.items())
        print(f"{self.steps} steps in {seconds:.0f} s; {moves}")
        print(f"memory {before[0]:.1f} MB after {SETTLED} steps, {memory:.1f} MB at the end: "
              f"{grown:+.1f} MB (< {MOST_MB:g})")  # fmt: skip
        print(f"threads {before[1]} → {threads}, widgets {before[2]} → {widgets}")
        return int(grown >= MOST_MB or threads > before[1] or widgets > before[2])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000))
