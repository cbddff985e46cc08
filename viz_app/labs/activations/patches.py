"""The view of the nine patches: searches a folder, keeps what was found, cuts it out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from viz_app.core.errors import SceneError
from viz_app.core.patches import NONE, PatchBook
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.files.patch_crops import Squares
from viz_app.files.patch_images import source_of
from viz_app.labs.activations import patches_jobs
from viz_app.labs.activations.layers import five_of, stages_of, title_of
from viz_app.labs.activations.mosaic_shown import channel_shown
from viz_app.labs.activations.part import Part
from viz_app.labs.activations.patches_jobs import Found, Question
from viz_app.labs.activations.patches_shown import (
    LayerSheet,
    PatchesState,
    PatchesView,
    UnitShown,
)
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter

LANE = "activations.patches"
SEARCH, LOOK_UP, UNIT, SHEET, OPEN, SAVE = (
    f"{LANE}.{name}" for name in ("search", "kept", "unit", "sheet", "open", "save")
)
HINT = "These are the bundled images and their quarters: choose a folder of your own for more."


class PatchesPart(Part[PatchesView]):
    """The view "patches".

    A book belongs to a network and a folder (or to a file that was opened); what the page shows of
    it follows from the layer and the channel of the scene.
    """

    desk: ActivationsPresenter

    def __init__(self, desk: ActivationsPresenter, view: PatchesView) -> None:
        super().__init__(desk, view)
        self._squares = Squares()
        self._book: PatchBook | None = None
        self._origin: tuple[str, str, str] | None = None  # network, folder, file of the book
        self._looked_up: tuple[Question, ...] = ()
        self._running: Question | None = None
        self._found: Found | None = None
        self._unit_asked: tuple[Any, ...] = ()
        self._sheet_asked: tuple[Any, ...] = ()
        self._waits: set[str] = set()
        folder = self.house.folder
        self._kept = None if folder is None else folder / "patches"
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
        origin = (scene.network, scene.patch_folder, scene.patch_file)
        if origin != self._origin:
            self._origin, self._book = origin, None
            self._looked_up, self._unit_asked, self._sheet_asked = (), (), ()
            if scene.patch_file:
                self._open(Path(scene.patch_file))
        running = self._running
        if running is not None and (running.network, running.folder) != origin[:2]:
            self._stop()
        self._look_up(scene)
        self._show_state(scene)
        seen = self.desk.mosaic.seen
        unit = self.desk.unit()
        self.view.show_map(
            None if seen is None or unit[0] < 0 else channel_shown(scene, seen, unit)
        )
        self._ask_unit(scene)
        self._ask_sheet(scene)

    def _show_state(self, scene: ActivationsScene) -> None:
        book, running = self._book, self._running is not None
        name = Path(scene.patch_folder).name if scene.patch_folder else "Bundled images"
        if scene.patch_file:
            name = Path(scene.patch_file).name
        hint = "" if scene.patch_folder or scene.patch_file else HINT
        words = ""
        if self._found is not None and running:
            done, total = self._found.progress.done, self._found.progress.total
            words = f"{done:.0f} of {total:.0f} images seen"
            words += _unreadable_words(self._found.unreadable)
        elif running:
            words = "Reading the folder …"
        elif book is not None:
            done, total = int(book.done.sum()), len(book.done)
            words = f"{total} images searched" if done == total else f"{done} of {total} searched"
            words += _unreadable_words(len(book.unreadable))
        self.view.show_state(
            PatchesState(name, hint, words, running, not scene.patch_file or running)
        )

    def _ask_unit(self, scene: ActivationsScene) -> None:
        book, row = self._book, self._row()
        if book is None or row is None:
            self._unit_asked = ()
            self.view.show_unit(None, self._why_none(scene))
            return
        asked = (book, row, scene.channel)
        if asked != self._unit_asked:
            self._unit_asked = asked
            self._waits.add(UNIT)
            self.house.files.run(
                UNIT,
                patches_jobs.cut_unit(book, row, scene.channel),
                title="Cutting out patches",
                on_done=self._on_unit,
                on_failed=lambda failure: self._on_cut_failed(UNIT, failure),
            )

    def _ask_sheet(self, scene: ActivationsScene) -> None:
        book, row = self._book, self._row()
        if book is None or (row is None and scene.patch_sheet == "layer"):
            self._sheet_asked = ()
            self.view.show_sheet((), ("", -1))
            return
        layers = self._sheet_layers(scene, book)
        asked = (book, layers, scene.patch_sheet)
        if asked == self._sheet_asked:
            self.view.show_sheet(self._sheets, (row or "", scene.channel))
        elif SHEET not in self._waits:  # else the next one is asked for when this one is there
            self._sheet_asked = asked
            self._waits.add(SHEET)
            self.house.files.run(
                SHEET,
                patches_jobs.cut_sheet(book, layers, self._squares),
                title="Cutting out patches",
                on_done=self._on_sheet,
                on_failed=lambda failure: self._on_cut_failed(SHEET, failure),
            )

    _sheets: tuple[LayerSheet, ...] = ()

    def _on_unit(self, shown: UnitShown) -> None:
        self._waits.discard(UNIT)
        self.view.show_unit(shown, "")

    def _on_sheet(self, sheets: tuple[LayerSheet, ...]) -> None:
        self._waits.discard(SHEET)
        self._sheets = sheets
        if self.desk.is_shown("patches"):
            scene = self.desk.scene
            self.view.show_sheet(sheets, (self._row() or "", scene.channel))
            self._ask_sheet(scene)

    def _on_cut_failed(self, lane: str, failure: Failure) -> None:
        self._waits.discard(lane)
        self.desk.fail(failure)

    def _sheet_layers(self, scene: ActivationsScene, book: PatchBook) -> tuple[str, ...]:
        row = self._row()
        if scene.patch_sheet == "layer":
            return (row,) if row is not None else ()
        five = [rows_in(book, stage.name) for stage in five_of(scene.network)]
        there = tuple(name for name in five if name is not None)
        return there or ((row,) if row is not None else ())

    def _row(self) -> str | None:
        """The table of the book that is of the scene's layer."""
        return None if self._book is None else rows_in(self._book, self.desk.scene.layer)

    def _why_none(self, scene: ActivationsScene) -> str:
        if self._running is not None:
            return "The first patches come in a moment."
        if self._book is not None or scene.patch_file:
            return f"{scene.layer} was not searched. Choose another layer, or search again."
        return (
            "The parts of many images that excite a channel most show what it looks for. The "
            "search goes through all images once, shows its present best, can be cancelled, and "
            "goes on where it was."
        )

    # Searching

    def search_asked(self) -> None:
        """Search, or end the search."""
        if self._running is not None:
            self._stop()
            self.show(self.desk.scene, None)
            return
        if self.desk.scene.view != "patches":
            self.desk.change(view="patches")
        self._running, self._found = self._question(self.desk.scene), None
        job = patches_jobs.find(self.house.weights, self._running, self._kept, self._squares)
        self.house.runner.run(
            SEARCH,
            job,
            title=f"Searching patches with {title_of(self._running.network)}",
            on_step=self._on_step,
            on_done=self._on_done,
            on_failed=self._on_failed,
        )
        self._refresh()

    def _on_step(self, found: Found) -> None:
        self._found = found
        if found.book is not None:
            self._book = found.book
            self._refresh()
        elif self.desk.is_shown("patches"):
            self._show_state(self.desk.scene)

    def _on_done(self, book: PatchBook) -> None:
        self._running, self._book = None, book
        self._refresh()
        if book.unreadable:
            sentences = list(book.unreadable.values())
            more = f" ({len(sentences) - 1} more could not be read either.)" * (len(sentences) > 1)
            self.house.speaker.tell(sentences[0] + more, details="\n".join(sentences))

    def _on_failed(self, failure: Failure) -> None:
        self._running = None
        self.desk.fail(failure)
        self._refresh()

    def _stop(self) -> None:
        self.house.runner.cancel(SEARCH)
        self._running, self._found = None, None

    def _look_up(self, scene: ActivationsScene) -> None:
        """Ask once for what an earlier search has left."""
        if self._row() is not None or self._running is not None or scene.patch_file:
            return
        widths = (scene.patch_layers, "all", "five", "layer")
        questions = tuple(dict.fromkeys(self._question(scene, width) for width in widths))
        if questions == self._looked_up:
            return
        self._looked_up = questions
        stage = next(s for s in stages_of(scene.network) if s.name == scene.layer)
        self._waits.add(LOOK_UP)
        self.house.files.run(
            LOOK_UP,
            patches_jobs.look_up(self.house.weights, questions, self._kept, stage.before),
            title="Looking for patches found before",
            on_done=self._on_looked_up,
            on_failed=self._on_none_kept,
        )

    def _on_looked_up(self, book: PatchBook | None) -> None:
        self._waits.discard(LOOK_UP)
        scene = self.desk.scene
        is_it = book is not None and (book.task.network, book.task.images.folder) == (
            scene.network,
            str(Path(scene.patch_folder).absolute()) if scene.patch_folder else "",
        )
        if is_it and self._running is None and not scene.patch_file:
            self._book = book
            self._refresh()

    def _on_none_kept(self, failure: Failure) -> None:
        self._waits.discard(LOOK_UP)
        self.desk.fail(failure)

    def _question(self, scene: ActivationsScene, width: str | None = None) -> Question:
        width = width or scene.patch_layers
        known = stages_of(scene.network)
        if width == "layer":
            known = tuple(stage for stage in known if stage.name == scene.layer)
        elif width == "five":
            five = five_of(scene.network)
            known = tuple(s for s in known if s in five or s.name == scene.layer)
        return Question(scene.network, tuple(s.before for s in known), scene.patch_folder)

    def _can_search(self) -> bool:
        scene = self.desk.scene
        return self.house.weights.is_present(scene.network) and not scene.patch_file

    # Intents

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
        book, row = self._book, self._row()
        if book is None or row is None:
            return
        number = int(book.tables[row].images[self.desk.scene.channel, rank])
        if number != NONE:
            ref, _x, _y = source_of(book.task.images, number)
            self.house.document.choose_image(ref)

    def channel_chosen(self, row: str, channel: int) -> None:
        """Look at a channel of the sheet."""
        stages = stages_of(self.desk.scene.network)
        layer = next((s.name for s in stages if row in (s.before, s.after, s.name)), None)
        if layer is not None:
            self.desk.change(layer=layer, channel=channel, row=-1, column=-1)

    def save_asked(self) -> None:
        """Ask for a file for the sheet."""
        scene = self.desk.scene
        self.view.ask_where_to_save(f"{scene.network} {scene.layer} patches.png")

    def saved_to(self, path: Path) -> None:
        """Save the sheet of the layer (.png, .pdf) or the patches (.patches)."""
        book, row = self._book, self._row()
        if book is not None and row is not None:
            self.house.files.run(
                SAVE,
                patches_jobs.save(path, book, row, self._squares),
                title=f"Saving {path.name}",
                on_done=lambda _: self.house.speaker.tell(f"Saved {path.name}.", is_good=True),
                on_failed=self.desk.fail,
                must_finish=True,
            )

    def _open(self, path: Path) -> None:
        self._waits.add(OPEN)
        self.house.files.run(
            OPEN,
            patches_jobs.open_book(path),
            title=f"Reading {path.name}",
            on_done=lambda book: self._on_opened(path, book),
            on_failed=self._on_open_failed,
        )

    def _on_opened(self, path: Path, book: PatchBook) -> None:
        self._waits.discard(OPEN)
        scene = self.desk.scene
        if scene.patch_file != str(path):
            return
        self._origin, self._book = (book.task.network, scene.patch_folder, str(path)), book
        if book.task.network != scene.network or self._row() is None:
            stages = stages_of(book.task.network)
            there = [s.name for s in stages if rows_in(book, s.name, book.task.network)]
            self.desk.change(
                network=book.task.network, layer=there[-1] if there else "", channel=0,
                row=-1, column=-1,
            )  # fmt: skip
        self._refresh()

    def _on_open_failed(self, failure: Failure) -> None:
        self._waits.discard(OPEN)
        self.desk.fail(failure)
        if isinstance(failure.error, SceneError) and self.desk.scene.patch_file:
            self.desk.change(patch_file="")

    # For the house

    def numbers(self) -> Mapping[str, Any]:
        book, row = self._book, self._row()
        if book is None or row is None:
            return {}
        table = book.tables[row]
        return {
            "network": book.task.network,
            "layer": row,
            "channel": self.desk.scene.channel,
            "values": table.values,
            "images": table.images,
            "units": table.units,
            "searched": int(book.done.sum()),
            "unreadable": len(book.unreadable),
        }

    def is_settled(self) -> bool:
        return not self._waits and self._running is None

    def cancelled(self, lane: str) -> None:
        self._waits.discard(lane)
        if lane == SEARCH:
            self._running, self._found = None, None
        if lane == SHEET:
            self._sheet_asked = ()
        if lane.startswith(f"{LANE}.") and self.desk.is_shown("patches"):
            self._show_state(self.desk.scene)

    def close(self) -> None:
        self.house.runner.cancel(SEARCH)  # it keeps what it knows

    def _refresh(self) -> None:
        if self.desk.is_shown("patches"):
            self.show(self.desk.scene, self.house.pictures.current())


def rows_in(book: PatchBook, layer: str, network: str = "") -> str | None:
    """The table of a book that belongs to a line of the layer list, if there is one."""
    for stage in stages_of(network or book.task.network):
        if stage.name == layer:
            for row in (stage.before, stage.after, stage.name):
                if row in book.tables and book.tables[row].channels:
                    return row
    return None


def _unreadable_words(count: int) -> str:
    return f" · {count} unreadable" if count else ""
