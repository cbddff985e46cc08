"""A whole house with one small lab, for tests of what all labs share."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Literal

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout
from pytestqt.qtbot import QtBot

from viz_app import app as program_of
from viz_app.engine.engine import Progress
from viz_app.files.settings import Places
from viz_app.files.weights import WeightsStore
from viz_app.furnish import LABS
from viz_app.gui.panel import Panel
from viz_app.labs.controls import Action, Choice, Group, Option, Slider, Toggle
from viz_app.labs.lab import Lab
from viz_app.labs.presenter import Presenter


@dataclass(frozen=True, slots=True)
class CountScene:
    number: int = 3
    rate: float = 0.1
    word: Literal["one", "two", "three"] = "one"
    is_loud: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    value: int
    progress: Progress


def count(turn, number):
    for i in range(number):
        turn.check()
        yield Count(i, Progress(i + 1, number))
    return number


def counting_lab(name):
    return Lab(
        name=name,
        title=name.title(),
        icon="target",
        summary="Counts.",
        scene_type=CountScene,
        groups=(
            Group(
                "Numbers",
                (
                    Slider("number", "Number n", 0, 10, "How far to count."),
                    Slider("rate", "Rate", 0.001, 1, "How fast.", is_log=True),
                ),
            ),
            Group(
                "Words",
                (
                    Choice(
                        "word",
                        "Word",
                        tuple(Option(w, w.title()) for w in ("one", "two", "three")),
                        "Which word.",
                    ),
                    Toggle("is_loud", "Loud", "Whether to shout."),
                ),
            ),
        ),
        snippet=lambda scene, picture: f"print({scene.number})",
    )


class CountPanel(Panel):
    def __init__(self, theme):
        super().__init__(theme)
        self.label = QLabel("0")
        QVBoxLayout(self).addWidget(self.label)

    def show_count(self, value):
        self.label.setText(str(value))


class CountPresenter(Presenter):
    lab = counting_lab("counting")

    def __init__(self, view, house):
        super().__init__(view, house)
        self.pictures = []
        self.answers = []
        self.actions = (
            Action("Count for ever", "Never ends.", self.count_for_ever, "F9"),
            Action("Fail", "Fails.", self.fail_now),
        )

    def show(self, scene, picture):
        self.pictures.append(picture)
        number = scene.number
        self.house.runner.run(
            f"{self.lab.name}.count",
            lambda turn: count(turn, number),
            title="Counting",
            on_step=lambda step: self.view.show_count(step.value),
            on_done=self.on_done,
        )

    def on_done(self, answer):
        self.answers.append(answer)
        self.view.show_count(answer)

    def count_for_ever(self):
        self.house.runner.run(
            "counting.ever", lambda turn: count(turn, 10**12), title="Counting for ever"
        )

    def fail_now(self):
        def job(turn):
            raise ZeroDivisionError("on purpose")

        self.house.runner.run("counting.fail", job, title="Failing", on_failed=self.fail)

    def numbers(self):
        return {"number": self.scene.number}


class OtherPresenter(CountPresenter):
    lab = counting_lab("other")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine is slow, not wrong: wait longer than pytest-qt's five seconds."""
    plain = QtBot.waitUntil
    monkeypatch.setattr(
        QtBot, "waitUntil", lambda bot, is_so, *, timeout=30_000: plain(bot, is_so, timeout=timeout)
    )


@pytest.fixture
def places(tmp_path):
    return Places(tmp_path / "config", tmp_path / "data")


@pytest.fixture
def start_house(qapp, qtbot, places, tmp_path):
    """Build, show and later close a house; what closes it badly fails the test."""
    programs = []

    def start(labs=((CountPresenter, CountPanel), (OtherPresenter, CountPanel)), images=(), lab=""):
        assert isinstance(qapp, QApplication)
        store = WeightsStore(folder=tmp_path / "weights")
        program = program_of.build(qapp, places, labs, store)
        programs.append(program)
        program.keeper.restore(images, lab)
        program_of.open_program(program)
        return program

    yield start
    for program in programs:
        program.window.close()
        thread = program.keeper.runner.engine._thread
        thread.join(60)  # it may be importing torch, which nothing interrupts
        assert not thread.is_alive()
        program.window.deleteLater()
        program.theme.deleteLater()
    qapp.processEvents()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or the next window's sheet finds them


@pytest.fixture
def house(start_house):
    return start_house()


@pytest.fixture(scope="module", params=[presenter.lab.name for presenter, _panel in LABS])
def lab_name(request):
    return request.param


@pytest.fixture
def room(start_house, lab_name):
    """A lab in the small window, as it is at the very first start, without networks."""
    program = start_house(LABS, lab=lab_name)
    program.window.resize(1024, 700)
    program.app.processEvents()
    return program, program.window.rooms[lab_name]


@pytest.fixture(autouse=True)
def no_unexpected_warnings(caplog):
    """A test that did not ask for it meets no warning of ours in the log."""
    yield
    loud = [r for r in caplog.get_records("call") if r.levelno >= logging.WARNING]
    assert not loud, [r.getMessage() for r in loud]
