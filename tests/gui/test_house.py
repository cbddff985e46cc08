from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from viz_app.files.images import save_image

NEWER = b'{"version": 99, "convolab": 99}'


def controls(program, lab="counting"):
    return program.window.rooms[lab].controls.widgets


def scene(program, lab="counting"):
    return program.keeper.document.scene(lab)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    save_image(path, np.full((30, 40, 3), 200, np.uint8))
    return path


def test_a_slider_moves_the_scene_and_the_answer_comes_back(house, qtbot):
    widget = controls(house)["number"]
    qtbot.keyClick(widget.slider, Qt.Key.Key_Right)
    assert scene(house).number == 4
    label = house.window.rooms["counting"].panel.label
    qtbot.waitUntil(lambda: label.text() == "4")


def test_a_value_can_be_typed_and_nonsense_is_put_back(house, qtbot):
    edit = controls(house)["number"].edit
    for typed, expected in (("7", 7), ("", 7), ("99", 10)):
        edit.setFocus()
        edit.selectAll()
        qtbot.keyClicks(edit, typed)
        qtbot.keyClick(edit, Qt.Key.Key_Return)
        edit.clearFocus()
        assert scene(house).number == expected, typed
    assert isinstance(scene(house).number, int)


def test_a_double_click_on_the_label_resets(house, qtbot):
    widget = controls(house)["number"]
    qtbot.keyClick(widget.slider, Qt.Key.Key_End)
    assert scene(house).number == 10
    qtbot.mouseDClick(widget.label, Qt.MouseButton.LeftButton)
    assert scene(house).number == 3


def test_arrow_keys_walk_over_the_options_of_a_choice(house, qtbot):
    buttons = controls(house)["word"].findChildren(QPushButton)
    qtbot.keyClick(buttons[0], Qt.Key.Key_Left)
    assert scene(house).word == "three"
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert scene(house).word == "two"


def test_undo_puts_scene_and_controls_back(house, qtbot):
    qtbot.mouseClick(controls(house)["is_loud"], Qt.MouseButton.LeftButton)
    assert scene(house).is_loud
    house.window.undo_action.trigger()
    assert not scene(house).is_loud
    assert not controls(house)["is_loud"].isChecked()
    assert not house.window.undo_button.isEnabled()
    house.window.redo_action.trigger()
    assert controls(house)["is_loud"].isChecked()


def test_every_control_has_a_tooltip_and_a_name(house):
    for room in house.window.rooms.values():
        for widget in room.controls.findChildren(QPushButton):
            assert widget.toolTip()
            assert widget.accessibleName()
    for button in house.window.findChildren(QPushButton) + house.window.findChildren(QToolButton):
        if button.isVisible():
            assert button.toolTip(), button.text()
            assert button.accessibleName() or button.text()


def test_labs_change_by_rail_key_and_document(house, qtbot):
    qtbot.mouseClick(house.window.rooms["other"].button, Qt.MouseButton.LeftButton)
    assert house.window.shown == "other"
    house.keeper.choose_lab("counting")
    assert house.window.rooms["counting"].panel.isVisible()
    assert not house.window.rooms["other"].controls.isVisible()


def test_an_opened_photo_becomes_the_image_of_every_lab(house, qtbot, photo):
    house.keeper.shelf.open([photo])
    presenter = house.window.rooms["counting"].presenter
    qtbot.waitUntil(
        lambda: (
            bool(presenter.pictures)
            and presenter.pictures[-1] is not None
            and presenter.pictures[-1].ref == str(photo)
        )
    )
    house.keeper.choose_lab("other")
    assert house.window.rooms["other"].presenter.pictures[-1].ref == str(photo)
    assert house.keeper.shelf.recent == [str(photo)]
    house.keeper.undo()
    assert house.keeper.document.desk.image.startswith("sample:")


