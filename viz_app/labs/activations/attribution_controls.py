"""The controls of the view that tells why a unit fired."""

from __future__ import annotations

from viz_app.labs.activations.layers import is_classifier
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle


def _is_why(scene: ActivationsScene) -> bool:
    return scene.view == "why"


def _has_baseline(scene: ActivationsScene) -> bool:
    return scene.is_compared or scene.why_method in ("times", "integrated", "occlusion")


def _uses(method: str, scene: ActivationsScene) -> bool:
    return scene.is_compared or scene.why_method == method


ATTRIBUTION_GROUPS: tuple[Group, ...] = (
    Group(
        "Why it fired",
        (
            Choice(
                "why_target",
                "Explain",
                (
                    Option("unit", "The unit", "The selected channel at its selected place."),
                    Option("class", "A class", "What speaks for one of the network's classes."),
                ),
                "Whose value is explained.",
                is_usable=lambda s: is_classifier(s.net),
            ),
            Choice(
                "why_method",
                "Method",
                (
                    Option("gradient", "Gradient", "How the value moves with each pixel."),
                    Option("times", "Gradient × input", "The gradient times what is there."),
                    Option("guided", "Guided backprop", "Only what speaks for it, all the way."),
                    Option("deconv", "Deconvolution", "Zeiler and Fergus: back through switches."),
                    Option("cam", "Grad-CAM", "Which places of a layer speak for it."),
                    Option("integrated", "Integrated gradients", "The gradient on the way there."),
                    Option("occlusion", "Occlusion", "What is lost where a square hides it."),
                ),
                "How the value is traced back to the pixels.",
                "list",
                is_usable=lambda s: not s.is_compared,
            ),
            Toggle(
                "is_compared", "Compare all",
                "All methods side by side on the same unit; the slow ones come last.",
            ),
            Choice(
                "why_baseline",
                "Compared with",
                (
                    Option("mean", "Mean colour", "What the network's preprocessing makes zero."),
                    Option("black", "Black", "A black image."),
                    Option("blurred", "Blurred", "The image itself, blurred."),
                ),
                "The image that says nothing: where integrated gradients start, and what a "
                "square of occlusion shows.",
                is_usable=_has_baseline,
            ),
            Slider(
                "why_steps", "Steps", 1, 256,
                "Points on the way of integrated gradients; more make the gap smaller.",
                is_usable=lambda s: _uses("integrated", s),
            ),
            Slider(
                "why_square", "Square", 4, 128,
                "Side of the square of occlusion in pixels; it moves by half of it.", 4,
                is_usable=lambda s: _uses("occlusion", s),
            ),
        ),
        _is_why,
    ),
    Group(
        "Map",
        (
            Choice(
                "why_look",
                "Show",
                (
                    Option("strength", "Strength", "How much, whatever the sign."),
                    Option("signed", "Signed", "Blue: against it. Red: for it."),
                    Option("colour", "In colour", "Red, green and blue, around grey."),
                ),
                "How the numbers become colours; what has one number a pixel has no colours.",
            ),
            Slider(
                "why_opacity", "Opacity", 0, 1, "How much the map covers the photo.", 0.05,
                colour="output",
            ),
        ),
        _is_why,
    ),
)  # fmt: skip
