from __future__ import annotations

import threading

from viz_app.files import settings as files
from viz_app.files.settings import Settings, load_settings
from viz_app.gui import session_keeper


def test_a_save_that_waited_does_not_undo_the_last_one(house, qtbot, monkeypatch, places):
    """The window closes while older settings are still waiting to be written."""
    began, go_on = threading.Event(), threading.Event()
    keeper = house.keeper

    def block(turn):
        began.set()
        go_on.wait(10)

    keeper.errands.run("test.block", block, title="Blocking")
    assert began.wait(10)
    keeper.session.save_settings(Settings(text_scale=1.5))
    keeper.session.save_now(Settings(text_scale=1.25))
    go_on.set()
    qtbot.waitUntil(lambda: not keeper.errands.activities, timeout=20_000)
    assert load_settings(places.settings)[0].text_scale == 1.25


def test_a_full_disk_is_told_and_the_house_goes_on(house, qtbot, monkeypatch):
    def full(path, data):
        raise session_keeper.VizError("The disk is full: make room, then save again.")

    monkeypatch.setattr(session_keeper, "write_atomic", full)
    monkeypatch.setattr(files, "write_atomic", full)
    house.window.rooms["counting"].presenter.edited("number", 5)
    qtbot.waitUntil(lambda: "disk is full" in house.window.message_bar.sentence, timeout=20_000)
    assert house.keeper.document.scene("counting").number == 5
    monkeypatch.undo()
