"""What the presenter tells its panel, as an interface that a test can record."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viz_app.labs.detection.evaluation import EvaluationShown
from viz_app.labs.detection.faces import FacesShown
from viz_app.labs.detection.folder import FolderShown
from viz_app.labs.detection.found import Found
from viz_app.labs.detection.grid import GridShown
from viz_app.labs.detection.landmarks import LandmarksShown
from viz_app.labs.detection.live import LiveShown
from viz_app.labs.detection.offer import Offer
from viz_app.labs.detection.overlap import OverlapShown
from viz_app.labs.detection.regions import RegionsShown
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.sliding import SlidingShown
from viz_app.labs.detection.suppression import SuppressionShown
from viz_app.labs.detection.targets import TargetsShown

Pixels = NDArray[np.uint8]


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

    def show_faces(self, shown: FacesShown | None, pixels: Pixels | None, words: str) -> None:
        """Show a stage of the cascade; without one the photo, and what it waits for."""

    def show_live(self, shown: LiveShown) -> None:
        """Show a frame with its boxes, or how to begin."""

    def ask_for_film(self) -> None:
        """Ask for a film."""

    def show_sliding(self, shown: SlidingShown) -> None:
        """Show the windows' scores over their picture, and what both ways cost."""

    def show_regions(self, shown: RegionsShown) -> None:
        """Show regions over their photo, one of them on the feature map, and the costs."""

    def show_folder(self, shown: FolderShown) -> None:
        """Show how good the detections of a folder are."""

    def ask_what_to_evaluate(self, has_results: bool) -> None:
        """Ask for a folder of images, its ground truth and perhaps a file of results."""

    def show_landmarks(self, shown: LandmarksShown | None, pixels: Pixels | None) -> None:
        """Show truth and answer on the photo, and the terms of the loss."""

    def show_overlap(self, shown: OverlapShown, pixels: Pixels | None) -> None:
        """Show drawn boxes over the picture, and the IoU of the pair."""
