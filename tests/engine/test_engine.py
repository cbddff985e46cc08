from __future__ import annotations

import os
import queue
import sys
import threading
from contextlib import suppress

import pytest

from viz_app.engine.engine import Engine, Event, Retired
from viz_app.engine.mailbox import Mailbox

WAIT_S = 10


class Desk:
    """Collects an engine's events."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.relieved = 0
        self.engine = Engine(self.events.put, relieve=self._relieve)

    def _relieve(self) -> None:
        self.relieved += 1

    def next(self) -> Event:
        return self.events.get(timeout=WAIT_S)

    def last_of(self, lane: str) -> Event:
        while (event := self.next()).lane != lane or event.kind == "step":
            pass
        return event


@pytest.fixture
def desk():
    desk = Desk()
    yield desk
    assert desk.engine.close(WAIT_S), "the engine's thread did not end"


def count_to(n):
    def job(turn):
        def steps():
            yield from range(n)
            return "end"

        return steps()

    return job


def endless(started: threading.Event, closed: threading.Event):
    def job(turn):
        def steps():
            try:
                while True:
                    started.set()
                    yield
            finally:
                closed.set()

        return steps()

    return job


def test_a_function_answers_once(desk):
    ticket = desk.engine.submit("a", lambda turn: 42)
    assert desk.next() == Event("a", ticket, "done", 42)


def test_a_generator_hands_out_each_snapshot_and_its_result(desk):
    desk.engine.submit("a", count_to(3))
    events = [desk.next() for _ in range(4)]
    assert [e.value for e in events] == [0, 1, 2, "end"]
    assert [e.kind for e in events] == ["step"] * 3 + ["done"]


def test_a_long_job_does_not_hold_up_another_lane(desk):
    started, closed = threading.Event(), threading.Event()
    desk.engine.submit("long", endless(started, closed))
    desk.engine.submit("short", lambda turn: "answer")
    assert desk.last_of("short").value == "answer"
    assert desk.engine.is_busy("long")


def test_a_new_job_replaces_the_former_one_of_its_lane_and_closes_it(desk):
    started, closed = threading.Event(), threading.Event()
    desk.engine.submit("a", endless(started, closed))
    assert started.wait(WAIT_S)
    ticket = desk.engine.submit("a", lambda turn: "new")
    assert closed.wait(WAIT_S)
    assert desk.last_of("a") == Event("a", ticket, "done", "new")


def test_check_interrupts_a_cancelled_job_in_the_middle_of_a_step(desk):
    started, ended = threading.Event(), threading.Event()

    def job(turn):
        started.set()
        try:
            while True:
                with suppress(Exception):  # a careless job must not swallow the cancel
                    turn.check()
        except Retired:
            ended.set()
            raise

    desk.engine.submit("a", job)
    assert started.wait(WAIT_S)
    desk.engine.cancel("a")
    assert ended.wait(WAIT_S)
    desk.engine.submit("b", lambda turn: 1)
    assert desk.next().lane == "b"  # the cancelled job said nothing


def test_jobs_and_their_cleaning_up_run_on_the_one_thread(desk):
    threads = []

    def job(turn):
        def steps():
            threads.append(threading.get_ident())
            try:
                yield
            finally:
                threads.append(threading.get_ident())

        return steps()

    desk.engine.submit("a", job)
    desk.next()
    desk.engine.cancel("a")
    desk.engine.submit("b", lambda turn: threads.append(threading.get_ident()))
    desk.last_of("b")
    assert len(threads) == 3
    assert set(threads) == {desk.engine._thread.ident}


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(3), KeyboardInterrupt()])
def test_a_failing_job_is_told_and_the_thread_lives_on(desk, error):
    def job(turn):
        raise error

    desk.engine.submit("a", job)
    failure = desk.next().value
    assert failure.error is error
    assert "job" in failure.details
    assert failure.error.__traceback__ is None  # frames hold tensors
    desk.engine.submit("a", lambda turn: "alive")
    assert desk.next().value == "alive"


class OutOfMemoryError(RuntimeError):
    """Named like torch's."""


@pytest.mark.parametrize(
    "error", [MemoryError(), OutOfMemoryError("CUDA"), RuntimeError("DefaultCPUAllocator: no")]
)
def test_out_of_memory_empties_the_shelf_and_the_thread_lives_on(desk, error):
    desk.engine.submit("a", lambda turn: turn.keep("net", lambda: "old"))
    desk.next()

    def job(turn):
        raise error

    desk.engine.submit("a", job)
    assert desk.next().value.is_memory_short
    desk.engine.submit("a", lambda turn: turn.keep("net", lambda: "new"))
    assert desk.next().value == "new"
    assert desk.relieved == 1


def test_what_is_kept_is_made_once_and_goes_with_the_device(desk):
    made = iter(range(10))

    def job(turn):
        return turn.device, turn.keep("net", lambda: next(made))

    answers = []
    for device in ("cpu", "cpu", "cuda:0"):
        desk.engine.set_device(device)
        desk.engine.submit("a", job)
        answers.append(desk.next().value)
    assert answers == [("cpu", 0), ("cpu", 0), ("cuda:0", 1)]