def test_an_image_that_a_lab_chose_stands_first_in_the_strip(house, qtbot, photo):
    house.keeper.document.choose_image(str(photo))
    house.keeper.shelf.current()
    qtbot.waitUntil(lambda: bool(house.keeper.shelf.recent))
    assert house.keeper.shelf.strip[0] == str(photo)
    house.keeper.document.choose_image("sample:coffee")
    qtbot.waitUntil(lambda: house.keeper.shelf.current() is not None)
    assert house.keeper.shelf.recent == [str(photo)]  # a sample has its place already


def test_files_can_be_dropped(house, qtbot, photo):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(photo))])
    house.window.dropped.emit(mime)
    qtbot.waitUntil(lambda: house.keeper.document.desk.image == str(photo))


def test_an_image_can_be_pasted_and_is_there_after_a_restart(house, qtbot, places):
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(0xFF00FF00)
    QGuiApplication.clipboard().setImage(image)
    house.keeper.paste()
    shelf = house.keeper.shelf
    qtbot.waitUntil(lambda: bool(shelf.recent))
    assert shelf.current().pixels[0, 0].tolist() == [0, 255, 0]
    assert shelf.recent[0].startswith(str(places.pasted))


def test_an_empty_clipboard_is_told(house):
    QGuiApplication.clipboard().clear()
    house.keeper.paste()
    assert "no image on the clipboard" in house.window.message_bar.sentence


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\nrubbish"])
def test_a_broken_image_is_one_sentence_and_the_current_one_stays(house, qtbot, tmp_path, content):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    before = house.keeper.document.desk.image
    house.keeper.shelf.open([path])
    qtbot.waitUntil(lambda: "broken.png" in house.window.message_bar.sentence)
    assert house.keeper.document.desk.image == before
    assert house.keeper.shelf.current() is not None


def test_a_folder_opens_with_its_broken_files_told(house, qtbot, tmp_path, photo):
    (tmp_path / "a_broken.png").write_bytes(b"x")
    house.keeper.shelf.open([tmp_path])
    qtbot.waitUntil(lambda: "a_broken.png" in house.window.message_bar.sentence)
    assert house.keeper.document.desk.image == str(photo)


def test_a_failing_job_is_told_with_details_and_the_house_goes_on(house, qtbot):
    presenter = house.window.rooms["counting"].presenter
    presenter.fail_now()
    qtbot.waitUntil(lambda: "went wrong" in house.window.message_bar.sentence)
    details = [
        b for b in house.window.message_bar.findChildren(QPushButton) if b.text() == "Details"
    ]
    assert details[0].isVisible()
    presenter.edited("number", 5)
    qtbot.waitUntil(lambda: 5 in presenter.answers)


def test_escape_cancels_the_job_that_is_shown(house, qtbot):
    house.window.rooms["counting"].presenter.count_for_ever()
    bar = house.window.status_bar
    qtbot.waitUntil(lambda: "for ever" in bar.job.text())
    qtbot.waitUntil(lambda: bar.amount.isVisible())
    house.keeper.cancel_job()
    qtbot.waitUntil(lambda: bar.job.text() == "Ready")
    assert not house.keeper.runner.engine.is_busy("counting.ever")


def test_the_session_comes_back_after_a_restart(start_house, qtbot, photo):
    first = start_house()
    first.keeper.shelf.open([photo])
    qtbot.waitUntil(lambda: first.keeper.document.desk.image == str(photo))
    first.window.rooms["counting"].presenter.edited("number", 8)
    first.keeper.choose_lab("other")
    first.keeper.set_theme("dark")
    first.window.close()
    second = start_house()
    assert scene(second).number == 8
    assert second.window.shown == "other"
    assert second.theme.mode == "dark"
    assert second.keeper.document.desk.image == str(photo)
    assert second.keeper.shelf.recent == [str(photo)]
    qtbot.waitUntil(lambda: second.keeper.shelf.current() is not None)
    second.keeper.set_theme("light")


@pytest.mark.parametrize("which", ["session", "settings"])
@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 100, b"[1]", NEWER])
def test_a_damaged_or_newer_file_is_set_aside(start_house, places, which, content):
    path = getattr(places, which)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    program = start_house()
    assert scene(program).number == 3
    if content:
        kept = list(path.parent.glob(f"{path.name}.broken-*"))
        assert [k.read_bytes() for k in kept] == [content]
        assert kept[0].name in program.window.message_bar.sentence


