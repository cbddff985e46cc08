"""The walks themselves take minutes and a screen; here: that what they look for is there."""

from __future__ import annotations

import ast
import dataclasses
import importlib
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QWidget

import tests.walks
from tests.walks.screen import PROGRAMS, what_is_missing
from viz_app.furnish import LABS
from viz_app.gui.own_dialog import OwnDialog
from viz_app.gui.widgets.view_switch import ViewSwitch

FOLDER = Path(tests.walks.__path__[0])
WALKS = ("new_user", "in_class", "at_work")
NAMED = ("click", "drag", "choose", "row", "column")  # their first argument is a name in the window


def asked_for(name):
    """(method, literal arguments) of each step of a walk."""
    tree = ast.parse((FOLDER / f"walk_{name}.py").read_text(encoding="utf-8"))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            words = [a.value for a in call.args if isinstance(a, ast.Constant)]
            yield call.func.attr, [word for word in words if isinstance(word, str)]


def names_in(widget):
    """All names and words in a part of the window, shown or not."""
    found = set()
    for one in (widget, *widget.findChildren(QWidget)):
        found.add(one.accessibleName())
        text = getattr(one, "text", None)
        found.add(text().replace("&", "") if callable(text) else "")
        if isinstance(one, QComboBox):
            found |= {one.itemText(i) for i in range(one.count())}
    return found


@pytest.fixture
def there(start_house):
    """What has a name in any view of any lab."""
    program = start_house(LABS, lab="convolution")
    document, found = program.keeper.document, set()
    for name, room in program.window.rooms.items():
        program.keeper.choose_lab(name)
        header = room.panel.header
        options = header.buttons.control.options if isinstance(header, ViewSwitch) else ()
        for option in options:
            scene = dataclasses.replace(document.scene(name), view=option.value)
            document.change_scene(name, scene)
            program.app.processEvents()
    dialog = OwnDialog(program.theme, program.window)
    dialog.spec.setText("my_module:make")
    found |= names_in(program.window)
    dialog.close()
    return found


def test_everything_that_a_walk_looks_for_is_in_the_program(there):
    missing = []
    for walk in WALKS:
        for method, words in asked_for(walk):
            wanted = words[:1] if method in NAMED else []
            wanted += words[1:2] if method == "choose" else []
            wanted += [f"{words[0]}, value"] if method == "number" else []
            wanted += [f"View: {words[0]}"] if method == "view" else []
            missing += [f"{walk}: {name}" for name in wanted if name not in there]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("name", WALKS)
def test_a_walk_can_be_prepared_and_taken(name):
    module = importlib.import_module(f"tests.walks.walk_{name}")
    assert callable(module.prepare)
    assert callable(module.walk)
    assert len(module.SIZE) == 2
    assert len(module.START) == 4


def test_where_there_is_no_screen_to_be_had_one_sentence_names_the_packages(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert what_is_missing().endswith(" ".join(PROGRAMS.values()))
