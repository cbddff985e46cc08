"""What the presenter tells its panel, as an interface that a test can record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from viz_app.labs.activations.ascent import AscentView
from viz_app.labs.activations.attribution import AttributionView
from viz_app.labs.activations.layers import Stage
from viz_app.labs.activations.mosaic_shown import MosaicView
from viz_app.labs.activations.patches_shown import PatchesView
from viz_app.labs.activations.scene import ActivationsScene, View


@dataclass(frozen=True, slots=True)
class Offer:
    """A network that is not here: what it does, how large it is and whose."""

    title: str
    sentence: str
    facts: str
    button: str = "Get the network…"


class ActivationsView(Protocol):
    """What the presenter tells its panel; the four views are its pages."""

    mosaic: MosaicView
    patches: PatchesView
    attribution: AttributionView
    ascent: AscentView

    def show_view(self, view: View) -> None:
        """Bring a view forward."""

    def show_layers(self, stages: tuple[Stage, ...], scene: ActivationsScene) -> None:
        """List the layers of the network and mark the selected one."""

    def show_offer(self, offer: Offer | None) -> None:
        """Show what is missing and where to get it, or that nothing is."""

    def ask_for_network(self) -> None:
        """Ask for a network of the user's own."""

    def ask_where_to_save(self) -> None:
        """Ask for a file and save the mosaic as PNG or the layer's numbers as NPZ."""
