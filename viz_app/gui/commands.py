"""The commands of the house: one table from which menus, keys and the palette are built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.gui.house import HouseKeeper


Entries = tuple[Action | None, ...]
"""What a menu holds; None is a line between entries."""


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of the top bar."""

    title: str
    entries: Entries


def house_menus(keeper: HouseKeeper, labs: dict[str, str]) -> tuple[Menu, ...]:
    """Return the menus that are there in every lab; ``labs`` maps names to titles."""
    return (
        Menu("File", _file_entries(keeper)),
        Menu("Edit", _edit_entries(keeper)),
        Menu("View", _view_entries(keeper, labs)),
        Menu("Help", _help_entries(keeper)),
    )


def _file_entries(keeper: HouseKeeper) -> Entries:
    a, scenes = Action, keeper.scenes
    return (
        a("Open image…", "Open one image or several.", keeper.open_images, "Ctrl+O"),
        a("Open folder…", "Open the images of a folder.", keeper.open_folder, "Ctrl+Shift+O"),
        a("Paste image", "Use the image on the clipboard.", keeper.paste, "Ctrl+V"),
        None,
        a(
            "Open scenes…",
            "Open a scene that was saved, or several to step through.",
            scenes.open,
            "Ctrl+Alt+O",
        ),
        a(
            "Next scene",
            "Go on to the next of the scenes opened together.",
            lambda: scenes.step(1),
            "Ctrl+PgDown",
        ),
        a(
            "Previous scene",
            "Go back to the scene before.",
            lambda: scenes.step(-1),
            "Ctrl+PgUp",
        ),
        a("Save scene…", "Save what this lab shows as a file.", scenes.save, "Ctrl+S"),
        a("Export…", "Save the view as PNG, or its numbers.", keeper.export, "Ctrl+E"),
        None,
        a(
            "Networks…",
            "Fetch, check and remove networks.",
            keeper.show_networks,
            "Ctrl+Shift+N",
        ),
        None,
        a("Quit", "Save the session and quit.", keeper.close, "Ctrl+Q"),
    )


def _edit_entries(keeper: HouseKeeper) -> Entries:
    a = Action
    return (
        a("Undo", "Take the last change back.", keeper.undo, "Ctrl+Z"),
        a("Redo", "Make the undone change again.", keeper.redo, "Ctrl+Shift+Z"),
        None,
        a("Reset this lab", "Go back to the lab's first scene.", keeper.reset_scene),
        a(
            "Copy as PyTorch",
            "Copy a short program that prints the numbers on the screen.",
            keeper.copy_snippet,
            "Ctrl+Shift+C",
        ),
        None,
        a("Cancel the job", "Cancel the running job.", keeper.cancel_job, "Esc"),
    )


def _view_entries(keeper: HouseKeeper, labs: dict[str, str]) -> Entries:
    a = Action
    theme, zoom = keeper.set_theme, keeper.zoom_text
    return (
        *(
            a(title, f"Go to the {title} lab.", partial(keeper.choose_lab, name), f"Ctrl+{i}")
            for i, (name, title) in enumerate(labs.items(), 1)
        ),
        None,
        a("Light", "Colours for a bright room.", lambda: theme("light")),
        a("Dark", "Colours for a dark room.", lambda: theme("dark")),
        a("As the system", "Colours as the system has.", lambda: theme("system")),
        None,
        a(
            "Controls on or off",
            "Give the lab the room of the column on the right, or bring it back.",
            keeper.toggle_inspector,
            "Ctrl+\\",
        ),
        a(
            "Present",
            "Fill the screen with the lab alone, for a class; again for the window.",
            keeper.present,
            "F11",
        ),
        None,
        a("Larger text", "Text for a projector.", lambda: zoom(1.1), "Ctrl++"),
        a("Smaller text", "More on the screen.", lambda: zoom(1 / 1.1), "Ctrl+-"),
        a("Normal text", "Text as designed.", lambda: zoom(0), "Ctrl+0"),
    )


def _help_entries(keeper: HouseKeeper) -> Entries:
    a = Action
    return (
        a("Search commands…", "Find any command by a few letters.", keeper.show_palette, "Ctrl+K"),
        a("Keys", "Show all keys.", keeper.show_keys, "?"),
        a("About Convolab", "Version and licences.", keeper.show_about),
    )
