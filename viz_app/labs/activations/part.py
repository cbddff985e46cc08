"""What a view of the lab is: a part with its own questions, answers and commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar

from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Action
from viz_app.labs.presenter import House

V = TypeVar("V")


class Desk(Protocol):
    """The presenter as its parts see it."""

    house: House

    @property
    def scene(self) -> ActivationsScene: ...

    def change(self, gesture: str = "", **fields: Any) -> None:
        """Go on to the scene with these fields changed; a gesture is one step of undo."""

    def fail(self, failure: Failure) -> None:
        """Tell of a job that failed."""

    def is_shown(self, view: str) -> bool:
        """Whether the lab, and this view of it, are what the user looks at."""

    def unit(self) -> tuple[int, int]:
        """Row and column of the selected unit: the pinned one, or the channel's strongest once
        the map is there; (−1, −1) before."""

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the network of the scene."""


class Part(Generic[V]):
    """One view of the lab: asks the engine, keeps the answer, tells its page.

    ``view`` is the page as a protocol, so that a test can record it. A lane is named
    ``activations.<part>…``. What a subclass does not need it leaves out.
    """

    def __init__(self, desk: Desk, view: V) -> None:
        self.desk = desk
        self.view = view
        self.actions: tuple[Action, ...] = ()

    @property
    def house(self) -> House:
        return self.desk.house

    def show(self, scene: ActivationsScene, picture: Picture | None) -> None:
        """Ask for what the scene needs and tell the page; called while the view is forward and
        the network is on this computer (``picture`` is None while it is being read)."""

    def edited(self, field: str, value: Any) -> bool:
        """Take a control that this part handles by itself; False leaves it to the lab."""
        return False

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, for export and the tour."""
        return {}

    def snippet(self, scene: ActivationsScene, picture: Picture | None) -> str | None:
        """The PyTorch program of this view; None for the mosaic's."""
        return None

    def is_settled(self) -> bool:
        """Whether all that the scene asks for is on the screen."""
        return True

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps one of this part's."""

    def close(self) -> None:
        """The program ends."""
