"""What a view of a lab is: a part with its own questions, answers and commands.

A lab with several views hands each to a part in a file of its own, so that the presenter only
chooses which of them is forward. Two labs are built so: activations and detection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.labs.controls import Action
from viz_app.labs.presenter import House


class Desk(Protocol):
    """The presenter as its parts see it; a lab adds what its own parts ask of it."""

    house: House

    @property
    def scene(self) -> Any:
        """All that the lab shows."""

    def change(self, gesture: str = "", **fields: Any) -> None:
        """Go on to the scene with these fields changed; a gesture is one step of undo."""

    def fail(self, failure: Failure) -> None:
        """Tell of a job that failed."""


D = TypeVar("D", bound=Desk)
V = TypeVar("V")


class Part(Generic[D, V]):
    """One view of a lab: asks the engine, keeps the answer, tells its page.

    ``desk`` is the lab's presenter, ``view`` the page as a protocol, so that a test can record
    it. A lane is named ``<lab>.<part>…``. What a subclass does not need it leaves out.
    """

    def __init__(self, desk: D, view: V) -> None:
        self.desk = desk
        self.view = view
        self.actions: tuple[Action, ...] = ()

    @property
    def house(self) -> House:
        """What the house hands to every presenter."""
        return self.desk.house

    def show(self, scene: Any, picture: Picture | None) -> None:
        """Ask for what the scene needs and tell the page; called while the view is forward
        (``picture`` is None while it is being read)."""

    def edited(self, field: str, value: Any) -> bool:
        """Take a control that this part handles by itself; False leaves it to the lab."""
        return False

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, for export and the tour."""
        return {}

    def snippet(self, scene: Any, picture: Picture | None) -> str | None:
        """The PyTorch program of this view; None for the lab's."""
        return None

    def is_settled(self) -> bool:
        """Whether all that the scene asks for is on the screen."""
        return True

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps one of this part's."""

    def find_again(self) -> None:
        """Ask anew after a cancel or a failure."""

    def close(self) -> None:
        """The program ends."""
