"""The view of one-pass styles: asks for a preview, follows a webcam, hands its picture on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.engine.mailbox import Mailbox
from viz_app.files.weights import WeightsStore
from viz_app.labs.controls import Action
from viz_app.labs.presenter import House
from viz_app.labs.style import one_pass_jobs as jobs
from viz_app.labs.style.one_pass_jobs import ARBITRARY, Codes, Preview, Watched, Wish, wish_of
from viz_app.labs.style.one_pass_snippet import one_pass_program
from viz_app.labs.style.scene import BUILT_IN, MOST_STYLES, StyleScene
from viz_app.labs.style.shown import MB, Offer
from viz_app.labs.watching import WEBCAM, Watching

PREVIEW_LANE, THUMBS_LANE, LIVE_LANE = "style.preview", "style.thumbs", "style.live"
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class OnePassShown:
    """All that the view shows; ``thumbs`` are the built-in styles that are painted so far."""

    pixels: Pixels | None
    before: Pixels | None
    words: str
    codes: Codes | None
    thumbs: tuple[Pixels, ...]
    is_watching: bool
    is_paused: bool


class OnePassView(Protocol):
    """What this part tells its panel."""

    def show_one_pass(self, shown: OnePassShown) -> None:
        """Show a picture that was painted in one pass, or how far it is."""

    def ask_video(self) -> None:
        """Ask for a film to watch."""


class OnePass:
    """Part of the presenter.

    Parameters
    ----------
    change
        goes on to a scene with some fields changed
    show_again
        shows the lab
    start_from
        starts the optimisation from a picture of the current image
    """

    def __init__(
        self,
        view: OnePassView,
        house: House,
        scene: Callable[[], StyleScene],
        change: Callable[..., None],
        show_again: Callable[[], None],
        start_from: Callable[[Pixels], None],
        fail: Callable[[Failure], None],
    ) -> None:
        self._view, self._house, self._scene = view, house, scene
        self._change, self._show_again, self._start_from = change, show_again, start_from
        self._fail = fail
        self._preview: Preview | None = None
        self._preview_of: tuple[Wish, str] | None = None
        self._asked: tuple[Wish, str] | None = None  # is being painted
        self._refused: tuple[Wish, str] | None = None  # failed or cancelled: waits for a change
        self._thumbs: tuple[Pixels, ...] = ()
        self._thumbs_asked = False
        self._wish = Mailbox(wish_of(scene()))
        self._watching: Watching[Watched] = Watching(LIVE_LANE, house, show_again, fail)
        self._began_at = ""  # the current image when the webcam or the film was begun

    @property
    def is_here(self) -> bool:
        """Whether the network that the scene wants is on this computer."""
        return self._house.weights.is_present(self._scene().one_pass)

    @property
    def actions(self) -> tuple[Action, ...]:
        """The commands of the view."""
        a = Action
        return (
            a("Start from this", "Start the optimisation from this picture instead of the photo; "
              "it goes on towards the style picture on the left.", self.start_asked, "Shift+F5",
              "play", self.has_still),
            a("Watch the webcam", "What the webcam sees, painted; nothing is kept or sent.",
              lambda: self.start(WEBCAM), icon="video-camera"),
            a("Watch a film…", "A video file, painted at its own speed as far as that goes.",
              lambda: self._view.ask_video(), icon="film-strip"),
            a("Pause the film", "Stand still, or go on.", self._watching.pause_toggled,
              icon="pause", is_enabled=lambda: self._watching.is_running),
            a("Stop watching", "Let go of the webcam or the film, back to the photo.", self.stop,
              icon="stop", is_enabled=lambda: self._watching.last is not None
              or self._watching.is_running),
            a("Take this frame", "Make the frame the current image, for every view and lab.",
              self._watching.frame_taken, icon="camera",
              is_enabled=lambda: self._watching.last is not None),
        )  # fmt: skip

    def show(self, scene: StyleScene, picture: Picture | None) -> None:
        """Show what is painted, and ask for what is not."""
        self._wish.post(wish_of(scene))
        ref = "" if picture is None else picture.ref
        if not self._watching.is_running and ref != self._began_at:
            self._watching.last = None
        if self.is_here and picture is not None:
            if not self._watching.is_running and self._watching.last is None:
                self._want(scene, picture)
            self._want_thumbs(scene)
        self._view.show_one_pass(self._look(picture))

    def offer(self) -> Offer | None:
        """What is missing, if anything is."""
        if self.is_here:
            return None
        name = self._scene().one_pass
        network = self._house.weights.registry.network(name)
        what = "any style picture" if name == ARBITRARY else "26 styles of its own"
        return Offer(
            "One pass paints at once",
            f"A small network that was trained to paint: {what}, in a fraction of a second. It is "
            "not on this computer yet.",
            f"{network.size / MB:.1f} MB · {network.licence} · pictures stay on this computer",
        )

    def start(self, source: int | Path) -> None:
        """Paint what a webcam sees, or a film."""
        if self._scene().view != "one_pass":
            self._change(view="one_pass")
        if not self.is_here:
            self._house.offer_network(self._scene().one_pass)
            return
        self._house.runner.cancel(PREVIEW_LANE)
        self._asked = None
        picture = self._house.pictures.current()
        self._began_at = "" if picture is None else picture.ref
        self._wish.post(wish_of(self._scene()))
        store: WeightsStore = self._house.weights
        self._watching.start(source, lambda frames: jobs.watch(store, frames, self._wish))

    def stop(self) -> None:
        """Let go of the webcam or the film, and show the photo again."""
        self._watching.last = None
        if self._watching.is_running:
            self._watching.stop()
        else:
            self._show_again()

    def left(self) -> None:
        """The view is not looked at: let go of the webcam."""
        self._watching.stop()

    def start_asked(self) -> None:
        """Start the optimisation from the preview."""
        preview = self._still()
        if preview is not None:
            self._start_from(preview.pixels)

    def chosen(self, style: int) -> None:
        """Paint in one of the built-in styles."""
        self._change(gesture="built_in", built_in=(style,), one_pass=jobs.BUILT_IN_NETWORK)

    def toggled(self, style: int) -> None:
        """Mix a built-in style in, or leave it out; one always stays."""
        mixed = self._scene().built_in
        left = tuple(known for known in mixed if known != style)
        if len(left) == len(mixed):
            left = (*mixed, style)
        if len(left) > MOST_STYLES:
            self._house.speaker.tell(f"At most {MOST_STYLES} styles can be mixed: leave one out.")
        elif left:
            self._change(built_in=left)

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps one of these."""
        self._watching.cancelled(lane)
        if lane == PREVIEW_LANE and self._asked is not None:
            self._refused, self._asked = self._asked, None
        if lane == THUMBS_LANE:
            self._thumbs_asked = False

    def forgive(self) -> None:
        """Let what failed be asked again."""
        self._refused, self._thumbs_asked = None, False

    def is_settled(self) -> bool:
        """Whether the picture that the scene asks for is on the screen, or none will be."""
        has_thumbs = not self._thumbs_asked or len(self._thumbs) in (0, BUILT_IN)
        return not self.is_here or (self._asked is None and has_thumbs)

    def kept(self) -> tuple[str, Pixels] | None:
        """What Save picture saves: the stem of a file name, and the pixels."""
        last = self._watching.last
        preview = self._preview if last is None else last.preview
        if preview is None:
            return None
        picture = self._house.pictures.current()
        stem = "picture" if picture is None else Path(picture.name).stem
        return f"{stem} in one pass" if last is None else "frame in one pass", preview.pixels

    def snippet(self, weights: Path | None) -> str:
        """A program that paints the same picture."""
        picture = self._house.pictures.current()
        return one_pass_program(wish_of(self._scene()), picture, weights)

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, by name."""
        wish, last = wish_of(self._scene()), self._watching.last
        preview = self._preview if last is None else last.preview
        words: dict[str, Any] = {
            "network": wish.network,
            "styles": np.array(wish.styles, np.str_),
            "weights": np.array(wish.weights),
            "strength": wish.strength,
        }
        if preview is not None:
            words["seconds"] = preview.seconds
            if preview.codes is not None:
                words["code_style"] = preview.codes.style
                words["code_content"] = preview.codes.content
                words["code_mixed"] = preview.codes.mix
        if last is not None:
            words |= {"frame": last.frame.number, "frames_per_second": last.fps}
            words["frames_dropped"] = last.dropped
        return words

    def has_still(self) -> bool:
        """Whether there is a preview of the current image on the screen."""
        return self._scene().view == "one_pass" and self._still() is not None

    def _still(self) -> Preview | None:
        """The preview of the current image, unless a film is on the screen."""
        picture = self._house.pictures.current()
        is_of_it = picture is not None and self._preview_of is not None
        if not is_of_it or self._watching.last is not None or self._watching.is_running:
            return None
        assert picture is not None
        assert self._preview_of is not None
        return self._preview if self._preview_of[1] == picture.ref else None

    def _want(self, scene: StyleScene, picture: Picture) -> None:
        request = wish_of(scene), picture.ref
        if request == self._refused:
            return
        if self._asked is not None and self._asked[1] == picture.ref:
            return  # it is shown first, then the newest is asked for: a drag is seen all along
        if request == self._preview_of:
            if self._asked is not None:  # on the way to another photo, and back
                self._house.runner.cancel(PREVIEW_LANE)
                self._asked = None
            return
        self._asked = request
        self._house.runner.run(
            PREVIEW_LANE,
            jobs.preview(self._house.weights, request[0], picture),
            title=f"Painting {picture.name} in one pass",
            on_done=lambda preview: self._on_painted(request, preview),
            on_failed=self._on_failed,
        )

    def _want_thumbs(self, scene: StyleScene) -> None:
        if scene.one_pass != jobs.BUILT_IN_NETWORK or self._thumbs_asked:
            return
        if len(self._thumbs) < BUILT_IN:
            self._thumbs_asked = True
            self._house.runner.run(
                THUMBS_LANE,
                jobs.thumbnails(self._house.weights),
                title="Painting small pictures of the styles",
                on_step=self._on_thumbs,
                on_done=lambda _none: None,
                on_failed=self._fail,
            )

    def _on_painted(self, request: tuple[Wish, str], preview: Preview) -> None:
        self._preview, self._preview_of, self._asked, self._refused = preview, request, None, None
        self._show_again()

    def _on_failed(self, failure: Failure) -> None:
        self._refused, self._asked = self._asked, None
        self._fail(failure)
        self._show_again()

    def _on_thumbs(self, thumbs: tuple[Pixels, ...]) -> None:
        self._thumbs = thumbs
        self._show_again()

    def _look(self, picture: Picture | None) -> OnePassShown:
        watching, last = self._watching, self._watching.last
        if last is not None or watching.is_running:
            preview = None if last is None else last.preview
            before = None if last is None else last.frame.pixels
            words, facts = watching.words(), [watching.place()]
        else:
            preview, before = self._preview, None if picture is None else picture.pixels
            words, facts = "" if self._asked is None else "Painting …", []
            if preview is not None:
                facts = [f"{preview.pixels.shape[1]} × {preview.pixels.shape[0]} px"]
        if preview is not None:
            pixels: Pixels | None = preview.pixels
            words = words or "painted in one pass"
            facts = [*facts, f"{preview.seconds * 1e3:.0f} ms"]
        else:
            pixels = before
        return OnePassShown(
            pixels,
            before,
            " · ".join(filter(None, (words, *facts))),
            None if preview is None else preview.codes,
            self._thumbs,
            last is not None or watching.is_running,
            watching.is_paused,
        )
