"""Undo and redo as a list of frozen states."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

S = TypeVar("S")

GESTURE_S = 0.8  # moves of one control closer together than this are one step of undo


class History(Generic[S]):
    """States one can go back to; the moves of one gesture count as one.

    Parameters
    ----------
    first
        the state at the start
    limit
        how many steps are remembered
    clock
        seconds that only grow; a test gives its own
    """

    def __init__(
        self, first: S, limit: int = 200, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._states = [first]
        self._at = 0
        self._limit = limit
        self._clock = clock
        self._gesture = ""
        self._moved_at = 0.0

    @property
    def now(self) -> S:
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at < len(self._states) - 1

    def push(self, state: S, gesture: str = "") -> None:
        """Go on to ``state``, forgetting what was undone.

        A push with the gesture of the one before, soon after it, replaces that one.
        """
        if state == self.now:
            return
        moment = self._clock()
        is_same_gesture = (
            gesture != ""
            and gesture == self._gesture
            and moment - self._moved_at < GESTURE_S
            and self.can_undo
            and not self.can_redo
        )
        del self._states[self._at + 1 :]
        if is_same_gesture:
            self._states[self._at] = state
        else:
            self._states.append(state)
            del self._states[: -self._limit - 1]
            self._at = len(self._states) - 1
        self._gesture, self._moved_at = gesture, moment

    def replace(self, state: S) -> None:
        """Change the present without a step of undo: for what the user did not do."""
        self._states[self._at] = state

    def undo(self) -> S:
        """Go one step back, if there is one."""
        self._at = max(self._at - 1, 0)
        self._gesture = ""
        return self.now

    def redo(self) -> S:
        """Go one step forward, if there is one."""
        self._at = min(self._at + 1, len(self._states) - 1)
        self._gesture = ""
        return self.now
