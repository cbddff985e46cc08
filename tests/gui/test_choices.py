"""The options of a choice that a scene cannot use are greyed, and the keys go past them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from viz_app.gui.widgets.choices import ChoiceButtons, ChoiceList
from viz_app.labs.controls import Choice, Option

WORD = Choice(
    "word",
    "Word",
    (
        Option("one", "One"),
        Option("two", "Two", is_usable=lambda scene: scene == "both"),
        Option("three", "Three"),
    ),
    "Which word.",
)


@pytest.mark.parametrize("kind", [ChoiceButtons, ChoiceList])
def test_an_option_is_greyed_while_the_scene_cannot_use_it(qtbot, kind):
    widget = kind(WORD)
    qtbot.addWidget(widget)

    def usable():
        if isinstance(widget, ChoiceList):
            return [bool(widget.model().item(i).isEnabled()) for i in range(3)]
        return [button.isEnabled() for button in widget._group.buttons()]

    widget.show_usable("neither")
    assert usable() == [True, False, True]
    widget.show_usable("both")
    assert usable() == [True, True, True]


def test_the_arrow_keys_go_past_an_option_that_is_greyed(qtbot):
    widget = ChoiceButtons(WORD)
    qtbot.addWidget(widget)
    widget.show()
    widget.show_value("one")
    widget.show_usable("neither")
    found = []
    widget.moved.connect(found.append)
    first, _, last = widget._group.buttons()
    qtbot.keyClick(first, Qt.Key.Key_Right)
    qtbot.keyClick(last, Qt.Key.Key_Right)
    qtbot.keyClick(first, Qt.Key.Key_Left)
    assert found == ["three", "one", "three"]
