"""At work: a model of one's own and a folder of mixed photos, some of them broken."""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from tests.walks.driver import Person
from tests.walks.own_photos import BROKEN, MODULE, make_photos

SIZE = (1440, 900)
HAS_NETWORKS = True
START = ((), "networks", "dark", "")
LONG_S = 420.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies ready: the model, the photos and where the things in them are."""

    module: Path
    photos: Path
    truth: Path


def prepare(home: Path, args: Namespace) -> Desk:
    """Write the model and the photos."""
    module = home / "work_net.py"
    module.write_text(MODULE, encoding="utf-8")
    photos = home / "photos"
    return Desk(module, photos, make_photos(photos, args.photos))


def walk(me: Person, desk: Desk) -> None:
    """Dead channels, nine patches, missed detections, and the programs to take along."""
    me.expect("Stride s")
    me.wait_until_calm()
    open_own(me, desk)
    find_dead(me, desk)
    find_patches(me, desk)
    find_missed(me, desk)


def open_own(me: Person, desk: Desk) -> None:
    """The model as a table."""
    me.click("Open own network…")
    me.click("File of weights, or module:factory")
    me.type("work_net:make")
    me.shot("consent", "The model's code is run only if one agrees")
    me.click("Run it and open")
    me.expect("make")
    me.wait_until_calm()
    me.shot("own", "The own model, layer by layer")
    take_program(me, desk, "table")


def find_dead(me: Person, desk: Desk) -> None:
    """Channels that never fire."""
    me.row("Layers and their numbers", "56×56×32")
    me.click("Open in Activations")
    me.wait_until_calm()
    me.shot("channels", "What its convolution makes of the photo")
    me.key("ctrl+shift+o")
    me.name_file(desk.photos)
    me.wait_until_calm()
    me.shot("folder", "The folder is open")
    me.command("find dead")
    me.wait_until_calm(LONG_S)
    me.expect("dead over")
    me.expect("5 dead")
    me.shot("dead", "The channels that never fire on the folder's photos")


def find_patches(me: Person, desk: Desk) -> None:
    """Nine patches of each channel in the folder."""
    me.view("Nine patches")
    me.click("Folder…")
    me.name_file(desk.photos)
    me.expect("Search")
    me.click("Search")
    me.wait_until_calm(LONG_S)
    me.expect(f"{len(BROKEN)} unreadable")
    me.shot("patches", "Nine patches of a channel; four files cannot be read")
    take_program(me, desk, "patches")


def find_missed(me: Person, desk: Desk) -> None:
    """What the detector misses in the folder."""
    me.click("Detection lab")
    me.view("Evaluation")
    me.command("evaluate a folder")
    me.name_file(desk.photos)
    me.name_file(desk.truth)
    me.wait_until_calm(LONG_S)
    me.expect("missed")
    me.column("Images of the folder, the most errors first", "?")
    me.shot("missed", "The photos with the most missed things first")
    take_program(me, desk, "missed")


def take_program(me: Person, desk: Desk, name: str) -> None:
    """Take the PyTorch program along, and run it where the model and the photos are."""
    me.key("ctrl+shift+c")
    me.expect("on the clipboard")
    file = desk.module.with_name(f"{name}.py")
    file.write_text(me.ask(lambda: QGuiApplication.clipboard().text()), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, file.name], cwd=file.parent, capture_output=True, text=True, timeout=LONG_S
    )
    me.note(f"{file.name} says: {(ran.stdout or ran.stderr).strip().splitlines()[-1]}")
    assert ran.returncode == 0, f"{file.name} failed: {ran.stderr[-300:]}"
