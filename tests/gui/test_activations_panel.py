"""The activations panel in a whole house, with a small network in VGG-16's place."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from tests.labs.activations_kit import RED, forget, picture, put_small_network
from viz_app.files.images import save_image
from viz_app.files.weights import WeightsStore
from viz_app.gui.panels.activations.layers_list import facts_within
from viz_app.gui.panels.activations.mosaic_grid import composed
from viz_app.gui.panels.activations.mosaic_page import NARROW_PX
from viz_app.gui.panels.activations.panel import ActivationsPanel
from viz_app.labs.activations.presenter import ActivationsPresenter


@pytest.fixture
def room(monkeypatch, start_house, tmp_path, qtbot):
    put_small_network(monkeypatch)
    monkeypatch.setattr(WeightsStore, "is_present", lambda store, name: True)
    save_image(tmp_path / "red.png", picture().pixels)
    parts = ((ActivationsPresenter, ActivationsPanel),)
    program = start_house(parts, [str(tmp_path / "red.png")], "activations")
    program.window.resize(1440, 900)
    room = program.window.rooms["activations"]
    room.presenter.change(layer="conv1", channel=0)
    qtbot.waitUntil(lambda: shown_layer(room) == "relu1" and room.presenter.is_settled())
    qtbot.waitUntil(lambda: room.panel.mosaic.channel.picture_size == (224, 224))
    yield room
    monkeypatch.undo()
    forget()


def shown_layer(room):
    seen = room.presenter.mosaic.seen
    is_red = seen is not None and seen.look.image.endswith("red.png")
    return seen.look.layer if is_red else ""


def press(widget, point):
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=point.toPoint())


def test_a_click_in_the_mosaic_selects_a_channel(room):
    grid = room.panel.mosaic.grid
    press(grid, grid.rect_of(2).center())
    assert room.presenter.scene.channel == 2
    assert room.panel.mosaic.figures.title.text() == "Channel 2 of relu1"


def test_arrow_keys_walk_over_channels_and_page_keys_over_layers(room, qtbot):
    grid = room.panel.mosaic.grid
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert room.presenter.scene.channel == 1
    QTest.keyClick(grid, Qt.Key.Key_Left)
    QTest.keyClick(grid, Qt.Key.Key_Left)
    assert room.presenter.scene.channel == 0
    QTest.keyClick(grid, Qt.Key.Key_PageDown)
    assert room.presenter.scene.layer == "pool1"
    qtbot.waitUntil(lambda: shown_layer(room) == "pool1")


def test_the_list_names_layers_with_what_they_see_and_arrow_keys_choose(room, qtbot):
    layers = room.panel.layers
    assert [layers.item(i).text() for i in range(layers.count())] == ["conv1", "pool1", "conv2"]
    spoken = layers.item(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "conv2, 112×112×2, 8/2"
    QTest.keyClick(layers, Qt.Key.Key_Down)
    assert room.presenter.scene.layer == "pool1"
    qtbot.waitUntil(lambda: shown_layer(room) == "pool1")


def test_where_the_list_is_narrow_the_shape_gives_way_to_the_receptive_field(room):
    stage = room.presenter.scene.stages[2]
    metrics = QFontMetrics(room.panel.theme.font(10, is_mono=True))
    texts = [facts_within(stage, metrics, letters * metrics.horizontalAdvance("0"))
             for letters in (17, 13, 4, 1)]  # fmt: skip
    assert texts == ["112×112×2 · 8/2", "112×112 · 8/2", "8/2", "8/2"]


def test_pointing_at_a_unit_draws_its_field_and_leaving_shows_the_strongest_again(room):
    page = room.panel.mosaic
    at = page.channel.to_widget().map(QPointF(10.5, 20.5))
    QTest.mouseMove(page.channel, at.toPoint())
    page.channel.pointed.emit(20, 10)
    assert page.photo._field.box == (9, 19, 3, 3)
    assert "Unit (20, 10) = 0 sees rows 19–21, columns 9–11 (3×3)" in page.sentence.text()
    page.channel.pointed.emit(-1, -1)
    assert page.sentence.text().startswith("Strongest unit (40, 120) = 1")


def test_a_click_pins_a_unit(room):
    page = room.panel.mosaic
    press(page.channel, page.channel.to_widget().map(QPointF(130.5, 60.5)))
    assert (room.presenter.scene.row, room.presenter.scene.column) == (60, 130)
    assert page.sentence.text().startswith("Pinned unit (60, 130) = 1")


def test_a_long_line_about_the_layer_is_broken_and_does_not_widen_the_page(room):
    page = room.panel.mosaic
    page.show_facts("conv1")
    least, line_px = page.minimumSizeHint().width(), page.facts.minimumHeight()
    page.show_facts("1000 channels of 1×1 · " * 20)
    assert page.minimumSizeHint().width() == least
    assert page.facts.minimumHeight() > line_px


def test_both_cards_fit_into_a_small_window(room, qtbot):
    room.presenter.house.speaker.tell("A sentence above the page takes room.")
    page = room.panel.mosaic
    page.window().resize(1024, 700)
    qtbot.waitUntil(lambda: page._below.geometry().bottom() < page.height())
    assert page._above.geometry().bottom() < page._below.y()


def test_a_long_sentence_about_the_unit_is_not_cut_off_where_text_is_large(room, qtbot):
    room.presenter.house.speaker.tell("A sentence above the page takes room.")
    room.presenter.layer_chosen("conv2")
    qtbot.waitUntil(lambda: shown_layer(room) == "relu2" and room.presenter.is_settled())
    page, sentence = room.panel.mosaic, room.panel.mosaic.sentence
    room.panel.theme.set_scale(1.5)
    page.window().resize(1024, 700)
    room.presenter.change(is_effective=True, row=40, column=0)
    qtbot.waitUntil(lambda: "border (8×8 inside); its gradient is zero" in sentence.text())
    qtbot.waitUntil(lambda: sentence.geometry().bottom() < page._below.height())
    assert sentence.height() >= sentence.heightForWidth(sentence.width())
    room.panel.theme.set_scale(1.0)


def test_the_mosaic_and_the_numbers_are_saved(room, tmp_path):
    room.panel.save_to(tmp_path / "mosaic.png")
    room.panel.save_to(tmp_path / "layer.npz")
    with Image.open(tmp_path / "mosaic.png") as image:
        assert image.width * image.height >= 4 * 128 * 128
    with np.load(tmp_path / "layer.npz") as saved:
        assert saved["activations"].shape == (4, 224, 224)
        assert saved["activations"][0][RED].min() == 1


def test_a_film_plays_through_the_layer_and_stop_brings_the_photo_back(room, qtbot, tmp_path):
    film = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter_fourcc(*"MJPG"), 100, (64, 64))
    for _ in range(10):
        writer.write(np.full((64, 64, 3), 200, np.uint8))
    writer.release()
    page, live = room.panel.mosaic, room.presenter.mosaic.live
    seen = [button.isVisible() for button in page.live.buttons]
    assert seen == [True, True, False, False, False]
    live.start(film)
    qtbot.waitUntil(lambda: live.last is not None and not live.is_moving)
    assert [button.isVisible() for button in page.live.buttons] == [not shown for shown in seen]
    assert page.facts.text().startswith("ended · ")
    assert page.channel._shown.map.min() > 0.5
    QTest.mouseClick(page.live.buttons[3], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: room.presenter.is_settled() and page.channel._shown.map.min() == 0)
    assert [button.isVisible() for button in page.live.buttons] == seen


def test_a_narrow_page_keeps_the_way_to_a_webcam_beside_short_facts(room, qtbot):
    page = room.panel.mosaic
    room.panel.window().resize(1024, 700)
    qtbot.waitUntil(lambda: page.width() < NARROW_PX)
    page.show_facts("relu1: 4 channels of 224×224 · 9 ms")
    assert page.live.buttons[0].isVisible()
    page.show_facts(
        "relu1: 4 channels of 224×224 · 2 silent on this image · 1 dead over 300 images"
    )
    assert not page.live.buttons[0].isVisible()


def test_five_layers_stand_side_by_side(room, qtbot):
    room.presenter.change(is_beside=True)
    page = room.panel.mosaic
    qtbot.waitUntil(lambda: page.beside.isVisible() and room.presenter.is_settled())
    grid = page.beside.grids[2]
    press(grid, grid.rect_of(0).center())
    assert room.presenter.scene.layer == "conv2"
    assert not room.presenter.scene.is_beside


def test_a_red_square_stands_in_the_mosaic_where_it_stands_in_the_picture(room):
    image = room.panel.mosaic.grid.grab().toImage()
    tile = room.panel.mosaic.grid.rect_of(0)
    share = tile.width() / 224
    inside = image.pixelColor(int(tile.left() + 140 * share), int(tile.top() + 60 * share))
    outside = image.pixelColor(int(tile.left() + 60 * share), int(tile.top() + 140 * share))
    assert inside.lightness() > 200
    assert outside.lightness() < 40


def test_channels_are_composed_row_by_row_with_a_gap():
    shades = np.arange(1, 7, dtype=np.uint8).reshape(3, 1, 2)
    assert composed(shades, 2, 1).tolist() == [
        [1, 2, 0, 3, 4, 0],
        [0, 0, 0, 0, 0, 0],
        [5, 6, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ]
