"""The view of the nine patches: which images are searched, and what is done with what was found.

The book comes from ``patches_finding``, its pictures from ``patches_cutting``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz_app.core.patches import NONE
from viz_app.core.records import Picture
from viz_app.files.patch_crops import Squares
from viz_app.files.patch_images import source_of
from viz_app.labs.activations import patches_jobs
from viz_app.labs.activations.jobs import is_here
from viz_app.labs.activations.layers import line_of, name_of, title_of
from viz_app.labs.activations.mosaic_shown import channel_shown
from viz_app.labs.activations.part import Part
from viz_app.labs.activations.patches_cutting import Cutting
from viz_app.labs.activations.patches_finding import LANE, Finding
from viz_app.labs.activations.patches_grown import Growing
from viz_app.labs.activations.patches_projected import Projecting
from viz_app.labs.activations.patches_shown import PatchesState, PatchesView
from viz_app.labs.activations.patches_snippet import patches_program
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter

SAVE = f"{LANE}.save"
HINT = "These are the bundled images and their quarters: choose a folder of your own for more."


class PatchesPart(Part[PatchesView]):
    """What the page shows of a book follows from the layer and the channel of the scene."""

    desk: ActivationsPresenter

    def __init__(self, desk: ActivationsPresenter, view: PatchesView) -> None:
        super().__init__(desk, view)
        self._squares = Squares()
        self.finding = Finding(desk, self._squares, self._refresh)
        self._cutting = Cutting(desk, view, self._squares)
        self._projecting = Projecting(desk, view, self._squares)
        self._growing = Growing(desk, view)
        a = Action
        self.actions = (
            a("Search patches", "Find the nine patches of each channel in the folder.",
              self.search_asked, "F5", "magnifying-glass", self._can_search),
            a("Folder of patches…", "Choose the folder whose images are searched.",
              self.folder_asked, icon="folder-open"),
            a("Bundled images for patches", "Search the images that come with the program.",
              lambda: desk.change(view="patches", patch_folder="", patch_file=""), icon="image",
              is_enabled=lambda: bool(desk.scene.patch_folder or desk.scene.patch_file)),
            a("Open patches…", "Open a file that `viz-app patches` has made.",
              lambda: self.view.ask_file(), icon="file"),
            a("Save patches…", "The sheet as PNG or PDF, or the patches for later.",
              self.save_asked, icon="floppy-disk", is_enabled=lambda: self._row() is not None),
        )  # fmt: skip

    # What is shown

    def show(self, scene: ActivationsScene, picture: Picture | None) -> None:
        self.finding.follow(scene)
        if scene != self.desk.scene:
            return  # a file that was opened chose another layer, which is shown already
        self._show_state(scene)
        seen, unit = self.desk.mosaic.seen, self.desk.unit()
        is_there = seen is not None and unit[0] >= 0
        self.view.show_map(channel_shown(scene, seen, unit) if seen and is_there else None)
        self._cutting.show(scene, self.finding.book, self._row(), self._why_none(scene))
        if self.finding.running is None:  # the search has the engine
            self._projecting.show(scene, self.finding.book, self._row())
            self._growing.show(scene, self._row())

    def _show_state(self, scene: ActivationsScene) -> None:
        finding, is_running = self.finding, self.finding.running is not None
        name = Path(scene.patch_folder).name if scene.patch_folder else "Bundled images"
        if scene.patch_file:
            name = Path(scene.patch_file).name
        hint = "" if scene.patch_folder or scene.patch_file else HINT
        words = ""
        if finding.found is not None and is_running:
            done, total = finding.found.progress.done, finding.found.progress.total
            words = f"{done:.0f} of {total:.0f} images seen"
            words += _unreadable_words(finding.found.unreadable)
        elif is_running:
            words = "Reading the folder …"
        elif (book := finding.book) is not None:
            done, total = int(book.done.sum()), len(book.done)
            words = f"{total} images searched" if done == total else f"{done} of {total} searched"
            words += _unreadable_words(len(book.unreadable))
        self.view.show_state(
            PatchesState(name, hint, words, is_running, not scene.patch_file or is_running)
        )

    def _row(self) -> str | None:
        """The table of the book that is of the scene's layer."""
        return self.finding.row(self.desk.scene)

    def _why_none(self, scene: ActivationsScene) -> str:
        if self.finding.running is not None:
            return "The first patches come in a moment."
        if self.finding.book is not None or scene.patch_file:
            return f"{scene.layer} was not searched. Choose another layer, or search again."
        return (
            "The parts of many images that excite a channel most show what it looks for. The "
            "search goes through all images once, shows its present best, can be cancelled, and "
            "goes on where it was."
        )

    # Intents

    def search_asked(self) -> None:
        """Search, or end the search."""
        if self.finding.running is not None:
            self.finding.stop()
        else:
            if self.desk.scene.view != "patches":
                self.desk.change(view="patches")
            self.finding.search(self.desk.scene)
        self._refresh()

    def _can_search(self) -> bool:
        scene = self.desk.scene
        return is_here(self.house.weights, scene.net) and not scene.patch_file

    def folder_asked(self) -> None:
        """Choose the folder to search."""
        self.view.ask_folder()

    def folder_of_image(self) -> str:
        """The folder of the current image, where the question for a folder begins."""
        image = self.house.document.desk.image
        return str(Path(image).parent) if Path(image).is_absolute() else ""

    def folder_chosen(self, folder: Path) -> None:
        """Search another folder from now on."""
        self.desk.change(view="patches", patch_folder=str(folder), patch_file="")

    def file_chosen(self, path: Path) -> None:
        """Show what a file of patches holds."""
        self.desk.change(view="patches", patch_file=str(path))

    def patch_chosen(self, rank: int) -> None:
        """Make the image of a patch the current one."""
        book, row = self.finding.book, self._row()
        if book is None or row is None:
            return
        number = int(book.tables[row].images[self.desk.scene.channel, rank])
        if number != NONE:
            ref, _x, _y = source_of(book.task.images, number)
            self.house.document.choose_image(ref)

    def channel_chosen(self, row: str, channel: int) -> None:
        """Look at a channel of the sheet."""
        layer = line_of(self.desk.scene.stages, row)
        if layer:
            self.desk.change(layer=layer, channel=channel, row=-1, column=-1)

    def save_asked(self) -> None:
        """Ask for a file for the sheet."""
        scene = self.desk.scene
        name = f"{title_of(scene.net)} {scene.layer} patches.png"
        self.view.ask_where_to_save(re.sub(r"[^\w. -]", "_", name))

    def saved_to(self, path: Path) -> None:
        """Save the sheet of the layer (.png, .pdf) or the patches (.patches)."""
        book, row = self.finding.book, self._row()
        if book is not None and row is not None:
            self.house.files.run(
                SAVE,
                patches_jobs.save(path, book, self.desk.scene.net, row, self._squares),
                title=f"Saving {path.name}",
                on_done=lambda _: self.house.tell_done(f"Saved {path.name}."),
                on_failed=self.desk.fail,
                must_finish=True,
            )

    # For the house

    def numbers(self) -> Mapping[str, Any]:
        book, row = self.finding.book, self._row()
        if book is None or row is None:
            return {}
        table = book.tables[row]
        return {
            "network": name_of(self.desk.scene.net),
            "layer": row,
            "channel": self.desk.scene.channel,
            "values": table.values,
            "images": table.images,
            "units": table.units,
            "searched": int(book.done.sum()),
            "unreadable": len(book.unreadable),
        }

    def snippet(self, scene: ActivationsScene, picture: Picture | None) -> str | None:
        row = self._row() or scene.stage.before
        book = self.finding.book
        folder = scene.patch_folder if book is None else book.task.images.folder
        return patches_program(scene.net, row, scene.channel, folder, self.house.weights.folder)

    def is_settled(self) -> bool:
        parts = (self.finding, self._cutting, self._projecting, self._growing)
        return all(part.is_settled for part in parts)

    def cancelled(self, lane: str) -> None:
        self.finding.cancelled(lane)
        self._cutting.cancelled(lane)
        self._projecting.cancelled(lane)
        self._growing.cancelled(lane)
        if lane.startswith(f"{LANE}.") and self.desk.is_shown("patches"):
            self._show_state(self.desk.scene)

    def close(self) -> None:
        self.finding.stop()  # it keeps what it knows

    def _refresh(self) -> None:
        if self.desk.is_shown("patches"):
            self.show(self.desk.scene, self.house.pictures.current())


def _unreadable_words(count: int) -> str:
    return f" · {count} unreadable" if count else ""