def test_an_image_that_is_gone_is_told_and_a_sample_takes_its_place(start_house, qtbot, photo):
    first = start_house()
    first.keeper.shelf.open([photo])
    qtbot.waitUntil(lambda: first.keeper.document.desk.image == str(photo))
    first.window.close()
    photo.unlink()
    second = start_house()
    qtbot.waitUntil(lambda: "photo.png" in second.window.message_bar.sentence)
    assert second.keeper.document.desk.image.startswith("sample:")
    qtbot.waitUntil(lambda: second.keeper.shelf.current() is not None)


def test_a_scene_can_be_saved_and_opened(house, tmp_path):
    path = tmp_path / "scene.json"
    house.window.rooms["counting"].presenter.edited("number", 9)
    path.write_bytes(house.keeper.document.to_json("counting"))
    house.keeper.reset_scene()
    assert scene(house).number == 3
    house.keeper.scenes.open_one(path)
    assert scene(house).number == 9


def test_a_file_that_is_no_scene_is_told(house, tmp_path):
    path = tmp_path / "scene.json"
    path.write_text("{}")
    house.keeper.scenes.open_one(path)
    assert "scene.json" in house.window.message_bar.sentence
    house.keeper.scenes.open_one(tmp_path / "gone.json")
    assert "gone.json" in house.window.message_bar.sentence


def test_the_view_and_its_numbers_can_be_exported(house, tmp_path, qtbot):
    for name in ("a.png", "a.npz", "a.csv", "a.json", "a.xyz"):
        house.keeper.export_to(tmp_path / name)
        qtbot.waitUntil(lambda: not house.keeper.errands.activities)
    assert QImage(str(tmp_path / "a.png")).width() > 100
    assert json.loads((tmp_path / "a.json").read_text())["number"] == 3
    assert "needs an ending" in house.window.message_bar.sentence
    assert not (tmp_path / "a.xyz").exists()


def test_the_pytorch_program_is_copied(house):
    house.keeper.copy_snippet()
    assert QGuiApplication.clipboard().text() == "print(3)"


def test_the_palette_finds_and_runs_a_command(house, qtbot):
    from viz_app.gui.command_palette import CommandPalette

    palette = CommandPalette(house.window.palette_actions(), house.theme, house.window)
    palette.search.setText("oth")
    assert palette.list.count() >= 1
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert house.window.shown == "other"


def test_the_keys_of_the_lab_and_the_house_are_listed_once(house):
    from viz_app.gui.command_palette import KeysDialog

    dialog = KeysDialog(house.window.key_groups(), house.theme, house.window)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert {"F9", "Ctrl+O", "Esc", "?"} <= set(words)
    keys = [a.shortcut().toString() for g in house.window.key_groups().values() for a in g]
    keys = [k for k in keys if k]
    assert len(keys) == len(set(keys))


def test_the_device_is_learnt_on_the_engines_thread_and_can_be_chosen(house, qtbot):
    qtbot.waitUntil(lambda: len(house.keeper.devices) > 0, timeout=30_000)
    assert house.keeper.devices[-1].name == "cpu"
    house.keeper.choose_device("cpu")
    assert house.keeper.settings.device == "cpu"
    assert "CPU" in house.window.status_bar.device.text()


def test_text_size_and_theme_are_remembered(house):
    house.keeper.zoom_text(1.5)
    assert house.keeper.settings.text_scale == 1.5
    house.keeper.zoom_text(0)
    assert house.theme.scale == 1.0


@pytest.mark.parametrize(
    "content", [b'{"theme": "blue"}', b'{"window": [99999999999, 5]}', b'{"text_scale": 1e9}']
)
def test_settings_with_an_impossible_value_are_set_aside(start_house, places, content):
    places.settings.parent.mkdir(parents=True)
    places.settings.write_bytes(content)
    program = start_house()
    assert "kept as settings.json.broken" in program.window.message_bar.sentence


