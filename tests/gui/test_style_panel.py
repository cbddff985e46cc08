from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QWidget

from tests.labs.style_kit import quick_optimise
from viz_app.files.weights import WeightsStore
from viz_app.gui.panels.style.costs import CURVES, J
from viz_app.gui.panels.style.inputs import InputColumn
from viz_app.gui.panels.style.panel import StylePanel
from viz_app.labs.style import jobs
from viz_app.labs.style.gram_jobs import compared
from viz_app.labs.style.mask import from_text
from viz_app.labs.style.presenter import StylePresenter

LABS = ((StylePresenter, StylePanel),)


@pytest.fixture
def lab(start_house, monkeypatch, qtbot):
    """The style lab in its window; its steps are made without a network."""
    monkeypatch.setattr(WeightsStore, "is_present", lambda self, name: True)
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)
    room = opened(start_house, qtbot)
    room.presenter.change(size=128, steps=3000)
    return room


def opened(start_house, qtbot):
    room = start_house(LABS).window.rooms["style"]
    qtbot.waitUntil(lambda: room.presenter.steering.run.style is not None, timeout=60_000)
    return room


def click(qtbot, widget, at=None):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or QPoint())


def paint(qtbot, room, steps):
    click(qtbot, room.panel.buttons["play"])
    run = room.presenter.steering.run
    qtbot.waitUntil(lambda: run.step >= steps, timeout=60_000)


def test_start_pause_and_reset_by_the_mouse(lab, qtbot):
    paint(qtbot, lab, 3)
    play = lab.panel.buttons["play"]
    assert play.text() == "Pause"
    click(qtbot, play)
    assert play.text() == "Resume"
    assert lab.panel.easels[0].words.text().startswith("step ")
    click(qtbot, lab.panel.buttons["Reset"])
    assert play.text() == "Start"
    assert lab.panel.inputs.history.count() == 1


def test_a_slider_is_marked_on_the_curves_while_it_runs(lab, qtbot):
    paint(qtbot, lab, 2)
    lab.controls.widgets["beta"].slider.setFocus()
    qtbot.keyClick(lab.controls.widgets["beta"].slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: len(lab.panel.curves._lines) == 1, timeout=60_000)
    assert "β 1 →" in lab.panel.curves._lines[0].label.format
    x, y = lab.panel.curves.curves[J].getData()
    assert len(x) == len(y) > 2


def test_the_layers_have_curves_of_their_own(lab, qtbot):
    paint(qtbot, lab, 2)
    curves = lab.panel.curves
    term, layer = CURVES["terms"][1], CURVES["layers"][3]
    lab.presenter.edited("below", "layers")
    assert curves.curves[layer].isVisible()
    assert not curves.curves[term].isVisible()
    assert len(curves.curves[layer].getData()[0]) > 2
    assert "conv3_1" in lab.panel.legend.words.text()


def test_a_click_on_a_style_carries_the_picture_over(lab, qtbot):
    paint(qtbot, lab, 2)
    click(qtbot, lab.panel.buttons["play"])
    glass = lab.panel.inputs.picker._group.button(1)
    click(qtbot, glass)
    assert lab.presenter.scene.style == "sample:glass"
    run = lab.presenter.steering.run
    qtbot.waitUntil(lambda: run.style.ref == "sample:glass", timeout=60_000)
    assert run.step >= 2
    assert "Stained glass" in lab.panel.inputs._style_card.title.text()


def test_two_runs_side_by_side_have_one_zoom(lab, qtbot):
    paint(qtbot, lab, 2)
    click(qtbot, lab.panel.buttons["Branch"])
    one, two = (easel.canvas for easel in lab.panel.easels)
    assert two.isVisible()
    one.zoom_by(2.0)
    assert two._zoom == one._zoom == 2.0
    click(qtbot, one)
    assert lab.presenter.steering.selected == 0
    click(qtbot, lab.panel.buttons["Keep one"])
    assert not two.isVisible()


def test_the_history_brings_a_run_back_by_keyboard(lab, qtbot):
    paint(qtbot, lab, 2)
    click(qtbot, lab.panel.buttons["play"])
    lab.presenter.steering.run.painted = replace(
        lab.presenter.steering.run.painted, pixels=np.zeros((2048, 1000, 3), np.uint8)
    )
    click(qtbot, lab.panel.buttons["Reset"])
    history = lab.panel.inputs.history
    assert max(history.item(0).icon().availableSizes()[0].toTuple()) == 320
    history.setFocus()
    history.setCurrentRow(0)
    qtbot.keyClick(history, Qt.Key.Key_Return)
    assert lab.presenter.steering.run.name == "Run 1"
    assert lab.panel.buttons["play"].text() == "Resume"


