"""The page that tells why a unit fired, by clicks and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from viz_app.gui.panels.activations.attribution_classes import ClassBox
from viz_app.gui.panels.activations.attribution_maps import AllMaps
from viz_app.gui.theme import Theme
from viz_app.labs.activations.attribution_shown import MapShown, WhyShown

PIXELS = np.full((20, 30, 3), 90, np.uint8)


@pytest.fixture
def maps(qapp, qtbot):
    theme = Theme(qapp)
    page = AllMaps(theme)
    qtbot.addWidget(page)
    page.resize(600, 400)
    two = tuple(MapShown(m, m.title(), PIXELS, PIXELS, True) for m in ("gradient", "cam"))
    page.show_why(WhyShown(PIXELS, two, ("Occlusion",), True, "", "", "", "", (), "", False, 0))
    page.show()
    yield page
    theme.deleteLater()


def chosen(page):
    found = []
    page.chosen.connect(found.append)
    return found


def test_the_cells_lie_inside_and_apart(maps):
    cells = maps.cells()
    assert len(cells) == 4
    assert all(maps.rect().contains(cell) for cell in cells)
    assert not any(a.intersects(b) for i, a in enumerate(cells) for b in cells[:i])


def test_a_click_chooses_a_method_and_not_the_photo_or_what_is_to_come(maps, qtbot):
    found = chosen(maps)
    for cell in maps.cells():
        qtbot.mouseClick(maps, Qt.MouseButton.LeftButton, pos=QPoint(cell.center()))
    assert found == ["gradient", "cam"]


def test_the_keys_walk_and_choose(maps, qtbot):
    found = chosen(maps)
    qtbot.keyClick(maps, Qt.Key.Key_Right)
    qtbot.keyClick(maps, Qt.Key.Key_Return)
    qtbot.keyClick(maps, Qt.Key.Key_Left)
    qtbot.keyClick(maps, Qt.Key.Key_Return)
    assert found == ["cam", "gradient"]


def test_a_class_is_found_by_typing_a_word(qtbot):
    box = ClassBox("Class", "Which class.", "The first guess")
    qtbot.addWidget(box)
    found = []
    box.chosen.connect(found.append)
    box.show_class(-1)
    assert box.currentText() == "The first guess"
    completer = box.completer()
    completer.setCompletionPrefix("egyptian")
    assert completer.currentCompletion() == "Egyptian cat"
    completer.activated.emit("Egyptian cat")
    assert found == [285]
    assert len(found) == 1
