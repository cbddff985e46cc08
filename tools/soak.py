"""Let a user without a plan loose on the whole program, and watch: `make soak`.

Twenty seeds of three hundred actions in all labs, while a style run and a scan for patches
work. Prints for each seed what failed, the longest time for which the window stood still, and the
memory; the exit status is 0 only if nothing failed, nothing stood still for more than 250 ms,
memory grew by less than 30 MB after the warm-up, and no thread was left.

    python tools/soak.py [--seeds 20] [--first 0] [--actions 300]

On a busy machine the window also waits for a processor. Linux tells for how long a thread was
ready and did not run; that is told beside the stall and does not count as one. Of everything that
takes longer than the bound the stacks are printed. The warm-up is a look at every view with every
network, which stays once it is loaded, and the first four seeds. Memory is compared at rest, with
the desk as it is at the first start.

Without the published VGG-16 (`viz-app weights fetch vgg16`) nothing runs in the background.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import importlib
import logging
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import psutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent.parent))

from PySide6.QtCore import QEvent, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from tests.monkey import Monkey, nobody_to_ask
from tests.walks.own_photos import make_photos
from viz_app import app as program_of
from viz_app.engine.engine import REST_S
from viz_app.files.settings import Places
from viz_app.furnish import LABS, Program
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.labs.controls import Choice
from viz_app.labs.document import FIRST_IMAGE

STALL_MS, GROWTH_MB, WARM_SEEDS = 250, 30, 4
NETWORKS = ("network", "detector", "slid_net", "one_pass")  # the controls that choose one
LOOK_S, STEP_S = 5.0, 60.0
ANEW = 60  # actions, after which the style run and the scan are started again
PHOTOS = 400
SCHEDULED = Path("/proc/thread-self/schedstat")  # ns on a processor, ns waiting for one


class Failures(logging.Handler):
    """Keeps what was logged as a warning or worse, and what nobody caught."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))

    def uncaught(self, kind: type[BaseException], error: BaseException, trace: Any) -> None:
        """Take the place of ``sys.excepthook``."""
        self.told.append("".join(traceback.format_exception(kind, error, trace)))
        print(self.told[-1], file=sys.stderr)

    def of_qt(self, kind: QtMsgType, _where: QMessageLogContext, words: str) -> None:
        """Take the place of Qt's own handler; what no screen can do offscreen is no failure."""
        if kind != QtMsgType.QtDebugMsg and not words.startswith("This plugin does not support"):
            self.told.append(f"Qt: {words}\n{''.join(traceback.format_stack(limit=6))}")
            print(self.told[-1], file=sys.stderr)


@dataclass(frozen=True, slots=True, order=True)
class Held:
    """For how long the window stood still, in ms, and for what; ``queued_ms`` comes on top."""

    ms: float
    queued_ms: float
    action: str

    def __str__(self) -> str:
        queued = f" + {self.queued_ms:.0f} without a processor" if self.queued_ms > 1 else ""
        return f"{self.ms:.0f} ms{queued} ({self.action})"


class Watch:
    """Measures what the window's thread does; prints the stack of what takes too long."""

    def __init__(self) -> None:
        self._owner = threading.get_ident()
        self._stack: list[str] = []
        self._has_begun, self._has_ended = threading.Event(), threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def time(self, do: Callable[[], object], action: str = "") -> Held:
        """Do it, and tell how long it took; what it returns is the action's name."""
        self._has_ended.clear()
        self._has_begun.set()
        queued, began = queued_ms(), time.perf_counter()
        name = do() or action
        took = 1000 * (time.perf_counter() - began)
        waited = queued_ms() - queued
        self._has_begun.clear()
        self._has_ended.set()
        held = Held(took - waited, waited, str(name))
        if held.ms > STALL_MS:
            print(f"{held}\n{''.join(self._stack)}", flush=True)
        return held

    def _look(self) -> None:
        while self._has_begun.wait():
            if not self._has_ended.wait(STALL_MS / 1000):
                self._stack = traceback.format_stack(sys._current_frames()[self._owner])
                self._has_ended.wait()


def queued_ms() -> float:
    """For how long this thread has been ready without running; 0 where no one counts it."""
    try:
        return int(SCHEDULED.read_text().split()[1]) / 1e6
    except (OSError, IndexError):
        return 0.0


def start(folder: Path) -> Program:
    """Open the whole program in a folder of its own."""
    program_of.tune_threads()
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    program = program_of.build(app, Places(folder / "config", folder / "data"), LABS)
    program.keeper.restore((), LABS[0][0].lab.name)
    program_of.open_program(program)
    while not program.keeper.devices:  # the start has a benchmark of its own
        settle(program)
        time.sleep(0.01)
    return program


