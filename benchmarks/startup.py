"""Start-up: the first painted window, beside the same program with torch imported first.

Each start is a process of its own; the time runs from before our first import to the end of the
first paint event of the window, as it does for a user.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable

from benchmarks.harness import Bound, Row, interleaved

# Runs the program as a user does; prints what it sees at each first paint: the window's, the lab's.
PROGRAM = """
import json, sys, time
t0 = time.perf_counter()
if sys.argv[1] == "torch-first":
    import torch
from viz_app import app

class Seen(app._FirstPaint):
    def eventFilter(self, watched, event):
        if event.type() == event.Type.Paint:
            app.QTimer.singleShot(0, self.tell)  # once the event, and the painting, is over
        return super().eventFilter(watched, event)

    def tell(self):
        seen = {"ms": 1e3 * (time.perf_counter() - t0), "torch": "torch" in sys.modules}
        print(json.dumps(seen), flush=True)

def painted(program, open_program=app.open_program):
    open_program(program)
    app.QTimer.singleShot(300, program.window.close)

app._FirstPaint = Seen
app.open_program = painted
sys.exit(app.start())
"""


def start(kind: str) -> dict[str, float]:
    """Start the program once; return the time to its first paint and whether torch was there."""
    with tempfile.TemporaryDirectory() as home:
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM, kind],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "VIZ_APP_HOME": home},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
    window, lab = (json.loads(line) for line in ended.stdout.splitlines()[:2])
    return {"ms": window["ms"], "lab_ms": lab["ms"], "torch": lab["torch"]}


def rows(rounds: int) -> Iterable[Row]:
    """Measure both ways of starting, in turn."""
    seen: dict[str, list[dict[str, float]]] = {"ours": [], "torch-first": []}
    interleaved({kind: lambda kind=kind: seen[kind].append(start(kind)) for kind in seen}, rounds)
    ms = {kind: statistics.median(s["ms"] for s in starts[1:]) for kind, starts in seen.items()}
    yield Row.times_as_fast(
        "first painted window, torch imported after / before", *ms.values(), Bound("≥", 6)
    )
    lab_ms = {
        kind: statistics.median(s["lab_ms"] for s in starts[1:]) for kind, starts in seen.items()
    }
    yield Row.times_as_fast("first painted lab, the session restored", *lab_ms.values())
    imported = sum(bool(s["torch"]) for s in seen["ours"])
    yield Row.alone(
        "starts with torch in sys.modules when the lab is painted", imported, Bound("≤", 0), ""
    )
