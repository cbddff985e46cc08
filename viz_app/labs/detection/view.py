"""What the presenter tells its panel, as an interface that a test can record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viz_app.labs.detection.evaluation import EvaluationShown
from viz_app.labs.detection.found import Found
from viz_app.labs.detection.grid import GridShown
from viz_app.labs.detection.overlap import OverlapShown
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.suppression import SuppressionShown
from viz_app.labs.detection.targets import TargetsShown

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Offer:
    """What the view says where the detector is not on this computer."""

    title: str
    sentence: str
    facts: str


class DetectionView(Protocol):
    """What the presenter tells its panel."""

    def show_view(self, scene: DetectionScene) -> None:
        """Bring a view forward, and show the values of the controls in the panel."""

    def show_suppression(self, shown: SuppressionShown, found: Found, pixels: Pixels) -> None:
        """Show boxes over their picture, what happened, and why."""

    def show_grid(self, shown: GridShown, found: Found, pixels: Pixels) -> None:
        """Show the grid over the photo, and the numbers of a cell."""

    def show_evaluation(self, shown: EvaluationShown, pixels: Pixels) -> None:
        """Show which boxes are right, wrong and missed, and the curve."""

    def show_targets(self, shown: TargetsShown, pixels: Pixels) -> None:
        """Show the label of the drawn boxes, cell by cell."""

    def show_waiting(self, words: str, pixels: Pixels | None) -> None:
        """Show the picture without boxes, and what it waits for."""

    def show_offer(self, offer: Offer) -> None:
        """Show what is missing, and where to get it."""

    def ask_for_boxes(self) -> None:
        """Ask for a file of boxes."""

    def ask_where_to_save(self) -> None:
        """Ask where the drawn boxes are to be saved."""

    def ask_for_folder(self) -> None:
        """Ask for a folder of images, and for a file for what is found."""

    def show_overlap(self, shown: OverlapShown, pixels: Pixels | None) -> None:
        """Show drawn boxes over the picture, and the IoU of the pair."""
