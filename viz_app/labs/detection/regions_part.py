"""The regions view's part of the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from viz_app.core.records import Picture
from viz_app.labs.detection import regions, regions_jobs
from viz_app.labs.detection.part import Desk, Part
from viz_app.labs.detection.regions import (
    CLASSIFIER,
    DETECTOR,
    Proposals,
    Regions,
    RegionsRequest,
    RegionsShown,
)
from viz_app.labs.detection.regions_snippet import program
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.streaming import Streaming

LANE = "detection.regions"


class RegionsView(Protocol):
    """What the view is told."""

    def show_regions(self, shown: RegionsShown) -> None:
        """Show regions over their photo, one of them on the feature map, and the costs."""


class RegionsPart(Part[RegionsView]):
    """Runs the three ways once a photo and number of proposals; the rest is looking up."""

    def __init__(self, desk: Desk, view: RegionsView) -> None:
        super().__init__(desk, view)
        self._asking: Streaming[Regions] = Streaming(LANE, desk.house, desk.show_again, desk.fail)
        self._grouped: tuple[str, Proposals] | None = None  # of the last photo
        self._missing = CLASSIFIER
        self._shown: RegionsShown | None = None

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        self._shown = None
        if picture is None:
            self.view.show_regions(RegionsShown(None, "Reading the image …"))
            return
        present = self.house.weights.is_present
        self._missing = DETECTOR if present(CLASSIFIER) else CLASSIFIER
        if not present(CLASSIFIER):
            self.view.show_regions(RegionsShown(picture.pixels, self._offer(), CLASSIFIER))
            return
        request = RegionsRequest(picture.ref or picture.name, scene.proposals)
        found, is_wanted = self._asking.get(request), True
        if found is None or not found.is_whole:
            job = regions_jobs.regions(
                self.house.weights, picture, request, self._known(request.image)
            )
            is_wanted = self._asking.want(request, job, "Classifying regions")
            found = self._asking.get(request)  # it may have been answered at once
        if found is None:
            words = "Segmenting …" if is_wanted else "Stopped: F5 starts anew."
            self.view.show_regions(RegionsShown(picture.pixels, words))
            return
        if found.grouped is not None and found.strength is not None:
            self._grouped = (request.image, found.grouped)
        self._shown = regions.look(found, scene, picture.pixels)
        self.view.show_regions(self._shown)

    def clicked(self, x: float, y: float) -> None:
        """Choose the region under the pointer."""
        if self._shown is not None:
            self.desk.change(region=self._shown.hit(x, y))

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the missing network."""
        self.house.offer_network(self._missing)

    def is_settled(self) -> bool:
        return not self._asking.is_waiting

    def cancelled(self, lane: str) -> None:
        self._asking.cancelled(lane)

    def find_again(self) -> None:
        self._asking.forgive()

    def numbers(self) -> Mapping[str, Any]:
        return {} if self._shown is None else self._shown.numbers()

    def snippet(self, scene: DetectionScene, picture: Picture | None) -> str:
        return program()

    def _known(self, image: str) -> Proposals | None:
        if self._grouped is not None and self._grouped[0] == image:
            return self._grouped[1]
        return None

    def _offer(self) -> str:
        network = next(n for n in self.house.weights.networks() if n.name == CLASSIFIER)
        return (
            f"{network.title} classifies the regions in all three ways; it is not on this "
            f"computer ({network.size / 1e6:.1f} MB, {network.licence})."
        )
