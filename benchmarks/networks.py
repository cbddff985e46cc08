"""ResNet-152: from an edit of its input size to the painted table and drawing, beside torchinfo."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from benchmarks.harness import Bound, Row, interleaved, medians

NETWORK = "resnet152"
WINDOW = (1440, 900)
SIDES = (224, 256, 192, 320, 288)  # another one each time: a table once made is kept
LIMIT_MS = 50


def rows(rounds: int) -> Iterator[Row]:
    """Edit the input's side in the real window; torchinfo counts the same network of torch."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import torch
    from PySide6.QtWidgets import QApplication

    from viz_app import app as starting
    from viz_app.files.settings import Places
    from viz_app.gui.tour import wait_until

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    with tempfile.TemporaryDirectory() as home:
        program = starting.build(app, Places(Path(home) / "config", Path(home) / "data"))
        program.window.resize(*WINDOW)
        program.keeper.restore([], "networks")
        starting.open_program(program)
        wait_until(lambda: len(program.keeper.devices) > 0, 60)
        room = program.window.rooms["networks"]
        room.presenter.edited("network", NETWORK)
        wait_until(lambda: False, 1)
        torch.set_num_threads(2)
        turns = count()

        def edited() -> None:
            turn = next(turns)
            room.presenter.edited("size", SIDES[turn % len(SIDES)] + turn)
            app.processEvents()  # paints what the edit made stale, once

        def settled() -> None:
            wait_until(lambda: False, 0.15)  # the formula of the former edit is set by then

        tasks = {"ours": edited, "torchinfo": _torchinfo()}
        ms = medians(interleaved(tasks, rounds, settled))
        program.window.close()
    title = "ResNet-152: input size edited → table and drawing painted"
    yield Row.alone(title, ms["ours"], Bound("≤", LIMIT_MS, "ms"))
    yield Row.times_as_fast("the same beside torchinfo's summary", ms["ours"], ms["torchinfo"])


def _torchinfo() -> Callable[[], None]:
    import torch
    from torchinfo import summary

    from viz_app.core.architectures import catalogue
    from viz_app.nets.build import build

    net = build(catalogue.network(NETWORK)).eval()

    def summarise() -> None:
        with torch.inference_mode():
            str(summary(net, input_size=(1, 3, 224, 224), verbose=0, depth=9))

    return summarise
