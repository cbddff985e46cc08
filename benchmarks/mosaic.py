"""The mosaic of a layer: 512 channels from numbers to painted, beside one item for each channel."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from benchmarks.harness import Bound, Row, interleaved, medians

CHANNELS, SIDE = 512, 28  # VGG-16's conv4_3 for a square of 224 pixels
SIZE = (900, 420)
FRAME_MS = 16.0


def rows(rounds: int) -> Iterator[Row]:
    """Shades from float32, the grid, and the painting; then the same with an item a channel."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import torch
    from PySide6.QtCore import QPoint, QRectF
    from PySide6.QtGui import QImage, QPainter, QPixmap
    from PySide6.QtWidgets import QApplication, QGraphicsScene, QWidget

    from viz_app.compute.activations import shades_of
    from viz_app.core.colour_maps import strength_table
    from viz_app.gui.panels.activations.mosaic_grid import MosaicGrid
    from viz_app.gui.theme import Theme

    torch.set_num_threads(2)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    maps = np.maximum(np.random.default_rng(0).normal(size=(CHANNELS, SIDE, SIDE)), 0)
    maps = maps.astype(np.float32)
    order = tuple(range(CHANNELS))
    grid = MosaicGrid(Theme(app), "mosaic")
    grid.resize(*SIZE)
    image = QImage(*SIZE, QImage.Format.Format_RGB32)

    def paint() -> None:
        painter = QPainter(image)
        grid.render(painter, QPoint(), renderFlags=QWidget.RenderFlag.DrawChildren)
        painter.end()

    def whole() -> None:
        grid.show_tiles(shades_of(maps, "each", "strength"), order, "strength", 7)
        paint()

    def items() -> None:
        scene = QGraphicsScene(0, 0, *SIZE)
        table = strength_table(256)
        columns, step = 32, SIZE[0] / 32
        for channel, plane in enumerate(maps):
            most = max(float(plane.max()), 1e-12)
            pixels = np.ascontiguousarray(table[(plane * (255 / most)).astype(np.uint8)])
            tile = QImage(pixels.data, SIDE, SIDE, 3 * SIDE, QImage.Format.Format_RGB888)
            item = scene.addPixmap(QPixmap.fromImage(tile))
            item.setScale((step - 1) / SIDE)
            item.setPos(channel % columns * step, channel // columns * step)
        painter = QPainter(image)
        scene.render(painter, QRectF(image.rect()))
        painter.end()

    ms = medians(interleaved({"whole": whole, "again": paint, "items": items}, rounds))
    name = f"{CHANNELS} channels of {SIDE}×{SIDE}"
    yield Row.alone(f"{name}: from numbers to painted", ms["whole"], Bound("≤", FRAME_MS, "ms"))
    yield Row.alone(f"{name}: painted again", ms["again"])
    yield Row.times_as_fast(f"{name}: beside an item a channel", ms["whole"], ms["items"])
