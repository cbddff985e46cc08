"""The landmarks' part of the conversation: points are dragged, the loss follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from viz_app.core.records import Picture
from viz_app.labs.detection import landmarks
from viz_app.labs.detection import snippet as programs
from viz_app.labs.detection.landmarks import LandmarksShown
from viz_app.labs.detection.part import Desk, Part
from viz_app.labs.detection.scene import DetectionScene


class LandmarksView(Protocol):
    """What the view is told."""

    def show_landmarks(self, shown: LandmarksShown | None, pixels: Any) -> None:
        """Show truth and answer on the photo, and the terms of the loss."""


class LandmarksPart(Part[LandmarksView]):
    """Nothing is computed here that takes time."""

    def __init__(self, desk: Desk, view: LandmarksView) -> None:
        super().__init__(desk, view)
        self._shown: LandmarksShown | None = None
        self._held: tuple[str, int] | None = None
        self._drags = 0

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        self._shown = None
        if picture is not None:
            self._shown = landmarks.look(scene, picture.width, picture.height)
        self.view.show_landmarks(self._shown, None if picture is None else picture.pixels)

    def grabbed(self, x: float, y: float, reach: float) -> None:
        """Take hold of the nearest point within reach."""
        self._held = None if self._shown is None else self._shown.nearest(x, y, reach)
        self._drags += 1

    def dragged(self, x: float, y: float) -> None:
        """Move the point that is held; a drag is one step of undo."""
        if self._held is None or self._shown is None:
            return
        name, index = self._held
        points = (self._shown.truth if name == "truth" else self._shown.answer).copy()
        width, height = self._shown.size
        points[index] = min(max(x / width, 0.0), 1.0), min(max(y / height, 0.0), 1.0)
        field = "face_points" if name == "truth" else "face_hat"
        values = tuple(float(v) for v in points.reshape(-1))
        self.desk.change(gesture=f"landmark {self._drags}", **{field: values})

    def released(self) -> None:
        """Let go."""
        self._held = None

    def answer_edited(self, place: int, value: float) -> None:
        """Change one number of ŷ."""
        if self._shown is None:
            return
        if place == 0:
            self.desk.change(p_hat=value)
            return
        answer = self._shown.answer.reshape(-1).tolist()
        answer[place - 1] = value
        self.desk.change(face_hat=tuple(answer))

    def numbers(self) -> Mapping[str, Any]:
        return {} if self._shown is None else self._shown.numbers()

    def snippet(self, scene: DetectionScene, picture: Picture | None) -> str | None:
        return None if self._shown is None else programs.terms_program(self._shown.terms)
