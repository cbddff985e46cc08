"""Boxes over a photo: 2,000 painted by our one layer, beside one graphics item for each box."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np

from benchmarks.harness import Bound, Row, interleaved, medians

COUNT = 2_000
SIZE = (1_200, 900)
KEPT_SHARE = 0.05  # the boxes that suppression keeps; the others are removed or wait


def rows(rounds: int) -> Iterator[Row]:
    """Paint the same boxes with the same pens both ways, in a canvas as the lab's."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QColor, QImage, QPainter, QPen, QTransform
    from PySide6.QtWidgets import QApplication, QGraphicsScene

    from viz_app.gui.panels.detection.box_layer import DASHES, WIDTHS, BoxLayer
    from viz_app.gui.theme import CATEGORIES, Theme
    from viz_app.labs.detection.suppression import BoxesShown, State

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    shown = _boxes(BoxesShown, State)
    layer = BoxLayer(Theme(app))
    layer.show_boxes(shown)
    scene = QGraphicsScene(0, 0, *SIZE)
    for (x1, y1, x2, y2), state, index in zip(
        shown.corners.tolist(), shown.states.tolist(), shown.classes.tolist(), strict=True
    ):
        pen = QPen(QColor(CATEGORIES[index]), WIDTHS[State(state)])
        pen.setCosmetic(True)
        if dashes := DASHES.get(State(state)):
            pen.setDashPattern(dashes)
        scene.addRect(QRectF(x1, y1, x2 - x1, y2 - y1), pen)

    def painted(how: str) -> None:
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, how != "plain items")
        if how == "layer":
            layer.paint(painter, QTransform())
        else:
            scene.render(painter)
        painter.end()

    def fresh() -> None:
        layer.show_boxes(shown)
        painted("layer")

    tasks = {
        "layer": lambda: painted("layer"),
        "items": lambda: painted("items"),
        "plain items": lambda: painted("plain items"),
        "fresh": fresh,
    }
    ms = medians(interleaved(tasks, rounds))
    name = f"{COUNT:,} boxes"
    yield Row.times_as_fast(f"{name}: painted again", ms["layer"], ms["items"], Bound("≥", 3))
    yield Row.times_as_fast(f"{name}: taken in and painted", ms["fresh"], ms["items"])
    yield Row.times_as_fast(
        f"{name}: painted again, items not antialiased", ms["layer"], ms["plain items"]
    )


def _boxes(boxes_shown: type, state: type) -> object:
    rng = np.random.default_rng(0)
    corner = rng.uniform(0, 0.9, (COUNT, 2)) * SIZE
    corners = np.concatenate((corner, corner + rng.uniform(10, 120, (COUNT, 2))), axis=1)
    states = rng.choice([state.REMOVED, state.WAITING], COUNT)
    states[rng.random(COUNT) < KEPT_SHARE] = state.KEPT
    classes = rng.integers(0, 7, COUNT)
    return boxes_shown(corners, states, classes, ("",) * COUNT, np.arange(COUNT))