def set_to_work(program: Program, photos: Path) -> None:
    """Start a style run and a scan for patches; what was cancelled or has ended starts again."""
    rooms, keeper = program.window.rooms, program.keeper
    keeper.choose_lab("style")
    style: Any = rooms["style"].presenter
    if style.steering.run.status != "running" and keeper.parts.weights.is_present("vgg16"):
        style.toggled()
    keeper.choose_lab("activations")
    activations: Any = rooms["activations"].presenter
    activations.change(network="vgg16", view="patches", patch_folder=str(photos), patch_file="")
    finding = activations.patches.finding
    if finding.running is None and keeper.parts.weights.is_present("vgg16"):
        activations.patches.search_asked()


def settle(program: Program) -> None:
    """Let the window draw, and delete what is to be deleted later: no event loop runs here."""
    program.app.processEvents()
    program.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def look_at_all(program: Program) -> None:
    """Look once at every view with every network: what is loaded at its first use stays."""
    importlib.import_module("cv2")  # 70 MB, at the first film or webcam
    for name, room in program.window.rooms.items():
        program.keeper.choose_lab(name)
        header = room.panel.header
        views = [header.buttons.control] if isinstance(header, ViewSwitch) else []
        choices = [c for c in room.lab.controls if isinstance(c, Choice)]
        for view in [option.value for switch in views for option in switch.options]:
            room.presenter.edited("view", view)
            work(program)
            for control in [c for c in choices if c.field in NETWORKS]:
                if control.is_usable(room.presenter.scene):
                    for option in control.options:
                        room.presenter.edited(control.field, option.value)
                        work(program)


def work(program: Program) -> None:
    """Wait until nothing runs, but not long."""
    until = time.monotonic() + LOOK_S
    while time.monotonic() < until:
        settle(program)
        time.sleep(0.02)
        if not program.keeper.runner.activities:
            break


def clear_the_desk(program: Program) -> None:
    """Go back to the first scenes, and delete the runs: twelve stay on purpose, with films."""
    keeper, style = program.keeper, cast(Any, program.window.rooms["style"].presenter)
    for lab in keeper.document.labs.values():
        keeper.document.change_scene(lab.name, lab.scene_type())
    keeper.document.choose_image(FIRST_IMAGE)
    if len(style.steering.easels) > 1:
        style.branch_closed()
    style.was_reset()
    while style.steering.history:
        style.deleted(0)


def rest(program: Program) -> None:
    """End all jobs, and wait as long as it takes the engine to give back their memory."""
    clear_the_desk(program)
    for name in program.window.rooms:  # a lab lets go of what it showed when it shows another
        program.keeper.choose_lab(name)
        work(program)
    for runner in (program.keeper.runner, program.keeper.errands):
        for activity in list(runner.activities):
            program.keeper.cancel_lane(activity.lane)
        ended: list[object] = []
        runner.run("soak.rest", lambda turn: None, title="Resting", on_done=ended.append)
        until = time.monotonic() + STEP_S  # a step of a large picture is waited for
        while not ended and time.monotonic() < until:
            settle(program)
            time.sleep(0.02)
    until = time.monotonic() + 1.5 * REST_S
    while time.monotonic() < until:
        settle(program)
        time.sleep(0.02)
    gc.collect()


def walk(program: Program, seed: int, actions: int, watch: Watch, photos: Path) -> list[Held]:
    """Do a seed's actions; return for how long each held the window up."""
    monkey, held = Monkey(program, seed), []
    for i in range(actions):
        if i % ANEW == 0:
            set_to_work(program, photos)
        acted = watch.time(monkey.act)
        drawn = watch.time(partial(settle, program), f"after {acted.action}")
        held += [acted, drawn]
        time.sleep(0.005)
    return held


def main() -> int:
    """Walk all seeds; 0 if everything held."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--actions", type=int, default=300)
    args = parser.parse_args()
    faulthandler.enable()
    failures, process = Failures(), psutil.Process()
    sys.excepthook = failures.uncaught
    qInstallMessageHandler(failures.of_qt)
    memory: list[float] = []
    longest = Held(0, 0, "")
    with tempfile.TemporaryDirectory() as folder, nobody_to_ask():
        watch, before = Watch(), threading.active_count()
        photos = Path(folder) / "photos"
        make_photos(photos, PHOTOS)
        program = start(Path(folder))
        look_at_all(program)
        for seed in range(args.first, args.first + args.seeds):
            slowest = max(walk(program, seed, args.actions, watch, photos))
            rest(program)
            memory.append(process.memory_info().rss / 1e6)
            longest = max(longest, slowest)
            print(
                f"seed {seed:2d}: longest {slowest}, "
                f"{memory[-1]:5.0f} MB, {len(failures.told)} failures",
                flush=True,
            )
        program.window.close()
        for runner in (program.keeper.runner, program.keeper.errands, program.keeper.fetches):
            runner.close(60)
    growth = max(memory) - max(memory[:WARM_SEEDS])
    left = threading.active_count() - before
    print(f"longest {longest} (bound {STALL_MS} ms), growth {growth:.0f} MB ({GROWTH_MB})")
    print(f"threads left {left}, failures {len(failures.told)}")
    print("\n".join(failures.told))
    is_well = longest.ms <= STALL_MS and growth < GROWTH_MB and not failures.told and left <= 1
    return 0 if is_well else 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)
