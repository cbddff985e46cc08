"""The patches of a book as pictures: those of the selected channel, and the sheet of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from viz_app.core.patches import PatchBook
from viz_app.engine.engine import Failure
from viz_app.files.patch_crops import Squares
from viz_app.labs.activations import patches_jobs
from viz_app.labs.activations.layers import five_of
from viz_app.labs.activations.patches_finding import LANE, row_in
from viz_app.labs.activations.patches_shown import LayerSheet, PatchesView, UnitShown
from viz_app.labs.activations.scene import ActivationsScene

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter

UNIT, SHEET = f"{LANE}.unit", f"{LANE}.sheet"


class Cutting:
    """Has patches cut out on the thread for files, once each, and shows them."""

    def __init__(self, desk: ActivationsPresenter, view: PatchesView, squares: Squares) -> None:
        self._desk, self._house, self._view = desk, desk.house, view
        self._squares = squares
        self._unit_asked: tuple[Any, ...] = ()
        self._sheet_asked: tuple[Any, ...] = ()
        self._sheets: tuple[LayerSheet, ...] = ()
        self._selected: tuple[str, int] = ("", -1)
        self._next: tuple[ActivationsScene, PatchBook] | None = None
        self._waits: set[str] = set()

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way."""
        return not self._waits

    def show(
        self, scene: ActivationsScene, book: PatchBook | None, row: str | None, why_none: str
    ) -> None:
        """Show what a book has for a scene, whose layer has this table; or why there is none."""
        self._show_unit(scene, book, row, why_none)
        self._selected = (row or "", scene.channel if row is not None else -1)
        if book is None or (row is None and scene.patch_sheet == "layer"):
            self._sheet_asked, self._next = (), None
            self._view.show_sheet((), ("", -1))
        else:
            self._show_sheet(scene, book)

    def cancelled(self, lane: str) -> None:
        """Take note that the user ended a lane's job."""
        self._waits.discard(lane)
        if lane == SHEET:
            self._sheet_asked, self._next = (), None

    def _show_unit(
        self, scene: ActivationsScene, book: PatchBook | None, row: str | None, why_none: str
    ) -> None:
        if book is None or row is None:
            self._unit_asked = ()
            self._view.show_unit(None, why_none)
            return
        asked = (book, row, scene.channel)
        if asked != self._unit_asked:
            self._unit_asked = asked
            self._waits.add(UNIT)
            self._house.files.run(
                UNIT,
                patches_jobs.cut_unit(book, scene.net, row, scene.channel),
                title="Cutting out patches",
                on_done=self._on_unit,
                on_failed=lambda failure: self._on_failed(UNIT, failure),
            )

    def _show_sheet(self, scene: ActivationsScene, book: PatchBook) -> None:
        layers = _sheet_layers(scene, book)
        asked = (book, layers, scene.patch_sheet)
        if asked == self._sheet_asked:
            self._view.show_sheet(self._sheets, self._selected)
        elif SHEET in self._waits:  # the next one is asked for when this one is there
            self._next = (scene, book)
        else:
            self._sheet_asked = asked
            self._waits.add(SHEET)
            self._house.files.run(
                SHEET,
                patches_jobs.cut_sheet(book, scene.net, layers, self._squares),
                title="Cutting out patches",
                on_done=self._on_sheet,
                on_failed=lambda failure: self._on_failed(SHEET, failure),
            )

    def _on_unit(self, shown: UnitShown) -> None:
        self._waits.discard(UNIT)
        self._view.show_unit(shown, "")

    def _on_sheet(self, sheets: tuple[LayerSheet, ...]) -> None:
        self._waits.discard(SHEET)
        self._sheets = sheets
        if self._desk.is_shown("patches"):
            self._view.show_sheet(sheets, self._selected)
            wanted, self._next = self._next, None
            if wanted is not None:
                self._show_sheet(*wanted)

    def _on_failed(self, lane: str, failure: Failure) -> None:
        self._waits.discard(lane)
        self._desk.fail(failure)


def _sheet_layers(scene: ActivationsScene, book: PatchBook) -> tuple[tuple[str, str], ...]:
    """The tables that the sheet is of, each with the name of its line."""
    own = row_in(book, scene, scene.layer)
    mine = ((own, scene.layer),) if own is not None else ()
    if scene.patch_sheet == "layer":
        return mine
    names = [stage.name for stage in five_of(scene.net, is_every=scene.is_every)]
    rows = ((row_in(book, scene, name), name) for name in names)
    return tuple((row, name) for row, name in rows if row is not None) or mine
