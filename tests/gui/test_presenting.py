"""In front of a class: scenes one after the other by a key, and the screen for the lab alone."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from viz_app.furnish import LABS


@pytest.fixture
def scenes(house, tmp_path):
    """Three scene files with the numbers 1, 2 and 3."""
    document = house.keeper.document
    paths = []
    for number in (1, 2, 3):
        scene = dataclasses.replace(document.scene("counting"), number=number)
        document.change_scene("counting", scene)
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_bytes(document.to_json("counting"))
    return paths


def press(house, key, modifier=Qt.KeyboardModifier.NoModifier):
    house.window.activateWindow()
    QTest.keyClick(house.window, key, modifier)


def test_keys_step_through_the_scenes_that_were_opened_together(house, scenes):
    def number():
        return house.keeper.document.scene("counting").number

    house.keeper.scenes.open_all(scenes)
    numbers = [number()]
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        press(house, key, Qt.KeyboardModifier.ControlModifier)
        numbers.append(number())
    assert numbers == [1, 2, 3, 3, 2]


def test_without_scenes_the_key_says_what_to_do_first(house):
    house.keeper.scenes.step(1)
    assert "Open scenes first" in house.window.message_bar.sentence


def test_presenting_leaves_the_lab_alone_and_its_keys_working(house):
    window = house.window
    press(house, Qt.Key.Key_F11)
    assert window.is_presenting
    assert window.isFullScreen()
    assert window.inspector.isHidden()
    assert not window.status_bar.isHidden()
    press(house, Qt.Key.Key_F11)
    assert not window.is_presenting
    assert not window.inspector.isHidden()


def test_after_presenting_the_window_is_as_it_was(house):
    window = house.window
    window.showMaximized()
    house.keeper.toggle_inspector()
    press(house, Qt.Key.Key_F11)
    assert window.isFullScreen()
    press(house, Qt.Key.Key_F11)
    assert window.isMaximized()
    assert not window.isFullScreen()
    assert window.inspector.isHidden()


def test_a_window_that_filled_the_screen_is_as_large_as_before_at_the_next_start(house):
    house.window.resize(1000, 700)
    press(house, Qt.Key.Key_F11)
    house.window.close()
    assert house.keeper.settings.window == (1000, 700)


def test_another_lab_begins_at_the_top_of_its_controls(house):
    inspector = house.window.inspector
    house.window.resize(900, 600)
    house.theme.set_scale(2.0)
    house.app.processEvents()
    bar = inspector._area.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    house.keeper.choose_lab("other")
    assert bar.value() == 0


def test_no_lab_is_built_while_a_menu_is_open(house):
    keeper = house.keeper
    keeper.build_ahead(every_ms=1_000_000)
    keeper.devices = ("a device",)
    menu = QMenu(house.window)
    menu.addAction("One")
    menu.popup(house.window.pos())
    keeper._build_next()
    assert menu.isVisible()
    assert not house.window.rooms["other"].is_built
    menu.close()
    keeper._build_next()
    assert house.window.rooms["other"].is_built


@pytest.mark.parametrize("lab", [presenter.lab.name for presenter, _panel in LABS])
def test_no_key_stands_for_two_commands(start_house, lab):
    window = start_house(LABS, lab=lab).window
    texts: dict[str, list[str]] = {}
    for actions in window.key_groups().values():
        for action in actions:
            if key := action.shortcut().toString():
                texts.setdefault(key, []).append(action.text())
    assert not {key: both for key, both in texts.items() if len(both) > 1}
