"""Runs the tests of the lower layers as where a library is not installed.

The runs start with the session and go beside it, so that a second core has something to do;
``test_boundaries.py`` waits for them at its end. ``tests/conftest.py`` makes the imports fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = {
    "PySide6": ("core", "engine", "files", "nets", "compute", "labs", "commands"),
    "torch": ("core", "engine", "files", "labs", "commands"),
}
RUNS: pytest.StashKey[dict[str, Run]] = pytest.StashKey()


class Run:
    """A pytest of its own, whose words go to a file: a full pipe would stop it."""

    def __init__(self, absent: str) -> None:
        self._output = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # see close
        plugins = ["-p", "no:cacheprovider", "-p", "no:pytest-qt"]
        folders = [f"tests/{layer}" for layer in LAYERS[absent]]
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "pytest", "-x", *plugins,
                "-m", "not slow and not weights", *(f for f in folders if (ROOT / f).exists()),
            ],
            cwd=ROOT,
            env={**os.environ, "VIZ_APP_ABSENT": absent, "OMP_NUM_THREADS": "1"},
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )  # fmt: skip

    def ended(self, timeout_s: float) -> tuple[int, str]:
        """Wait; return the exit status and the words."""
        status = self._process.wait(timeout_s)
        self._output.seek(0)
        return status, self._output.read()

    def close(self) -> None:
        """Let go of the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._output.close()


def start_all() -> dict[str, Run]:
    """Start a run for each library."""
    return {absent: Run(absent) for absent in LAYERS}
