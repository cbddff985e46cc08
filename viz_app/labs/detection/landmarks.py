"""Landmarks as a label: the points on the photo, ŷ beside them, and the loss. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from viz_app.core import targets as core
from viz_app.core.landmarks import face_points
from viz_app.labs.detection.found import Floats
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.targets import Term

FACE = (0.3, 0.14, 0.4)  # where a first face lies: left, top, and its width by the shorter side
OFF = 0.012  # how far ŷ is off at first


@dataclass(frozen=True, slots=True, eq=False)
class LandmarksShown:
    """All that the view shows; points ``[n, 2]`` as fractions of the picture."""

    truth: Floats
    answer: Floats
    has_face: bool
    terms: tuple[Term, ...]
    loss: float
    size: tuple[int, int]
    summary: str

    def nearest(self, x: float, y: float, reach: float) -> tuple[str, int] | None:
        """Which point lies within reach of a place of the picture: "truth" or "answer", index."""
        found: tuple[float, str, int] | None = None
        for name, points in (("answer", self.answer), ("truth", self.truth)):
            distances = np.hypot(*(points * self.size - (x, y)).T)
            index = int(distances.argmin())
            nearer = float(distances[index])
            is_there = name == "answer" or self.has_face  # without a face there is no truth
            if is_there and nearer <= reach and (found is None or nearer < found[0]):
                found = (nearer, name, index)
        return None if found is None else found[1:]

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, by name."""
        return {
            "y": np.array([t.y for t in self.terms]),
            "y_hat": np.array([t.y_hat for t in self.terms]),
            "terms": np.array([t.term for t in self.terms]),
            "loss": self.loss,
            "outputs": len(self.terms),
        }


def points_of(scene: DetectionScene, width: int, height: int) -> tuple[Floats, Floats]:
    """Truth and answer ``[n, 2]``; a drawn face, and the same a little off, before any is moved."""
    n = scene.landmarks
    side = FACE[2] * min(width, height) * 2
    first = face_points(n) * side
    first += ((width - side) / 2, (height - side) / 2)
    truth = first / (width, height)
    answer = truth + np.random.default_rng(0).normal(0, OFF, truth.shape)
    if len(scene.face_points) == 2 * n:
        truth = np.array(scene.face_points).reshape(n, 2)
    if len(scene.face_hat) == 2 * n:
        answer = np.array(scene.face_hat).reshape(n, 2)
    return truth, answer


def look(scene: DetectionScene, width: int, height: int) -> LandmarksShown:
    """The label of the points, the answer, and the terms of the loss."""
    n = scene.landmarks
    truth, answer = points_of(scene, width, height)
    y = core.landmark_target(truth if scene.has_face else None, n)
    y_hat = np.concatenate(([scene.p_hat], answer.reshape(-1)))
    terms = core.squared_errors(y, y_hat)
    names = ["p", *(f"l_{i}{axis}" for i in range(1, n + 1) for axis in "xy")]
    rows = zip(names, y.tolist(), y_hat.tolist(), terms.tolist(), strict=True)
    words = (
        f"{n} landmarks: 2 · {n} + 1 = {len(y)} outputs"
        if scene.has_face
        else f"No face: of {len(y)} outputs the loss looks at the first alone"
    )
    return LandmarksShown(
        truth,
        answer,
        scene.has_face,
        tuple(Term(*row) for row in rows),
        core.localization_loss(y, y_hat),
        (width, height),
        words,
    )
