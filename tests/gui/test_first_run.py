"""The first run: an empty home, no networks, no connection."""

from __future__ import annotations

import re

import pytest
import requests
from PySide6.QtWidgets import QLabel, QPushButton

from tests.gui.manner_kit import on_screen, show_view, views_of

NEED_NETWORK = {  # the views that show an offer as long as their network is not here
    "convolution": (),
    "networks": (),
    "activations": ("mosaic", "patches", "why", "optimised"),
    "detection": ("suppression", "grid", "faces", "live", "regions", "evaluation"),
    "style": ("optimise", "one_pass"),
}


@pytest.fixture
def no_connection(monkeypatch):
    """Every host refuses, as where there is no network."""

    def refuse(*_args, **_kwargs):
        raise requests.ConnectionError("Network is unreachable")

    monkeypatch.setattr(requests.Session, "send", refuse)


def words_on_screen(program):
    return " ".join(label.text() for label in on_screen(program, QLabel))


def test_a_view_says_what_it_will_do_and_offers_what_it_lacks(room, qtbot):
    program, parts = room
    licences = {network.licence for network in program.keeper.parts.weights.networks()}
    sentences = {}
    for view in views_of(parts):
        show_view(program, parts, view)
        qtbot.waitUntil(parts.presenter.is_settled)
        buttons = [b for b in on_screen(program, QPushButton) if b.text() == "Get the network…"]
        assert len(buttons) == (view in NEED_NETWORK[parts.lab.name]), view
        if buttons:
            said = sentences[view] = words_on_screen(program)
            assert re.search(r"\d\.\d MB", said), view
            assert any(licence in said for licence in licences), view
        assert program.window.message_bar.sentence == "", view
    assert len(set(sentences.values())) == len(sentences)  # each view its own


def test_without_a_connection_one_calm_sentence_stands_in_the_lab(room, qtbot, no_connection):
    program, parts = room
    dialog = program.keeper.networks
    view = next(iter(NEED_NETWORK[parts.lab.name]), None)
    show_view(program, parts, view)
    dialog.fetch(dialog.rows["vgg16"])
    qtbot.waitUntil(lambda: program.window.message_bar.sentence != "")
    sentence = program.window.message_bar.sentence
    assert sentence.endswith(".")
    assert sentence == dialog.rows["vgg16"].state.text()
    assert "Traceback" not in sentence
    assert len(sentence) < 300
    assert not program.keeper.fetches.activities
    assert dialog.rows["vgg16"].button.text() == "Fetch"  # it can be tried again
