"""The page of nine patches in a whole house, with a small network in VGG-16's place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.labs.activations_kit import forget, picture, put_small_network
from viz_app.files.images import save_image
from viz_app.files.weights import WeightsStore
from viz_app.gui.panels.activations.panel import ActivationsPanel
from viz_app.labs.activations import ascent_jobs
from viz_app.labs.activations.patches_shown import PatchesState
from viz_app.labs.activations.presenter import ActivationsPresenter


@pytest.fixture
def room(monkeypatch, start_house, tmp_path, qtbot):
    net = put_small_network(monkeypatch)
    monkeypatch.setattr(ascent_jobs, "network_of", lambda turn, store, name: net)
    monkeypatch.setattr(WeightsStore, "is_present", lambda store, name: True)
    save_image(tmp_path / "red.png", picture().pixels)
    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(10):
        pixels = np.zeros((60, 60, 3), np.uint8)
        pixels[20:30, 20:30] = (150 + 10 * i, 0, 0)
        save_image(photos / f"p{i}.png", pixels)
    parts = ((ActivationsPresenter, ActivationsPanel),)
    program = start_house(parts, [str(tmp_path / "red.png")], "activations")
    program.window.resize(1440, 900)
    room = program.window.rooms["activations"]
    room.presenter.change(view="patches", layer="conv1", channel=0, patch_folder=str(photos))
    qtbot.waitUntil(room.presenter.is_settled)
    yield room
    monkeypatch.undo()
    forget()


@pytest.fixture
def searched(room, qtbot):
    page = room.panel.patches
    assert page.search.text() == "Search"
    QTest.mouseClick(page.search, Qt.MouseButton.LeftButton)
    assert page.search.text() == "Cancel"
    qtbot.waitUntil(lambda: page.hint.text() == "10 images searched")
    qtbot.waitUntil(lambda: len(page.sheet.sheet._sheets) == 1)
    qtbot.waitUntil(room.presenter.is_settled)
    return room


def test_the_patches_come_with_their_values_and_a_click_opens_the_image(searched, qtbot):
    page = searched.panel.patches
    qtbot.waitUntil(lambda: page.facts.text().startswith("1") and "p9.png" in page.facts.text())
    assert len(page.grid._images) == 9
    QTest.mouseClick(
        page.grid, Qt.MouseButton.LeftButton, pos=page.grid.rect_of(1).center().toPoint()
    )
    assert searched.presenter.house.document.desk.image.endswith("p8.png")


def test_what_the_patches_owe_to_their_pixels_takes_the_place_of_the_map(searched, qtbot):
    page = searched.panel.patches
    assert (page.map.isVisible(), page.projected.isVisible()) == (True, False)
    searched.presenter.edited("patch_beside", "deconv")
    qtbot.waitUntil(lambda: len(page.projected._images) == 9)
    assert (page.map.isVisible(), page.projected.isVisible()) == (False, True)
    assert page.title.text() == (
        "Channel 0 of conv1: its nine patches, and what each owes to its pixels: deconvolution"
    )


def test_the_image_that_the_channel_wants_takes_the_place_of_the_map(searched, qtbot):
    page = searched.panel.patches
    searched.presenter.change(patch_beside="optimised", goal_side=96, goal_steps=20)
    qtbot.waitUntil(searched.presenter.is_settled)
    shown = [w.isVisible() for w in (page.map, page.projected, page.grown)]
    assert shown == [False, False, True]
    assert page.grown.picture_size == (96, 96)
    assert page.title.text().endswith("its nine patches, and the image that it wants")


def test_of_a_channel_that_never_fires_it_is_said_that_the_patches_mean_nothing(searched):
    page = searched.panel.patches
    shown = page._shown
    dead = tuple(replace(patch, value=0.0) for patch in shown.patches)
    page.show_unit(replace(shown, patches=dead), "")
    assert page.title.text().startswith("Channel 0 of conv1 fires on none of these images")
    page.show_unit(replace(shown, patches=(*dead[1:], shown.patches[0])), "")
    assert page.title.text().startswith("Channel 0 of conv1: its nine patches")


def test_keys_walk_over_the_patches_and_enter_opens(searched):
    grid = searched.panel.patches.grid
    QTest.keyClick(grid, Qt.Key.Key_Down)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert searched.presenter.house.document.desk.image.endswith("p5.png")


def test_a_click_and_the_keys_choose_a_channel_of_the_sheet(searched):
    sheet = searched.panel.patches.sheet.sheet
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=sheet.rect_of(0, 2).center())
    assert searched.presenter.scene.channel == 2
    QTest.keyClick(sheet, Qt.Key.Key_Left)
    assert searched.presenter.scene.channel == 1


def test_cancelling_by_the_button_ends_the_search(room, qtbot):
    page = room.panel.patches
    room.presenter.change(patch_folder="")
    QTest.mouseClick(page.search, Qt.MouseButton.LeftButton)
    QTest.mouseClick(page.search, Qt.MouseButton.LeftButton)
    assert page.search.text() == "Search"
    qtbot.waitUntil(room.presenter.is_settled)


def test_the_page_is_not_wider_than_a_small_window_gives(searched):
    assert searched.panel.patches.minimumSizeHint().width() <= 416


def test_in_a_small_window_with_large_text_the_cards_stand_apart(searched, qtbot):
    page = searched.panel.patches
    searched.panel.theme.set_scale(1.5)
    page.window().resize(1024, 700)
    words = "300 images searched · 10 unreadable"
    page.show_state(PatchesState("one.patches", "", words, False, False))
    qtbot.waitUntil(lambda: page.height() < 520)
    qtbot.waitUntil(lambda: page._above.geometry().bottom() < page._below.y())
    assert page._top.geometry().bottom() < page._above.y()
    assert page.minimumSizeHint().width() <= 345
    searched.panel.theme.set_scale(1.0)
