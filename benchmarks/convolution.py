"""Convolution: a pointer move to the painted explanation, a kernel edit to the painted photo."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Bound, Row, interleaved, medians
from viz_app.core.records import Picture

POINTING = Bound("≤", 8, "ms")
FRAME = Bound("≤", 33, "ms")
CELLS, CHANNELS, PHOTO_PX = 32, 3, 512
KERNELS = (3, 5, 7, 11)


def rows(rounds: int) -> Iterator[Row]:
    """The explanation at 32×32×3, then the photo at 512×512, each beside torch alone."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        stand = _Stand(Path(home))
        try:
            yield from _pointing(stand, rounds)
            yield from _photo(stand, rounds)
        finally:
            stand.close()


class _Stand:
    """The program with the convolution lab alone, on a generated photo."""

    def __init__(self, home: Path) -> None:
        import sys

        from PySide6.QtWidgets import QApplication

        from viz_app import app as program_of
        from viz_app.files.settings import Places
        from viz_app.gui.panels.convolution.panel import ConvolutionPanel
        from viz_app.labs.convolution.presenter import ConvolutionPresenter

        sys.setswitchinterval(program_of.SWITCH_INTERVAL_S)
        app = QApplication.instance() or QApplication([])
        places = Places(home / "config", home / "data")
        assert isinstance(app, QApplication)
        self.app = app
        self.program = program_of.build(app, places, ((ConvolutionPresenter, ConvolutionPanel),))
        self.program.window.resize(1440, 900)
        program_of.open_program(self.program)
        room = self.program.window.rooms["convolution"]
        self.panel: Any = room.panel
        self.presenter: Any = room.presenter
        runner = self.program.keeper.runner
        self.wait(lambda: not runner.activities)  # torch is imported

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Let the window sleep until something is so; it wakes with each answer of the engine."""
        from PySide6.QtCore import QEventLoop

        loop = QEventLoop()
        look = self.program.keeper.runner.activity_changed
        look.connect(loop.quit)
        while not is_so():
            loop.exec()
        look.disconnect(loop.quit)

    def close(self) -> None:
        self.program.window.close()


def _pointing(stand: _Stand, rounds: int) -> Iterator[Row]:
    import torch

    from viz_app.labs.convolution.pointing import Target

    stand.presenter.edited("example", "why_convolutions")
    stand.presenter.edited("has_motion", False)
    stand.app.processEvents()
    figure, stepping = stand.panel.step.figure, stand.presenter.stepping
    layer = stepping.layer
    assert layer.x.shape == (CHANNELS, CELLS, CELLS)
    cells = [(0, y, x) for y in range(3, 27, 5) for x in range(3, 27, 5)]

    def move(block: str) -> Callable[[], None]:
        def moves() -> None:
            for cell in cells:
                figure.hovered.emit(Target(block, cell))
                figure.repaint()
                stand.panel.step.story.repaint()

        return moves

    x = torch.from_numpy(layer.x).double()[None]
    weights = torch.from_numpy(layer.weights).double()
    tasks: dict[str, Callable[[], object]] = {
        "output": move("output"),
        "input": move("input"),
        "torch": lambda: [torch.nn.functional.conv2d(x, weights) for _ in cells],
    }
    ms = {name: total / len(cells) for name, total in medians(interleaved(tasks, rounds)).items()}
    size = f"{CELLS}×{CELLS}×{CHANNELS}"
    yield Row.alone(f"{size}: pointer on an output cell, painted", ms["output"], POINTING)
    yield Row.alone(f"{size}: pointer on an input cell, painted", ms["input"], POINTING)
    yield Row.part_of(f"{size}: beside torch's convolution of it all", ms["output"], ms["torch"])


def _photo(stand: _Stand, rounds: int) -> Iterator[Row]:
    import torch

    pixels = np.random.default_rng(0).integers(0, 256, (PHOTO_PX, PHOTO_PX, 3), dtype=np.uint8)
    picture = Picture("bench:photo", "photo.png", pixels)
    stand.program.keeper.shelf._take_in(picture, pixels[:64, :64])
    stand.program.keeper.document.choose_image(picture.ref)
    presenter, output = stand.presenter, stand.panel.photo.output
    presenter.edited("view", "photo")
    presenter.edited("kernel", "random")
    stand.wait(lambda: presenter.is_settled())
    planes = torch.from_numpy(pixels[..., 0].astype(np.float32))[None, None]
    seed = 0
    for taps in KERNELS:
        presenter.edited("taps", taps)
        stand.wait(lambda: presenter.is_settled())
        weights = torch.randn(1, 1, taps, taps)

        def edit() -> None:
            nonlocal seed
            seed += 1
            presenter.change(seed=seed)
            stand.wait(lambda: presenter.is_settled())
            output.repaint()

        def bare(weights: torch.Tensor = weights) -> object:
            return torch.nn.functional.conv2d(planes, weights)

        ms = medians(interleaved({"edit": edit, "torch": bare}, max(rounds, 5)))
        name = f"{PHOTO_PX}×{PHOTO_PX}, {taps}×{taps}"
        yield Row.alone(f"{name}: kernel edit to the painted photo", ms["edit"], FRAME)
        yield Row.part_of(f"{name}: beside torch's convolution alone", ms["edit"], ms["torch"])
