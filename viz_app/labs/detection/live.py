"""A webcam or a film through the detector: the newest frame, its boxes, frames per second."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viz_app.core.raw_boxes import RawBoxes
from viz_app.core.records import Picture
from viz_app.engine.engine import Turn
from viz_app.engine.mailbox import Mailbox
from viz_app.files.video import Frame, LatestFrame
from viz_app.files.weights import WeightsStore
from viz_app.labs.controls import Action
from viz_app.labs.detection import jobs
from viz_app.labs.detection.batch import kept_of
from viz_app.labs.detection.found import Request, example, short, tabulated
from viz_app.labs.detection.offer import Offer, offer_of
from viz_app.labs.detection.part import Desk, Part
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.snippet import suppression_program
from viz_app.labs.detection.suppression import BoxesShown, State
from viz_app.labs.watching import WEBCAM, Watching, looked_at

LIVE_LANE = "detection.live"


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A frame and what the detector says of it."""

    frame: Frame
    raw: RawBoxes
    scene: DetectionScene
    fps: float
    dropped: int
    seconds: float
    is_over: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LiveShown:
    """All that the view shows."""

    pixels: NDArray[np.uint8] | None
    boxes: BoxesShown
    is_running: bool
    is_paused: bool
    summary: str
    facts: str


class LiveView(Protocol):
    """What the live part tells its panel."""

    def show_live(self, shown: LiveShown) -> None:
        """Show a frame with its boxes, or how to begin."""

    def show_offer(self, offer: Offer) -> None:
        """Show what is missing, and where to get it."""

    def ask_for_film(self) -> None:
        """Ask for a film."""


NO_BOXES = BoxesShown(
    np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0, np.int64), (), np.zeros(0, np.int64)
)


def watch(
    store: WeightsStore, source: LatestFrame, wish: Mailbox[DetectionScene]
) -> Callable[[Turn], Generator[Watched | None, None, Watched | None]]:
    """Detect on the newest frame, a frame a step, until the film is over.

    What the scene says is read anew for each frame, so that sliders and another detector act on
    the running film.
    """

    def job(turn: Turn) -> Generator[Watched | None, None, Watched | None]:
        last = yield from looked_at(
            source,
            lambda: _load(turn, store, wish.read()),
            lambda frame, fps: _watched(turn, store, source, frame, wish.read(), fps),
        )
        return None if last is None else replace(last, is_over=True, dropped=source.dropped)

    return job


def _load(turn: Turn, store: WeightsStore, scene: DetectionScene) -> None:
    jobs.detector_for(turn, store, scene.detector)


def _watched(
    turn: Turn,
    store: WeightsStore,
    source: LatestFrame,
    frame: Frame,
    scene: DetectionScene,
    fps: float,
) -> Watched:
    started = time.perf_counter()
    request = jobs.request_of(scene, Picture("", source.name, frame.pixels))
    detector = jobs.detector_for(turn, store, request.detector)
    raw = detector.raw(frame.pixels, request.input_size, turn.check, request.fitting)
    seconds = time.perf_counter() - started
    return Watched(frame, raw, scene, fps, source.dropped, seconds)


