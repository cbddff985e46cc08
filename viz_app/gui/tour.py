"""Walks through every lab on the samples, and writes what each shows: a picture and its numbers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from viz_app.files.export import save_numbers
from viz_app.gui.grabbing import grab, save_picture
from viz_app.gui.house import HouseKeeper

SETTLE_S = 300.0  # a style run on a slow machine
LOOK_MS = 50
MOTION_S = 0.5  # what moves on the screen comes to rest


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a tour, and a sentence for each thing that had to be skipped."""

    files: tuple[Path, ...]
    skipped: tuple[str, ...]


def walk(keeper: HouseKeeper, out: Path, say: Callable[[str], None] = print) -> Written:
    """Show each lab until it has settled; write ``NAME.png`` and ``NAME.json``."""
    files: list[Path] = []
    skipped: list[str] = []
    window = keeper.window
    wait_until(lambda: bool(keeper.devices) and not keeper.errands.activities)
    for name, room in window.rooms.items():
        say(f"{room.lab.title} …")
        keeper.choose_lab(name)
        wait_until(lambda: keeper.shelf.current() is not None)
        room.presenter.demonstrate()
        is_settled = wait_until(room.presenter.is_settled)
        wait_until(lambda: False, MOTION_S)
        sentence = window.message_bar.sentence
        if sentence or not is_settled:
            skipped.append(f"{room.lab.title}: {sentence or 'it did not finish in time.'}")
        picture, numbers = out / f"{name}.png", out / f"{name}.json"
        save_picture(picture, grab(window))
        save_numbers(numbers, room.presenter.numbers())
        files += [picture, numbers]
    return Written(tuple(files), tuple(skipped))


def wait_until(is_so: Callable[[], bool], timeout_s: float = SETTLE_S) -> bool:
    """Let the window live until something is so; False if it took too long."""
    end = time.monotonic() + timeout_s
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: loop.quit() if is_so() or time.monotonic() > end else None)
    timer.start(LOOK_MS)
    if not is_so():
        loop.exec()
    timer.stop()
    QApplication.processEvents()
    return is_so()
