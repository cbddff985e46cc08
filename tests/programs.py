"""What Copy as PyTorch gives, run as its user would."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from pathlib import Path


def printed(program: str, folder: Path | None = None, *, is_alone: bool = False) -> str:
    """What a program prints that is run in a folder; it must end well and warn of nothing.

    It runs in this process, with names of its own, since a new one needs two seconds for torch;
    ``is_alone`` runs it in one all the same, which shows that it needs no part of the program.
    """
    if is_alone:
        command = [sys.executable, "-W", "error", "-c", program]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=280
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout
    assert "import viz_app" not in program
    assert "from viz_app" not in program
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.chdir(folder or "."):
        exec(compile(program, "copied", "exec"), {"__name__": "__main__"})
    return said.getvalue()
