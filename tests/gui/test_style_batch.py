from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from viz_app.core.errors import ImageError
from viz_app.gui.panels.style.batch import BatchDialog
from viz_app.gui.theme import Theme
from viz_app.labs.style.batch import BatchShown

GONE = "There is no picture in “gone”."


class Paints:
    """Knows one folder; counts how often it looks at the disk."""

    def __init__(self):
        self.looks = 0

    def count(self, contents, styles):
        self.looks += 1
        if contents == "gone":
            raise ImageError(GONE)
        return 3, 1

    def cancel(self):
        pass


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def dialog(qapp, parent):
    dialog = BatchDialog(Theme(qapp), Paints(), parent)
    for field, text in zip(dialog.fields, ("there", "there", "out"), strict=True):
        field.setText(text)
    return dialog


def shown(is_running):
    return BatchShown("1 of 3", 1 / 3, is_running)


def test_a_folder_that_went_while_painting_is_said_at_the_end(dialog):
    dialog.show_batch(shown(True))
    dialog.fields[0].setText("gone")
    dialog.show_batch(shown(False))
    assert dialog.count.text() == GONE
    assert not dialog.start.isEnabled()
    assert not dialog.stop.isEnabled()


def test_the_folders_are_not_counted_at_each_picture(dialog):
    before = dialog._paints.looks
    for _ in range(5):
        dialog.show_batch(shown(True))
    assert dialog._paints.looks == before
    assert dialog.stop.isEnabled()
    dialog.show_batch(shown(False))
    assert dialog.start.isEnabled()
