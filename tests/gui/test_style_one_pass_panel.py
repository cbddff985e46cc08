from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.gui.test_style_panel import click, opened
from tests.labs.one_pass_kit import quick_loaded
from tests.labs.style_kit import quick_optimise
from viz_app.files.weights import WeightsStore
from viz_app.gui.panels.style import panel as panel_module
from viz_app.labs.style import jobs, one_pass_jobs


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 25, (96, 64))
    for i in range(500):
        writer.write(np.full((64, 96, 3), i % 256, np.uint8))
    writer.release()
    return path


@pytest.fixture
def lab(start_house, monkeypatch, qtbot):
    """The view of one pass in its window; its painters need no network."""
    monkeypatch.setattr(WeightsStore, "is_present", lambda self, name: True)
    monkeypatch.setattr(one_pass_jobs, "loaded", quick_loaded)
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)
    room = opened(start_house, qtbot)
    room.presenter.change(size=128)
    buttons = room.panel.views.buttons
    click(qtbot, next(b for b in buttons.children() if getattr(b, "text", str)() == "One pass"))
    qtbot.waitUntil(lambda: "one pass" in words(room), timeout=60_000)
    return room


def words(room):
    return room.panel.one_pass.easel.words.text()


def button(room, text):
    return next(b for b in room.panel.one_pass.buttons if b.text() == text)


def test_a_click_paints_in_a_built_in_style_and_ctrl_mixes(lab, qtbot):
    page = lab.panel.one_pass
    lab.presenter.edited("one_pass", "multistyle26")
    qtbot.waitUntil(lambda: page.styles.isVisible())
    qtbot.waitUntil(lambda: not page.styles.buttons[25].icon().isNull(), timeout=60_000)
    click(qtbot, page.styles.buttons[25])
    qtbot.waitUntil(lambda: page.easel.canvas._pixels.mean() == 255)
    assert page.styles.buttons[25].isChecked()
    qtbot.mouseClick(
        page.styles.buttons[0], Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
    )
    qtbot.waitUntil(lambda: abs(page.easel.canvas._pixels.mean() - 127.5) < 1)
    assert lab.controls.widgets["share_2"].isVisible()


def test_arrow_keys_walk_over_the_built_in_styles(lab, qtbot):
    styles = lab.panel.one_pass.styles
    lab.presenter.edited("one_pass", "multistyle26")
    qtbot.waitUntil(styles.isVisible)
    styles.buttons[0].setFocus()
    qtbot.keyClick(styles.buttons[0], Qt.Key.Key_Right)
    assert styles.focusWidget() is styles.buttons[1]


def test_the_styles_break_into_lines_that_fit(lab, qtbot):
    styles = lab.panel.one_pass.styles
    lab.presenter.edited("one_pass", "multistyle26")
    qtbot.waitUntil(styles.isVisible)
    for width in (300, 700):
        styles.resize(width, 10)
        right = max(b.geometry().right() for b in styles.buttons)
        assert right < width
        assert styles.height() > max(b.geometry().bottom() for b in styles.buttons)


def test_start_from_this_goes_on_in_the_other_view(lab, qtbot):
    click(qtbot, button(lab, "Start from this"))
    run = lab.presenter.steering.run
    qtbot.waitUntil(lambda: run.step > 2, timeout=60_000)
    assert lab.panel.easels[0].isVisible()
    assert not lab.panel.one_pass.isVisible()
    assert lab.panel.buttons["play"].isVisible()


def test_a_film_is_watched_paused_and_left(lab, qtbot, monkeypatch, film):
    monkeypatch.setattr(panel_module, "ask_for_film", lambda parent: film)
    click(qtbot, button(lab, "Watch a film…"))
    qtbot.waitUntil(lambda: "fps" in words(lab), timeout=60_000)
    assert not button(lab, "Watch the webcam").isVisible()
    click(qtbot, button(lab, "Pause the film"))
    assert words(lab).startswith("paused")
    click(qtbot, button(lab, "Go on"))
    click(qtbot, button(lab, "Stop watching"))
    qtbot.waitUntil(lambda: words(lab).startswith("painted in one pass"), timeout=60_000)
    assert button(lab, "Watch the webcam").isVisible()
    assert not button(lab, "Stop watching").isVisible()


def test_a_code_is_read_by_pointing_at_it(lab, qtbot):
    codes = lab.panel.one_pass.codes
    lane = codes._lane(2)
    told = codes.words_at(QPointF(lane.right() - 1, lane.center().y()))
    mix = lab.presenter.numbers()["code_mixed"]
    assert told == f"mix: number 100 is {mix[99]:.3f}"
    assert "Point at one" in codes.words_at(QPointF(0, 0))


def test_before_and_after_is_a_line_over_the_photo(lab, qtbot):
    page = lab.panel.one_pass
    click(qtbot, page.wipe, QPoint(12, 12))
    assert page.easel.canvas._is_wiped
    assert page.easel.canvas._before is not None


def test_the_bar_keeps_the_height_of_its_lines_and_hidden_buttons_take_no_room(lab, qtbot):
    bar = lab.panel.one_pass._bar
    shown = [w for w in bar._widgets if not w.isHidden()]
    assert [w.text() for w in shown][1:3] == ["Watch the webcam", "Watch a film…"]
    for first, second in pairwise(shown):
        is_beside = second.x() == first.geometry().right() + 9
        assert is_beside or second.x() == 0
    bar.resize(200, 10)
    assert bar.height() == max(w.geometry().bottom() for w in shown) + 1 > 100
