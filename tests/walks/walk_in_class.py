"""In front of a class: 150 % text, light, 1280×720. Four scenes are prepared, saved and shown."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from tests.walks.driver import Person

SIZE = (1280, 720)
HAS_NETWORKS = True
START = ((), "convolution", "light", "")
LARGER = 4  # Ctrl++ makes the text 1.1 times as large


def prepare(home: Path, args: Namespace) -> Path:
    """The folder of the lesson."""
    lesson = home / "lesson"
    lesson.mkdir()
    return lesson


def walk(me: Person, lesson: Path) -> None:
    """Prepare, save, show by the keyboard alone, take figures along."""
    me.expect("Padding p")
    me.key("ctrl+plus", times=LARGER)
    me.wait_until_calm()
    me.shot("start", "150 % text, light, 1280 × 720")

    me.number("Stride s", 2)
    me.number("Padding p", 1)
    me.wait_until_calm()
    save(me, lesson / "1 stride.json")
    me.shot("scene1", "Scene 1: stride and padding")

    me.key("ctrl+2")
    me.choose("Network", "AlexNet, as drawn")
    me.wait_until_calm()
    save(me, lesson / "2 network.json")
    me.shot("scene2", "Scene 2: AlexNet")

    me.key("ctrl+3")
    me.wait_until_calm()
    save(me, lesson / "3 channels.json")
    me.shot("scene3", "Scene 3: channels")

    me.key("ctrl+4")
    me.wait_until_calm()
    save(me, lesson / "4 boxes.json")
    me.shot("scene4", "Scene 4: suppression")

    me.key("ctrl+alt+o")
    scenes = sorted(lesson.glob("*.json"))
    me.name_files(scenes)
    me.key("F11")
    for i, scene in enumerate(scenes, 1):
        if i > 1:
            me.key("ctrl+Next")
            me.wait_until_calm()
        me.shot(f"show{i}", f"Class: {scene.stem}")
        figure = lesson / f"{scene.stem}.png"
        me.key("ctrl+e")
        me.name_file(figure)
        me.wait_until("the figure is saved", figure.exists)
    me.key("ctrl+Prior", times=3)
    me.key("alt+Right", times=4)
    me.wait_until_calm()
    me.shot("key", "Back to the first; Alt+Right steps on")
    me.key("F11")
    me.expect("Padding p")
    for figure in sorted(lesson.glob("*.png")):
        me.keep(figure, f"Figure: {figure.name}")


def save(me: Person, path: Path) -> None:
    """Save the scene."""
    me.key("ctrl+s")
    me.name_file(path)
    me.wait_until("the scene is saved", path.exists)
