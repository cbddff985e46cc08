"""Let a user without a plan loose on the whole program, and watch: `make soak`.

Twenty seeds of three hundred actions in all labs, while a style run and a scan for patches work.
Prints for each seed what failed, the longest time for which the window stood still, and the memory;
the exit status is 0 only if nothing failed, nothing stood still for more than 250 ms, memory grew
by less than 30 MB after the warm-up, and no thread was left.

    python tools/soak.py [--seeds 20] [--actions 300]

Without the published VGG-16 (`viz-app weights fetch vgg16`) nothing runs in the background.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import logging
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent.parent))

from PySide6.QtWidgets import QApplication

from tests.monkey import Monkey, nobody_to_ask
from viz_app import app as program_of
from viz_app.files.settings import Places
from viz_app.furnish import LABS, Program

STALL_MS, GROWTH_MB, WARM_SEEDS = 250, 30, 4
WORK = (("style", "Start"), ("activations", "Scan"))


class Failures(logging.Handler):
    """Keeps what was logged as a warning or worse, and what nobody caught."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


def start(folder: Path) -> Program:
    """Open the whole program in a folder of its own."""
    sys.setswitchinterval(program_of.SWITCH_INTERVAL_S)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    program = program_of.build(app, Places(folder / "config", folder / "data"), LABS)
    program.keeper.restore((), LABS[0][0].lab.name)
    program_of.open_program(program)
    return program


def set_to_work(program: Program) -> None:
    """Start what runs for long; what was cancelled or has ended is started again."""
    for lab, words in WORK:
        if lab in program.window.rooms:
            actions = program.window.rooms[lab].presenter.actions
            for action in actions:
                if action.text.startswith(words) and action.is_enabled():
                    action.run()
                    break


def walk(program: Program, seed: int, actions: int) -> list[tuple[float, str]]:
    """Do a seed's actions; return how long each held the window up, in ms, and what it was."""
    monkey, held = Monkey(program, seed), []
    for _ in range(actions):
        began = time.perf_counter()
        name = monkey.act()
        acted = time.perf_counter()
        program.app.processEvents()
        ended = time.perf_counter()
        held.append((1000 * max(acted - began, ended - acted), name))
        time.sleep(0.005)
    return held


def main() -> int:
    """Walk all seeds; 0 if everything held."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--actions", type=int, default=300)
    args = parser.parse_args()
    faulthandler.enable()
    failures, process = Failures(), psutil.Process()
    sys.excepthook = lambda *error: failures.told.append(repr(error[1]))
    before = threading.active_count()
    memory: list[float] = []
    longest = 0.0
    with tempfile.TemporaryDirectory() as folder, nobody_to_ask():
        program = start(Path(folder))
        for seed in range(args.seeds):
            set_to_work(program)
            held = walk(program, seed, args.actions)
            gc.collect()
            memory.append(process.memory_info().rss / 1e6)
            slow = sorted(held)[-1]
            longest = max(longest, slow[0])
            print(
                f"seed {seed:2d}: longest {slow[0]:4.0f} ms ({slow[1]}), "
                f"{memory[-1]:5.0f} MB, {len(failures.told)} failures",
                flush=True,
            )
        program.window.close()
        for runner in (program.keeper.runner, program.keeper.errands, program.keeper.fetches):
            runner.close(60)
    growth = max(memory) - max(memory[:WARM_SEEDS])
    left = threading.active_count() - before
    print(f"longest {longest:.0f} ms (bound {STALL_MS}), growth {growth:.0f} MB ({GROWTH_MB})")
    print(f"threads left {left}, failures {len(failures.told)}")
    print("\n".join(failures.told))
    is_well = longest <= STALL_MS and growth < GROWTH_MB and not failures.told and left <= 1
    return 0 if is_well else 1


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)
