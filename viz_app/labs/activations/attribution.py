"""The view that tells why a unit fired: asks for the maps, keeps them, tells the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.files import labels
from viz_app.labs.activations import attribution_jobs as jobs
from viz_app.labs.activations.attribution_jobs import Explained, Question, Subject
from viz_app.labs.activations.attribution_shown import (
    AttributionView,
    WhyShown,
    key_of,
    note_of,
    shown_of,
    subject_words,
)
from viz_app.labs.activations.attribution_snippet import attribution_program
from viz_app.labs.activations.attribution_words import METHOD_WORDS
from viz_app.labs.activations.layers import name_of
from viz_app.labs.activations.part import Desk, Part
from viz_app.labs.activations.scene import ActivationsScene, Method
from viz_app.labs.controls import Action

__all__ = ["AttributionPart", "AttributionView"]
LANE = "activations.why"


class AttributionPart(Part[AttributionView]):
    """Answers are kept while the same number is explained, so that methods change at once."""

    def __init__(self, desk: Desk, view: AttributionView) -> None:
        super().__init__(desk, view)
        self._subject: Subject | None = None
        self._wanted: tuple[Question, ...] = ()
        self._known: dict[Question, Explained] = {}
        self._under_way: frozenset[Question] = frozenset()
        self._stopped: frozenset[Question] = frozenset()  # cancelled or failed: not asked again
        a = Action
        self.actions = (
            a("Compare all methods", "All ways to ask why a unit fired, side by side; again for "
              "one.", self.compare_toggled, "", "columns", self._is_forward),
            a("Explain again", "Ask once more, after a cancel.", self.asked_again, "",
              "arrow-counter-clockwise", self._is_forward),
        )  # fmt: skip

    def show(self, scene: ActivationsScene, picture: Picture | None) -> None:
        unit = self.desk.unit()
        is_ready = scene.why_target == "class" or unit[0] >= 0
        if picture is not None and is_ready:
            self._ask(scene, picture, jobs.subject_of(scene, picture, unit))
        self._show(scene)

    def _ask(self, scene: ActivationsScene, picture: Picture, subject: Subject) -> None:
        if subject != self._subject:
            self._subject, self._stopped = subject, frozenset()
            self._known.clear()
        self._wanted = jobs.questions_of(scene, subject)
        missing = [q for q in self._wanted if not self._has(q) and q not in self._stopped]
        if not missing:
            if not self._under_way & set(self._wanted):
                self._let_go()
        elif not set(missing) <= self._under_way:
            self._under_way = frozenset(missing)
            self.house.runner.run(
                LANE,
                jobs.explain(self.house.weights, picture, tuple(missing)),
                title="Explaining the unit" if subject.layer else "Explaining the class",
                on_step=self._on_step,
                on_done=self._on_done,
                on_failed=self._on_failed,
            )

    def _has(self, question: Question) -> bool:
        return question in self._known and self._known[question].is_whole

    def _let_go(self) -> None:
        if self._under_way:
            self._under_way = frozenset()
            self.house.runner.cancel(LANE)

    def _on_step(self, explained: Explained) -> None:
        self._known[explained.question] = explained
        if explained.is_whole:
            self._under_way -= {explained.question}
        if self.desk.is_shown("why"):
            self._show(self.desk.scene)

    def _on_done(self, _answer: object) -> None:
        self._under_way = frozenset()
        if self.desk.is_shown("why"):
            self.show(self.desk.scene, self.house.pictures.current())

    def _on_failed(self, failure: Failure) -> None:
        self._stop()
        self.desk.fail(failure)

    def _stop(self) -> None:
        self._stopped |= self._under_way
        self._under_way = frozenset()
        if self.desk.is_shown("why"):
            self._show(self.desk.scene)

    # What is shown

    def _show(self, scene: ActivationsScene) -> None:
        subject = self._subject
        found = [self._known[q] for q in self._wanted if q in self._known]
        main = found[0] if found else None
        words = METHOD_WORDS[scene.why_method]
        stages = jobs.cam_stages(subject.network, subject.layer) if subject is not None else ()
        cam = next((q for q in self._wanted if q.method == "cam"), None)
        choice = "" if cam is None else cam.layer
        shown = WhyShown(
            photo=None if main is None else main.square,
            maps=tuple(shown_of(e, scene.why_look, scene.why_opacity) for e in found),
            waits=tuple(key_of(q) for q in self._wanted if q not in self._known),
            is_compared=scene.is_compared,
            headline="The network looks …" if main is None else subject_words(main),
            does="" if scene.is_compared else words.does,
            weakness="" if scene.is_compared else words.weakness,
            note="" if main is None else self._note(scene, main),
            choices=tuple((s.name, s.size_text) for s in stages) if cam is not None else (),
            choice=next((s.name for s in stages if choice in (s.before, s.after)), ""),
            is_class=scene.why_target == "class",
            klass=scene.why_class if main is None else main.index[0],
        )
        self.view.show_why(shown)

    def _note(self, scene: ActivationsScene, main: Explained) -> str:
        if self._stopped & set(self._wanted):
            return "Stopped before its end; “Explain again” in the menu goes on."
        if scene.is_compared:
            return "Click a map to read what its method does and where it misleads."
        return note_of(main)

    # Intents

    def method_chosen(self, method: Method) -> None:
        """Show one method large."""
        self.desk.change(why_method=method, is_compared=False)

    def layer_chosen(self, name: str) -> None:
        """Weight another layer's maps in Grad-CAM."""
        self.desk.change(why_layer=name)

    def class_chosen(self, index: int) -> None:
        """Explain another class; −1: the one that the image is taken for."""
        self.desk.change(why_class=index)

    def compare_toggled(self) -> None:
        """All methods side by side, or one."""
        self.desk.change(is_compared=not self.desk.scene.is_compared)

    def asked_again(self) -> None:
        """Ask for what was stopped."""
        self._stopped = frozenset()
        self.show(self.desk.scene, self.house.pictures.current())

    def _is_forward(self) -> bool:
        return self.desk.is_shown("why")

    # For the lab

    def numbers(self) -> Mapping[str, Any]:
        found = [self._known[q] for q in self._wanted if self._has(q)]
        if not found:
            return {}
        first = found[0]
        mine: dict[str, Any] = {
            "network": name_of(first.question.subject.network),
            "layer": first.question.subject.layer or jobs.output_layer(self.desk.scene.network),
            "index": list(first.index),
            "value": first.value,
            "input": first.square,
        }
        if len(first.index) == 1:
            mine["class"] = labels.imagenet()[first.index[0]]
        for explained in found:
            mine[explained.question.method] = explained.values
            if explained.gap is not None:
                mine["completeness_gap"] = explained.gap
        return mine

    def snippet(self, scene: ActivationsScene, picture: Picture | None) -> str | None:
        main = next((self._known[q] for q in self._wanted if q in self._known), None)
        if main is None:
            return None
        height, width = main.square.shape[:2]
        return attribution_program(scene, picture, self.house.weights, main.index, (height, width))

    def is_settled(self) -> bool:
        return bool(self._wanted) and all(self._has(q) or q in self._stopped for q in self._wanted)

    def cancelled(self, lane: str) -> None:
        if lane == LANE:
            self._stop()
