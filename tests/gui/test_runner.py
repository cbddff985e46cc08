from __future__ import annotations

import threading

import pytest

from viz_app.engine.engine import Progress
from viz_app.gui.runner import Runner


@pytest.fixture
def runner(qapp):
    runner = Runner("test")
    yield runner
    assert runner.close(10)


def test_answers_arrive_in_the_windows_thread(runner, qtbot):
    threads = []
    runner.run(
        "a",
        lambda turn: threading.get_ident(),
        title="A",
        on_done=lambda worker: threads.extend((worker, threading.get_ident())),
    )
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert threads[1] == threading.get_ident() != threads[0]


def test_the_answer_to_a_job_that_was_replaced_is_dropped(runner, qtbot):
    answers = []
    for i in range(50):
        runner.run("a", lambda turn, i=i: i, title="A", on_done=answers.append)
    qtbot.waitUntil(lambda: 49 in answers)
    assert answers == [49]


def test_a_fast_job_cannot_flood_the_window(runner, qtbot):
    seen, done = [], []

    def job(turn):
        yield from range(2000)

    runner.run("a", job, title="A", on_step=seen.append, on_done=done.append)
    thread = runner.engine._thread
    marker = threading.Event()
    runner.run("b", lambda turn: marker.set(), title="B")
    assert marker.wait(10)
    while runner.engine.is_busy("a") and thread.is_alive():
        marker.wait(0.01)
    qtbot.waitUntil(lambda: bool(done))
    assert len(seen) < 50  # the window was asleep; only the newest snapshot was kept
    assert seen[-1] == 1999


def test_a_cancelled_lane_says_nothing_more(runner, qtbot):
    answers, others = [], []
    runner.run("a", lambda turn: 1, title="A", on_done=answers.append)
    runner.cancel("a")
    runner.run("b", lambda turn: 2, title="B", on_done=others.append)
    qtbot.waitUntil(lambda: others == [2])
    assert answers == []


def test_activities_tell_title_and_progress_until_the_end(runner, qtbot):
    gate, seen = threading.Event(), []

    def job(turn):
        yield Progress(1, 4)
        gate.wait(10)

    runner.run("a", job, title="Counting", on_step=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    (activity,) = runner.activities
    assert (activity.title, activity.progress) == ("Counting", Progress(1, 4))
    gate.set()
    qtbot.waitUntil(lambda: not runner.activities)


def test_a_failure_nobody_takes_is_told_to_the_house(runner, qtbot):
    def job(turn):
        raise ZeroDivisionError("on purpose")

    with qtbot.waitSignal(runner.failed) as told:
        runner.run("a", job, title="A")
    assert isinstance(told.args[0].error, ZeroDivisionError)


def test_a_paused_job_rests_and_steps_when_asked(runner, qtbot):
    seen = []

    def job(turn):
        n = 0
        while True:
            n += 1
            yield n

    runner.run("a", job, title="A", on_step=seen.append)
    qtbot.waitUntil(lambda: bool(seen))
    runner.pause("a")
    others = []
    runner.run("b", lambda turn: 1, title="B", on_done=others.append)
    qtbot.waitUntil(lambda: others == [1])
    at = seen[-1]
    assert runner.activities[0].is_paused
    runner.resume("a", turns=1)
    qtbot.waitUntil(lambda: seen[-1] == at + 1)
    runner.cancel("a")


def test_a_closed_runner_takes_no_job_and_stays_calm(qapp):
    runner = Runner("test")
    assert runner.close(10)
    runner.run("a", lambda turn: 1, title="A")
    assert runner.activities == []


def test_what_saves_the_users_work_finishes_while_closing(qapp, tmp_path):
    runner, gate = Runner("test"), threading.Event()
    path = tmp_path / "saved"
    runner.run("first", lambda turn: gate.wait(10), title="A")
    runner.run("save", lambda turn: path.write_text("kept"), title="Saving", must_finish=True)
    gate.set()
    assert runner.close(10)
    assert path.read_text() == "kept"


def test_a_listener_that_fails_does_not_lose_the_others_answers(runner, qtbot, monkeypatch):
    errors, answers = [], []
    monkeypatch.setattr("sys.excepthook", lambda *error: errors.append(error[0]))
    runner.run("a", lambda turn: 1, title="A", on_done=lambda value: 1 / 0)
    runner.run("b", lambda turn: 2, title="B", on_done=answers.append)
    qtbot.waitUntil(lambda: answers == [2])
    assert errors == [ZeroDivisionError]
