from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform

from viz_app.gui.panels.detection.box_layer import BoxLayer, class_colour
from viz_app.gui.panels.detection.chip import ink_on
from viz_app.gui.panels.detection.panel import DetectionPanel
from viz_app.labs.detection import jobs
from viz_app.labs.detection.found import EXAMPLE_BOXES, EXAMPLE_SCORES, tabulated
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.suppression import BoxesShown, State

LABS = ((DetectionPresenter, DetectionPanel),)


@pytest.fixture(autouse=True)
def no_networks_of_this_machine(monkeypatch):
    monkeypatch.delenv("VIZ_APP_WEIGHTS", raising=False)


@pytest.fixture
def is_here(monkeypatch):
    """The network is on this computer, and finds the slide's boxes three times as large."""

    def find_boxes(store, picture, request):
        boxes = np.array(EXAMPLE_BOXES) * 2.5
        return lambda turn: tabulated(request, boxes, EXAMPLE_SCORES, [0] * 5, ("car",))

    monkeypatch.setattr(jobs, "find_boxes", find_boxes)
    monkeypatch.setattr("viz_app.files.weights.WeightsStore.is_present", lambda *_: True)


@pytest.fixture
def lab(start_house, qtbot):
    program = start_house(LABS)
    room = program.window.rooms["detection"]
    qtbot.waitUntil(lambda: program.keeper.shelf.current() is not None)
    return room


def on_screen(canvas, x, y) -> QPoint:
    return canvas.to_widget().map(QPointF(x, y)).toPoint()


def click(qtbot, widget, at=None):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())


def choose_view(qtbot, panel, index):
    click(qtbot, panel.views.buttons._group.button(index))


def test_without_the_network_the_panel_offers_it_and_the_slide(lab, qtbot):
    panel = lab.panel
    qtbot.waitUntil(panel.offer.isVisible)
    click(qtbot, panel.offer.example)
    qtbot.waitUntil(panel.suppression.isVisible)
    assert "2 shown · 2 suppressed" in panel.suppression.summary.text()


def test_clicking_a_box_tells_why_and_marks_its_line(is_here, lab, qtbot):
    page = lab.panel.suppression
    lab.presenter.edited("p_c", 0.6)
    qtbot.waitUntil(lambda: page.story.count() == 5)
    click(qtbot, page.canvas, on_screen(page.canvas, 104 * 2.5 + 60, 94 * 2.5 - 1))
    assert page.story.currentItem() is not None
    assert "IoU = " in page.why.formula.accessibleName() or "shown" in page.why.title.text()


def test_choosing_a_line_selects_its_box(is_here, lab, qtbot):
    page = lab.panel.suppression
    lab.presenter.edited("p_c", 0.6)
    qtbot.waitUntil(lambda: page.story.count() == 5)
    item = page.story.item(1)
    click(qtbot, page.story.viewport(), page.story.visualItemRect(item).center())
    assert "overlaps the picked car .90" in page.why.sentence.text()
    qtbot.keyClick(page.story, Qt.Key.Key_Down)
    assert "pick 2" in page.why.sentence.text()


def test_the_sliders_answer_without_a_job(is_here, lab, qtbot, monkeypatch):
    page = lab.panel.suppression
    lab.presenter.edited("p_c", 0.6)
    qtbot.waitUntil(lambda: page.story.count() == 5)
    monkeypatch.setattr(
        lab.presenter.house.runner, "run", lambda *_, **__: pytest.fail("ran again")
    )
    qtbot.keyClick(page.iou.slider.slider, Qt.Key.Key_End)
    assert lab.presenter.scene.iou == 1.0
    assert "4 shown · 0 suppressed" in page.summary.text()
    assert page.iou._marks.values


def test_the_step_buttons_walk_through_the_picks(is_here, lab, qtbot):
    page = lab.panel.suppression
    qtbot.waitUntil(lambda: page.story.count() > 1)
    back, step, end = page._buttons
    click(qtbot, back)
    assert lab.presenter.scene.step == lab.presenter._shown.steps - 1
    click(qtbot, step)
    click(qtbot, end)
    assert lab.presenter.scene.step == -1


def test_a_box_is_drawn_by_mouse_moved_by_keys_and_undone(lab, qtbot):
    panel = lab.panel
    choose_view(qtbot, panel, 1)
    canvas = panel.overlap.canvas
    start, end = on_screen(canvas, 4, 4), on_screen(canvas, 60, 44)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    assert panel.overlap.list.count() == 3
    before = lab.presenter.editor.boxes[2].corners
    assert before == pytest.approx((4, 4, 60, 44), abs=1)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    qtbot.keyClick(canvas, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    after = lab.presenter.editor.boxes[2].corners
    assert np.subtract(after, before).tolist() == [1, 10, 1, 10]
    lab.presenter.house.document.undo()
    lab.presenter.house.document.undo()
    assert panel.overlap.list.count() == 2


def test_with_shift_a_box_is_drawn_on_top_of_another(lab, qtbot):
    panel = lab.panel
    choose_view(qtbot, panel, 1)
    canvas, shift = panel.overlap.canvas, Qt.KeyboardModifier.ShiftModifier
    outer = lab.presenter.editor.boxes[1]
    middle = ((outer.x1 + outer.x2) / 2, (outer.y1 + outer.y2) / 2)
    start, end = on_screen(canvas, *middle), on_screen(canvas, outer.x2 - 9, outer.y2 - 9)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, shift, start)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, shift, end)
    assert len(lab.presenter.editor.boxes) == 3
    assert lab.presenter.editor.boxes[1] == outer


