"""The commands of the house: one table from which menus, keys and the palette are built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.gui.house import HouseKeeper


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of the top bar; None is a line between entries."""

    title: str
    entries: tuple[Action | None, ...]


def house_menus(keeper: HouseKeeper, labs: dict[str, str]) -> tuple[Menu, ...]:
    """Return the menus that are there in every lab; ``labs`` maps names to titles."""
    a = Action
    w = keeper
    theme_tip = "Colours for {}."
    return (
        Menu(
            "File",
            (
                a("Open image…", "Open one image or several.", w.open_images, "Ctrl+O"),
                a("Open folder…", "Open the images of a folder.", w.open_folder, "Ctrl+Shift+O"),
                a("Paste image", "Use the image on the clipboard.", w.paste, "Ctrl+V"),
                None,
                a(
                    "Open scenes…",
                    "Open a scene that was saved, or several to step through.",
                    w.scenes.open,
                    "Ctrl+Alt+O",
                ),
                a(
                    "Next scene",
                    "Go on to the next of the scenes opened together.",
                    lambda: w.scenes.step(1),
                    "Ctrl+PgDown",
                ),
                a(
                    "Previous scene",
                    "Go back to the scene before.",
                    lambda: w.scenes.step(-1),
                    "Ctrl+PgUp",
                ),
                a("Save scene…", "Save what this lab shows as a file.", w.scenes.save, "Ctrl+S"),
                a("Export…", "Save the view as PNG, or its numbers.", w.export, "Ctrl+E"),
                None,
                a(
                    "Networks…",
                    "Fetch, check and remove networks.",
                    w.show_networks,
                    "Ctrl+Shift+N",
                ),
                None,
                a("Quit", "Save the session and quit.", w.close, "Ctrl+Q"),
            ),
        ),
        Menu(
            "Edit",
            (
                a("Undo", "Take the last change back.", w.undo, "Ctrl+Z"),
                a("Redo", "Make the undone change again.", w.redo, "Ctrl+Shift+Z"),
                None,
                a("Reset this lab", "Go back to the lab's first scene.", w.reset_scene),
                a(
                    "Copy as PyTorch",
                    "Copy a short program that prints the numbers on the screen.",
                    w.copy_snippet,
                    "Ctrl+Shift+C",
                ),
                None,
                a("Cancel the job", "Cancel the running job.", w.cancel_job, "Esc"),
            ),
        ),
        Menu(
            "View",
            (
                *(
                    a(title, f"Go to the {title} lab.", partial(w.choose_lab, name), f"Ctrl+{i}")
                    for i, (name, title) in enumerate(labs.items(), 1)
                ),
                None,
                a("Light", theme_tip.format("a bright room"), lambda: w.set_theme("light")),
                a("Dark", theme_tip.format("a dark room"), lambda: w.set_theme("dark")),
                a("As the system", "Colours as the system has.", lambda: w.set_theme("system")),
                None,
                a(
                    "Controls on or off",
                    "Give the lab the room of the column on the right, or bring it back.",
                    w.toggle_inspector,
                    "Ctrl+\\",
                ),
                a(
                    "Present",
                    "Fill the screen with the lab alone, for a class; again for the window.",
                    w.present,
                    "F11",
                ),
                None,
                a("Larger text", "Text for a projector.", lambda: w.zoom_text(1.1), "Ctrl++"),
                a("Smaller text", "More on the screen.", lambda: w.zoom_text(1 / 1.1), "Ctrl+-"),
                a("Normal text", "Text as designed.", lambda: w.zoom_text(0), "Ctrl+0"),
            ),
        ),
        Menu(
            "Help",
            (
                a(
                    "Search commands…",
                    "Find any command by a few letters.",
                    w.show_palette,
                    "Ctrl+K",
                ),
                a("Keys", "Show all keys.", w.show_keys, "?"),
                a("About Convolab", "Version and licences.", w.show_about),
            ),
        ),
    )
