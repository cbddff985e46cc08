"""The sliding windows view's part of the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from viz_app.core.records import Picture
from viz_app.labs.detection import sliding, sliding_jobs
from viz_app.labs.detection.part import Desk, Part
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.sliding import NETWORK_OF, SlideRequest, SlidingShown, Windows
from viz_app.labs.detection.sliding_snippet import program
from viz_app.labs.detection.streaming import Streaming

LANE = "detection.sliding"


class SlidingView(Protocol):
    """What the view is told."""

    def show_sliding(self, shown: SlidingShown) -> None:
        """Show the windows' scores over their picture, and what both ways cost."""


class SlidingPart(Part[SlidingView]):
    """Runs the windows when what determines their answers changes; the rest is looking up."""

    def __init__(self, desk: Desk, view: SlidingView) -> None:
        super().__init__(desk, view)
        self._asking: Streaming[Windows] = Streaming(LANE, desk.house, desk.show_again, desk.fail)
        self._shown: SlidingShown | None = None

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        self._shown = None
        network = NETWORK_OF.get(scene.slid_net, "")
        if network and picture is None:
            self._tell(SlidingShown(None, "Reading the image …"))
            return
        pixels = picture.pixels if network and picture is not None else None
        request = request_of(scene, picture)
        windows = self._asking.get(request)
        if windows is None and network and not self.house.weights.is_present(network):
            self._tell(SlidingShown(pixels, self._offer(network), network))
            return
        is_wanted = True
        if windows is None or not windows.is_whole:
            job = sliding_jobs.slide(self.house.weights, picture, request)
            is_wanted = self._asking.want(request, job, "Sliding windows")
            windows = self._asking.get(request)  # it may have been answered at once
        if windows is not None:
            self._shown = sliding.look(windows, scene)
            self._tell(self._shown)
        elif not is_wanted:
            self._tell(SlidingShown(pixels, "Stopped: “Find the boxes again” (F5) starts anew."))
        else:
            words = "Teaching the small network …" if scene.slid_net == "toy" else "Sliding …"
            self._tell(SlidingShown(pixels, words))

    def cell_clicked(self, x: float, y: float) -> None:
        """Look at the window under the pointer."""
        if self._shown is not None and (cell := self._shown.cell_at(x, y)) is not None:
            self.desk.change(slid_row=cell[0], slid_column=cell[1])

    def cell_moved(self, rows: int, columns: int) -> None:
        """Go to a neighbouring window."""
        if self._shown is not None and self._shown.dense is not None:
            most = self._shown.dense.shape
            row = min(max(self._shown.cell[0] + rows, 0), most[0] - 1)
            column = min(max(self._shown.cell[1] + columns, 0), most[1] - 1)
            self.desk.change(gesture="window", slid_row=row, slid_column=column)

    def class_chosen(self, name: str) -> None:
        """Show a class's scores; an empty name is the best class of each window."""
        self.desk.change(slid_class=name, slid_row=-1, slid_column=-1)

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the missing network."""
        self.house.offer_network(NETWORK_OF.get(self.desk.scene.slid_net, ""))

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

    def _tell(self, shown: SlidingShown) -> None:
        self.view.show_sliding(shown)

    def _offer(self, name: str) -> str:
        network = next(n for n in self.house.weights.networks() if n.name == name)
        return (
            f"{network.title} is not on this computer ({network.size / 1e6:.1f} MB, "
            f"{network.licence}). The small network needs none."
        )


def request_of(scene: DetectionScene, picture: Picture | None) -> SlideRequest:
    """What determines the windows' answers in a scene."""
    if scene.slid_net == "toy" or picture is None:
        return SlideRequest("toy", "", scene.toy_size, 0.0, scene.every)
    image = picture.ref or picture.name
    least = 0.3 if scene.slid_net == "imagenet" else 0.1  # smaller ones would be thousands
    return SlideRequest(scene.slid_net, image, 14, max(scene.window, least), scene.every)
