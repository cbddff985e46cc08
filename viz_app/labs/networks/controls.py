"""The controls of the networks lab, and for which views each is there."""

from __future__ import annotations

from viz_app.core.architectures import catalogue as nets
from viz_app.core.layers import INPUT, WINDOWED
from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle
from viz_app.labs.networks.scene import LARGEST_SIDE, MOST_CALCULATED, NetworksScene
from viz_app.labs.networks.table import KINDS


def _is_network(scene: NetworksScene) -> bool:
    return scene.view == "network"


def _shows_table(scene: NetworksScene) -> bool:
    return scene.view in ("network", "compare")


def _is_compare(scene: NetworksScene) -> bool:
    return scene.view == "compare"


def _is_costs(scene: NetworksScene) -> bool:
    return scene.view == "costs"


def _is_editable(scene: NetworksScene) -> bool:
    return scene.own is None


def _has_kept(scene: NetworksScene) -> bool:
    return scene.kept is not None


def _has_channels(scene: NetworksScene) -> bool:
    return _has_layer(scene) and scene.layer != INPUT and scene.kind in ("conv", "linear")


def _is_windowed(scene: NetworksScene) -> bool:
    return _has_layer(scene) and scene.kind in WINDOWED


def _has_layer(scene: NetworksScene) -> bool:
    return scene.layer != INPUT and _is_editable(scene)


def _has_depth(scene: NetworksScene) -> bool:
    return scene.calculator != "alexnet"


def _has_step(scene: NetworksScene) -> bool:
    return scene.calculator in ("residual", "alexnet")


def _has_bottleneck(scene: NetworksScene) -> bool:
    return scene.calculator == "bottleneck"


def _names() -> tuple[Option, ...]:
    return tuple(Option(e.name, e.title, e.family) for e in nets.catalogue().values())


VIEW = Choice(
    "view",
    "View",
    (
        Option("network", "Network", "One network, layer by layer."),
        Option("compare", "Compare", "Two networks side by side."),
        Option("costs", "Costs", "Why convolutions, and why 1×1."),
    ),
    "What the lab shows.",
)
GROUPS = (
    Group(
        "Network",
        (
            Choice("network", "Network", _names(), "A network of the catalogue.", "list"),
            Slider(
                "size", "Input side", 1, LARGEST_SIDE, "Height and width of the input.",
                is_log=True, colour="input", is_usable=_is_editable,
            ),
            Slider(
                "batch", "Batch", 1, 256, "Inputs at once, for the memory of the activations.",
                is_log=True,
            ),
        ),
        _shows_table,
    ),
    Group(
        "Beside it",
        (
            Choice("other", "Other network", _names(), "The network to compare with.", "list",
                   is_usable=lambda scene: not scene.is_beside_kept),
            Toggle("is_beside_kept", "Kept version",
                   "Compare with the version that was put aside with Keep to compare.", _has_kept),
            Toggle("is_own_scale", "Own scales",
                   "Each network's longest bars fill their room; off: both networks' bars are on "
                   "one scale."),
        ),
        _is_compare,
    ),
    Group(
        "Selected layer",
        (
            Choice(
                "kind", "Kind",
                tuple(Option(kind, words) for kind, words in KINDS.items() if kind != "module"),
                "What the selected layer does. A change makes the network your own.", "list",
                is_usable=_has_layer,
            ),
            Slider(
                "channels", "Channels out", 1, 4096, "Filters, or neurons.", is_log=True,
                colour="output", is_usable=_has_channels,
            ),
            Slider("kernel", "Window f", 1, 11, "Cells of the window on a side.",
                   colour="kernel", is_usable=_is_windowed),
            Slider("stride", "Stride s", 1, 8, "Cells from one window to the next.",
                   colour="kernel", is_usable=_is_windowed),
            Slider("padding", "Padding p", 0, 5, "Cells added on every side.",
                   colour="kernel", is_usable=_is_windowed),
        ),
        _is_network,
    ),
    Group(
        "Table",
        (
            Toggle("is_brief", "In brief",
                   "Hide the lines that change no shape and learn nothing."),
        ),
        _is_network,
    ),
    Group(
        "Calculator",
        (
            Choice(
                "calculator", "Calculator",
                (
                    Option("bottleneck", "Bottleneck", "A 1×1 before a costly convolution."),
                    Option("fully", "Full or shared", "A full connection or a convolution."),
                    Option("one_by_one", "1×1", "What it does to the channels."),
                    Option("residual", "Skip", "Does a[l] fit to z[l+2]?"),
                    Option("alexnet", "227 or 224", "Does a whole number of windows fit?"),
                ),
                "What is compared.", "list",
            ),
            Slider("side", "Side n", 1, MOST_CALCULATED["side"], "Height and width of the input.",
                   is_log=True, colour="input"),
            Slider("depth", "Channels in", 1, MOST_CALCULATED["depth"], "Channels of the input.",
                   is_log=True, colour="input", is_usable=_has_depth),
            Slider("window", "Window f", 1, MOST_CALCULATED["window"],
                   "Cells of the window on a side.", colour="kernel"),
            Slider("filters", "Filters", 1, MOST_CALCULATED["filters"], "Channels that come out.",
                   is_log=True, colour="output", is_usable=_has_depth),
            Slider("step", "Stride s", 1, MOST_CALCULATED["step"],
                   "Cells from one window to the next.", colour="kernel", is_usable=_has_step),
        ),
        _is_costs,
    ),
    Group(
        "Between",
        (
            Slider("bottleneck", "Bottleneck", 1, MOST_CALCULATED["bottleneck"],
                   "Channels between 1×1 and f×f.", is_log=True, colour="kernel",
                   is_usable=_has_bottleneck),
        ),
        _is_costs,
    ),
)  # fmt: skip
