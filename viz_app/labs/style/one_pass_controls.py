"""The controls of one-pass styles, and which of the two views a group belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle
from viz_app.labs.style.scene import (
    MOST,
    MOST_STYLES,
    OFF,
    ONE_PASS_SIZES,
    StyleScene,
    shown_factor,
)

VIEW = Choice(
    "view",
    "View",
    (
        Option("optimise", "Optimise", "Move pixels until the costs are low, step by step."),
        Option("one_pass", "One pass", "A network that was trained to paint, at once; live too."),
    ),
    "How the picture is painted.",
)
NETWORK = Choice(
    "one_pass",
    "Network",
    (
        Option(
            "arbitrary_style",
            "Any style",
            "Paints in the manner of the style pictures on the left, which it need not have seen "
            "before; 384 pixels (Ghiasi et al., 2017).",
        ),
        Option(
            "multistyle26",
            "26 styles",
            "Paints in the styles that it was trained on, at any size (after Dumoulin et al., "
            "2017).",
        ),
    ),
    "Which network paints.",
)
STRENGTH = Slider(
    "strength",
    "Strength",
    0,
    1,
    "How much of the style. Any style: the code that is painted by is strength · style + "
    "(1 − strength) · content. 26 styles: that network has no code for the content, so the pixels "
    "are mixed.",
    0.01,
    colour="kernel",
)


def of_run(group: Group) -> Group:
    """A group that acts on the optimisation is shown with it."""
    return replace(group, is_shown=lambda s: s.view == "optimise" and group.is_shown(s))


def _is_here(scene: StyleScene) -> bool:
    return scene.view == "one_pass"


def _is_built_in(scene: StyleScene) -> bool:
    return _is_here(scene) and scene.one_pass == "multistyle26"


def _has_number(number: int) -> Callable[[StyleScene], bool]:
    return lambda s: len(s.built_in) >= number


ONE_PASS_GROUPS = (
    Group("One pass", (NETWORK, STRENGTH), _is_here),
    Group(
        "Styles that are mixed",
        tuple(
            Slider(
                f"share_{number}",
                label,
                OFF,
                MOST,
                f"Weight of the {label.lower()} of the built-in styles that are marked; the "
                "network mixes what it knows of them by the shares.",
                0.01,
                is_log=True,
                colour="kernel",
                shown=shown_factor,
                is_usable=_has_number(number),
            )
            for number, label in enumerate(("First", "Second", "Third", "Fourth"), 1)
            if number <= MOST_STYLES
        ),
        lambda s: _is_built_in(s) and len(s.built_in) > 1,
    ),
    Group(
        "Longer side in pixels",
        (
            Choice(
                "one_pass_size",
                "Longer side",
                tuple(
                    Option(size, str(size), f"Longer side {size} pixels.")
                    for size in ONE_PASS_SIZES
                ),
                "Time grows with the square of it. The network of any style has 384 only.",
                style="chips",
            ),
        ),
        _is_built_in,
    ),
    Group(
        "Whose colours",
        (
            Toggle(
                "has_own_colours",
                "Original colours",
                "The content picture's colours, with the brightness that was painted.",
            ),
        ),
        _is_here,
    ),
)
