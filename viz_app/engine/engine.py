"""One worker thread that runs jobs, a turn at a time, for every lab.

A *lane* is a question ("style.run", "detection.boxes"). A new job in a lane replaces the former
one: the latest wins. A job is a function of a :class:`Turn`. If it returns a generator, each
``yield`` hands out a snapshot, ends the turn, and is where cancelling, pausing and the other lanes
take effect; so no algorithm ever sees a thread.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import traceback
from collections.abc import Callable, Generator, Hashable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from viz_app.engine.memory import give_back

log = logging.getLogger(__name__)
T = TypeVar("T")

REST_S = 2.0  # without a job for so long, the thread gives memory back
NICENESS = 10  # the window's thread goes first: see "Worker" in docs/decisions.md


class Retired(BaseException):
    """Raised by :meth:`Turn.check` once the job was replaced or cancelled.

    Not an ``Exception``, so that no ``except Exception`` in a job swallows it.
    """


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is; a snapshot may carry one as its attribute ``progress``."""

    done: float
    total: float
    unit: str = "steps"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: the error without its frames (they hold tensors), and its traceback."""

    error: BaseException
    details: str
    is_memory_short: bool


@dataclass(frozen=True, slots=True)
class Event:
    """What the engine tells of a job; ``value`` is a snapshot, the result or a Failure."""

    lane: str
    ticket: int
    kind: Literal["step", "done", "failed"]
    value: Any


class Turn:
    """What a running job may ask of its engine. Only valid on the engine's thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._retired = threading.Event()

    @property
    def device(self) -> str:
        """The device to compute on now; it may change between two steps."""
        return self._engine.device

    def check(self) -> None:
        """Raise :class:`Retired` if the job is no longer wanted; cheap enough for every layer."""
        if self._retired.is_set():
            raise Retired

    def keep(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what an earlier job left under ``key``, made by ``make`` the first time.

        A network is loaded once this way. What is kept goes when the device changes and when
        memory runs short.
        """
        shelf = self._engine._shelf
        if key not in shelf:
            shelf[key] = make()
        return shelf[key]  # type: ignore[no-any-return]


Job = Callable[[Turn], Any]


@dataclass(slots=True, eq=False)
class _Task:
    ticket: int
    job: Job
    turn: Turn
    steps: Generator[Any, None, Any] | None = None
    must_finish: bool = False
    turns_left: float = float("inf")  # 0: paused


class Engine:
    """A thread, its lanes, and what its jobs keep between them.

    Parameters
    ----------
    post
        called on the engine's thread with every :class:`Event`
    name
        the thread's name
    relieve
        called on the thread after a job ran out of memory, to give back what caches hold
    at_rest
        called on the thread once there has been no job for ``REST_S``
    is_held
        no job gets a turn before :meth:`release` (the window is painted first)
    """

    def __init__(
        self,
        post: Callable[[Event], None],
        name: str = "engine",
        relieve: Callable[[], None] = lambda: None,
        *,
        at_rest: Callable[[], None] = give_back,
        is_held: bool = False,
    ) -> None:
        self._post = post
        self._at_rest = at_rest
        self._is_held = is_held
        self._relieve = relieve
        self._device = "cpu"
        self._shelf: dict[Hashable, Any] = {}
        self._is_shelf_stale = False
        self._lanes: dict[str, _Task] = {}  # in the order of their turns
        self._retired: list[_Task] = []  # replaced or cancelled, to be closed on the thread
        self._tickets = itertools.count(1)
        self._wake = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    @property
    def device(self) -> str:
        return self._device

    def set_device(self, device: str) -> None:
        """Let all turns from now on compute on ``device``; running jobs move at their next step."""
        with self._wake:
            if device != self._device:
                self._device = device
                self._is_shelf_stale = True

    def release(self) -> None:
        """Let the jobs that wait begin, in the order in which they came."""
        with self._wake:
            self._is_held = False
            self._wake.notify()

    def submit(
        self, lane: str, job: Job, *, must_finish: bool = False, turns: float = float("inf")
    ) -> int:
        """Retire the lane's former job, queue this one, and return its ticket.

        A job that must finish (a file being saved) still gets its turns while the engine closes.
        With ``turns`` it is paused after so many of them.
        """
        with self._wake:
            if self._is_closing:
                raise RuntimeError("the engine is closed")
            self._retire(lane)
            task = self._lanes[lane] = _Task(
                next(self._tickets), job, Turn(self), must_finish=must_finish, turns_left=turns
            )
            self._wake.notify()
        return task.ticket

    def cancel(self, lane: str) -> None:
        """Retire the lane's job; it ends at its next check or yield, and says nothing more."""
        with self._wake:
            self._retire(lane)
            self._wake.notify()

    def pause(self, lane: str) -> None:
        """Give the lane no more turns until it is resumed; its state stays."""
        self.resume(lane, turns=0)

    def resume(self, lane: str, turns: float = float("inf")) -> None:
        """Give the lane its turns again, or only so many after the one that it is in."""
        with self._wake:
            if (task := self._lanes.get(lane)) is not None:
                task.turns_left = turns
                self._wake.notify()

    def is_busy(self, lane: str) -> bool:
        """Whether the lane has a job that waits, runs or is paused."""
        with self._wake:
            return lane in self._lanes

    def close(self, timeout_s: float = 5.0) -> bool:
        """Retire everything and end the thread; False if it did not end in time."""
        with self._wake:
            self._is_closing = True
            self._is_held = False
            for lane, task in list(self._lanes.items()):
                if not task.must_finish:
                    self._retire(lane)
            self._wake.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _retire(self, lane: str) -> None:
        if (old := self._lanes.pop(lane, None)) is not None:
            old.turn._retired.set()
            self._retired.append(old)

    def _next_turn(self) -> tuple[str, _Task] | None:
        if self._is_held:
            return None
        return next(((k, t) for k, t in self._lanes.items() if t.turns_left > 0), None)

    def _loop(self) -> None:
        with suppress(AttributeError, OSError):  # not every system can nice a single thread
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        has_rested = True
        while True:
            with self._wake:
                is_wanted = self._wake.wait_for(
                    lambda: self._retired or self._is_closing or self._next_turn(),
                    None if has_rested else REST_S,
                )
                retired, self._retired = self._retired, []
                if self._is_shelf_stale:
                    self._shelf.clear()
                    self._is_shelf_stale = False
                if (turn := self._next_turn()) is not None:
                    turn[1].turns_left -= 1  # now, so that a resume meanwhile counts from its end
                is_over = self._is_closing and turn is None
            while retired:
                self._shut(retired.pop())
            has_rested = not is_wanted
            if turn is not None:
                self._advance(*turn)
            elif is_over:
                self._shelf.clear()
                return
            elif has_rested:
                self._at_rest()
            turn = None  # hold no job's tensors while waiting

    def _shut(self, task: _Task) -> None:
        if task.steps is not None:
            try:
                task.steps.close()
            except Retired:
                pass  # a check met while cleaning up
            except Exception:
                log.exception("a cancelled job failed while cleaning up")
            task.steps = None

    def _advance(self, lane: str, task: _Task) -> None:
        outcome = self._step(task)
        with self._wake:
            is_wanted = outcome is not None and self._lanes.get(lane) is task
            if is_wanted and outcome is not None:
                del self._lanes[lane]
                if outcome[0] == "step":
                    self._lanes[lane] = task  # back of the queue: the others get a turn
        if is_wanted and outcome is not None:
            try:
                self._post(Event(lane, task.ticket, *outcome))
            except Exception:
                log.exception("an event of lane %s could not be delivered", lane)

    def _step(self, task: _Task) -> tuple[Literal["step", "done", "failed"], Any] | None:
        failure: Failure
        try:
            if task.steps is None:
                out = task.job(task.turn)
                if not isinstance(out, Generator):
                    return "done", out
                task.steps = out
            try:
                return "step", next(task.steps)
            except StopIteration as end:
                return "done", end.value
        except Retired:
            return None
        except BaseException as error:  # noqa: BLE001 - SystemExit too must not end the thread
            failure = Failure(error, traceback.format_exc(), is_memory_short(error))
            traceback.clear_frames(error.__traceback__)
        # outside the except block: inside it, the exception still holds the job's tensors
        failure.error.__traceback__ = None
        task.steps = None
        if failure.is_memory_short:
            self._shelf.clear()
            try:
                self._relieve()
            except Exception:
                log.exception("the caches could not be emptied")
        return "failed", failure


def is_memory_short(error: BaseException) -> bool:
    """Whether an error means that memory ran out, on the computer or on a device."""
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"  # torch's, told by name: no torch here
        or "DefaultCPUAllocator" in str(error)
        or "not enough memory" in str(error)
    )
