"""The activations lab's part of the conversation: which network, layer, channel and unit.

Each of the four views is a *part* (:class:`~viz_app.labs.activations.part.Part`) in a file of its
own, with a page of the panel as its view:

==========  =====================  =======================  ==================================
view        part                   page                     asks
==========  =====================  =======================  ==================================
mosaic      ``mosaic.py``          ``mosaic_page.py``       all channels of the layer
patches     ``patches.py``         ``patches_page.py``      nine patches of each channel
why         ``attribution.py``     ``attribution_page.py``  what the unit owes to each pixel
optimised   ``ascent.py``          ``ascent_page.py``       the image that the channel wants
==========  =====================  =======================  ==================================

The presenter calls the part that is forward: ``show(scene, picture)`` after every change, and
only while the network is on this computer. A part reads the selected unit from the scene
(``network``, ``asked``: the row of the layer table, ``channel``) and from ``desk.unit()`` (the
pinned unit, or the strongest, which the mosaic finds; it asks for the map when another view is
forward too). A part writes with ``desk.change(...)`` and hears its own controls in ``edited``. It
runs its jobs with ``house.runner.run("activations.<part>", job, ...)``, takes the network in them
from ``jobs.network_of(turn, store, name)`` and the image from
``activations.as_input(picture.pixels, scene.size)``: uint8 [h, w, 3], what the network looks at.
The page's ``attach`` gets its part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viz_app.core.own import OwnNetwork
from viz_app.core.records import Picture
from viz_app.core.traced import parse_spec
from viz_app.labs.activations import jobs, layers
from viz_app.labs.activations import snippet as programs
from viz_app.labs.activations.actions import lab_actions
from viz_app.labs.activations.ascent import AscentPart
from viz_app.labs.activations.attribution import AttributionPart
from viz_app.labs.activations.attribution_snippet import INSTEAD
from viz_app.labs.activations.controls import GROUPS
from viz_app.labs.activations.mosaic import MosaicPart
from viz_app.labs.activations.part import Part
from viz_app.labs.activations.patches import PatchesPart
from viz_app.labs.activations.scene import ActivationsScene, resolve
from viz_app.labs.activations.view import ActivationsView, Offer
from viz_app.labs.lab import Lab
from viz_app.labs.presenter import House, Presenter

MB = 1_000_000
SHOWS = {
    "mosaic": "Every channel of every layer is shown as a picture.",
    "patches": "A folder is searched for the nine patches that excite each channel most.",
    "why": "The pixels that made a unit or a class fire are shown, by seven methods.",
    "optimised": "An image is made that excites a channel as much as possible.",
}


class ActivationsPresenter(Presenter[ActivationsScene, ActivationsView]):
    """Chooses what is looked at and hands the rest to the part that is forward.

    A file of patches is shown also while the network that made it is not on this computer.
    """

    lab = Lab(
        name="activations",
        title="Activations",
        icon="squares-four",
        summary="What a network sees: every channel of every layer, on your own image.",
        scene_type=ActivationsScene,
        groups=GROUPS,
        snippet=programs.snippet,
        resolve=resolve,
    )

    def __init__(self, view: ActivationsView, house: House) -> None:
        super().__init__(view, house)
        self.mosaic = MosaicPart(self, view.mosaic)
        self.patches = PatchesPart(self, view.patches)
        self.attribution = AttributionPart(self, view.attribution)
        self.ascent = AscentPart(self, view.ascent)
        self.parts: dict[str, Part[Any]] = {
            "mosaic": self.mosaic,
            "patches": self.patches,
            "why": self.attribution,
            "optimised": self.ascent,
        }
        mine = tuple(action for part in self.parts.values() for action in part.actions)
        self.actions = (*lab_actions(self), *mine)

    def show(self, scene: ActivationsScene, picture: Picture | None) -> None:
        self.view.show_view(scene.view)
        self._show_layers(scene)
        is_here = jobs.is_here(self.house.weights, scene.net)
        can_show = is_here or _reads_file(scene)
        self.view.show_offer(None if can_show else self._offer(scene.net))
        if scene.view != "mosaic" or not is_here:
            self.mosaic.live.left()  # a webcam that is not looked at is let go
        if not can_show:
            return
        if is_here and scene.view != "mosaic":
            self.mosaic.look(scene, picture)  # the parts want its strongest unit
        self.parts[scene.view].show(scene, picture)

    def edited(self, field: str, value: Any) -> None:
        if any(part.edited(field, value) for part in self.parts.values()):
            return
        if (field, value) == ("network", layers.OWN) and self.scene.own is None:
            self.view.ask_for_network()
            self.house.document.change_scene(self.lab.name, self.scene)
        elif field == "network":
            self.change(network=value, layer="", channel=0, row=-1, column=-1)
        elif field == "layer":
            self.layer_chosen(value)
        elif field in ("channel", "size", "moment", "is_every"):
            self.change(gesture=field, row=-1, column=-1, **{field: value})
        else:
            super().edited(field, value)

    # Intents

    def layer_chosen(self, layer: str) -> None:
        """Look at another layer."""
        self.change(gesture="layer", layer=layer, row=-1, column=-1)

    def layer_moved(self, by: int) -> None:
        """Go on in the list of layers."""
        names = [stage.name for stage in self.scene.stages]
        at = names.index(self.scene.layer) + by
        self.layer_chosen(names[min(max(at, 0), len(names) - 1)])

    def channel_chosen(self, channel: int) -> None:
        """Look at another channel of the layer."""
        if channel != self.scene.channel:
            self.change(gesture="channel", channel=channel, row=-1, column=-1)

    def channel_moved(self, by: int) -> None:
        """Go on to the next channel, in the order of the mosaic."""
        self.channel_chosen(self.mosaic.neighbour(self.scene.channel, by))

    def beside_chosen(self, layer: str, channel: int) -> None:
        """Look at one of the channels of the five layers."""
        self.change(layer=layer, channel=channel, row=-1, column=-1, is_beside=False)

    def unit_pinned(self, row: int, column: int) -> None:
        """Select a unit of the channel; the same again lets it go to the strongest."""
        is_same = (row, column) == (self.scene.row, self.scene.column)
        self.change(gesture="unit", row=-1 if is_same else row, column=-1 if is_same else column)

    def offer_accepted(self) -> None:
        """Open the dialog that fetches the network; of the user's own, run its code again."""
        net = self.scene.net
        if isinstance(net, OwnNetwork):
            self.house.weights.agreed.add(net.spec)
            self.show(self.scene, self.house.pictures.current())
        else:
            self.house.offer_network(net)

    def open_own(self, spec: str, *, may_run: bool = False) -> None:
        """Make the user's own network on the engine's thread and look at it."""
        if may_run:
            self.house.weights.agreed.add(spec)
        self.house.runner.run(
            "activations.own",
            jobs.open_own(spec, may_run),
            title="Opening your network",
            on_done=self._on_opened,
            on_failed=self.fail,
        )

    def _on_opened(self, own: OwnNetwork) -> None:
        self.change(network=layers.OWN, own=own, layer="", channel=0, row=-1, column=-1)

    def save_asked(self) -> None:
        """Save the mosaic or the layer's numbers."""
        self.view.ask_where_to_save()

    # For the parts

    def is_shown(self, view: str) -> bool:
        """Whether the lab, and this view of it, are what the user looks at."""
        return self.house.document.desk.lab == self.lab.name and self.scene.view == view

    def unit(self) -> tuple[int, int]:
        """Row and column of the selected unit; (−1, −1) while the map is not there."""
        return self.mosaic.unit()

    def map_arrived(self) -> None:
        """The channel's map, and with it the strongest unit, is there: a part may want it."""
        self._show_layers(self.scene)
        if self.house.document.desk.lab == self.lab.name and self.scene.view != "mosaic":
            self.parts[self.scene.view].show(self.scene, self.house.pictures.current())

    # For the house

    def numbers(self) -> Mapping[str, Any]:
        return self.parts[self.scene.view].numbers()

    def snippet(self) -> str:
        scene, picture = self.scene, self.house.pictures.current()
        program = self.parts[scene.view].snippet(scene, picture)
        if program is not None:
            return program
        program = programs.activations_program(
            scene, picture, self.house.weights.folder, self.mosaic.input_shape()
        )
        return f"{INSTEAD}\n{program}" if scene.view == "why" else program

    def demonstrate(self) -> None:
        net = self.scene.net
        if not jobs.is_here(self.house.weights, net):
            self.house.speaker.tell(
                f"{layers.title_of(net)} is not on this computer, so nothing was "
                f"looked at: `viz-app weights fetch {layers.name_of(net)}` brings it."
            )
            return
        self.house.document.choose_image("sample:chelsea")
        self.change(view="mosaic", order="strongest")

    def is_settled(self) -> bool:
        scene = self.scene
        if not jobs.is_here(self.house.weights, scene.net) and not _reads_file(scene):
            return True
        if self.house.pictures.current() is None:
            return False  # it is being read
        return self.parts[scene.view].is_settled()

    def leave(self) -> None:
        self.mosaic.live.left()

    def cancelled(self, lane: str) -> None:
        for part in self.parts.values():
            part.cancelled(lane)

    def close(self) -> None:
        for part in self.parts.values():
            part.close()

    def _show_layers(self, scene: ActivationsScene) -> None:
        height, width = self.mosaic.input_shape()
        stages = layers.stages_of(scene.net, height, width, is_every=scene.is_every)
        self.view.show_layers(stages, scene)

    def _offer(self, name: layers.Asked) -> Offer:
        if isinstance(name, OwnNetwork):
            return Offer(
                f"“{name.title}” is your own network",
                f"Looking with it again runs the code in “{parse_spec(name.spec).source}” on this "
                "computer, with all that you may do there. Agree only if you know what is in it.",
                f"{name.spec} · its layers can be read meanwhile",
                "Open it again (runs code)",
            )
        network = self.house.weights.registry.network(name)
        return Offer(
            f"{layers.title_of(name)} looks at the image",
            f"{SHOWS[self.scene.view]} The network is not on this computer yet; its layers can be "
            "read meanwhile.",
            f"{network.size / MB:.1f} MB · {network.licence} · pictures stay on this computer",
        )


def _reads_file(scene: ActivationsScene) -> bool:
    """Whether the patches of a file are shown, which needs no network."""
    return scene.view == "patches" and bool(scene.patch_file)
