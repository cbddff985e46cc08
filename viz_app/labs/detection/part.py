"""A view of the detection lab: a part whose desk knows the boxes that the user drew."""

from __future__ import annotations

from typing import Protocol, TypeVar

from viz_app.labs import part
from viz_app.labs.detection.scene import DetectionScene, DrawnBox

V = TypeVar("V")


class Desk(part.Desk, Protocol):
    """The presenter as its parts see it."""

    @property
    def scene(self) -> DetectionScene: ...

    def show_again(self) -> None:
        """An answer is there: show the scene anew, if the lab is what the user looks at."""

    def drawn(self) -> tuple[DrawnBox, ...]:
        """The boxes drawn on the current image."""

    def drawn_selected(self) -> int:
        """Which of them is selected; −1 for none."""


Part = part.Part[Desk, V]