def test_ctrl_and_drag_moves_the_picture_and_draws_nothing(lab, qtbot):
    panel = lab.panel
    choose_view(qtbot, panel, 1)
    canvas = panel.overlap.canvas
    canvas.zoom_by(3)
    ctrl = Qt.KeyboardModifier.ControlModifier
    before = canvas.to_picture(QPointF(50, 50))
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, ctrl, QPoint(50, 50))
    qtbot.mouseMove(canvas, QPoint(90, 70))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, ctrl, QPoint(90, 70))
    assert canvas.to_picture(QPointF(90, 70)).x() == pytest.approx(before.x(), abs=1)
    assert len(lab.presenter.editor.boxes) == 2


def test_the_label_is_kept_with_the_box(lab, qtbot):
    panel = lab.panel
    choose_view(qtbot, panel, 1)
    qtbot.keyClicks(panel.overlap.label, "cat")
    qtbot.keyClick(panel.overlap.label, Qt.Key.Key_Return)
    assert lab.presenter.editor.boxes[1].label == "cat"
    assert "cat" in panel.overlap.list.item(1).text()


def test_the_formula_says_its_numbers_to_a_screen_reader(lab, qtbot):
    panel = lab.panel
    choose_view(qtbot, panel, 1)
    shown = lab.presenter.editor.look()
    assert f"= {shown.steps.iou:.4f}" in panel.overlap.numbers.accessibleName()
    lab.presenter.edited("verdict", 0.1)
    assert "✓ correct" in panel.overlap.judgement.text()


def test_everything_that_can_be_used_has_a_name_and_a_tip(is_here, lab, qtbot):
    page = lab.panel
    for widget in (page.suppression.canvas, page.suppression.story, page.overlap.canvas,
                   page.overlap.list, page.overlap.label, page.offer.fetch):  # fmt: skip
        assert widget.toolTip()
        assert widget.accessibleName() or widget.text()


def test_the_layer_paints_each_state_in_its_own_way(qapp, lab):
    layer = BoxLayer(lab.panel.theme)
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    painted = []
    for state in State:
        boxes = BoxesShown(
            np.array([[10.0, 40, 80, 80]]), np.array([state]), np.array([2]), ("car",),
            np.array([0]),
        )  # fmt: skip
        image.fill(Qt.GlobalColor.white)
        layer.show_boxes(boxes)
        painter = QPainter(image)
        layer.paint(painter, QTransform())
        painter.end()
        painted.append(bytes(image.constBits()))
    assert len(set(painted)) == len(State)
    layer.show_boxes(None)
    painter = QPainter(image)
    layer.paint(painter, QTransform())
    painter.end()


def test_the_ink_of_a_label_reads_on_every_class_colour():
    assert ink_on(class_colour(5)) != ink_on(class_colour(6))  # dark blue, pale yellow


def test_the_label_of_a_cell_is_shown_and_an_answer_can_be_typed(lab, qtbot):
    panel = lab.panel
    lab.presenter.edited("view", "targets")
    page = panel.targets
    qtbot.waitUntil(page.isVisible)
    click(qtbot, page.canvas, on_screen(page.canvas, 2, 2))
    assert page.table.item(0, 1).text() == "0"
    assert page.table.item(1, 1).text() == "?"
    page.table.item(0, 2).setText("0,5")
    assert page.loss.text() == "loss = 0.2500"
    page.table.item(0, 2).setText("nonsense")
    assert page.table.item(0, 2).text() == "0.5"
    qtbot.keyClick(page.canvas, Qt.Key.Key_Right)
    assert lab.presenter.scene.target_column == 1


def test_the_evaluation_asks_for_truth_and_then_judges(is_here, lab, qtbot):
    page = lab.panel.evaluation
    lab.presenter.edited("view", "evaluation")
    qtbot.waitUntil(page.take.isVisible)
    click(qtbot, page.take)
    qtbot.waitUntil(page.plot.isVisible)
    assert "✗ 0 false" in page.counts.text()
    assert "precision 1.00" in page.plot.accessibleName()


def test_a_narrow_header_shows_the_views_as_a_list(lab, qtbot):
    views = lab.panel.views
    views.setFixedWidth(150)
    qtbot.waitUntil(lambda: views.list.isVisible() and not views.buttons.isVisible())
    views.list.activated.emit(1)
    assert lab.presenter.scene.view == "iou"
    views.setFixedWidth(700)
    qtbot.waitUntil(lambda: views.buttons.isVisible() and not views.list.isVisible())
