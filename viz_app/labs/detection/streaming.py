"""Answers that grow while they are worked on: the newest part is shown, the whole is kept."""

from __future__ import annotations

from collections.abc import Hashable

from viz_app.engine.engine import Job
from viz_app.labs.detection.asking import A, Asking


class Streaming(Asking[A]):
    """As `Asking`, and each step of the job is an answer already."""

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

    def _on_step(self, request: Hashable, answer: A) -> None:
        self._answers[request] = answer
        self._show_again()
