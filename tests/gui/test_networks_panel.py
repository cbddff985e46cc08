from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from viz_app.files.export import save_numbers
from viz_app.gui.own_dialog import OwnDialog
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
    assert names(table)[:4] == ["input", "C1", "S2", "C3"]
    lab.presenter.edited("network", "alexnet")
    assert "relu1" not in names(table)
    lab.presenter.edited("is_brief", False)
    assert names(table)[2] == "relu1"


def names(table):
    model = table.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_a_click_on_a_heading_sorts_and_the_selection_stays_with_its_layer(lab, qtbot):
    table = lab.panel.network.table
    lab.presenter.cell_chosen("C3", "macs")
    header = table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(8) + 20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert names(table)[:3] == ["input", "C3", "C1"]
    assert table.currentIndex().row() == 1
    click_cell(qtbot, table, 2, "parameters")
    assert lab.presenter.scene.layer == "C1"
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert names(table)[-1] == "C3"


def test_typed_words_filter_the_table(lab, qtbot):
    page = lab.panel.network
    qtbot.keyClicks(page.filter, "pool")
    assert names(page.table) == ["input", "C1", "S2", "S4"]  # the selected layer stays
    qtbot.keyClicks(page.filter, "x")
    page.filter.clear()
    lab.presenter.house.document.undo()
    assert page.filter.text() == ""


def test_the_dialog_says_whether_code_is_run_before_it_is(lab, qtbot):
    dialog = OwnDialog(lab.panel.theme, lab.panel)
    qtbot.addWidget(dialog)
    asked = []
    dialog.agreed.connect(lambda spec, may_run: asked.append((spec, may_run)))
    assert not dialog.agree.isEnabled()
    dialog.spec.setText("weights.pth")
    assert (dialog.agree.text(), "nothing in it is run" in dialog.sentence.text()) == ("Open", True)
    dialog.spec.setText("nets.py:make@1x28x28")
    assert dialog.agree.text() == "Run it and open"
    assert "runs the code in “nets.py”" in dialog.sentence.text()
    qtbot.mouseClick(dialog.agree, Qt.MouseButton.LeftButton)
    assert asked == [("nets.py:make@1x28x28", True)]


def test_a_network_of_ones_own_is_opened_and_shown(lab, qtbot, tmp_path):
    path = tmp_path / "two.py"
    path.write_text(
        "from torch import nn\n"
        "def make(): return nn.Sequential(nn.Conv2d(3, 8, 3), nn.GELU(), nn.Flatten())\n",
        "utf-8",
    )
    lab.presenter.open_own(f"{path}:make@3x8x8", may_run=True)
    table = lab.panel.network.table
    qtbot.waitUntil(lambda: names(table) == ["input", "0", "1", "2"], timeout=20_000)
    assert table.model().index(2, 1).data() == "GELU"
    assert not lab.panel.network.add.isEnabled()


def test_a_drag_along_the_curve_sets_the_bottleneck_and_is_one_step_of_undo(lab, qtbot):
    lab.presenter.change(view="costs", calculator="bottleneck", bottleneck=16)
    plot = lab.panel.costs.plot
    qtbot.waitUntil(lambda: plot._curve_area is not None)
    area = plot._curve_area
    half, end = (QPoint(round(area.left() + s * area.width()), round(area.center().y()))
                 for s in (0.5, 1.0))  # fmt: skip
    qtbot.mousePress(plot, Qt.MouseButton.LeftButton, pos=half)
    assert abs(lab.presenter.scene.bottleneck - 96) <= 1
    qtbot.mouseMove(plot, end)
    qtbot.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=end)
    assert lab.presenter.scene.bottleneck == 192
    lab.presenter.house.document.undo()
    assert lab.presenter.scene.bottleneck == 16


def test_at_large_text_in_a_small_window_the_layers_names_are_in_sight(lab, qtbot):
    window = lab.panel.window()
    window.theme.set_scale(1.5)
    window.resize(1024, 700)
    table = lab.panel.network.table
    qtbot.waitUntil(lambda: table.isColumnHidden(COLUMNS.index("kind")))
    index = table.model().index(1, COLUMNS.index("shape"))
    assert table.columnViewportPosition(0) == 0
    assert table.visualRect(index).right() <= table.viewport().width()
    assert lab.panel.network.minimumSizeHint().width() <= 460
    window.theme.set_scale(1.0)
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: not table.isColumnHidden(COLUMNS.index("kind")))


def test_a_formula_too_wide_for_the_page_is_broken_at_its_signs(lab, qtbot):
    lab.presenter.change(view="costs", calculator="bottleneck")
    page, window = lab.panel.costs, lab.panel.window()
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: page.isVisible() and page.width() > 700 and not page._due)
    before = [formula.sizeHint().height() for formula in page.formulas[:2]]
    window.theme.set_scale(1.5)
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: page.formulas[1].sizeHint().height() > 2.5 * before[1])
    qtbot.waitUntil(lambda: page.formulas[0].sizeHint().height() < 1.8 * before[0])
    assert page.formulas[1].sizeHint().width() <= 1.1 * page.formulas[1].width()
    window.theme.set_scale(1.0)
    window.resize(1440, 900)
    qtbot.waitUntil(lambda: page.formulas[1].sizeHint().height() == before[1])


def test_a_drag_over_the_curve_waits_for_no_formula(lab, qtbot):
    page = lab.panel.costs
    lab.presenter.change(view="costs", calculator="bottleneck")
    qtbot.waitUntil(lambda: not page._due)
    before = page.formulas[1].accessibleName()
    lab.presenter.edited("bottleneck", 9)
    assert page.formulas[1].accessibleName() == before  # not yet: 20 to 60 ms each
    qtbot.waitUntil(lambda: page.formulas[1].accessibleName() != before)
