"""Answers that grow while they are worked on: the newest part is shown, the whole is kept."""

from __future__ import annotations

from collections.abc import Hashable

from viz_app.labs.detection.asking import A, Asking


class Streaming(Asking[A]):
    """As `Asking`, and each step of the job is an answer already."""

    def _on_step(self, request: Hashable, answer: A) -> None:
        self._answers[request] = answer
        self._show_again()
