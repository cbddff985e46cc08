"""A person in front of the program: looks for things by their names, points, clicks and types.

The program runs as it is, in the main thread of this process. The person is a thread of its own:
it asks the main thread where something stands, and xdotool moves the real pointer there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QWidget,
)

from tests.walks.finding import (
    close_all,
    file_dialog,
    find,
    has_sign,
    head_place,
    is_busy,
    list_with,
    menu_place,
    place_in,
    row_in,
    says,
)
from tests.walks.screen import Screen

T = TypeVar("T")
PATIENCE_S = 60.0
STALL_S = 0.25
SIGN_AFTER_S = 1.0  # a longer wait must show that something works


class Stuck(Exception):
    """A step of a walk does not hold; the sentence says which."""


class _Asker(QObject):
    """Runs a question in the main thread, also while a dialog is open there."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked.connect(lambda run: run())


class Person:
    """What somebody does with the program; every method returns when it is done.

    ``log`` holds a line for each step: when it was, what it was, and what there was to wait for.
    """

    def __init__(self, screen: Screen, out: Path, began: float) -> None:
        self._screen, self.out, self._began = screen, out, began
        self._asker = _Asker()
        self.log: list[str] = []
        self.shots: list[tuple[Path, str]] = []
        self.clicks = 0
        self.stalls: list[str] = []
        self._doing = "start"
        self._beat_at = time.monotonic()
        self._heart = QTimer(self._asker)
        self._heart.timeout.connect(self._beat)
        self._heart.start(20)

    # Acting

    def click(self, name: str, at: tuple[float, float] = (0.5, 0.5), times: int = 1) -> None:
        """Click on what has this name or text; ``at`` are shares of its width and height."""
        self._tell(f"click {name}")
        self._point_and_click(self._place(name, at), times)

    def drag(self, name: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Drag over a picture, from and to shares of its width and height."""
        self._tell(f"drag over {name}")
        a, b = self._place(name, start), self._place(name, end)
        self.clicks += 1
        self._screen.press("mousemove", a.x(), a.y(), "mousedown", 1)
        for i in range(1, 11):
            point = a + (b - a) * (i / 10)
            self._screen.press("mousemove", point.x(), point.y())
            time.sleep(0.02)
        self._screen.press("mouseup", 1)

    def number(self, slider: str, value: float) -> None:
        """Type a slider's number."""
        self._tell(f"{slider} = {value:g}")
        self._point_and_click(self._place(f"{slider}, value"), times=2)
        self._screen.press("key", "ctrl+a")
        self._screen.press("type", "--delay", 10, f"{value:g}")
        self._screen.press("key", "Return")

    def choose(self, list_name: str, option: str) -> None:
        """Open a list of choices and click one of them."""
        self._tell(f"{list_name}: {option}")
        self._until_found(f"list {list_name}", lambda: list_with(list_name, option))
        self._point_and_click(self._place(list_name, kind=QComboBox))
        self.wait_until(f"the list {list_name} opens", lambda: self._popup_of(list_name))
        self._point_and_click(self._row_place(lambda: self._popup_of(list_name), option))

    def view(self, title: str) -> None:
        """Go to a view of the lab by the switch in the header."""
        segment = f"View: {title}"
        self._until_found(f"view {title}", lambda: find(segment) or list_with("View", title))
        if self._ask(lambda: find(segment)) is not None:
            self.click(segment)
        else:
            self.choose("View", title)

    def row(self, table: str, text: str) -> None:
        """Click the first row of a list or a table that holds this text."""
        self._tell(f"{table}: {text}")
        self._point_and_click(self._row_place(lambda: find(table, QAbstractItemView), text))

    def column(self, table: str, title: str) -> None:
        """Click the head of a table's column."""
        self._tell(f"{table}: column {title}")
        place = self._until_found(f"column {title}", lambda: head_place(table, title))
        self._point_and_click(place)

    def menu(self, *titles: str) -> None:
        """Open a menu and choose an entry."""
        self._tell("menu " + " > ".join(titles))
        for i, title in enumerate(titles):
            place = self._until_found(f"menu {title}", lambda i=i, t=title: menu_place(t, i == 0))
            self._point_and_click(place)
            time.sleep(0.3)  # a menu takes no click in the moment in which it opens

    def key(self, keys: str, times: int = 1) -> None:
        """Press keys, as xdotool names them: ctrl+s."""
        self._tell(f"key {keys}" + (f" × {times}" if times > 1 else ""))
        for _ in range(times):
            self._screen.press("key", keys)
            time.sleep(0.03)
        self.clicks += times

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self._tell(f"type {text}")
        self._screen.press("type", "--delay", 8, text)

    def command(self, text: str) -> None:
        """Run a command by the palette."""
        self.key("ctrl+k")
        self.wait_until("the palette opens", lambda: QApplication.activePopupWidget())
        self.type(text)
        self.key("Return")

    def name_file(self, path: Path) -> None:
        """Answer a dialog that asks for a file or a folder."""
        self.name_files([path])

    def name_files(self, paths: Sequence[Path]) -> None:
        """Answer a dialog that takes several files of one folder."""
        title, place = self._until_found("dialog for files", file_dialog)

        def is_answered() -> bool:
            now = file_dialog()
            return now is None or now[0] != title  # closed, or the next question is there

        self._tell("files " + ", ".join(path.name for path in paths))
        several = " ".join(f'"{path}"' for path in paths)
        words = str(paths[0]) if len(paths) == 1 else several
        self._point_and_click(place)
        self._screen.press("key", "ctrl+a")
        self._screen.press("type", "--delay", 4, words)
        for _ in range(2):  # the first may only close the list of completions
            time.sleep(0.3)
            if not self._ask(is_answered):
                self._screen.press("key", "Return")
        self.wait_until(f"“{title}” is answered", is_answered)

    # Looking

    def wait_until(
        self, what: str, test: Callable[[], Any], at_most_s: float = PATIENCE_S
    ) -> float:
        """Wait until something is so; a long wait without a sign is written down."""
        before = self._doing
        self._doing = f"waiting until {what}"
        began = time.monotonic()
        looks = signs = 0
        while not self._ask(test):
            waited = time.monotonic() - began
            if waited > at_most_s:
                self.shot("stuck", f"Stuck: {what}")
                raise Stuck(f"After {at_most_s:.0f} s it still does not hold that {what}.")
            looks += 1
            signs += bool(self._ask(has_sign))
            time.sleep(0.05)
        waited = time.monotonic() - began
        if waited > SIGN_AFTER_S:
            sign = "" if signs or not looks else " WITHOUT A SIGN"
            self._write(f"  waited {waited:.1f} s{sign} until {what}")
        self._doing = before
        return waited

    def wait_until_calm(self, at_most_s: float = PATIENCE_S) -> float:
        """Wait until no job runs."""
        time.sleep(0.25)
        return self.wait_until("no job runs", lambda: not is_busy(), at_most_s)

    def sees(self, text: str) -> bool:
        """Whether these words stand on the screen."""
        return bool(self._ask(lambda: says(text)))

    def expect(self, text: str, at_most_s: float = PATIENCE_S) -> None:
        """Go on only when these words stand on the screen."""
        self.wait_until(f"“{text}” is on the screen", lambda: says(text), at_most_s)

    def can_click(self, name: str) -> bool:
        """Whether there is such a button and it is enabled."""
        found = self._ask(lambda: (w := find(name)) is not None and w.isEnabled())
        return bool(found)

    def ask(self, question: Callable[[], T]) -> T:
        """Look something up in the program, in its own thread."""
        return self._ask(question)

    def shot(self, name: str, caption: str) -> None:
        """Take a picture of the screen for the strip."""
        time.sleep(0.35)
        path = self.out / f"{len(self.shots):02d}_{name}.png"
        self._screen.picture().save(path)
        self.shots.append((path, caption))
        self._write(f"  picture {path.name}: {caption}")

    def keep(self, file: Path, caption: str) -> None:
        """Take a picture that the program has saved into the strip."""
        path = self.out / f"{len(self.shots):02d}_{file.stem.replace(' ', '_')}.png"
        path.write_bytes(file.read_bytes())
        self.shots.append((path, caption))

    def note(self, words: str) -> None:
        """Write something down that was seen."""
        self._write(f"  {words}")

    def now_s(self) -> float:
        """Seconds since the program began, its imports included."""
        return time.monotonic() - self._began

    def quit(self) -> None:
        """Close the window, from the thread of the walk."""
        self._ask(lambda: QTimer.singleShot(0, close_all))

    # How

    def _ask(self, question: Callable[[], T]) -> T:
        answer: Future[T] = Future()

        def run() -> None:
            try:
                answer.set_result(question())
            except BaseException as error:  # noqa: BLE001 - it is raised where it was asked
                answer.set_exception(error)

        self._asker.asked.emit(run)
        return answer.result(PATIENCE_S)

    def _until_found(self, what: str, find: Callable[[], T | None]) -> T:
        until = time.monotonic() + 5
        while (found := self._ask(find)) is None:
            if time.monotonic() > until:
                self.shot("stuck", f"Stuck: {what}")
                raise Stuck(f"There is no {what} on the screen.")
            time.sleep(0.05)
        return found

    def _place(
        self,
        name: str,
        at: tuple[float, float] = (0.5, 0.5),
        kind: type[QWidget] = QWidget,
    ) -> QPoint:
        widget = self._until_found(f"“{name}”", lambda: find(name, kind))
        for _ in range(60):
            _at, wheel = self._ask(lambda: place_in(widget, at))
            if wheel is None:
                break
            self._turn_wheel(*wheel)
        time.sleep(0.05)
        return self._ask(lambda: place_in(widget, at)[0])

    def _row_place(self, find: Callable[[], Any], text: str) -> QPoint:
        view = self._until_found(f"list with “{text}”", find)
        for _ in range(200):
            found = self._ask(lambda: row_in(view, text))
            if found is None:
                raise Stuck(f"The list has no “{text}”.")
            place, wheel = found
            if wheel is None:
                time.sleep(0.05)
                return place
            self._turn_wheel(*wheel)
        raise Stuck(f"“{text}” cannot be brought into sight.")

    def _popup_of(self, name: str) -> QAbstractItemView | None:
        box = find(name, QComboBox)
        return box.view() if box is not None and box.view().isVisible() else None

    def _turn_wheel(self, over: QPoint, is_up: bool) -> None:
        self._screen.press("mousemove", over.x(), over.y(), "click", 4 if is_up else 5)
        time.sleep(0.03)

    def _point_and_click(self, place: QPoint, times: int = 1) -> None:
        self.clicks += 1
        words = ["--repeat", times, "--delay", 60] if times > 1 else []
        self._screen.press("mousemove", place.x(), place.y())
        time.sleep(0.05)
        self._screen.press("click", *words, 1)
        time.sleep(0.1)

    def _tell(self, words: str) -> None:
        self._doing = words
        self._write(words)

    def _write(self, words: str) -> None:
        self.log.append(f"{time.monotonic() - self._began:6.1f} s  {words}")

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beat_at > STALL_S:
            self.stalls.append(f"{1000 * (now - self._beat_at):.0f} ms at “{self._doing}”")
        self._beat_at = now
