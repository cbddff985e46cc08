"""A view of the activations lab: a part whose desk knows the selected unit."""

from __future__ import annotations

from typing import Protocol, TypeVar

from viz_app.labs import part
from viz_app.labs.activations.scene import ActivationsScene

V = TypeVar("V")


class Desk(part.Desk, Protocol):
    """The presenter as its parts see it."""

    @property
    def scene(self) -> ActivationsScene: ...

    def is_shown(self, view: str) -> bool:
        """Whether the lab, and this view of it, are what the user looks at."""

    def unit(self) -> tuple[int, int]:
        """Row and column of the selected unit: the pinned one, or the channel's strongest once
        the map is there; (−1, −1) before."""

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the network of the scene."""


Part = part.Part[Desk, V]
