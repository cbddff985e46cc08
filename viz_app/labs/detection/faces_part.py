"""The faces view's part of the conversation: asks for MTCNN's cascade once, then looks up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from viz_app.core.mtcnn import Cascade
from viz_app.core.records import Picture
from viz_app.labs.detection import faces, jobs
from viz_app.labs.detection.asking import Asking
from viz_app.labs.detection.faces import FacesShown
from viz_app.labs.detection.faces_snippet import faces_program
from viz_app.labs.detection.offer import Offer, offer_of
from viz_app.labs.detection.part import Desk, Part
from viz_app.labs.detection.scene import DetectionScene, FaceStage
from viz_app.labs.detection.view import Pixels

FACES_LANE = "detection.faces"
NETWORK = "mtcnn"


class FacesView(Protocol):
    """What this part tells its panel."""

    def show_faces(self, shown: FacesShown | None, pixels: Pixels | None, words: str) -> None:
        """Show a stage of the cascade; without one the photo, and what it waits for."""

    def show_offer(self, offer: Offer) -> None:
        """Show what is missing, and where to get it."""


class FacesPart(Part[FacesView]):
    """Part of the presenter; thresholds and stages never run the networks again."""

    def __init__(self, desk: Desk, view: FacesView) -> None:
        super().__init__(desk, view)
        self.asking: Asking[Cascade] = Asking(FACES_LANE, desk.house, desk.show_again, desk.fail)
        self.shown: FacesShown | None = None
        self._scene = DetectionScene()

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        """Show a stage, or ask for what it needs."""
        self.shown, self._scene = None, scene
        if picture is None:
            self.view.show_faces(None, None, "Reading the image …")
            return
        request = (picture.ref or picture.name, scene.smallest_face)
        cascade = self.asking.get(request)
        if cascade is not None:
            self.shown = faces.look(cascade, scene)
            self.view.show_faces(self.shown, picture.pixels, "")
        elif not self.house.weights.is_present(NETWORK):
            self.view.show_offer(offer_of(self.house.weights.networks(), NETWORK, "faces"))
        else:
            job = jobs.find_faces(self.house.weights, picture, scene.smallest_face)
            if not self.asking.want(request, job, f"Finding faces in {picture.name}"):
                self.view.show_faces(None, picture.pixels, "No faces: the detector was stopped.")
            elif self.asking.is_waiting:
                self.view.show_faces(None, picture.pixels, "Looking for faces …")

    def is_settled(self) -> bool:
        """Whether a stage is on the screen, or none will be."""
        has_picture = self.house.pictures.current() is not None
        return self.shown is not None or (has_picture and not self.asking.is_waiting)

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps this view's."""
        self.asking.cancelled(lane)

    def find_again(self) -> None:
        """Let what failed be asked again."""
        self.asking.forgive()

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, by name."""
        return self.shown.numbers(self._scene) if self.shown is not None else {}

    def snippet(self, scene: DetectionScene, picture: Picture | None) -> str:
        """The last step of the cascade as a program."""
        return faces_program(self.shown, self._scene)

    def stage_after(self, scene: DetectionScene, by: int) -> FaceStage:
        """The stage so many steps on."""
        at = faces.STAGES.index(scene.face_stage) + by
        return faces.STAGES[min(max(at, 0), len(faces.STAGES) - 1)]
