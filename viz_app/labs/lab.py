"""A lab as the house sees it: its names, its first scene, its controls, its PyTorch program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from viz_app.core.records import Picture
from viz_app.labs.controls import Control, Group

S = TypeVar("S")


def unchanged(scene: Any) -> Any:
    """The resolve of a scene in which every value goes with every other."""
    return scene


@dataclass(frozen=True, slots=True)
class Lab(Generic[S]):
    """One lab.

    ``scene_type()`` is the first scene. ``resolve`` clamps a scene and fills in what follows from
    it; a pure function. ``snippet`` returns a short program that prints the numbers on the screen.
    """

    name: str
    title: str
    icon: str
    summary: str
    scene_type: Callable[[], S]
    groups: tuple[Group, ...]
    snippet: Callable[[S, Picture | None], str]
    resolve: Callable[[S], S] = unchanged

    @property
    def controls(self) -> tuple[Control, ...]:
        """All controls of the inspector, in their order."""
        return tuple(control for group in self.groups for control in group.controls)
