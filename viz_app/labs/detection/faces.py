"""From MTCNN's cascade and a scene to the faces view: pyramid, three stages, landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.mtcnn import STRIDE_PX, WINDOW_PX, Cascade, Floats, Stages, stages
from viz_app.labs.detection.found import short
from viz_app.labs.detection.scene import DetectionScene, FaceStage
from viz_app.labs.detection.suppression import BoxesShown, State

STAGES: tuple[FaceStage, ...] = ("pnet", "proposed", "squared", "rnet", "refined", "onet")
NAMES = ("P-Net", "suppressed", "squared", "R-Net", "suppressed", "O-Net")
MOST_SHOWN = 3000  # windows painted at once


@dataclass(frozen=True, slots=True)
class LevelShown:
    """A copy of the picture in the pyramid, in words, and how many of its windows pass."""

    text: str
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class FacesShown:
    """All that the view shows; boxes and points in the picture's pixels."""

    boxes: BoxesShown
    points: Floats
    """landmarks [K, 5, 2] of the faces, or none before the last stage"""
    levels: tuple[LevelShown, ...]
    level: int
    heat: NDArray[np.float32]
    """P-Net's belief at the chosen level [rows, columns], or empty"""
    heat_frame: tuple[float, float, float, float]
    """where the heat lies on the picture: left, top, right, bottom"""
    counts: tuple[tuple[str, int], ...]
    """how many boxes each stage leaves"""
    summary: str
    facts: str
    faces: tuple[tuple[float, Floats, Floats], ...]
    """score, box [4] and points [5, 2] of each face, the best first"""
    asked: tuple[Floats, Floats]
    """boxes [N, 4] and scores [N] of O-Net, before its threshold"""

    def numbers(self, scene: DetectionScene) -> dict[str, Any]:
        """The numbers on the screen, by name."""
        return {
            "p_net_above": scene.p_net,
            "r_net_above": scene.r_net,
            "o_net_above": scene.o_net,
            "stages": np.array([count for _, count in self.counts]),
            "scores": np.array([score for score, _, _ in self.faces]),
            "boxes": np.array([box for _, box, _ in self.faces]).reshape(-1, 4),
            "landmarks": np.array([points for _, _, points in self.faces]).reshape(-1, 5, 2),
        }


def look(cascade: Cascade, scene: DetectionScene) -> FacesShown:
    """Work out what to show; no network."""
    found = stages(cascade, scene.p_net, scene.r_net, scene.o_net)
    level = min(scene.level, len(cascade.levels) - 1)
    counts = (
        len(found.windows),
        len(found.proposed),
        len(found.proposed),
        len(found.refined),
        len(found.refined_kept),
        len(found.faces),
    )
    is_first = scene.face_stage == "pnet"
    heat, frame = _heat(cascade, level) if is_first and level >= 0 else (_NO_HEAT, (0.0,) * 4)
    faces = tuple(
        (float(cascade.outputs[i]), cascade.boxes[i], cascade.points[i]) for i in found.faces
    )
    p_ms, r_ms, o_ms = (seconds * 1e3 for seconds in cascade.seconds)
    seen = sum(one.faces.size for one in cascade.levels)
    return FacesShown(
        _boxes(cascade, scene, found, level),
        cascade.points[found.faces] if scene.face_stage == "onet" else np.zeros((0, 5, 2)),
        tuple(_levels(cascade, found)),
        level,
        heat,
        frame,
        tuple(zip(NAMES, counts, strict=True)),
        _summary(cascade, scene, found, level),
        f"{seen:,} windows seen · P {p_ms:,.0f}, R {r_ms:,.0f}, O {o_ms:,.0f} ms",
        faces,
        (cascade.boxes[found.refined_kept], cascade.outputs[found.refined_kept]),
    )


_NO_HEAT = np.zeros((0, 0), np.float32)


def _levels(cascade: Cascade, found: Stages) -> list[LevelShown]:
    counts = np.bincount(
        cascade.windows.levels[found.windows], minlength=len(cascade.levels)
    ).tolist()
    return [
        LevelShown(f"{short(level.scale)} {level.size[0]}×{level.size[1]}", count)
        for level, count in zip(cascade.levels, counts, strict=True)
    ]


