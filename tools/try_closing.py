"""Closes the window in the middle of work, N times: ``python tools/try_closing.py 100``.

Each time the program starts anew, a style run and a detection are asked for, and the window is
closed at a random moment of the first seconds: while torch is imported, a network is loaded, or
steps run. Every process must end with 0 within 2 s of the closing.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time

LONGEST_S = 2.0
LATEST_MS = 3500

PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from viz_app import app
from viz_app import furnish as furniture

def close():
    print("closing", flush=True)
    for window in QApplication.topLevelWidgets():
        if type(window).__name__ == "Window":
            window.close()

def begin(furnish=furniture.furnish):
    def furnish_and_work(*args, **kwargs):
        program = furnish(*args, **kwargs)
        def work():
            for room in program.window.rooms.values():
                program.keeper.choose_lab(room.lab.name)
                room.presenter.demonstrate()
        QTimer.singleShot(50, work)
        QTimer.singleShot(int(sys.argv[1]), close)
        return program
    return furnish_and_work

furniture.furnish = begin()
sys.exit(app.start())
"""


def close_once(after_ms: int) -> tuple[int, float]:
    """Return the exit status and how long the process lived on after the closing, in s."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "VIZ_APP_HOME": home}
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(after_ms)],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        while (line := process.stdout.readline()) and line.strip() != "closing":
            pass
        closed_at = time.monotonic()
        _out, err = process.communicate(timeout=60)
        lasted_s = time.monotonic() - closed_at
    if process.returncode:
        print(err[-2000:])
    return process.returncode, lasted_s


def main() -> int:
    """Close N times; 0 only if every process ended well and in time."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    random.seed(times)
    bad, longest_s = 0, 0.0
    for i in range(times):
        after_ms = random.randint(60, LATEST_MS)
        status, lasted_s = close_once(after_ms)
        longest_s = max(longest_s, lasted_s)
        if status or lasted_s > LONGEST_S:
            bad += 1
            print(f"{i}: closed after {after_ms} ms, status {status}, lived on {lasted_s:.2f} s")
    print(f"closed {times} times, {bad} badly, longest {longest_s:.2f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
