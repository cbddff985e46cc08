"""A webcam or a film through a layer of the network: every channel of the newest frame."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from viz_app.core.records import Picture
from viz_app.engine.engine import Turn
from viz_app.engine.mailbox import Mailbox
from viz_app.files.video import Frame, LatestFrame
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import jobs
from viz_app.labs.activations.jobs import BesideTiles, Guessed, Paint, Seen, Tiles
from viz_app.labs.activations.layers import five_of, is_classifier
from viz_app.labs.activations.mosaic_shown import LiveShown, MosaicView
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Action
from viz_app.labs.watching import WEBCAM, Watching, looked_at

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter

LANE = "activations.live"


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A frame and all that the page shows of it; ``beside`` is empty unless five layers are."""

    frame: Frame
    picture: Picture
    seen: Seen
    tiles: Tiles
    beside: tuple[BesideTiles, ...]
    classes: tuple[Guessed, ...]
    fps: float
    dropped: int


def watch(
    store: WeightsStore, source: LatestFrame, wish: Mailbox[ActivationsScene]
) -> Callable[[Turn], Generator[Watched | None, None, Watched | None]]:
    """Look at the newest frame, a frame a step, until the film is over.

    What the scene says is read anew for each frame, so that another layer, another network and
    other colours act on the running film.
    """

    def job(turn: Turn) -> Generator[Watched | None, None, Watched | None]:
        last = yield from looked_at(
            source,
            lambda: _load(turn, store, wish.read()),
            lambda frame, fps: _watched(turn, store, source, frame, wish.read(), fps),
        )
        return last

    return job


def _load(turn: Turn, store: WeightsStore, scene: ActivationsScene) -> None:
    jobs.network_of(turn, store, scene.net)


def _watched(
    turn: Turn,
    store: WeightsStore,
    source: LatestFrame,
    frame: Frame,
    scene: ActivationsScene,
    fps: float,
) -> Watched:
    picture = Picture("", f"frame {frame.number} of {source.name}", frame.pixels)
    look = jobs.look_of(scene, picture)
    seen = jobs.look_at(store, picture, look)(turn)
    paint = Paint(look, scene.scale_shown, scene.colours, scene.order)
    beside: tuple[BesideTiles, ...] = ()
    if scene.is_beside:
        five = five_of(scene.net, is_every=scene.is_every)
        beside = jobs.look_beside(store, picture, paint, five)(turn)
    classes: tuple[Guessed, ...] = ()
    if is_classifier(scene.net):
        classes = jobs.guess_classes(store, picture, scene.net)(turn)
    tiles = jobs.paint_tiles(seen, paint)(turn)
    return Watched(frame, picture, seen, tiles, beside, classes, fps, source.dropped)


class Live:
    """Starts, pauses and ends the watching; the mosaic shows what comes.

    The webcam is let go as soon as its page is left or another image is chosen. A film that
    stands still, or is over, is an image like any other: its frame stays and can be asked more.
    """

    def __init__(
        self, desk: ActivationsPresenter, view: MosaicView, changed: Callable[[], None]
    ) -> None:
        self._desk, self._changed = desk, changed
        self._wish = Mailbox(ActivationsScene())
        self._watching: Watching[Watched] = Watching(LANE, desk.house, changed, desk.fail)
        self._began_at = ""  # the current image then
        a = Action
        self.actions = (
            a("Watch the webcam", "What the network makes of what the webcam sees; nothing is kept "
              "or sent.", lambda: self.start(WEBCAM), icon="video-camera"),
            a("Watch a film…", "What the network makes of a video file, at its own speed as far "
              "as that goes.", view.ask_for_film, icon="film-strip"),
            a("Pause the film", "Stand still, or go on.", self._watching.pause_toggled,
              icon="pause", is_enabled=lambda: self._watching.is_running),
            a("Stop watching", "Let go of the webcam or the film, back to the photo.", self.stop,
              icon="stop", is_enabled=lambda: self.is_on),
            a("Take this frame", "Make the frame the current image, for every view and lab.",
              self._watching.frame_taken, icon="camera", is_enabled=lambda: self.last is not None),
        )  # fmt: skip

    @property
    def last(self) -> Watched | None:
        """The newest frame and what was made of it."""
        return self._watching.last

    @property
    def is_on(self) -> bool:
        """Whether a frame stands in the photo's place, or soon will."""
        return self._watching.is_running or self.last is not None

    @property
    def is_moving(self) -> bool:
        """Whether frames come, each with its answers."""
        return self._watching.is_running and not self._watching.is_paused

    def shown(self) -> LiveShown:
        """What the page's buttons are told."""
        return LiveShown(self.is_on, self._watching.is_paused, self._words())

    def _words(self) -> str:
        """How it goes, in few words: they stand before those about the layer."""
        watching = self._watching
        if self.last is None:
            return watching.words() if self.is_on else ""
        if self.is_moving:
            return f"{self.last.fps:.1f} fps" if self.last.fps else ""
        return "paused" if watching.is_running else "ended"

    def start(self, source: int | Path) -> None:
        """Look at what a webcam sees, or at a film."""
        scene, house = self._desk.scene, self._desk.house
        if scene.view != "mosaic":
            self._desk.change(view="mosaic")
        if not jobs.is_here(house.weights, scene.net):
            self._desk.offer_accepted()
            return
        picture = house.pictures.current()
        self._began_at = "" if picture is None else picture.ref
        self._wish.post(self._desk.scene)
        self._watching.start(source, lambda frames: watch(house.weights, frames, self._wish))

    def stop(self) -> None:
        """Let go of the webcam or the film, and show the photo again."""
        is_running = self._watching.is_running
        self.left()
        if not is_running:
            self._changed()

    def left(self) -> None:
        """The page is not looked at: let go of the webcam."""
        self._watching.last = None
        self._watching.stop()

    def follow(self, scene: ActivationsScene, picture: Picture | None) -> Picture | None:
        """Let the film be looked at as the scene says; the image to look at, a frame or it."""
        self._wish.post(scene)
        ref = "" if picture is None else picture.ref
        if self.is_on and ref != self._began_at:
            self.left()
        return picture if self.last is None else self.last.picture

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps this one."""
        self._watching.cancelled(lane)
