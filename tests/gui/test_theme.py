from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontInfo
from PySide6.QtWidgets import QLabel

from viz_app.gui.theme import MONO_FONT, TOKENS, UI_FONT, Theme

GUI = Path(__file__).parents[2] / "viz_app" / "gui"
GROUNDS = ("window", "rail", "card")
TEXT_ON_GROUND = [
    *((text, ground) for text in ("text", "muted", "accent") for ground in GROUNDS),
    ("accent", "accent_soft"),
    ("on_accent", "accent"),
    ("text", "warning_soft"),
    ("warning", "card"),
    ("text", "input_soft"),
    ("text", "kernel_soft"),
    ("text", "output_soft"),
    ("input", "card"),
    ("kernel", "card"),
    ("output", "card"),
    ("pink", "card"),
]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = (QColor(colour).redF(), QColor(colour).greenF(), QColor(colour).blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", TOKENS)
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read(scheme, text, ground):
    tokens = TOKENS[scheme]
    assert contrast(tokens[text], tokens[ground]) >= 4.5


@pytest.mark.parametrize("scheme", TOKENS)
def test_what_can_be_moved_stands_out(scheme):
    tokens = TOKENS[scheme]
    for token in ("edge", "accent", "input", "kernel_line", "output"):
        assert contrast(tokens[token], tokens["card"]) >= 3


def test_both_schemes_have_the_same_tokens():
    assert TOKENS["light"].keys() == TOKENS["dark"].keys()


def test_no_widget_names_a_colour():
    for path in GUI.rglob("*.py"):
        if path.name != "theme.py":
            found = re.findall(r"#[0-9A-Fa-f]{6}\b|QColor\(\d", path.read_text(encoding="utf-8"))
            assert not found, f"{path}: {found}"


def test_the_bundled_fonts_are_used(qapp):
    theme = Theme(qapp)
    assert QFontInfo(theme.font()).family() == UI_FONT
    assert QFontInfo(theme.font(is_mono=True)).family() == MONO_FONT


def test_text_grows_with_the_scale(qapp):
    theme = Theme(qapp)
    theme.set_scale(1.5)
    assert theme.font(13).pixelSize() == 20
    theme.set_scale(9)
    assert theme.scale == 2.0
    theme.set_scale(1)


def test_a_change_of_mode_is_told(qapp, qtbot):
    theme = Theme(qapp)
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert theme.colour("window").name().upper() == TOKENS["dark"]["window"]


def test_a_lab_that_is_not_shown_takes_on_the_theme_when_it_is_shown_again(house):
    window, keeper = house.window, house.keeper
    keeper.choose_lab("other")
    keeper.choose_lab("counting")
    controls = window.rooms["other"].controls
    house.theme.set_mode("dark")
    assert not window.isAncestorOf(controls)  # two thirds of the time of a change were theirs
    keeper.choose_lab("other")
    assert controls.isVisible()
    assert window.rooms["other"].panel.isVisible()
    heading = next(w for w in controls.findChildren(QLabel) if w.property("role") == "group")
    colour = heading.palette().color(heading.foregroundRole()).name()
    assert colour == TOKENS["dark"]["muted"].lower()
