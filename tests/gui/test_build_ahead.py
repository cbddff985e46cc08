from __future__ import annotations

from viz_app.gui import house as housekeeping


def test_a_lab_that_cannot_be_built_ahead_is_tried_once_and_logged(house, qtbot, monkeypatch):
    keeper, tries, logged = house.keeper, [], []
    monkeypatch.setattr(housekeeping.log, "exception", lambda *words: logged.append(words))

    class Room:
        is_built = False

        @property
        def parts(self):
            tries.append(1)
            raise RuntimeError("no panel")

    monkeypatch.setattr(keeper, "devices", keeper.devices or ("cpu",))
    monkeypatch.setattr(keeper.window, "rooms", {**keeper.window.rooms, "broken": Room()})
    keeper.build_ahead(1)
    try:
        qtbot.waitUntil(lambda: not keeper._builder.isActive())
    finally:
        monkeypatch.undo()
    assert len(tries) == 1
    assert logged[0][1] == "broken"
