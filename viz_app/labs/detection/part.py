"""A view of the lab with a presenter of its own, so that the lab's presenter stays readable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from viz_app.core.records import Picture
from viz_app.labs.detection.scene import DetectionScene


class Part(Protocol):
    """What the lab's presenter hands on for the view that is shown."""

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        """Show a scene, and ask for the numbers it needs."""

    def is_settled(self) -> bool:
        """Whether everything the scene asks for is on the screen."""

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps this view's."""

    def find_again(self) -> None:
        """Ask anew after a cancel or a failure."""

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, by name."""

    def snippet(self) -> str:
        """A short program that prints the numbers on the screen."""
