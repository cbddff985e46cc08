"""The commands of the activations lab: its menu, its keys, its lines of the command palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.labs.activations.presenter import ActivationsPresenter


def lab_actions(p: ActivationsPresenter) -> tuple[Action, ...]:
    """What holds for all views, in the order of the menu."""
    a = Action
    return (
        a("Open own network…", "Weights of a known network, or a module that your code makes.",
          p.view.ask_for_network, "Ctrl+Alt+N", "folder-open"),
        a("Previous layer", "One line up in the list of layers.", lambda: p.layer_moved(-1), "["),
        a("Next layer", "One line down in the list of layers.", lambda: p.layer_moved(1), "]"),
        a("Previous channel", "In the order of the mosaic.", lambda: p.channel_moved(-1), ","),
        a("Next channel", "In the order of the mosaic.", lambda: p.channel_moved(1), "."),
        a("Strongest unit", "Let the pinned unit go.", lambda: p.change(row=-1, column=-1), "",
          "crosshair", lambda: p.scene.is_pinned),
        a("Save mosaic…", "The channels as PNG, or the layer's numbers as NPZ.", p.save_asked,
          "Ctrl+Shift+P", "floppy-disk", p.mosaic.has_maps),
    )  # fmt: skip
