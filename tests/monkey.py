"""A user without a plan: presses, drags and types at random in every lab, by real Qt events.

Used by ``tests/gui/test_monkey.py`` (a short form) and ``tools/soak.py`` (the whole).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QSlider,
    QWidget,
)

from viz_app.furnish import Program

WIDTHS, HEIGHTS = (880, 1024, 1280, 1600), (600, 700, 900)
KEYS = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home,
    Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Space, Qt.Key.Key_Return,
    Qt.Key.Key_Delete, Qt.Key.Key_Tab, Qt.Key.Key_Escape, Qt.Key.Key_Plus, Qt.Key.Key_Minus,
    Qt.Key.Key_P, Qt.Key.Key_N, Qt.Key.Key_1, Qt.Key.Key_9, Qt.Key.Key_BracketLeft,
)  # fmt: skip
TYPED = ("0", "1", "7.5", "-3", "1e9", "nan", "", "x", "999999", "0.000001")


class Monkey:
    """Acts on a program; the same seed acts in the same way."""

    def __init__(self, program: Program, seed: int) -> None:
        self._program = program
        self._window = program.window
        self._random = random.Random(seed)
        self._acts: tuple[tuple[int, Callable[[], str | None]], ...] = (
            (2, self._choose_lab),
            (3, self._choose_view),
            (8, self._move_slider),
            (6, self._press),
            (4, self._pick_from_list),
            (3, self._type_number),
            (6, self._drag),
            (6, self._press_key),
            (2, self._run_command),
            (3, self._undo_or_redo),
            (2, self._choose_image),
            (1, self._resize),
            (1, self._cancel),
        )

    def act(self) -> str:
        """Do one thing; return what it was."""
        weights = [weight for weight, _act in self._acts]
        _weight, act = self._random.choices(self._acts, weights)[0]
        what = act()
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, QDialog) and widget.isVisible():
                widget.close()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        return act.__name__.strip("_") + (f": {what}" if what else "")

    def _choose_lab(self) -> None:
        QTest.mouseClick(self._any(self._rooms()).button, Qt.MouseButton.LeftButton)

    def _choose_view(self) -> None:
        header = self._room().panel.header
        if header is not None:
            self._click_one(header)

    def _move_slider(self) -> None:
        for slider in self._some(QSlider):
            QTest.keyClick(slider, self._any(KEYS[:8]))

    def _press(self) -> None:
        self._click_one(self._any((self._room().panel, self._room().controls)))

    def _pick_from_list(self) -> None:
        for box in self._some(QComboBox):
            QTest.keyClick(box, self._any(KEYS[2:6]))

    def _type_number(self) -> None:
        for edit in self._some(QLineEdit):
            edit.setFocus()
            edit.selectAll()
            QTest.keyClicks(edit, self._any(TYPED))
            QTest.keyClick(edit, Qt.Key.Key_Return)

    def _drag(self) -> None:
        places = [w for w in self._room().panel.findChildren(QWidget) if self._is_there(w)]
        places = [w for w in places if not isinstance(w, QAbstractButton)]
        if not places:
            return
        widget = self._any(places)
        start, end = self._point(widget), self._point(widget)
        button = self._any((Qt.MouseButton.LeftButton,) * 4 + (Qt.MouseButton.RightButton,))
        QTest.mouseMove(widget, start)
        QTest.mousePress(widget, button, Qt.KeyboardModifier.NoModifier, start)
        QTest.mouseMove(widget, (start + end) / 2)
        QTest.mouseMove(widget, end)
        QTest.mouseRelease(widget, button, Qt.KeyboardModifier.NoModifier, end)

    def _press_key(self) -> None:
        focused = QApplication.focusWidget()
        if focused is None or not focused.isVisible():  # it was in a dialog that is closed
            focused = self._window
        modifiers = self._any((Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier))
        QTest.keyClick(focused, self._any(KEYS), modifiers)

    def _run_command(self) -> str:
        names = ("Quit", "Restart", "Paste image")  # the first ends the test, the last needs luck
        actions = [a for a in self._window.palette_actions() if a.text() not in names]
        action = self._any(actions)
        action.trigger()
        return action.text()

    def _undo_or_redo(self) -> None:
        self._any((self._window.undo_action, self._window.redo_action)).trigger()

    def _choose_image(self) -> None:
        self._click_one(self._window.inspector.strip)

    def _resize(self) -> None:
        self._window.resize(self._any(WIDTHS), self._any(HEIGHTS))

    def _cancel(self) -> None:
        self._program.keeper.cancel_job()

    def _rooms(self) -> list:
        return list(self._window.rooms.values())

    def _room(self):
        return self._window.rooms[self._window.shown]

    def _click_one(self, inside: QWidget) -> None:
        buttons = [b for b in inside.findChildren(QAbstractButton) if self._is_there(b)]
        if buttons:
            QTest.mouseClick(self._any(buttons), Qt.MouseButton.LeftButton)

    def _some(self, kind: type) -> list:
        room = self._room()
        found = [*room.panel.findChildren(kind), *room.controls.findChildren(kind)]
        found = [widget for widget in found if self._is_there(widget)]
        return [self._any(found)] if found else []

    def _is_there(self, widget: QWidget) -> bool:
        return widget.isVisible() and widget.isEnabled() and widget.width() > 4

    def _point(self, widget: QWidget) -> QPoint:
        return QPoint(
            self._random.randrange(widget.width()), self._random.randrange(max(widget.height(), 1))
        )

    def _any(self, things):
        return self._random.choice(tuple(things))


@contextmanager
def nobody_to_ask() -> Iterator[None]:
    """Every question of a file or of consent is answered by giving up."""
    with (
        patch.object(QFileDialog, "getOpenFileName", lambda *a, **k: ("", "")),
        patch.object(QFileDialog, "getOpenFileNames", lambda *a, **k: ([], "")),
        patch.object(QFileDialog, "getSaveFileName", lambda *a, **k: ("", "")),
        patch.object(QFileDialog, "getExistingDirectory", lambda *a, **k: ""),
        patch.object(QMessageBox, "exec", lambda *a, **k: 0),
        patch.object(QMessageBox, "question", lambda *a, **k: QMessageBox.StandardButton.No),
        patch.object(QDesktopServices, "openUrl", lambda *a, **k: True),
    ):
        yield
