"""All that the activations lab shows and nothing that it computed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from viz_app.core.errors import VizError
from viz_app.core.own import OwnNetwork, Scaling
from viz_app.labs.activations.layers import (
    OWN,
    Asked,
    Stage,
    default_layer,
    is_classifier,
    is_known,
    line_of,
    stages_of,
)

View = Literal["mosaic", "patches", "why", "optimised"]
Size = Literal["224", "320", "original"]
Scale = Literal["each", "common"]
Colours = Literal["strength", "signed"]
Method = Literal["gradient", "times", "guided", "deconv", "cam", "integrated", "occlusion"]
FIRST = "vgg16"
CLASSES = 1000  # of ImageNet


@dataclass(frozen=True, slots=True)
class ActivationsScene:
    """The state of the lab.

    ``layer`` is the name of a line of the layer list (a :class:`Stage`), ``moment`` says whether
    its numbers are taken before or after the non-linearity. ``row`` and ``column`` are the unit
    that was pinned, −1 for the channel's strongest. ``own`` is the user's own network, looked at
    while ``network`` is "own"; ``scaling`` is how its colours are scaled.
    """

    view: View = "mosaic"
    network: str = FIRST
    own: OwnNetwork | None = None
    scaling: Scaling = "imagenet"
    layer: str = ""
    channel: int = 0
    row: int = -1
    column: int = -1
    size: Size = "224"
    moment: Literal["after", "before"] = "after"
    scale: Scale = "each"
    colours: Colours = "strength"
    order: Literal["number", "strongest"] = "number"
    opacity: float = 0.6
    is_every: bool = False  # every row of the table by itself, the fully connected ones too
    is_beside: bool = False
    is_effective: bool = False
    patch_folder: str = ""  # empty: the bundled images
    patch_file: str = ""  # opened instead of a search
    patch_layers: Literal["layer", "five", "all"] = "five"
    patch_sheet: Literal["layer", "five"] = "layer"
    patch_beside: Literal["map", "deconv", "guided", "optimised"] = "map"
    why_target: Literal["unit", "class"] = "unit"
    why_class: int = -1  # −1: the class that the network takes the image for
    why_method: Method = "gradient"
    why_layer: str = ""  # whose maps Grad-CAM weights; empty: the last below what is explained
    why_baseline: Literal["mean", "black", "blurred"] = "mean"
    why_square: int = 32  # of occlusion, in pixels
    why_steps: int = 32  # of integrated gradients
    why_look: Literal["strength", "signed", "colour"] = "strength"
    why_opacity: float = 0.75
    is_compared: bool = False
    goal: Literal["channel", "unit", "class"] = "channel"
    goal_class: int = 285  # Egyptian cat
    goal_side: int = 128
    goal_steps: int = 200
    goal_rate: float = 0.05
    goal_seed: int = 0
    is_fourier: bool = True
    is_decorrelated: bool = True
    is_shaken: bool = True
    is_natural: bool = True

    @property
    def net(self) -> Asked:
        """The network that looks: a published one's name, or the user's own."""
        return self.own if self.network == OWN and self.own is not None else self.network

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The lines of the layer list, with their shapes for a square of 224 pixels."""
        return stages_of(self.net, is_every=self.is_every)

    @property
    def stage(self) -> Stage:
        """The layer that is looked at."""
        return next(s for s in self.stages if s.name == self.layer)

    @property
    def asked(self) -> str:
        """The row of the layer table whose numbers are shown."""
        return self.stage.before if self.moment == "before" else self.stage.after

    @property
    def scale_shown(self) -> Scale:
        """One scale for all channels where each is a single number."""
        return "common" if self.stage.is_single else self.scale

    @property
    def is_pinned(self) -> bool:
        """Whether a unit was chosen, rather than the strongest."""
        return self.row >= 0 and self.column >= 0


def resolve(scene: ActivationsScene) -> ActivationsScene:
    """Take a network, a layer and a channel that are there."""
    scene = _with_own(scene)
    if not is_known(scene.network) and scene.network != OWN:
        scene = replace(scene, network=FIRST, layer="")
    stages = {stage.name: stage for stage in scene.stages}
    if scene.layer not in stages:
        line = line_of(scene.stages, scene.layer) or default_layer(scene.net)
        line = line if line in stages else next(iter(stages))
        scene = replace(scene, layer=line, row=-1, column=-1)
    channels = stages[scene.layer].shape[0]
    is_unit = scene.row >= 0 and scene.column >= 0
    opacity = scene.opacity if math.isfinite(scene.opacity) else 0.6
    return replace(
        _explained(scene),
        channel=min(max(scene.channel, 0), channels - 1),
        row=scene.row if is_unit else -1,
        column=scene.column if is_unit else -1,
        opacity=round(min(max(opacity, 0.0), 1.0), 2),
    )


def _with_own(scene: ActivationsScene) -> ActivationsScene:
    """Let an own network go that is none, and hand its colours on to the one that is."""
    own = scene.own
    if own is None:
        return replace(scene, network=FIRST, layer="") if scene.network == OWN else scene
    try:
        is_one = bool(stages_of(own)) and own.runs_code in (True, False)
    except (VizError, ArithmeticError, LookupError, ValueError):  # a damaged session
        is_one = False
    if not is_one:
        return _with_own(replace(scene, own=None))
    is_said = own.scaling == scene.scaling
    return scene if is_said else replace(scene, own=replace(own, scaling=scene.scaling))


def _explained(scene: ActivationsScene) -> ActivationsScene:
    """What is explained and optimised, within what there is."""
    names = {stage.name for stage in stages_of(scene.net)}
    opacity = scene.why_opacity if math.isfinite(scene.why_opacity) else 0.75
    rate = scene.goal_rate if math.isfinite(scene.goal_rate) else 0.05
    has_classes = is_classifier(scene.net)
    return replace(
        scene,
        why_target=scene.why_target if has_classes else "unit",
        why_class=min(max(scene.why_class, -1), CLASSES - 1),
        why_layer=scene.why_layer if scene.why_layer in names else "",
        why_square=min(max(scene.why_square, 4), 128),
        why_steps=min(max(scene.why_steps, 1), 256),
        why_opacity=round(min(max(opacity, 0.0), 1.0), 2),
        goal=scene.goal if has_classes or scene.goal != "class" else "channel",
        goal_class=min(max(scene.goal_class, 0), CLASSES - 1),
        goal_side=min(max(scene.goal_side, 96), 224),
        goal_steps=min(max(scene.goal_steps, 1), 2000),
        goal_rate=min(max(rate, 0.001), 1.0),
        goal_seed=min(max(scene.goal_seed, 0), 999),
    )
