"""A new user: an empty home, no networks. Padding and stride, then a photo in every lab."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from tests.walks.driver import Person
from viz_app.files.resources import resource

SIZE = (1440, 900)
HAS_NETWORKS = False
START = ((), "", "", "")
LABS = ("Networks", "Activations", "Detection", "Style")


def prepare(home: Path, args: Namespace) -> Path:
    """The photo of one's own: the one given, or a bundled one under another name."""
    photo = home / "my holiday.jpg"
    photo.write_bytes((args.photo or resource("images", "coffee.jpg")).read_bytes())
    return photo


def walk(me: Person, photo: Path) -> None:
    """Every step as somebody takes it who has never seen the program."""
    me.shot("empty", "The window while the lab is being made ready")
    me.expect("Padding p")
    seconds = me.now_s()
    me.shot("first", f"First picture, {seconds:.1f} s after the start")
    assert seconds < 10, f"the first picture came after {seconds:.1f} s"
    me.wait_until_calm()

    me.number("Padding p", 1)
    me.wait_until_calm()
    me.shot("padding", "Padding p = 1")
    me.click("Padding: Same")
    me.number("Stride s", 2)
    me.wait_until_calm()
    me.shot("stride", "Padding Same, stride s = 2")
    me.key("alt+Right", times=4)
    me.wait_until_calm()
    me.shot("steps", "Alt+Right: window by window")
    me.click("Undo")
    me.click("Undo")
    me.wait_until_calm()

    me.click("Open…")
    me.name_file(photo)
    me.expect("my holiday")
    me.view("Photo")
    me.wait_until_calm()
    me.shot("photo", "The own photo, filtered")
    me.view("Learn")
    me.wait_until_calm()
    me.shot("learn", "… and a kernel to be learned")
    for lab in LABS:
        me.click(f"{lab} lab")
        me.wait_until_calm()
        me.shot(lab.lower(), f"{lab}, without networks")