def test_the_wipe_follows_the_mouse(lab, qtbot):
    paint(qtbot, lab, 2)
    lab.presenter.edited("is_wiped", True)
    canvas = lab.panel.easels[0].canvas
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(canvas.width() // 4, 50))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton)
    assert canvas.wipe < 0.5
    before = canvas.wipe
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.wipe > before


def test_without_the_network_the_lab_says_what_it_is_and_offers_it(start_house, qtbot, monkeypatch):
    monkeypatch.setattr(WeightsStore, "is_present", lambda self, name: False)
    room = opened(start_house, qtbot)
    assert room.panel.offer.isVisible()
    assert "BSD" in room.panel.offer._facts.text()
    click(qtbot, room.panel.buttons["play"])
    dialogs = [w for w in QGuiApplication.topLevelWindows() if w.title() == "Networks"]
    assert dialogs
    assert dialogs[0].isVisible()


def test_everything_that_can_be_clicked_has_a_name_and_a_tip(lab):
    for widget in lab.panel.findChildren(QAbstractButton):
        if widget.isVisible():
            assert widget.toolTip(), widget.text()
            assert widget.accessibleName() or widget.text()
    for widget in (*lab.panel.easels, lab.panel.curves, lab.panel.bars):
        named = [widget, *widget.findChildren(QWidget)]
        assert any(w.accessibleName() for w in named)


def test_pointing_at_a_cell_shows_its_two_channels(lab, qtbot):
    random = np.random.default_rng(0)
    maps = random.random((6, 5, 8)).astype(np.float32)
    flat = maps.reshape(6, -1)
    lab.presenter.edited("below", "gram")
    view = lab.panel.grams
    qtbot.waitUntil(lambda: view.height() > 4 * lab.panel.below.height())  # the maps have the room
    painted = flat @ flat.T / 40
    view.show_grams(compared("conv3_1", painted * 2, painted, maps))
    matrix = view.matrices[1]
    area = matrix._area()
    at = QPointF(area.left() + area.width() * 4.5 / 6, area.top() + area.height() * 2.5 / 6)
    click(qtbot, matrix, at.toPoint())
    mean = float((maps[2] * maps[4]).mean())
    assert view.words.text().startswith(f"k 2, k′ 4: S {mean * 2:.3g}  G {mean:.3g}")
    assert view.matrices[0].caption.startswith(f"S {mean * 2:.3g} · 0 … ")
    assert view.maps[2].caption == f"product, 0 … {(maps[2] * maps[4]).max():.3g}"
    shown = np.frombuffer(view.maps[2]._image.constBits(), np.uint8).reshape(5, -1)[:, :8]
    product = maps[2] * maps[4]
    assert np.abs(shown - 255 * product / product.max()).max() < 1.01
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    assert view._cell == (3, 4)
    assert view.maps[0].caption.startswith("a[3]")


def test_a_run_is_deleted_by_its_key(lab, qtbot):
    for _ in range(2):
        paint(qtbot, lab, 2)
        click(qtbot, lab.panel.buttons["Reset"])
    inputs = lab.panel.inputs
    assert not inputs.delete.isVisible()
    inputs.history.setFocus()
    inputs.history.setCurrentRow(0)
    assert inputs.delete.isVisible()
    qtbot.keyClick(inputs.history, Qt.Key.Key_Delete)
    assert [run.name for run in lab.presenter.steering.history] == ["Run 1"]
    assert inputs.history.count() == 1


def test_a_preset_is_chosen_from_its_sheet_by_keyboard(lab, qtbot):
    click(qtbot, lab.panel.presets)
    sheet = lab.panel.presets.sheet
    qtbot.waitUntil(sheet.isVisible)
    assert all(not button.icon().isNull() for button in sheet.buttons)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Space):
        qtbot.keyClick(sheet.focusWidget(), key)
    assert lab.presenter.scene.alpha == 3.0, "Gentle"
    assert not sheet.isVisible()


