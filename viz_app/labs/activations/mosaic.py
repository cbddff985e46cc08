"""The view of all channels of a layer, with one of them large over the photo."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from viz_app.core.errors import SaveError
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure, Job
from viz_app.files.samples import SAMPLE
from viz_app.labs.activations import jobs
from viz_app.labs.activations.jobs import Look, Paint, Seen, Silence, Tiles
from viz_app.labs.activations.layers import (
    Stage,
    five_of,
    is_classifier,
    name_of,
    side_of,
    title_of,
)
from viz_app.labs.activations.live import Live
from viz_app.labs.activations.mosaic_shown import (
    MosaicView,
    channel_shown,
    effective_shown,
    facts,
    size_words,
)
from viz_app.labs.activations.part import Part
from viz_app.labs.activations.receptive import Field, field_of
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter

LANE = "activations.mosaic"
SEARCH = "dead"  # the name of the one question that the user asks and that takes long


class MosaicPart(Part[MosaicView]):
    """Asks for the channels of the layer, and tells what each unit sees.

    A question is asked once: what was asked last, and the newest answer, are kept by its name.
    """

    desk: ActivationsPresenter

    def __init__(self, desk: ActivationsPresenter, view: MosaicView) -> None:
        super().__init__(desk, view)
        self._asked: dict[str, Hashable] = {}
        self._answers: dict[str, Any] = {}
        self._waits: set[str] = set()
        self.live = Live(desk, view, self._on_frame)
        self.actions = (
            *self.live.actions,
            Action(
                "Find dead channels",
                "Which channels of the layer never fire on the images of the folder that the "
                "current image lies in, or on the bundled ones.",
                self.dead_asked,
                icon="moon",
                is_enabled=self.has_maps,
            ),
            Action(
                "Five layers side by side",
                "The strongest channels of five layers, from the first to the last; again for one.",
                lambda: desk.change(is_beside=not desk.scene.is_beside),
                "Ctrl+L",
            ),
        )

    @property
    def seen(self) -> Seen | None:
        """The newest answer of the network, if it is to what the scene asks."""
        seen: Seen | None = self._answers.get("look")
        if seen is None or seen.look != self._asked.get("look"):
            return None
        scene = self.desk.scene  # a film's newest frame was perhaps looked at up to another layer
        is_it = (seen.look.network, seen.look.layer) == (scene.net, scene.asked)
        return seen if is_it else None

    @property
    def _tiles(self) -> Tiles | None:
        tiles: Tiles | None = self._answers.get("paint")
        return tiles if tiles is not None and tiles.paint == self._asked.get("paint") else None

    # What is asked

    def look(self, scene: ActivationsScene, picture: Picture | None) -> None:
        """Ask for the channels of the layer."""
        if picture is not None:
            look = jobs.look_of(scene, picture)
            job = jobs.look_at(self.house.weights, picture, look)
            self._ask("look", look, job, f"Looking with {title_of(scene.net)}")

    def show(self, scene: ActivationsScene, picture: Picture | None) -> None:
        picture = self.live.follow(scene, picture)
        if not self.live.is_moving:  # each frame brings its answers along
            self.look(scene, picture)
            if picture is not None:
                self._ask_about_image(scene, picture)
            if self.seen is not None:
                self._ask_about_maps(scene, self.seen)
        self._show_all(scene)

    def _ask_about_image(self, scene: ActivationsScene, picture: Picture) -> None:
        ref = picture.ref or picture.name
        if is_classifier(scene.net):
            job = jobs.guess_classes(self.house.weights, picture, scene.net)
            self._ask("classes", (scene.net, ref), job, "Naming the image")
        if scene.is_beside:
            paint, stages = self._five(scene, ref)
            five = jobs.look_beside(self.house.weights, picture, paint, stages)
            self._ask("beside", (paint, stages), five, "Looking at five layers")

    def _five(self, scene: ActivationsScene, ref: str) -> tuple[Paint, tuple[Stage, ...]]:
        look = Look(ref, scene.net, "", scene.size)
        paint = Paint(look, scene.scale, scene.colours, "strongest")
        return paint, five_of(scene.net, is_every=scene.is_every)

    def _ask_about_maps(self, scene: ActivationsScene, seen: Seen) -> None:
        paint = Paint(seen.look, scene.scale_shown, scene.colours, scene.order)
        self._ask("paint", paint, jobs.paint_tiles(seen, paint), "Colouring")
        if scene.is_effective and not scene.is_beside:
            probe = jobs.Probe(seen.look, scene.channel, *self.unit())
            job = jobs.effective_of(self.house.weights, seen, probe)
            self._ask("effective", probe, job, "Following the gradient")

    def dead_asked(self) -> None:
        """Go through the images of the folder and find the channels that never fire."""
        scene = self.desk.scene
        image, layer = self.house.document.desk.image, scene.stage.after
        job = jobs.find_silent(self.house.weights, scene.net, layer, image)
        self._asked.pop(SEARCH, None)
        self._ask(SEARCH, (scene.net, layer), job, "Finding dead channels")

    def _ask(self, name: str, key: Hashable, job: Job, title: str) -> None:
        if self._asked.get(name) == key:
            return
        self._asked[name] = key
        self._waits.add(name)
        self.house.runner.run(
            f"{LANE}.{name}",
            job,
            title=title,
            on_step=self._taker(name),
            on_done=self._taker(name, is_last=True),
            on_failed=lambda failure: self._on_failed(name, failure),
        )

    # Answers

    def _on_frame(self) -> None:
        watched = self.live.last
        if watched is not None:
            look, scene = watched.seen.look, self.desk.scene
            answers: dict[str, tuple[Hashable, Any]] = {
                "look": (look, watched.seen),
                "paint": (watched.tiles.paint, watched.tiles),
                "classes": ((look.network, look.image), watched.classes),
            }
            if watched.beside:
                answers["beside"] = (self._five(scene, look.image), watched.beside)
            for name, (key, answer) in answers.items():
                self._asked[name], self._answers[name] = key, answer
                self._waits.discard(name)
        if self.desk.is_shown("mosaic"):
            self.desk.show(self.desk.scene, self.house.pictures.current())

    def _taker(self, name: str, *, is_last: bool = False) -> Callable[[Any], None]:
        def take(answer: Any) -> None:
            self._answers[name] = answer
            if is_last:
                self._waits.discard(name)
            if self.desk.is_shown("mosaic"):
                self.show(self.desk.scene, self.house.pictures.current())
            if name == "look":
                self.desk.map_arrived()
            if name == SEARCH and is_last:
                self._tell_dead(answer)

        return take

    def _on_failed(self, name: str, failure: Failure) -> None:
        self._waits.discard(name)
        self.desk.fail(failure)
        if name == "look" and self.desk.is_shown("mosaic"):
            self.view.show_waiting("There is nothing to show: see the message above.")

    def _tell_dead(self, silence: Silence) -> None:
        if silence.silent is None:
            self.house.speaker.tell(
                f"{self.desk.scene.layer} has values below zero, so a channel of it is never "
                "dead: choose a layer behind a ReLU."
            )
            return
        done = int(silence.progress.done) - len(silence.unreadable)
        count = len(silence.silent)
        words = "No dead channel: each fires on at least one"
        if count:
            words = f"{count} dead channel{'s' * (count > 1)}, silent on all"
        sentence = f"{words} of {done} {silence.where}"
        if silence.unreadable:
            sentence += f"; {len(silence.unreadable)} more could not be read"
        elif self.house.document.desk.image.startswith(SAMPLE):
            sentence += "; open a folder of your own to look at yours (Ctrl+Shift+O)"
        self.house.speaker.tell(
            f"{sentence}.", details="\n".join(silence.unreadable), is_good=not silence.unreadable
        )

    # What is shown

    def _show_all(self, scene: ActivationsScene) -> None:
        seen, tiles = self.seen, self._tiles
        live = self.live.shown()
        self.view.show_live(live)
        if "look" not in self._answers:
            self.view.show_waiting("The network looks at the image …")
        is_classifier_ = is_classifier(scene.net)
        classes = self._answer_to("classes", self._asked.get("classes")) or ()
        self.view.show_classes(classes if is_classifier_ else None)
        if seen is None:
            return
        if tiles is not None:
            self.view.show_tiles(tiles, scene.channel, self._dead(scene))
        if scene.is_beside and (five := self._answers.get("beside")) is not None:
            self.view.show_beside(five, scene.colours)
        shown = channel_shown(scene, seen, self.unit())
        self.view.show_channel(shown)
        effective = None
        is_still = not self.live.is_moving
        if scene.is_effective and is_still and "effective" not in self._waits:
            effective = self._answers.get("effective")
        self.view.show_effective(
            None if effective is None else effective_shown(effective, shown.field)
        )
        words = facts(seen, tiles, self._silence(scene))
        if live.words:  # what trembles from frame to frame is left out
            words = f"{live.words} · {size_words(seen)}"
        self.view.show_facts(words)

    def _answer_to(self, name: str, key: Hashable) -> Any:
        is_it = self._asked.get(name) == key and name not in self._waits
        return self._answers.get(name) if is_it else None

    def _silence(self, scene: ActivationsScene) -> Silence | None:
        silence: Silence | None = self._answers.get(SEARCH)
        is_it = self._asked.get(SEARCH) == (scene.net, scene.asked)
        return silence if is_it else None

    def _dead(self, scene: ActivationsScene) -> frozenset[int]:
        silence = self._silence(scene)
        return frozenset(silence.silent or ()) if silence is not None else frozenset()

    # For the lab and the other parts

    def unit(self) -> tuple[int, int]:
        """The pinned unit, or the strongest of the channel; (−1, −1) without a map."""
        scene, seen = self.desk.scene, self.seen
        if seen is None:
            return -1, -1
        plane = seen.maps[scene.channel]
        if scene.is_pinned and scene.row < plane.shape[0] and scene.column < plane.shape[1]:
            return scene.row, scene.column
        row, column = divmod(int(plane.argmax()), plane.shape[1])
        return row, column

    def field_at(self, row: int, column: int) -> Field | None:
        """What a unit of the layer sees."""
        if self.seen is None:
            return None
        look = self.seen.look
        unit = (self.desk.scene.channel, row, column)
        return field_of(look.network, look.layer, unit, *self.input_shape())

    def input_shape(self) -> tuple[int, int]:
        """Height and width of what the network looked at."""
        if self.seen is None or self.seen.look.network != self.desk.scene.net:
            side = side_of(self.desk.scene.net)
            return side, side
        height, width = self.seen.square.shape[:2]
        return height, width

    def has_maps(self) -> bool:
        """Whether there is something to save."""
        return self.seen is not None

    def neighbour(self, channel: int, by: int) -> int:
        """The channel so many places further on in the mosaic."""
        tiles = self._tiles
        if tiles is None or channel not in tiles.order:
            return channel + by
        at = tiles.order.index(channel) + by
        return tiles.order[min(max(at, 0), len(tiles.order) - 1)]

    def layer_numbers(self) -> Mapping[str, Any]:
        """All channels of the layer and what was looked at, for a file."""
        if self.seen is None:
            raise SaveError("There are no numbers yet: wait until the network has looked.")
        look = self.seen.look
        return {
            "network": name_of(look.network),
            "layer": look.layer,
            "activations": self.seen.maps,
            "input": self.seen.square,
        }

    def numbers(self) -> Mapping[str, Any]:
        seen, unit = self.seen, self.unit()
        if seen is None or unit[0] < 0:
            return {}
        field = self.field_at(*unit)
        assert field is not None
        mine: dict[str, Any] = {
            "network": name_of(seen.look.network),
            "layer": seen.look.layer,
            "channel": self.desk.scene.channel,
            "row": unit[0],
            "column": unit[1],
            "value": float(seen.maps[(self.desk.scene.channel, *unit)]),
            "field_rows": np.array(field.rows),
            "field_columns": np.array(field.columns),
            "largest": seen.maps.max((1, 2)),
            "mean": seen.maps.mean((1, 2)),
            "share_of_zeros": (seen.maps == 0).mean((1, 2)),
        }
        if classes := self._answer_to("classes", self._asked.get("classes")):
            mine["classes"] = np.array([g.label for g in classes], dtype=np.str_)
            mine["probabilities"] = np.array([g.probability for g in classes])
        return mine

    def is_settled(self) -> bool:
        return not self._waits - {SEARCH} and self._tiles is not None

    def close(self) -> None:
        self.live.left()

    def cancelled(self, lane: str) -> None:
        self.live.cancelled(lane)
        if lane.startswith(f"{LANE}."):
            name = lane.removeprefix(f"{LANE}.")
            self._waits.discard(name)
            self._asked.pop(name, None)
