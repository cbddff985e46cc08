"""The controls of the activations lab, and for which views each is there."""

from __future__ import annotations

from viz_app.labs.activations.ascent_controls import ASCENT_GROUPS
from viz_app.labs.activations.attribution_controls import ATTRIBUTION_GROUPS
from viz_app.labs.activations.layers import CHOOSABLE, OWN
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle


def _is_mosaic(scene: ActivationsScene) -> bool:
    return scene.view == "mosaic"


def _is_one_layer(scene: ActivationsScene) -> bool:
    return scene.view == "mosaic" and not scene.is_beside


def _channels(scene: ActivationsScene) -> tuple[float, float]:
    return 0, scene.stage.shape[0] - 1


VIEW = Choice(
    "view",
    "View",
    (
        Option("mosaic", "Channels", "All channels of a layer, and what each unit sees."),
        Option("patches", "Nine patches", "The parts of many images that excite a channel most."),
        Option("why", "Why it fired", "What a unit's value owes to each pixel."),
        Option("optimised", "Optimised image", "An image made to excite a channel."),
    ),
    "What the lab shows.",
)
GROUPS: tuple[Group, ...] = (
    Group(
        "Network",
        (
            Choice(
                "network",
                "Network",
                (
                    *(Option(name, title) for name, title in CHOOSABLE.items()),
                    Option(OWN, "Your own…", "A file of weights, or a module that code makes."),
                ),
                "Which network looks at the image.",
                "list",
            ),
            Choice(
                "size",
                "Input",
                (
                    Option("224", "224 px", "The middle square, as the networks were trained."),
                    Option("320", "320 px", "The whole image, its longer side 320 pixels."),
                    Option("original", "Large", "The whole image, at most 800 pixels wide."),
                ),
                "How much of the image the network gets, and how finely; your own network gets the "
                "middle square at its own size.",
                is_usable=lambda s: s.network != OWN,
            ),
            Toggle(
                "is_every", "Every layer",
                "List each layer by itself: a convolution before its batch norm, the batch norm, "
                "the non-linearity; and the fully connected layers, a number a channel.",
            ),
        ),
    ),
    Group(
        "Your own network",
        (
            Choice(
                "scaling",
                "Colours in",
                (
                    Option("imagenet", "ImageNet", "Minus the mean, by the deviation."),
                    Option("unit", "0…1", "As they are: 0 to 1."),
                    Option("signed", "−1…1", "From −1 to 1."),
                ),
                "How the photo's colours are scaled for it: as it was trained.",
                is_usable=lambda s: s.own is not None and not s.own.is_scaled_by_itself,
            ),
        ),
        lambda scene: scene.network == OWN,
    ),
    Group(
        "Selected channel",
        (
            Slider(
                "channel", "Channel", 0, 4095, "Which of the layer's channels is shown large.",
                colour="output", limits=_channels,
            ),
            Choice(
                "moment",
                "Numbers",
                (
                    Option("after", "After ReLU", "What the next layer reads."),
                    Option("before", "Before", "The sums before the non-linearity, with signs."),
                ),
                "Before or after the non-linearity.",
                is_usable=lambda s: s.stage.has_relu,
            ),
        ),
    ),
    Group(
        "Search patches of",
        (
            Choice(
                "patch_layers",
                "Search",
                (
                    Option("layer", "This layer", "Quickest for a layer near the input."),
                    Option("five", "Five layers", "The last of each resolution, and this one."),
                    Option("all", "All", "Every layer of the list in one pass."),
                ),
                "For which layers the patches are searched.",
            ),
        ),
        lambda scene: scene.view == "patches",
    ),
    Group(
        "Beside the patches",
        (
            Choice(
                "patch_beside",
                "Beside",
                (
                    Option("map", "Its map", "The channel's map of the current image."),
                    Option(
                        "deconv", "Deconvolution", "Zeiler and Fergus: each of the nine, followed "
                        "back through the switches to its pixels.",
                    ),
                    Option("guided", "Guided backprop", "The same by guided backprop."),
                    Option(
                        "optimised", "Optimised image", "An image made to excite the channel, by "
                        "the settings of that view.",
                    ),
                ),
                "What stands beside the nine patches.",
                "list",
            ),
        ),
        lambda scene: scene.view == "patches",
    ),
    Group(
        "Sheet below",
        (
            Choice(
                "patch_sheet",
                "Sheet",
                (
                    Option("layer", "This layer", "All channels of the layer."),
                    Option("five", "Five layers", "The strongest channels of five layers."),
                ),
                "What stands below.",
            ),
        ),
        lambda scene: scene.view == "patches",
    ),
    *ATTRIBUTION_GROUPS,
    *ASCENT_GROUPS,
    Group(
        "Mosaic",
        (
            Choice(
                "scale",
                "Scale",
                (
                    Option("each", "Each channel", "Every channel is as bright as it gets."),
                    Option("common", "Common", "One scale for all: weak channels stay dark."),
                ),
                "What the brightest colour stands for; one scale for all where a channel is a "
                "single number.",
                is_usable=lambda s: not s.stage.is_single,
            ),
            Choice(
                "colours",
                "Colours",
                (
                    Option("strength", "Strength", "Dark to light, from zero up."),
                    Option("signed", "Signed", "Blue below zero, white at zero, red above."),
                ),
                "How numbers become colours.",
            ),
            Choice(
                "order",
                "Order",
                (
                    Option("number", "By number", "Channel 0 first."),
                    Option("strongest", "Strongest", "The channel with the largest value first."),
                ),
                "In which order the channels stand.",
            ),
            Toggle(
                "is_beside", "Five layers side by side",
                "The strongest channels of five layers, from the first to the last.",
            ),
        ),
        _is_mosaic,
    ),
    Group(
        "Over the photo",
        (
            Slider(
                "opacity", "Opacity", 0, 1, "How much the channel covers the photo.", 0.05,
                colour="output",
            ),
            Toggle(
                "is_effective", "Effective field",
                "Which pixels inside the receptive field the unit's value really depends on, "
                "by its gradient.",
            ),
        ),
        _is_one_layer,
    ),
)  # fmt: skip
