from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from viz_app.files.export import save_numbers
from viz_app.gui.panels.networks.panel import NetworksPanel
from viz_app.labs.networks.presenter import NetworksPresenter
from viz_app.labs.networks.scene import COLUMNS

# formulas are imported at first use, while another thread may be restoring Python's filters
pytestmark = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")
LABS = ((NetworksPresenter, NetworksPanel),)


@pytest.fixture
def lab(start_house, qtbot):
    program = start_house(LABS)
    room = program.window.rooms["networks"]
    qtbot.waitUntil(lambda: room.panel.network.table.model().rowCount() > 0)
    return room


def click_cell(qtbot, table, row, column):
    index = table.model().index(row, COLUMNS.index(column))
    table.scrollTo(index)
    at = table.visualRect(index).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_a_clicked_cell_explains_itself(lab, qtbot):
    page = lab.panel.network
    click_cell(qtbot, page.table, 1, "parameters")
    assert page.heading.text() == "C1 · Parameters"
    assert "one bias a filter" in page.words.text()
    qtbot.keyClick(page.table, Qt.Key.Key_Right)
    assert page.heading.text() == "C1 · Multiply-accumulates"


def test_table_and_drawing_share_their_selection(lab, qtbot):
    page = lab.panel.network
    at = page.drawing.place_of("C3").toPoint()
    qtbot.mouseClick(page.drawing, Qt.MouseButton.LeftButton, pos=at)
    assert lab.presenter.scene.layer == "C3"
    assert page.table.currentIndex().row() == 4
    qtbot.keyClick(page.drawing, Qt.Key.Key_Left)
    assert lab.presenter.scene.layer == "S2"


def test_a_drag_pans_and_does_not_select(lab, qtbot):
    drawing = lab.panel.network.drawing
    before, layer = drawing.place_of("C3"), lab.presenter.scene.layer
    start = before.toPoint()
    qtbot.mousePress(drawing, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(drawing, start + QPoint(30, 10))
    qtbot.mouseRelease(drawing, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 10))
    assert lab.presenter.scene.layer == layer
    assert drawing.place_of("C3").x() > before.x()
    qtbot.mouseDClick(drawing, Qt.MouseButton.LeftButton, pos=start)
    assert drawing.place_of("C3") == before


def test_a_button_edits_the_chain_and_undo_takes_it_back(lab, qtbot):
    page = lab.panel.network
    click_cell(qtbot, page.table, 2, "shape")
    button = next(b for b in page.buttons if b.accessibleName() == "Delete layer")
    rows = page.table.model().rowCount()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert page.table.model().rowCount() == rows - 1
    assert page.buttons[-1].isVisible()
    lab.presenter.house.document.undo()
    assert page.table.model().rowCount() == rows


def test_what_does_not_fit_is_told_in_the_page(lab, qtbot):
    lab.presenter.edited("size", 8)
    assert "does not fit" in lab.panel.network.totals.text()


def test_the_segments_change_the_page(lab, qtbot):
    for i, page in ((1, lab.panel.compare), (2, lab.panel.costs), (0, lab.panel.network)):
        qtbot.mouseClick(lab.panel.views.buttons._group.button(i), Qt.MouseButton.LeftButton)
        assert page.isVisible()


def test_the_table_is_put_on_the_clipboard(lab, qtbot):
    lab.presenter.table_copied("csv")
    assert QGuiApplication.clipboard().text().startswith("Layer,Kind,f,s,p,Output,Size")


@pytest.mark.parametrize(("suffix", "start"), [(".svg", b"<?xml"), (".pdf", b"%PDF")])
def test_the_drawing_is_saved_with_its_words(lab, tmp_path, suffix, start):
    path = tmp_path / f"lenet{suffix}"
    lab.panel.save_drawing(path)
    data = path.read_bytes()
    assert data.startswith(start)
    if suffix == ".svg":
        assert b"28\xc3\x9728\xc3\x976" in data


def test_the_numbers_can_be_exported(lab, tmp_path):
    for suffix in (".npz", ".csv", ".json"):
        save_numbers(tmp_path / f"n{suffix}", lab.presenter.numbers())


def test_the_brief_table_hides_what_changes_nothing(lab, qtbot):
    table = lab.panel.network.table
    lab.presenter.edited("is_brief", True)
    assert table.isRowHidden(2)
    assert not table.isRowHidden(1)
    lab.presenter.edited("network", "alexnet")
    assert table.isRowHidden(2)
    lab.presenter.edited("is_brief", False)
    assert not table.isRowHidden(2)
