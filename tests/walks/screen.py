"""A screen of one's own with a window manager, a pointer and keys, and pictures of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from PIL import Image, ImageGrab

PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "openbox": "openbox"}
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def what_is_missing() -> str:
    """One sentence that names the packages to install, or an empty string."""
    missing = [package for name, package in PROGRAMS.items() if shutil.which(name) is None]
    if not missing:
        return ""
    return f"A walk needs a screen of its own: sudo apt-get install {' '.join(missing)}"


class Screen:
    """An X server without a monitor; its pointer and keys are moved from outside the program."""

    def __init__(self, width: int, height: int) -> None:
        self.display = next(f":{n}" for n in range(120, 190) if not _is_taken(n))
        self._server = subprocess.Popen(
            ["Xvfb", self.display, "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"],
            **QUIET,
        )
        until = time.monotonic() + 10
        while not Path(f"/tmp/.X11-unix/X{self.display[1:]}").exists():
            if time.monotonic() > until or self._server.poll() is not None:
                raise RuntimeError("The X server for the walk did not start.")
            time.sleep(0.05)
        self._env = {**os.environ, "DISPLAY": self.display}
        self._manager = subprocess.Popen(["openbox"], env=self._env, **QUIET)
        time.sleep(0.5)

    def press(self, *words: object) -> None:
        """Let xdotool do something: ``press("mousemove", 10, 20, "click", 1)``."""
        subprocess.run(["xdotool", *map(str, words)], env=self._env, check=True, **QUIET)

    def picture(self) -> Image.Image:
        """What stands on the screen now."""
        return ImageGrab.grab(xdisplay=self.display)

    def close(self) -> None:
        """End the window manager and the server."""
        for process in (self._manager, self._server):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def _is_taken(number: int) -> bool:
    return Path(f"/tmp/.X{number}-lock").exists()