class Live(Part[LiveView]):
    """Starts, pauses and ends the watching; part of the presenter.

    The webcam is let go as soon as its view is left.
    """

    def __init__(self, desk: Desk, view: LiveView) -> None:
        super().__init__(desk, view)
        self._wish = Mailbox(DetectionScene())
        self._watching: Watching[Watched] = Watching(
            LIVE_LANE, desk.house, self._show_again, desk.fail
        )
        self._begun: int | Path | None = None
        self.actions = self._commands()

    @property
    def is_running(self) -> bool:
        """Whether frames come, or would but for a pause."""
        return self._watching.is_running

    def show(self, scene: DetectionScene, picture: Picture | None) -> None:
        """Show the last frame, with the scene's thresholds."""
        self._wish.post(scene)
        weights = self.house.weights
        has_frame = self._watching.last is not None
        if self.is_running or has_frame or weights.is_present(scene.detector):
            self.view.show_live(self._look(scene))
        else:
            self.view.show_offer(offer_of(weights.networks(), scene.detector, "live"))

    def start(self, source: int | Path) -> None:
        """Watch a webcam or a film from its beginning."""
        scene = self.desk.scene
        if not self.house.weights.is_present(scene.detector):
            self.house.offer_network(scene.detector)
            return
        self._begun = source
        self._wish.post(scene)
        self._watching.start(source, lambda frames: watch(self.house.weights, frames, self._wish))

    def pause_toggled(self) -> None:
        """Stand still, or go on."""
        self._watching.pause_toggled()

    def stop(self) -> None:
        """Let go of the source; the last frame stays."""
        self._watching.stop()

    def close(self) -> None:
        self.stop()

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps this one."""
        self._watching.cancelled(lane)

    def frame_taken(self) -> None:
        """Make the frame that is shown the current image."""
        self._watching.frame_taken()

    def find_again(self) -> None:
        """Begin the film again."""
        if self._begun is not None:
            self.start(self._begun)

    def snippet(self, scene: DetectionScene, picture: Picture | None) -> str:
        """The suppression of the frame's raw boxes as a program."""
        last = self._watching.last
        if last is None:
            return suppression_program(example(), scene)
        raw = last.raw
        request = Request(f"frame {last.frame.number}", raw.input_size)
        found = tabulated(request, raw.boxes, raw.scores, raw.classes, raw.names, raw=raw)
        return suppression_program(found, scene)

    def numbers(self) -> dict[str, object]:
        """The numbers on the screen, by name."""
        last = self._watching.last
        if last is None:
            return {}
        kept = list(kept_of(last.raw, self.desk.scene))
        return {
            "frame": last.frame.number,
            "frames_per_second": last.fps,
            "frames_dropped": last.dropped,
            "boxes": last.raw.boxes[kept],
            "scores": last.raw.scores[kept],
            "classes": np.array([last.raw.names[last.raw.classes[i]] for i in kept], np.str_),
        }

    def _commands(self) -> tuple[Action, ...]:
        a = Action
        return (
            a("Watch the webcam", "Boxes on what the webcam sees; nothing is kept or sent.",
              lambda: self.start(WEBCAM), icon="video-camera"),
            a("Watch a film…", "Boxes on a video file, at its own speed.",
              self.view.ask_for_film, icon="film-strip"),
            a("Pause the film", "Stand still, or go on.", self.pause_toggled, icon="pause",
              is_enabled=lambda: self.is_running),
            a("Stop watching", "Let go of the webcam or the film.", self.stop, icon="stop",
              is_enabled=lambda: self.is_running),
            a("Take this frame", "Make the frame the current image, for every view and lab.",
              self.frame_taken, icon="camera", is_enabled=lambda: self._watching.last is not None),
        )  # fmt: skip

    def _show_again(self) -> None:
        if self.desk.scene.view == "live":
            self.show(self.desk.scene, None)

    def _look(self, scene: DetectionScene) -> LiveShown:
        watching = self._watching
        last, is_running = watching.last, watching.is_running
        if last is None:
            return LiveShown(None, NO_BOXES, is_running, watching.is_paused, watching.words(), "")
        kept = list(kept_of(last.raw, scene))[::-1]  # the best on top
        labels = tuple(
            f"{last.raw.names[last.raw.classes[i]]} {short(float(last.raw.scores[i]))}"
            for i in kept
        )
        boxes = BoxesShown(
            last.raw.boxes[kept].astype(np.float64),
            np.full(len(kept), State.KEPT, np.int64),
            last.raw.classes[kept].astype(np.int64),
            labels,
            np.array(kept, np.int64),
        )
        count = "1 box" if len(kept) == 1 else f"{len(kept)} boxes"
        return LiveShown(
            last.frame.pixels,
            boxes,
            is_running,
            watching.is_paused,
            f"{watching.words()} · {count}",
            f"{watching.place()} · detector {last.seconds * 1e3:.0f} ms",
        )