def test_a_folder_is_painted_from_its_window(lab, qtbot, tmp_path):
    for name in ("c", "s"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (24, 20), "teal").save(tmp_path / name / f"{name}.png")
    lab.presenter.change(steps=10)
    lab.presenter.batch.asked()
    dialog = lab.panel.batch
    assert dialog.fields[0].text() == "sample:chelsea"
    assert not dialog.mix.isVisible()
    lab.presenter.change(others=("sample:glass",))
    lab.presenter.batch.asked()
    assert dialog.mix.text() == "Mix in Stained glass"
    qtbot.waitUntil(lambda: dialog.fields[0].height() >= dialog.fields[0].sizeHint().height())
    assert not dialog.start.isEnabled()
    for field, name in zip(dialog.fields, ("c", "s", "out"), strict=True):
        field.setText(str(tmp_path / name))
    assert dialog.count.text() == "1 × 1 = 1 picture"
    click(qtbot, dialog.start)
    qtbot.waitUntil(lambda: dialog.words.text() == "Saved 1 picture.")
    assert (tmp_path / "out" / "c as s.png").is_file()
    dialog.close()


def test_a_mask_is_painted_stroke_by_stroke_and_undone(lab, qtbot):
    paint(qtbot, lab, 2)
    canvas = lab.panel.easels[0].canvas
    click(qtbot, lab.panel.mask_button)
    middle = canvas.rect().center()
    click(qtbot, canvas, middle)
    first = from_text(lab.presenter.scene.mask)
    assert first[first.shape[0] // 2, first.shape[1] // 2] == 255
    assert first[0, 0] == 0
    lab.panel.tools.choice.moved.emit("eraser")
    click(qtbot, canvas, middle)
    assert from_text(lab.presenter.scene.mask).max() == 0
    lab.presenter.house.document.undo()
    assert np.array_equal(from_text(lab.presenter.scene.mask), first)
    click(qtbot, lab.panel.tools.clear)
    assert lab.presenter.scene.mask == ""


def test_a_style_is_mixed_in_and_left_out_by_ctrl_and_a_click(lab, qtbot):
    picker = lab.panel.inputs.picker
    for i in (1, 2):
        picker._group.button(i).customContextMenuRequested.emit(QPoint())
    scene = lab.presenter.scene
    assert scene.styles == ("sample:night", "sample:glass", "sample:halftone")
    assert [b.isChecked() for b in picker._group.buttons()] == [True] * 3 + [False] * 3
    picker._group.button(0).customContextMenuRequested.emit(QPoint())
    assert lab.presenter.scene.styles == ("sample:glass", "sample:halftone")
    click(qtbot, picker._group.button(4))
    assert lab.presenter.scene.styles == ("sample:wave",)


def test_a_file_that_is_dropped_on_the_style_is_the_style(lab, qtbot, tmp_path):
    path = tmp_path / "own.png"
    Image.fromarray(np.full((9, 9, 3), 40, np.uint8)).save(path)
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(path))])
    card, left = lab.panel.inputs._style_card, Qt.MouseButton.LeftButton
    for keys in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, files, left, keys)
        card.dropEvent(drop)
        files.setUrls([QUrl.fromLocalFile("/other.png")])
    assert lab.presenter.scene.styles == (str(path), "/other.png")
    lab.presenter.house.document.undo()
    run = lab.presenter.steering.run
    qtbot.waitUntil(lambda: run.style and run.style.ref == str(path), timeout=60_000)
    assert lab.presenter.scene.others == ()


def test_the_small_styles_are_whole_where_there_is_little_room(lab, qtbot):
    column = InputColumn(lab.panel.theme)
    qtbot.addWidget(column)
    column.setStyleSheet(lab.panel.theme.sheet)
    column.resize(column.minimumSizeHint())
    column.show()
    assert column.picker.geometry().bottom() < column._style_card.height()


def test_the_commands_of_a_line_stand_on_one_middle(lab):
    lab.panel.theme.set_scale(2.0)
    lab.panel._commands.resize(4000, 99)
    middles = {b.geometry().center().y() for b in (lab.panel.presets, lab.panel.mask_button)}
    assert lab.panel.presets.height() > lab.panel.mask_button.height()
    assert max(middles) - min(middles) <= 1


def test_the_tools_of_the_mask_break_into_lines_and_the_picture_stays_in_sight(lab):
    lab.panel.theme.set_scale(1.5)
    lab.panel.window().resize(1024, 700)
    lab.panel.mask_button.click()
    tools = lab.panel.tools
    tools.resize(tools.minimumSizeHint().width(), 9)
    assert tools.open.geometry().right() < tools.width() < 350
    assert lab.panel.easels[0].height() >= 200
