"""The commands of the networks lab: its menu, its keys, its lines of the command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.labs.networks.presenter import NetworksPresenter

ADDED = (
    ("conv", "convolution", "A 3×3 convolution that keeps the size."),
    ("one", "1×1 convolution", "Half the channels, place by place."),
    ("pool", "max pooling", "Half the height and width."),
    ("avg", "average pooling", "Half the height and width."),
    ("flatten", "flatten", "All numbers in a row."),
    ("linear", "fully connected layer", "Ten neurons."),
    ("norm", "batch norm", "Scale and shift of each channel."),
    ("relu", "ReLU", "max(0, z)."),
    ("tanh", "tanh", "Between −1 and 1."),
    ("sigmoid", "sigmoid", "Between 0 and 1."),
    ("softmax", "softmax", "Shares that sum to 1."),
    ("dropout", "dropout", "Clears half of the numbers in training."),
    ("residual", "residual block", "Two convolutions and a skip around them."),
    ("inception", "Inception branches", "1×1, 3×3, 5×5 and pooling side by side."),
)


def lab_actions(p: NetworksPresenter) -> tuple[Action, ...]:
    """All commands, in the order of the menu."""
    a = Action

    def is_editable() -> bool:
        return p.scene.own is None

    def is_ones_own() -> bool:
        return p.scene.built is not None or p.scene.own is not None

    adds = tuple(
        a(f"Add {words}", f"Behind the selected layer: {tip}", partial(p.layer_added, word),
          is_enabled=is_editable)
        for word, words, tip in ADDED
    )  # fmt: skip
    copies = tuple(
        a(f"Copy table as {form}", tip, partial(p.table_copied, form.lower()), key)
        for form, tip, key in (
            ("Markdown", "For a README or a message.", "Ctrl+Shift+M"),
            ("CSV", "For a spreadsheet.", ""),
            ("LaTeX", "For a paper.", ""),
        )
    )
    return (
        *adds,
        a("Move layer up", "One place up.", lambda: p.layer_moved(-1), "Alt+Up", "arrow-up",
          is_editable),
        a("Move layer down", "One place down.", lambda: p.layer_moved(1), "Alt+Down", "arrow-down",
          is_editable),
        a("Duplicate layer", "The same once more.", p.layer_duplicated, "Ctrl+D", "copy",
          is_editable),
        a("Delete layer", "Take the selected layer out.", p.layer_deleted, "Delete", "trash",
          is_editable),
        a("Open own network…", "Weights of a known network, or a module that your code makes.",
          p.view.ask_for_network, "Ctrl+Alt+N", "folder-open"),
        a("Open in Activations", "See what the selected layer makes of the photo.",
          p.activations_asked, "Ctrl+Shift+A", "squares-four", p.has_activations),
        a("Keep to compare", "Put this version aside; Compare shows it beside what it becomes.",
          p.version_kept, icon="copy"),
        a("Start from nothing", "An empty network on this input.", p.emptied, icon="file-plus"),
        a("Back to the catalogue's", "Forget your changes to it.", p.restored,
          icon="arrow-counter-clockwise", is_enabled=is_ones_own),
        *copies,
        a("Save drawing…", "As SVG or PDF, for a paper or a slide.", p.view.ask_where_to_save),
    )  # fmt: skip
