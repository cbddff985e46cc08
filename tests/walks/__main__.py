"""``python -m tests.walks NAME --out DIR``: take one walk, and write its log and its strip."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from tests.walks.screen import Screen, what_is_missing
from tests.walks.strip import save_strip

WALKS = ("new_user", "in_class", "at_work")


def main(argv: Sequence[str] | None = None) -> int:
    """Take the walk; 0 where every step holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.walks", description=__doc__)
    parser.add_argument("name", choices=WALKS)
    parser.add_argument("--out", type=Path, required=True, help="the folder for pictures and log")
    parser.add_argument("--photo", type=Path, help="a photo of one's own (new_user)")
    parser.add_argument("--photos", type=int, default=500, help="files in the folder (at_work)")
    args = parser.parse_args(argv)
    if sentence := what_is_missing():
        print(sentence, file=sys.stderr)
        return 2
    module = importlib.import_module(f"tests.walks.walk_{args.name}")
    args.out.mkdir(parents=True, exist_ok=True)
    for old in args.out.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="walk-") as home:
        return _walk(module, args, Path(home))


def _walk(module: object, args: argparse.Namespace, home: Path) -> int:
    _settle_in(module, home)
    files = module.prepare(home, args)
    screen = Screen(*module.SIZE)
    os.environ["DISPLAY"] = screen.display
    try:
        status, sentence = _run(module, args, screen, files)
    finally:
        screen.close()
    print(sentence or f"{args.name}: every step holds", file=sys.stderr if sentence else sys.stdout)
    return status or bool(sentence)


def _settle_in(module: object, home: Path) -> None:
    """Give the program an empty home; the user's networks where the walk wants them."""
    from viz_app.files.settings import Places

    networks = Places.of_user().data / "weights"
    os.environ["VIZ_APP_HOME"] = str(home / "convolab")
    os.environ.pop("VIZ_APP_WEIGHTS", None)
    if module.HAS_NETWORKS:
        os.environ.setdefault("VIZ_APP_WEIGHTS", str(networks))
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    os.environ["QT_QPA_PLATFORMTHEME"] = ""  # Qt's own dialogs for files
    os.chdir(home)


def _run(
    module: object, args: argparse.Namespace, screen: Screen, files: object
) -> tuple[int, str]:
    began = time.monotonic()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from tests.walks.driver import Person
    from viz_app import app

    told: list[str] = []
    people: list[Person] = []

    def walk(person: Person) -> None:
        try:
            module.walk(person, files)
        except Exception as error:  # noqa: BLE001 - whatever it is, the walk has failed
            told.append(f"{args.name} does not hold: {type(error).__name__}: {error}")
        finally:
            _write_down(args, person)
            person.quit()

    class Walked(QApplication):
        def exec(self) -> int:
            def begin() -> None:
                person = Person(screen, args.out, began)
                people.append(person)
                threading.Thread(target=walk, args=(person,), daemon=True, name="walk").start()

            QTimer.singleShot(0, begin)
            return super().exec()

    threading.excepthook, hook = threading.excepthook, threading.excepthook
    with patch.object(app, "QApplication", Walked), patch.object(os, "_exit", _not_yet):
        status = app.start(*module.START)
    threading.excepthook = hook
    return status, told[0] if told else ""


def _not_yet(status: int) -> None:
    """The program's last word where a thread is still at work: the walk has its own."""


def _write_down(args: argparse.Namespace, person: object) -> None:
    if person.shots:
        save_strip(person.shots, args.out / f"{args.name}.jpg")
    lines = [
        *person.log,
        f"{person.clicks} clicks and keys",
        *(f"the window stood still for {stall}" for stall in person.stalls),
    ]
    (args.out / f"{args.name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
