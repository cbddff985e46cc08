"""A run as the lab knows it: what it was told, where it is, what it has shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from viz_app.core.records import Picture
from viz_app.core.style_terms import StyleState
from viz_app.engine.mailbox import Mailbox
from viz_app.files.images import thumbnail
from viz_app.labs.style.film import Film
from viz_app.labs.style.jobs import Live, Painted, Painting
from viz_app.labs.style.mask import from_text
from viz_app.labs.style.scene import SIZES, StyleScene, controls_of, stages_of
from viz_app.labs.style.trace import Trace

Status = Literal["idle", "running", "paused"]


@dataclass(slots=True, eq=False)
class Run:
    """One optimisation and its picture; lives in the window's thread.

    Parameters
    ----------
    name
        "Run 3"
    lane
        of the engine
    scene
        what it was last told
    content, style
        its pictures; None until they are read
    painted
        the last step that was shown
    state
        where to go on from; None at the start
    key, content_ref, style_ref
        the file in the history and what its pictures are called; empty before it was kept
    status
        ``"idle"`` has no job (new, ended, cancelled or failed), ``"paused"`` has one that rests
    """

    name: str
    lane: str
    scene: StyleScene
    content: Picture | None = None
    style: Picture | None = None
    trace: Trace = field(default_factory=Trace)
    painted: Painted | None = None
    state: StyleState | None = None
    status: Status = "idle"
    film: Film = field(default_factory=Film)
    key: str = ""
    content_ref: str = ""
    style_ref: str = ""
    mailbox: Mailbox[Live] = field(init=False)
    _seen: tuple[StyleState, NDArray[np.uint8]] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.mailbox = Mailbox(live_of(self.scene))

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was painted yet and nothing is under way."""
        return self.status == "idle" and self.painted is None

    @property
    def step(self) -> int:
        """Steps taken so far."""
        return self.state.step if self.state is not None else 0

    @property
    def has_ended(self) -> bool:
        """Whether all steps were taken."""
        return self.status == "idle" and self.painted is not None and self.step >= self.scene.steps

    @property
    def pixels(self) -> NDArray[np.uint8] | None:
        """The picture as it is shown; before the first step, the content."""
        if self.painted is not None:
            return self.painted.pixels
        if self.state is not None:
            if self._seen is None or self._seen[0] is not self.state:
                pixels = (self.state.picture * 255).round().clip(0, 255).astype(np.uint8)
                self._seen = (self.state, pixels)
            return self._seen[1]
        return None if self.content is None else self.content.pixels

    @property
    def total(self) -> float | None:
        """J of the picture that is shown."""
        return None if self.painted is None else self.painted.snapshot.total

    def follow(self, scene: StyleScene) -> None:
        """Take over a scene; a running optimisation reads it at its next step."""
        self.scene = scene
        self.mailbox.post(live_of(scene))

    def took(self, painted: Painted) -> None:
        """A step was taken."""
        self.painted, self.state = painted, painted.snapshot.state
        self.film.add(painted.pixels)

    def painting(self) -> Painting:
        """What the engine is to paint."""
        assert self.content is not None
        assert self.style is not None
        return Painting(
            self.content.pixels,
            self.style.pixels,
            stages_of(self.scene),
            self.scene.colours == "histogram",
            self.state,
            self.scene.network,
            self.scene.others,
            from_text(self.scene.mask),
        )

    def forked(self, name: str, lane: str) -> Run:
        """A second run that goes on from here."""
        return Run(
            name,
            lane,
            self.scene,
            self.content,
            self.style,
            self.trace.copied(),
            self.painted,
            self.state,
            film=self.film.copied(),
        )


def state_of(pixels: NDArray[np.uint8]) -> StyleState:
    """A picture to start from, no larger than the largest size that is painted."""
    picture = thumbnail(pixels, SIZES[-1]).astype(np.float32) / 255
    picture.flags.writeable = False
    return StyleState(picture)


def live_of(scene: StyleScene) -> Live:
    """What a run reads at each step."""
    return Live(
        controls_of(scene),
        scene.style_layers,
        scene.colours == "luminance",
        scene.is_plateau_end,
    )
