"""One manner for all labs: every lab, every view and every control, walked by the same rules."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QWidget,
)

from tests.gui.manner_kit import on_screen, show_view, views_of, words
from viz_app.core.errors import VizError
from viz_app.engine.engine import Failure
from viz_app.furnish import LABS
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


SAME = {  # fields of several labs that mean the same
    "Network": ("networks.network", "activations.network", "style.network", "detection.slid_net"),
    "Learning rate": ("convolution.rate", "activations.goal_rate", "style.rate"),
    "Optimiser": ("convolution.optimiser", "style.optimiser"),
    "Steps": ("activations.goal_steps", "activations.why_steps", "style.steps"),
    "Seed": ("convolution.seed", "activations.goal_seed", "style.seed"),
    "Stride s": ("convolution.stride", "networks.stride", "networks.step"),
    "Padding p": ("convolution.pad", "networks.padding"),
    "Filters": ("convolution.filters", "networks.filters"),
    "Opacity": ("activations.opacity", "activations.why_opacity"),
    "Channel": ("convolution.channel", "activations.channel"),
}


@pytest.mark.parametrize("word", SAME)
def test_the_same_thing_has_the_same_word_in_every_lab(word):
    labels = {f"{lab.name}.{c.field}": c.label for lab in ALL_LABS for c in lab.controls}
    assert {labels[field] for field in SAME[word]} == {word}


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


def test_what_is_saved_or_copied_is_told_in_the_status_bar(room, qtbot, tmp_path, monkeypatch):
    program, parts = room
    bar, asked = program.window.status_bar, []

    def name_it(_parent, _title, suggestion, kinds):
        asked.append(suggestion)
        return str(tmp_path / suggestion), kinds.split(";;")[0]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", name_it)
    qtbot.waitUntil(parts.presenter.is_settled)
    verbs = ("Save ", "Copy ")
    for action in [a for a in parts.presenter.actions if a.text.startswith(verbs)]:
        if action.is_enabled():
            asked.clear()
            bar.tell("")
            action.run()
            done = f"Saved {asked[0]}." if asked else "is on the clipboard."
            qtbot.waitUntil(lambda done=done: bar._told.endswith(done))
            assert program.window.message_bar.sentence == "", action.text
    program.keeper.copy_snippet()
    assert bar._told == "The PyTorch program is on the clipboard."
    program.keeper.export_to(tmp_path / "view.png")
    qtbot.waitUntil(lambda: bar._told == "Saved view.png.")


def test_tab_goes_as_one_reads_over_everything_that_can_be_touched(room, qtbot):
    program, parts = room
    window = program.window
    for view in views_of(parts):
        show_view(program, parts, view)
        qtbot.waitUntil(lambda: parts.presenter.is_settled() and not window.status_bar._activities)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        reached = []
        while (stop := QApplication.focusWidget() or window) not in reached:
            reached.append(stop)
            QTest.keyClick(stop, Qt.Key.Key_Tab)
        groups = [w.group() for w in reached if isinstance(w, QAbstractButton) and w.group()]
        by_arrows = {button for group in groups for button in group.buttons()}
        missed = {w for w in on_screen(program, TOUCHED) if w.isEnabled()} - {*reached, *by_arrows}
        assert not [words(w) for w in missed], view
        parts_in_order = (window._top, window._rail_frame, window._lab, window.inspector)
        order = [i for w in reached for i, p in enumerate(parts_in_order) if p.isAncestorOf(w)]
        turn = order.index(min(order))  # it may begin anywhere, and goes round
        assert order[turn:] + order[:turn] == sorted(order), view
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
        assert QApplication.focusWidget() is reached[-1], view


def crowded(program):
    """Neighbours in a layout of which one lies over the other or beyond what holds them."""
    for holder in on_screen(program, QWidget):
        if holder.layout() is None or isinstance(holder.layout(), QStackedLayout):
            continue
        inside = [w for w in holder.children() if isinstance(w, QWidget) and w.isVisible()]
        inside = [w for w in inside if not w.isWindow() and not w.size().isEmpty()]
        for i, one in enumerate(inside):
            if not holder.rect().adjusted(-1, -1, 1, 1).contains(one.geometry()):
                yield f"{words(one)} {one.geometry()} beyond {words(holder)} {holder.rect()}"
            for other in inside[i + 1 :]:
                shared = one.geometry().intersected(other.geometry())
                if shared.width() > 2 and shared.height() > 2:
                    yield f"{words(one)} over {words(other)} in {words(holder)}: {shared}"


@pytest.mark.parametrize(("size", "scale"), [((1024, 700), 1.0), ((1280, 720), 1.5)])
def test_nothing_lies_over_its_neighbour_or_beyond_what_holds_it(room, qtbot, size, scale):
    program, parts = room
    program.theme.set_scale(scale)
    program.window.resize(*size)
    found = set()
    for view in views_of(parts):
        show_view(program, parts, view)
        qtbot.waitUntil(parts.presenter.is_settled)
        for _ in range(3):
            program.app.processEvents()
        found |= {f"{view}: {trouble}" for trouble in crowded(program)}
    assert not found, "\n".join(sorted(found))


def luminance(pixels):
    """Relative luminance of RGB in 0 to 255, WCAG 2.2."""
    c = pixels / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def best_contrast(pixels):
    """Of the colours in a picture against its commonest: antialiased edges are paler."""
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    light = luminance(colours)
    ground = light[counts.argmax()]
    return max((max(v, ground) + 0.05) / (min(v, ground) + 0.05) for v in light)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_words_stand_out_from_their_ground(room, qtbot, mode):
    program, parts = room
    program.theme.set_mode(mode)
    program.theme.set_scale(1.5)
    pale = set()
    for view in views_of(parts):
        show_view(program, parts, view)
        qtbot.waitUntil(parts.presenter.is_settled)
        image = program.window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
        whole = rows[:, : 3 * image.width()].reshape(image.height(), -1, 3)
        for widget in on_screen(program, (QLabel, QPushButton)):
            at = widget.mapTo(program.window, QPoint(0, 0))
            seen = QRect(at, widget.size()).intersected(image.rect())
            is_seen = not widget.visibleRegion().isEmpty() and seen.width() > 20
            if widget.isEnabled() and widget.text() and is_seen and seen.height() > 10:
                pixels = whole[seen.top() : seen.bottom() + 1, seen.left() : seen.right() + 1]
                if (contrast := best_contrast(pixels)) < 4.5:
                    pale.add(f"{view}: {words(widget)} {contrast:.1f}")
    assert not pale, "\n".join(sorted(pale))


def test_what_fails_is_one_sentence_and_the_picture_stays(room, qtbot, tmp_path):
    program, parts = room
    bar, image = program.window.message_bar, program.keeper.document.desk.image
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    program.keeper.shelf.open([broken])
    qtbot.waitUntil(lambda: "broken.png" in bar.sentence)
    assert program.keeper.document.desk.image == image
    foreseen = "A foreseen failure says what to do."
    for error, said in ((VizError(foreseen), foreseen), (ValueError("x"), "went wrong")):
        parts.presenter.fail(Failure(error, "Traceback of it", is_memory_short=False))
        assert said in bar.sentence
        assert "Traceback" not in bar.sentence
    parts.presenter.fail(Failure(MemoryError(), "", is_memory_short=True))
    assert "smaller" in bar.sentence
