"""The controls of the view that makes an image which a channel wants."""

from __future__ import annotations

from viz_app.labs.activations.layers import OWN, has_batch_norm, is_classifier
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle


def _is_optimised(scene: ActivationsScene) -> bool:
    return scene.view == "optimised"


ASCENT_GROUPS: tuple[Group, ...] = (
    Group(
        "Optimised image",
        (
            Choice(
                "goal",
                "Goal",
                (
                    Option("channel", "Channel", "The mean of the channel: a texture."),
                    Option("unit", "Unit", "The channel's unit in the middle: one object."),
                    Option(
                        "class", "Class",
                        "The logit of one of the network's classes; for MobileNetV2 and others "
                        "that name them.",
                        lambda s: is_classifier(s.net),
                    ),
                ),
                "What is to grow.",
            ),
            Slider("goal_side", "Size", 96, 224, "Side of the image in pixels.", 16,
                   is_usable=lambda s: s.network != OWN),
            Slider("goal_steps", "Steps", 20, 1000, "When to stop.", 10),
            Slider(
                "goal_rate", "Learning rate", 0.001, 1,
                "How far a step goes; it may be moved while the image is made.", 0.001,
                is_log=True, colour="kernel",
            ),
            Slider("goal_seed", "Seed", 0, 999, "The same seed gives the same image."),
        ),
        _is_optimised,
    ),
    Group(
        "How the image is made",
        (
            Toggle(
                "is_fourier", "Frequencies",
                "Step in the image's Fourier transform, scaled by wavelength; off: in pixels, "
                "and the image drowns in fine noise.",
            ),
            Toggle(
                "is_decorrelated", "Own colours",
                "Step in colours that are uncorrelated in natural images; off: in red, green "
                "and blue.",
            ),
            Toggle(
                "is_shaken", "Shaking",
                "Turn, enlarge and move the image at random before each look, a class's also "
                "mirrored; off: patterns that hang on single pixels.",
            ),
            Toggle(
                "is_natural", "Like photos",
                "Keep each channel's mean and deviation near those of photos, which batch norm "
                "remembers of the training; for a class. Off: more of everything.",
                is_usable=lambda s: s.goal == "class" and has_batch_norm(s.net),
            ),
        ),
        _is_optimised,
    ),
)  # fmt: skip
