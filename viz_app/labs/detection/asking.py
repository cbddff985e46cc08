"""Answers that need a network: asked for once, the last few kept, a failed one not asked again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from viz_app.engine.engine import Failure, Job
from viz_app.labs.presenter import House

A = TypeVar("A")

KEPT_ANSWERS = 6  # of the last pictures and sizes


class Asking(Generic[A]):
    """One lane of the engine and its answers by request."""

    def __init__(
        self,
        lane: str,
        house: House,
        show_again: Callable[[], None],
        fail: Callable[[Failure], None],
    ) -> None:
        self.lane = lane
        self._house, self._show_again, self._fail = house, show_again, fail
        self._answers: OrderedDict[Hashable, A] = OrderedDict()
        self._asked: Hashable | None = None  # is being worked on
        self._refused: Hashable | None = None  # failed or cancelled: not asked again by itself

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is being worked on."""
        return self._asked is not None

    def get(self, request: Hashable) -> A | None:
        """The answer, if it is here."""
        return self._answers.get(request)

    def want(self, request: Hashable, job: Job, title: str) -> bool:
        """Ask, unless that is under way; False if it failed or was stopped before."""
        if request == self._refused:
            return False
        if request != self._asked:
            self._asked = request
            self._house.runner.run(
                self.lane,
                job,
                title=title,
                on_done=lambda answer: self._on_done(request, answer),
                on_step=lambda answer: self._on_step(request, answer),
                on_failed=self._on_failed,
            )
        return True

    def forgive(self) -> None:
        """Let what failed be asked again."""
        self._refused = None

    def cancelled(self, lane: str) -> None:
        """The user cancelled a job, perhaps this one."""
        if lane == self.lane and self._asked is not None:
            self._refused, self._asked = self._asked, None
            self._show_again()

    def _on_step(self, request: Hashable, answer: A) -> None:
        """A step of the job: its progress, which the house shows."""

    def _on_done(self, request: Hashable, answer: A) -> None:
        self._answers[request] = answer
        while len(self._answers) > KEPT_ANSWERS:
            self._answers.popitem(last=False)
        self._asked = None
        self._show_again()

    def _on_failed(self, failure: Failure) -> None:
        self._refused, self._asked = self._asked, None
        self._fail(failure)
        self._show_again()