def _heat(
    cascade: Cascade, level: int
) -> tuple[NDArray[np.float32], tuple[float, float, float, float]]:
    """A level's map, each cell in the middle of its window."""
    one = cascade.levels[level]
    rows, columns = one.faces.shape
    first = (WINDOW_PX - STRIDE_PX) / 2
    sides = [(first + STRIDE_PX * n) / one.scale for n in (0, 0, columns, rows)]
    left, top = first / one.scale, first / one.scale
    return one.faces, (left, top, sides[2], sides[3])


def _boxes(cascade: Cascade, scene: DetectionScene, found: Stages, level: int) -> BoxesShown:
    """The boxes of a stage: those that pass strong, those that go here dashed."""
    proposals = cascade.proposals
    match scene.face_stage:
        case "pnet":
            windows = cascade.windows.at(found.windows)
            if level >= 0:
                windows = windows.at(windows.levels == level)
            best = np.argsort(windows.scores, kind="stable")[-MOST_SHOWN:]
            return _shown((windows.boxes[best], State.WAITING))
        case "proposed":
            windows = cascade.windows.at(found.windows)
            best = np.argsort(windows.scores, kind="stable")[-MOST_SHOWN:]
            return _shown(
                (windows.boxes[best], State.LOW), (proposals.boxes[found.proposed], State.KEPT)
            )
        case "squared":
            return _shown(
                (proposals.boxes[found.proposed], State.LOW),
                (cascade.squares[found.proposed], State.KEPT),
            )
        case "rnet":
            gone = np.setdiff1d(found.proposed, found.refined)
            return _shown(
                (cascade.squares[gone], State.REMOVED),
                (cascade.squares[found.refined], State.KEPT),
            )
        case "refined":
            gone = np.setdiff1d(found.refined, found.refined_kept)
            return _shown(
                (cascade.squares[gone], State.REMOVED),
                (cascade.refined_squares[found.refined_kept], State.KEPT),
            )
    gone = np.setdiff1d(found.refined_kept, found.faces)
    labels = tuple(f"face {short(float(cascade.outputs[i]))}" for i in found.faces[::-1])
    return _shown(
        (cascade.boxes[gone], State.REMOVED),
        (cascade.boxes[found.faces[::-1]], State.KEPT),
        labels=labels if scene.shows_scores else (),
    )


def _shown(*parts: tuple[Floats, State], labels: tuple[str, ...] = ()) -> BoxesShown:
    corners = np.concatenate([boxes for boxes, _ in parts]).reshape(-1, 4)
    states = np.concatenate([np.full(len(boxes), state) for boxes, state in parts])
    count = len(corners)
    names = (*("",) * (count - len(labels)), *labels)
    return BoxesShown(
        corners, states.astype(np.int64), np.zeros(count, np.int64), names, np.arange(count)
    )


def _summary(cascade: Cascade, scene: DetectionScene, found: Stages, level: int) -> str:
    p, r, o = short(scene.p_net), short(scene.r_net), short(scene.o_net)
    match scene.face_stage:
        case "pnet":
            count = len(found.windows)
            if level < 0:
                return f"{count:,} windows of {len(cascade.levels)} copies have a score above {p}"
            mine = int((cascade.windows.levels[found.windows] == level).sum())
            px = WINDOW_PX / cascade.levels[level].scale
            return f"copy {level + 1}: {mine:,} windows of {px:.0f}×{px:.0f} pixels above {p}"
        case "proposed":
            return (
                f"{len(found.proposed):,} of {len(found.windows):,} windows stay: IoU up to 0.5 "
                "within a copy, then up to 0.7 across all"
            )
        case "squared":
            return (
                f"{len(found.proposed):,} windows moved by P-Net's offsets, then made square: "
                "what R-Net sees at 24×24"
            )
        case "rnet":
            return (
                f"R-Net gives {len(found.refined):,} of {len(found.proposed):,} a score above {r}"
            )
        case "refined":
            return (
                f"{len(found.refined_kept):,} of {len(found.refined):,} stay, moved and squared: "
                "what O-Net sees at 48×48"
            )
    count = len(found.faces)
    words = "1 face" if count == 1 else f"{count:,} faces" if count else "no face"
    return f"{words}: O-Net's score above {o}, then intersection over the smaller box up to 0.7"
