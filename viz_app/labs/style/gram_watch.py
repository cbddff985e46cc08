"""Asks for the Gram matrices of the picture under way, one question at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from viz_app.engine.engine import Failure
from viz_app.labs.presenter import House
from viz_app.labs.style import gram_jobs
from viz_app.labs.style.gram_jobs import Grams
from viz_app.labs.style.runs import Run

GRAM_LANE = "style.gram"
AIMS = ("others", "mask", "network", "pooling", "style_scale", "colours")
"""Fields that what is asked of a layer depends on, beside the styles and the picture's size."""


class GramWatch:
    """Holds the newest answer; a picture that changes meanwhile is asked about next."""

    def __init__(
        self, house: House, on_answer: Callable[[], None], on_failed: Callable[[Failure], None]
    ) -> None:
        self._house = house
        self._on_answer = on_answer
        self._on_failed = on_failed
        self._answers_to: tuple[Any, ...] = ()
        self._given_up: tuple[Any, ...] = ()  # what failed is not asked again at each step
        self.newest: Grams | None = None
        self.is_asked = False

    def ask(self, run: Run, layer: str) -> None:
        """Ask about a run's picture, unless that is known or another question is open."""
        if self.is_asked or run.state is None or run.style is None or run.content is None:
            return
        scene = run.scene
        aim = (layer, run.style.ref, *(getattr(scene, field) for field in AIMS))
        if scene.colours == "histogram":
            aim += (run.content.ref,)
        wanted = (run.state, aim, scene.blend)  # a state equals itself only
        is_known = wanted == self._answers_to or aim == self._given_up
        if is_known or not self._house.weights.is_present(scene.network):
            return
        self._answers_to, self.is_asked = wanted, True
        self._given_up = ()
        self._house.runner.run(
            GRAM_LANE,
            gram_jobs.grams(self._house.weights, run.painting(), layer, scene.blend, aim),
            title="Comparing Gram matrices",
            on_done=self._take,
            on_failed=self._fail,
        )

    def cancelled(self, lane: str) -> None:
        """The engine was told to let a lane go."""
        if lane == GRAM_LANE:
            self.is_asked = False

    def _take(self, grams: Grams) -> None:
        self.newest, self.is_asked = grams, False
        self._on_answer()

    def _fail(self, failure: Failure) -> None:
        self.is_asked, self._given_up = False, self._answers_to[1]
        self._on_failed(failure)