def test_a_running_job_sees_the_new_device_at_its_next_step(desk):
    def job(turn):
        def steps():
            while True:
                yield turn.device

        return steps()

    desk.engine.submit("a", job)
    desk.next()
    desk.engine.set_device("cuda:0")
    while desk.next().value != "cuda:0":
        pass


def test_a_paused_lane_gets_no_turn_and_resumes_for_as_many_as_asked(desk):
    box = Mailbox(0)

    def job(turn):
        def steps():
            n = 0
            while True:
                n += 1
                box.post(n)
                yield n

        return steps()

    desk.engine.submit("a", job)
    desk.next()
    desk.engine.pause("a")
    desk.engine.submit("b", lambda turn: "b")
    desk.last_of("b")
    paused_at = box.read()
    desk.engine.submit("b", lambda turn: "b")
    desk.last_of("b")
    assert box.read() == paused_at
    desk.engine.resume("a", turns=2)
    assert [desk.next().value for _ in range(2)] == [paused_at + 1, paused_at + 2]
    desk.engine.submit("b", lambda turn: "b")
    assert desk.next().value == "b"


def test_turns_given_during_a_step_are_not_used_up_by_it(desk):
    is_in, may_go = threading.Event(), threading.Event()

    def job(turn):
        def steps():
            is_in.set()
            may_go.wait()
            yield 1
            yield 2
            yield 3

        return steps()

    desk.engine.submit("a", job)
    is_in.wait()
    desk.engine.resume("a", turns=1)
    may_go.set()
    assert [desk.next().value for _ in range(2)] == [1, 2]
    desk.engine.submit("b", lambda turn: "b")
    assert desk.next().value == "b"


def test_a_job_submitted_for_some_turns_rests_after_them(desk):
    desk.engine.submit("a", lambda turn: (n for n in range(9)), turns=2)
    assert [desk.next().value for _ in range(2)] == [0, 1]
    desk.engine.submit("b", lambda turn: "b")
    assert desk.next().value == "b"


def test_a_mailbox_gives_the_newest_value():
    box = Mailbox(1)
    box.post(2)
    box.post(3)
    assert box.read() == 3


def test_a_listener_that_fails_does_not_end_the_thread(caplog):
    events: queue.Queue[Event] = queue.Queue()

    def post(event):
        if event.value == "bad":
            raise RuntimeError("listener")
        events.put(event)

    engine = Engine(post)
    engine.submit("a", lambda turn: "bad")
    engine.submit("b", lambda turn: "good")
    assert events.get(timeout=WAIT_S).value == "good"
    assert engine.close(WAIT_S)
    assert "could not be delivered" in caplog.text


def test_a_cancelled_job_that_fails_while_cleaning_up_is_logged(caplog):
    desk = Desk()

    def job(turn):
        def steps():
            try:
                while True:
                    yield
            finally:
                raise ValueError("cleaning")

        return steps()

    desk.engine.submit("a", job)
    desk.next()
    desk.engine.cancel("a")
    assert desk.engine.close(WAIT_S)
    assert "while cleaning up" in caplog.text


def test_a_closed_engine_takes_no_job_and_leaves_no_thread():
    desk = Desk()
    desk.engine.submit("a", count_to(10**9))
    assert desk.engine.close(WAIT_S)
    assert not desk.engine._thread.is_alive()
    with pytest.raises(RuntimeError, match="closed"):
        desk.engine.submit("a", lambda turn: 1)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux nices a thread alone")
def test_the_thread_is_niced_and_the_window_is_not(desk):
    desk.engine.submit("a", lambda turn: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    here = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert desk.next().value == max(10, here)
    assert here == os.getpriority(os.PRIO_PROCESS, os.getpid())


def test_a_held_engine_begins_when_released_in_the_order_of_asking():
    events: queue.Queue[Event] = queue.Queue()
    engine = Engine(events.put, is_held=True)
    engine.submit("a", lambda turn: 1)
    engine.submit("b", lambda turn: 2)
    with pytest.raises(queue.Empty):
        events.get(timeout=0.2)
    engine.release()
    assert [events.get(timeout=WAIT_S).value for _ in range(2)] == [1, 2]
    assert engine.close(WAIT_S)


def test_caches_that_cannot_be_emptied_do_not_end_the_thread(caplog):
    events: queue.Queue[Event] = queue.Queue()

    def relieve():
        raise RuntimeError("no device")

    def job(turn):
        raise MemoryError

    engine = Engine(events.put, relieve=relieve)
    engine.submit("a", job)
    assert events.get(timeout=WAIT_S).value.is_memory_short
    engine.submit("a", lambda turn: "alive")
    assert events.get(timeout=WAIT_S).value == "alive"
    assert engine.close(WAIT_S)
    assert "could not be emptied" in caplog.text


def test_the_thread_gives_memory_back_once_after_its_jobs_and_not_between_them(monkeypatch):
    monkeypatch.setattr("viz_app.engine.engine.REST_S", 0.05)
    rested, events = threading.Semaphore(0), queue.Queue()
    engine = Engine(events.put, at_rest=rested.release)
    assert not rested.acquire(timeout=0.2)  # it has not worked yet
    engine.submit("a", lambda turn: 1)
    engine.submit("b", lambda turn: 2)
    assert rested.acquire(timeout=WAIT_S)
    assert events.qsize() == 2
    assert not rested.acquire(timeout=0.2)
    assert engine.close()
