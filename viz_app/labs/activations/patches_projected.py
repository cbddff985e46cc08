"""What a channel owes to the pixels of each of its nine patches: Zeiler and Fergus's figure."""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from viz_app.core.patches import NONE, PatchBook, spans
from viz_app.engine.engine import Failure, Turn
from viz_app.files.patch_crops import Squares, fitted
from viz_app.files.patch_images import source_of
from viz_app.files.samples import SAMPLE
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import jobs
from viz_app.labs.activations.attribution_jobs import RULES
from viz_app.labs.activations.attribution_shown import around_grey
from viz_app.labs.activations.attribution_words import METHOD_WORDS
from viz_app.labs.activations.layers import Asked, branch_of, side_of, table_of
from viz_app.labs.activations.patches_finding import LANE
from viz_app.labs.activations.patches_jobs import LARGE_PX
from viz_app.labs.activations.patches_shown import PatchesView, PatchShown, UnitShown
from viz_app.labs.activations.scene import ActivationsScene, Method

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter

PROJECTED = f"{LANE}.projected"


def project(
    store: WeightsStore,
    book: PatchBook,
    network: Asked,
    layer: str,
    channel: int,
    method: Method,
    squares: Squares,
) -> Callable[[Turn], Generator[UnitShown, None, None]]:
    """Follow a channel's nine units back to the pixels, a patch a step; what is there so far."""

    def job(turn: Turn) -> Generator[UnitShown, None, None]:
        from viz_app.compute.attribution import Target, gradient
        from viz_app.compute.pixels import to_tensor

        net = jobs.network_of(turn, store, network)
        device = next(net.parameters()).device
        rows, columns = spans(table_of(network), branch_of(network, layer, channel))
        table = book.tables[layer]
        done: tuple[PatchShown, ...] = ()
        for rank, number in enumerate(table.images[channel].tolist()):
            if number == NONE:
                break
            square = squares.get(book.task.images, number, side_of(network))
            row, column = divmod(int(table.units[channel, rank]), len(columns))
            target = Target(layer, (channel, row, column))
            x = to_tensor(square).to(device)
            found = gradient(net, x, target, RULES[method], turn.check)
            (top, bottom), (left, right) = rows[row], columns[column]
            part = around_grey(found.values[:, top : bottom + 1, left : right + 1])
            name = Path(source_of(book.task.images, number)[0].removeprefix(SAMPLE)).name
            words = f"{METHOD_WORDS[method].title} of the patch in {name}"
            done = (*done, PatchShown(fitted(part, LARGE_PX), found.value, name, words))
            yield UnitShown(layer, channel, done)

    return job


class Projecting:
    """Asks once for the nine of a channel, not while a search goes on: it needs the engine."""

    def __init__(self, desk: ActivationsPresenter, view: PatchesView, squares: Squares) -> None:
        self._desk, self._view, self._squares = desk, view, squares
        self._asked: Hashable = None
        self._shown: UnitShown | None = None
        self._is_waiting = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing is under way."""
        return not self._is_waiting

    def show(self, scene: ActivationsScene, book: PatchBook | None, row: str | None) -> None:
        """Show what a book's patches owe to their pixels, if the scene wants that."""
        weights, method = self._desk.house.weights, _method_of(scene)
        is_here = jobs.is_here(weights, scene.net)
        if method is None or book is None or row is None or not is_here:
            self._let_go()
            self._view.show_projected(None, "")
            return
        nine = book.tables[row].images[scene.channel], book.tables[row].units[scene.channel]
        asked = (scene.net, row, scene.channel, method, *(numbers.tobytes() for numbers in nine))
        if asked != self._asked:
            self._let_go()
            self._asked, self._is_waiting = asked, True
            self._desk.house.runner.run(
                PROJECTED,
                project(weights, book, scene.net, row, scene.channel, method, self._squares),
                title="Following nine patches back",
                on_step=self._on_step,
                on_done=lambda _none: self._on_end(),
                on_failed=self._on_failed,
            )
        self._view.show_projected(self._shown, METHOD_WORDS[method].title)

    def cancelled(self, lane: str) -> None:
        """Take note that the user ended a lane's job."""
        if lane == PROJECTED:
            self._is_waiting = False

    def _let_go(self) -> None:
        if self._is_waiting:
            self._desk.house.runner.cancel(PROJECTED)
        self._asked, self._shown, self._is_waiting = None, None, False

    def _on_step(self, shown: UnitShown) -> None:
        self._shown = shown
        method = _method_of(self._desk.scene)
        if self._desk.is_shown("patches") and method is not None:
            self._view.show_projected(shown, METHOD_WORDS[method].title)

    def _on_end(self) -> None:
        self._is_waiting = False

    def _on_failed(self, failure: Failure) -> None:
        self._on_end()
        self._desk.fail(failure)


def _method_of(scene: ActivationsScene) -> Method | None:
    """How the patches are followed back; None where something else stands beside them."""
    match scene.patch_beside:
        case "deconv" | "guided" as method:
            return method
        case _:
            return None
