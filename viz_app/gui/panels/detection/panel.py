"""The detection lab's panel: the segments in the header, and one page for each view."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtWidgets import QVBoxLayout

from viz_app.files import labels
from viz_app.gui.panel import Panel
from viz_app.gui.panels.detection import dialogs
from viz_app.gui.panels.detection.evaluation_page import EvaluationPage
from viz_app.gui.panels.detection.faces_page import FacesPage
from viz_app.gui.panels.detection.folder_page import FolderPage
from viz_app.gui.panels.detection.grid_page import GridPage
from viz_app.gui.panels.detection.landmarks_page import LandmarksPage
from viz_app.gui.panels.detection.live_page import LivePage
from viz_app.gui.panels.detection.offer_page import OfferPage
from viz_app.gui.panels.detection.overlap_page import OverlapPage
from viz_app.gui.panels.detection.regions_page import RegionsPage
from viz_app.gui.panels.detection.sliding_page import SlidingPage
from viz_app.gui.panels.detection.suppression_page import SuppressionPage
from viz_app.gui.panels.detection.targets_page import TargetsPage
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.pages import Pages
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.labs.detection.controls import VIEW
from viz_app.labs.detection.evaluation import EvaluationShown
from viz_app.labs.detection.faces import FacesShown
from viz_app.labs.detection.folder import FolderShown
from viz_app.labs.detection.found import Found
from viz_app.labs.detection.grid import GridShown
from viz_app.labs.detection.landmarks import LandmarksShown
from viz_app.labs.detection.live import LiveShown
from viz_app.labs.detection.offer import Offer
from viz_app.labs.detection.overlap import OverlapShown
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.regions import RegionsShown
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.sliding import SlidingShown
from viz_app.labs.detection.suppression import SuppressionShown
from viz_app.labs.detection.targets import TargetsShown
from viz_app.labs.presenter import Presenter


class DetectionPanel(Panel):
    """Shows the page of the view that is chosen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._presenter: DetectionPresenter
        self.views = self.header = ViewSwitch(VIEW, theme)
        self.suppression = SuppressionPage(theme)
        self.overlap = OverlapPage(theme)
        self.grid = GridPage(theme)
        self.faces = FacesPage(theme)
        self.live = LivePage(theme)
        self.targets = TargetsPage(theme)
        self.evaluation = EvaluationPage(theme)
        self.offer = OfferPage(theme)
        self.sliding = SlidingPage(theme)
        self.regions = RegionsPage(theme)
        self.folder = FolderPage(theme)
        self.landmarks = LandmarksPage(theme)
        self._pages = Pages()
        self._parts = (
            self.suppression,
            self.overlap,
            self.grid,
            self.faces,
            self.live,
            self.targets,
            self.evaluation,
            self.offer,
            self.sliding,
            self.regions,
            self.folder,
            self.landmarks,
        )
        for page in self._parts:
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)

    def attach(self, presenter: Presenter[Any, Any]) -> None:
        assert isinstance(presenter, DetectionPresenter)
        self._presenter = presenter
        for drawing in (self.overlap, self.targets):
            drawing.label.show_names(labels.coco())
        self.views.moved.connect(lambda view: presenter.edited("view", view))
        for page in self._parts:
            page.attach(presenter)

    def show_view(self, scene: DetectionScene) -> None:
        """Show the values of the controls on the pages."""
        self.views.show_value(scene.view)
        self.suppression.show_scene(scene)
        self.overlap.show_scene(scene)
        self.grid.show_scene(scene)
        self.faces.show_scene(scene)
        self.live.show_scene(scene)
        self.evaluation.show_scene(scene)
        self.regions.show_scene(scene)
        self.folder.show_scene(scene)

    def show_suppression(self, shown: SuppressionShown, found: Found, pixels: np.ndarray) -> None:
        """Show raw boxes, what happened and why."""
        self.suppression.show_shown(shown, found, pixels)
        self._pages.setCurrentWidget(self.suppression)

    def show_grid(self, shown: GridShown, found: Found, pixels: np.ndarray) -> None:
        """Show the network's grid and a cell."""
        self.grid.show_grid(shown, found, pixels)
        self._pages.setCurrentWidget(self.grid)

    def show_faces(self, shown: FacesShown | None, pixels: np.ndarray | None, words: str) -> None:
        """Show a stage of MTCNN's cascade, or what it waits for."""
        self.faces.show_faces(shown, pixels, words)
        self._pages.setCurrentWidget(self.faces)

    def show_live(self, shown: LiveShown) -> None:
        """Show a frame of a webcam or a film."""
        self.live.show_live(shown)
        self._pages.setCurrentWidget(self.live)

    def ask_for_film(self) -> None:
        """Ask for a film and watch it."""
        if (path := dialogs.ask_for_film(self)) is not None:
            self._presenter.live.start(path)

    def show_targets(self, shown: TargetsShown, pixels: np.ndarray) -> None:
        """Show the label of the drawn boxes."""
        self.targets.show_targets(shown, pixels)
        self._pages.setCurrentWidget(self.targets)

    def show_evaluation(self, shown: EvaluationShown, pixels: np.ndarray) -> None:
        """Show judged boxes and the curve."""
        self.evaluation.show_evaluation(shown, pixels)
        self._pages.setCurrentWidget(self.evaluation)

    def ask_for_boxes(self) -> None:
        """Ask for a file of boxes and open it."""
        if (path := dialogs.ask_for_boxes(self)) is not None:
            self._presenter.filing.open_boxes(path)

    def ask_where_to_save(self) -> None:
        """Ask for a file and save the drawn boxes."""
        if (path := dialogs.ask_where_to_save(self)) is not None:
            self._presenter.filing.save_boxes(path, self._presenter.editor.boxes)

    def ask_for_folder(self) -> None:
        """Ask for a folder and a file, and detect."""
        if (answer := dialogs.ask_for_folder(self)) is not None:
            self._presenter.filing.detect_folder(*answer, self._presenter.scene)

    def show_waiting(self, words: str, pixels: np.ndarray | None) -> None:
        """Show the photo, and what it waits for."""
        self.suppression.show_waiting(words, pixels)
        self._pages.setCurrentWidget(self.suppression)

    def show_offer(self, offer: Offer) -> None:
        """Show how to get the detector."""
        self.offer.show_offer(offer)
        self._pages.setCurrentWidget(self.offer)

    def show_sliding(self, shown: SlidingShown) -> None:
        """Show a window slid over its picture."""
        self.sliding.show_sliding(shown)
        self._pages.setCurrentWidget(self.sliding)

    def show_regions(self, shown: RegionsShown) -> None:
        """Show region proposals and their classes."""
        self.regions.show_regions(shown)
        self._pages.setCurrentWidget(self.regions)

    def show_folder(self, shown: FolderShown) -> None:
        """Show how good the detections of a folder are."""
        self.folder.show_folder(shown)
        self._pages.setCurrentWidget(self.folder)

    def ask_what_to_evaluate(self, has_results: bool) -> None:
        """Ask for the folder and its files, and evaluate."""
        if (answer := dialogs.ask_what_to_evaluate(self, has_results)) is not None:
            self._presenter.folder.folder_chosen(*answer)

    def show_landmarks(self, shown: LandmarksShown | None, pixels: np.ndarray | None) -> None:
        """Show landmarks, the answer beside them, and the loss."""
        self.landmarks.show_landmarks(shown, pixels)
        self._pages.setCurrentWidget(self.landmarks)

    def show_overlap(self, shown: OverlapShown, pixels: np.ndarray | None) -> None:
        """Show drawn boxes and their overlap."""
        self.overlap.show_overlap(shown, pixels)
        self._pages.setCurrentWidget(self.overlap)
