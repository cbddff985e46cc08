"""One manner for all labs: every lab, every view and every control, walked by the same rules."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollBar,
    QWidget,
)

from viz_app.furnish import LABS
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.labs.controls import Choice, Slider, Toggle
from viz_app.labs.document import Document

ALL_LABS = [presenter.lab for presenter, _panel in LABS]
CONTROLS = [
    pytest.param(lab, control, id=f"{lab.name}-{control.field}")
    for lab in ALL_LABS
    for control in lab.controls
]
TOUCHED = (QAbstractButton, QAbstractSlider, QLineEdit, QComboBox, QAbstractItemView)
LOOKS = [("light", 1.0), ("dark", 1.0), ("light", 1.5), ("dark", 1.5)]


def other_value(control, value):
    """A value of the control that is not this one."""
    if isinstance(control, Toggle):
        return not value
    if isinstance(control, Choice):
        return next(o.value for o in control.options if o.value != value)
    other = control.low if value != control.low else min(control.low + control.step, control.high)
    return type(value)(other)


@pytest.mark.parametrize(("lab", "control"), CONTROLS)
def test_a_control_says_what_it_is_and_its_first_value_is_one_of_its_own(lab, control):
    first = getattr(lab.resolve(lab.scene_type()), control.field)
    assert control.label
    assert control.tip.strip().endswith((".", "…", ")", ":")) or len(control.tip) > 20
    if isinstance(control, Slider):
        assert control.low <= first <= control.high
    elif isinstance(control, Choice) and control.options:
        assert first in [option.value for option in control.options]
        assert len({option.label for option in control.options}) == len(control.options)


@pytest.fixture(scope="module", params=[lab.name for lab in ALL_LABS])
def lab_name(request):
    return request.param


@pytest.fixture
def room(start_house, lab_name):
    """A lab in the small window, as it is at the very first start, without networks."""
    program = start_house(LABS, lab=lab_name)
    program.window.resize(1024, 700)
    program.app.processEvents()
    return program, program.window.rooms[lab_name]


def views_of(room):
    header = room.panel.header
    is_switch = isinstance(header, ViewSwitch)
    return [option.value for option in header.buttons.control.options] if is_switch else [None]


def show_view(program, room, view):
    if view is not None:
        scene = program.keeper.document.scene(room.lab.name)
        document = program.keeper.document
        document.change_scene(room.lab.name, dataclasses.replace(scene, view=view))
    for _ in range(3):
        program.app.processEvents()


def on_screen(program, kind):
    """The visible widgets of a kind, but for the parts that Qt makes for itself."""
    for widget in program.window.findChildren(QWidget):
        is_own = not widget.objectName().startswith("qt_")
        is_own &= not isinstance(widget, (QScrollBar, QHeaderView))
        if isinstance(widget, kind) and widget.isVisible() and is_own:
            yield widget


def words(widget):
    text = widget.text() if hasattr(widget, "text") else ""
    return f"{type(widget).__name__} {widget.accessibleName() or text or widget.objectName()!r}"


def test_everything_that_can_be_touched_has_a_name_and_a_tooltip(room):
    program, parts = room
    for view in views_of(parts):
        show_view(program, parts, view)
        for widget in on_screen(program, TOUCHED):
            named = widget.accessibleName() or (
                isinstance(widget, QAbstractButton) and widget.text()
            )
            assert named, f"{view}: {words(widget)} has no name"
            assert widget.toolTip(), f"{view}: {words(widget)} has no tooltip"


def test_everything_that_can_be_touched_is_reached_by_tab(room):
    program, parts = room
    for view in views_of(parts):
        show_view(program, parts, view)
        for widget in on_screen(program, TOUCHED):
            if widget.isEnabled():
                is_reached = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
                assert is_reached, f"{view}: {words(widget)} is not reached by Tab"


def is_clipped(widget):
    text = widget.text()
    if not text or widget.width() == 0:
        return False
    if isinstance(widget, QLabel) and widget.wordWrap():
        return widget.heightForWidth(widget.width()) > widget.height() + 2
    needed = widget.sizeHint().width() if isinstance(widget, QLabel) else 0
    if isinstance(widget, QPushButton):
        icon = 0 if widget.icon().isNull() else widget.iconSize().width() + 4
        needed = widget.fontMetrics().horizontalAdvance(text.replace("&", "")) + icon
    return needed > widget.width() + 1


def test_no_text_is_cut_off_in_the_small_window(room):
    program, parts = room
    cut_off = set()
    for mode, scale in LOOKS:
        program.theme.set_mode(mode)
        program.theme.set_scale(scale)
        for view in views_of(parts):
            show_view(program, parts, view)
            cut_off |= {
                f"{view} at {scale}: {words(widget)} has {widget.width()} × {widget.height()} px"
                for widget in on_screen(program, (QLabel, QPushButton))
                if is_clipped(widget)
            }
    assert not cut_off, "\n".join(sorted(cut_off))


def test_every_lab_exports_numbers_and_a_program_that_compiles(room):
    program, parts = room
    for view in views_of(parts):
        show_view(program, parts, view)
        compile(parts.presenter.snippet(), f"<{parts.lab.name} {view}>", "exec")
        assert isinstance(parts.presenter.numbers(), dict)
        assert parts.panel.figure().width() > 0


def test_every_control_moves_its_scene_is_undone_and_comes_back_after_a_restart(room):
    program, parts = room
    document, lab = program.keeper.document, parts.lab
    first = document.scene(lab.name)
    for control in lab.controls:
        if isinstance(control, Choice) and len(control.options) < 2:
            continue  # its options come from what is shown
        before = document.scene(lab.name)
        if not control.is_usable(before):
            continue
        value = other_value(control, getattr(before, control.field))
        parts.presenter.edited(control.field, value)
        after = document.scene(lab.name)
        assert after != before, control.field
        later = Document([lab])
        later.open_json(document.to_json())
        assert later.scene(lab.name) == after, control.field
        document.undo()
        assert document.scene(lab.name) == before == first, control.field


def test_what_has_the_focus_looks_different(room):
    program, parts = room
    program.window.activateWindow()
    blind = set()
    for view in views_of(parts):
        show_view(program, parts, view)
        for widget in on_screen(program, TOUCHED):
            if widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                program.window.setFocus()
                before = widget.grab().toImage()
                widget.setFocus(Qt.FocusReason.TabFocusReason)
                if widget.hasFocus() and widget.grab().toImage() == before:
                    blind.add(f"{view}: {words(widget)}")
    assert not blind, "\n".join(sorted(blind))


def test_reset_brings_the_first_scene_back_and_undo_the_changed_one(room):
    program, parts = room
    document, lab = program.keeper.document, parts.lab
    first = document.scene(lab.name)
    control = next(c for c in lab.controls if isinstance(c, Slider) and c.is_usable(first))
    parts.presenter.edited(control.field, other_value(control, getattr(first, control.field)))
    changed = document.scene(lab.name)
    program.keeper.reset_scene()
    assert document.scene(lab.name) == first != changed
    program.keeper.undo()
    assert document.scene(lab.name) == changed


def test_a_command_that_asks_ends_in_dots_without_a_space(room):
    program, parts = room
    for view in views_of(parts):
        show_view(program, parts, view)
        texts = [button.text() for button in on_screen(program, QAbstractButton)]
        texts += [action.text for action in parts.presenter.actions]
        assert not [text for text in texts if text.endswith(" …")], view
