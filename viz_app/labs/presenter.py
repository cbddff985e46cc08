"""What all presenters share: from the scene to the view, and from an intent to the next scene.

A presenter stands between a view (abstract, so that a test can record it) and the house. It never
draws and never computes: it decides what to ask for and what to show.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from viz_app.core.errors import VizError
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure, Job
from viz_app.files.weights import WeightsStore
from viz_app.labs.controls import Action
from viz_app.labs.document import Document
from viz_app.labs.lab import Lab

S = TypeVar("S")
V = TypeVar("V")


class Runs(Protocol):
    """The engine as a presenter sees it; answers arrive in the window's thread."""

    def run(
        self,
        lane: str,
        job: Job,
        *,
        title: str,
        on_done: Callable[[Any], None],
        on_step: Callable[[Any], None] = ...,
        on_failed: Callable[[Failure], None] | None = ...,
        must_finish: bool = ...,
        turns: float = ...,
    ) -> None:
        """Start a job; a new one in the same lane replaces it and its answers."""

    def cancel(self, lane: str) -> None:
        """Stop wanting the lane's answer."""

    def pause(self, lane: str) -> None:
        """Let the lane's job rest."""

    def resume(self, lane: str, turns: float = ...) -> None:
        """Let it go on, or only for so many turns."""


class Speaks(Protocol):
    """One way to speak to the user: the message bar of the lab."""

    def tell(
        self,
        sentence: str,
        *,
        actions: tuple[Action, ...] = (),
        details: str = "",
        is_good: bool = False,
    ) -> None:
        """Show one sentence, and what can be done about it; good news leave by themselves."""

    def hush(self) -> None:
        """Take the sentence away: what it told is no longer so."""


class Pictures(Protocol):
    """Decoded images by their ref."""

    def current(self) -> Picture | None:
        """The image that serves every lab, or None while it is being read."""

    def wanted(self, ref: str) -> Picture | None:
        """An image, or None; then it is read, and the lab is shown again once it is there."""

    def open_bytes(self, read: Callable[[], bytes], name: str) -> None:
        """Keep an image that is in memory only, as a file's bytes, and make it the current one."""


@dataclass(frozen=True, slots=True)
class House:
    """What the house hands to every presenter."""

    document: Document
    runner: Runs
    pictures: Pictures
    speaker: Speaks
    weights: WeightsStore
    offer_network: Callable[[str], None]  # opens the fetch dialog on a network
    folder: Path | None = None  # where labs may keep files of their own; None: keep nothing
    errands: Runs | None = None  # the thread for files; None: the engine's
    device: Callable[[], str] = lambda: "cpu"  # what is computed on
    choose_device: Callable[[str], None] = lambda name: None
    tell_done: Callable[[str], None] = lambda sentence: None  # for a moment: it went well

    @property
    def files(self) -> Runs:
        """Runs what reads and writes files, so that no computation holds it up."""
        return self.errands or self.runner


class Presenter(ABC, Generic[S, V]):
    """One lab's part of the conversation between the window and the engine."""

    lab: Lab[S]

    def __init__(self, view: V, house: House) -> None:
        self.view = view
        self.house = house
        self.actions: tuple[Action, ...] = ()

    @property
    def scene(self) -> S:
        scene: S = self.house.document.scene(self.lab.name)
        return scene

    def edited(self, field: str, value: Any) -> None:
        """An inspector control was moved; its moves are one step of undo."""
        self.change(gesture=field, **{field: value})

    def change(self, gesture: str = "", **fields: Any) -> None:
        """Go on to the scene with these fields changed."""
        scene = replace(self.scene, **fields)  # type: ignore[type-var]  # S is a dataclass
        self.house.document.change_scene(self.lab.name, scene, gesture)

    @abstractmethod
    def show(self, scene: S, picture: Picture | None) -> None:
        """Tell the view what changed since the last call, and ask for the numbers it needs.

        Called when the lab becomes visible and after every change of the desk while it is.
        """

    def network_arrived(self, name: str) -> None:
        """A network that this lab may want is here now."""
        self.show(self.scene, self.house.pictures.current())

    def leave(self) -> None:
        """The lab is no longer visible; long work goes on."""

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps one of this lab's."""

    def close(self) -> None:
        """The program ends; let go of what the engine need not finish."""

    def numbers(self) -> Mapping[str, Any]:
        """Return the numbers on the screen, by name, for export and for the tour."""
        return {}

    def snippet(self) -> str:
        """Return the short PyTorch program that prints the numbers on the screen."""
        return self.lab.snippet(self.scene, self.house.pictures.current())

    def demonstrate(self) -> None:
        """Do what shows the lab at its best; the tour calls it."""

    def is_settled(self) -> bool:
        """Whether everything the scene asks for is on the screen (the tour waits for it)."""
        return True

    def fail(self, failure: Failure) -> None:
        """Tell of a job that failed: one sentence, and the traceback behind Details."""
        if isinstance(failure.error, VizError):
            self.house.speaker.tell(str(failure.error))
        elif failure.is_memory_short:
            self.house.speaker.tell(
                "There was not enough memory for that; a smaller size needs less. "
                "What was on the screen is kept."
            )
        else:
            self.house.speaker.tell(
                "Something went wrong in the computation; what was on the screen is kept.",
                details=failure.details,
            )