def test_a_session_of_which_a_part_was_left_out_is_kept_whole(start_house, places):
    first = start_house()
    first.window.rooms["counting"].presenter.edited("number", 8)
    first.window.close()
    data = places.session.read_bytes().replace(b'"one"', b'"nine"', 1)
    places.session.write_bytes(data)
    second = start_house()
    kept = list(places.session.parent.glob("session.json.broken-*"))
    assert [k.read_bytes() for k in kept] == [data]
    assert kept[0].name in second.window.message_bar.sentence


def test_a_name_that_is_not_text_is_told_and_loses_no_session(house, qtbot, tmp_path, photo):
    path = tmp_path / "odd" / "\udcff.png"
    path.parent.mkdir()
    path.write_bytes(photo.read_bytes())
    house.keeper.shelf.open([path.parent])
    qtbot.waitUntil(lambda: "not proper text" in house.window.message_bar.sentence)
    assert house.keeper.document.to_json()


def test_all_images_of_a_folder_are_in_the_strip(house, qtbot, tmp_path, photo):
    for i in range(20):
        (tmp_path / f"copy{i:02}.png").write_bytes(photo.read_bytes())
    house.keeper.shelf.open([tmp_path])
    qtbot.waitUntil(lambda: len(house.keeper.shelf.recent) == 21)
    house.keeper.document.choose_image(str(tmp_path / "copy19.png"))
    shelf = house.keeper.shelf
    qtbot.waitUntil(lambda: shelf.current() is not None and shelf.current().name == "copy19.png")


def test_a_file_that_changed_is_shown_as_it_is_now(house, qtbot, photo):
    shelf = house.keeper.shelf
    shelf.open([photo])
    qtbot.waitUntil(lambda: house.keeper.document.desk.image == str(photo))
    save_image(photo, np.full((30, 40, 3), 10, np.uint8))
    shelf.open([photo])
    qtbot.waitUntil(lambda: shelf.current() is not None and shelf.current().pixels[0, 0, 0] == 10)


def test_an_image_that_was_deleted_leaves_the_one_before(house, qtbot, tmp_path, photo):
    gone = tmp_path / "gone.png"
    gone.write_bytes(photo.read_bytes())
    shelf, document = house.keeper.shelf, house.keeper.document
    shelf.open([photo])
    qtbot.waitUntil(lambda: shelf.current() is not None and document.desk.image == str(photo))
    gone.unlink()
    document.choose_image(str(gone))
    qtbot.waitUntil(lambda: "gone.png" in house.window.message_bar.sentence)
    assert document.desk.image == str(photo)


def test_escape_gives_up_a_half_typed_value_and_not_the_job(house, qtbot):
    house.window.rooms["counting"].presenter.count_for_ever()
    edit = controls(house)["number"].edit
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "9")
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    assert edit.text() == "3"
    assert house.keeper.runner.engine.is_busy("counting.ever")


def test_escape_ends_what_works_before_what_rests_and_never_the_houses_own(house, qtbot):
    from viz_app.engine.engine import Progress
    from viz_app.gui.runner import Activity

    bar, asked = house.window.status_bar, []
    bar.cancel_asked.connect(asked.append)
    rests = Activity("rests", "Painting", Progress(1, 2), is_paused=True)
    works = Activity("works", "Finding boxes")
    own = Activity("own", "Loading torch", Progress(1, 2), is_cancellable=False)
    bar.show_activities([own, rests, works])
    bar.ask_to_cancel()
    bar.show_activities([own])
    bar.ask_to_cancel()
    assert asked == ["works"]


def test_the_controls_can_leave_their_room_to_the_lab(house, qtbot):
    panel = house.window.rooms["counting"].panel
    before = panel.width()
    qtbot.keyClick(house.window, Qt.Key.Key_Backslash, Qt.KeyboardModifier.ControlModifier)
    assert house.window.inspector.isHidden()
    qtbot.waitUntil(lambda: panel.width() > before + 200)
    qtbot.keyClick(house.window, Qt.Key.Key_Backslash, Qt.KeyboardModifier.ControlModifier)
    assert not house.window.inspector.isHidden()
