"""All that the style lab shows and nothing that it computed; what a run is told by it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from viz_app.core.style_terms import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    Optimiser,
    Pooling,
    Precision,
    StyleControls,
    StyleSettings,
)

View = Literal["optimise", "one_pass"]
OnePassNetwork = Literal["arbitrary_style", "multistyle26"]
Mode = Literal["transfer", "content", "style"]
StartFrom = Literal["content", "noise", "picture"]
Colours = Literal["style", "luminance", "histogram"]
Size = Literal[128, 256, 384, 512, 768, 1024, 1536, 2048]
Below = Literal["costs", "layers", "gram"]
ContentLayer = Literal[
    "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3",
    "conv4_1", "conv4_2", "conv4_3", "conv5_1", "conv5_2", "conv5_3",
    "conv3_4", "conv4_4", "conv5_4",
]  # fmt: skip
Judge = Literal["vgg16", "vgg19"]
StyleLayer = Literal["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]

SIZES: tuple[Size, ...] = (128, 256, 384, 512, 768, 1024, 1536, 2048)
ONE_PASS_SIZES = SIZES[:6]
OFF, MOST = 0.01, 100.0
"""The ends of a factor's slider; at the left end its term is off."""
FEWEST_STEPS, MOST_STEPS = 10, 3000
MOST_STYLES = 4
BUILT_IN = 26
"""Styles that the network of built-in styles was trained on."""
SCALES = 0.25, 4.0
MORE_LAYERS = tuple(
    f"conv{stage}_{k}"
    for stage, depth in enumerate((2, 2, 4, 4, 4), 1)
    for k in range(2, depth + 1)
)
"""Style layers beside the usual five; they take part once their λ is not off."""
COARSEST_PX = 128
COARSE_SHARE = 0.3  # of the steps, for each size below the last


@dataclass(frozen=True, slots=True)
class StyleScene:
    """The state of the lab; the factors are those of :class:`StyleControls`."""

    mode: Mode = "transfer"
    style: str = "sample:night"
    alpha: float = 1.0
    beta: float = 1.0
    variation: float = 1.0
    rate: float = 1.0
    lambda_1: float = 1.0
    lambda_2: float = 1.0
    lambda_3: float = 1.0
    lambda_4: float = 1.0
    lambda_5: float = 1.0
    content_layer: ContentLayer = CONTENT_LAYER  # type: ignore[assignment]
    optimiser: Optimiser = "adam"
    start: StartFrom = "content"
    seed: int = 0
    size: Size = 256
    is_coarse_to_fine: bool = False
    steps: int = 300
    is_plateau_end: bool = False
    colours: Colours = "style"
    precision: Precision = "auto"
    is_wiped: bool = False
    below: Below = "costs"
    gram_layer: StyleLayer = "conv3_1"
    network: Judge = "vgg16"
    pooling: Pooling = "max"
    style_scale: float = 1.0
    mask: str = ""
    others: tuple[str, ...] = ()
    blend_1: float = 1.0
    blend_2: float = 1.0
    blend_3: float = 1.0
    blend_4: float = 1.0
    has_more_layers: bool = False
    lambda_1_2: float = OFF
    lambda_2_2: float = OFF
    lambda_3_2: float = OFF
    lambda_3_3: float = OFF
    lambda_3_4: float = OFF
    lambda_4_2: float = OFF
    lambda_4_3: float = OFF
    lambda_4_4: float = OFF
    lambda_5_2: float = OFF
    lambda_5_3: float = OFF
    lambda_5_4: float = OFF
    view: View = "optimise"
    one_pass: OnePassNetwork = "arbitrary_style"
    strength: float = 1.0
    has_own_colours: bool = False
    one_pass_size: Size = 384
    built_in: tuple[int, ...] = (0,)
    share_1: float = 1.0
    share_2: float = 1.0
    share_3: float = 1.0
    share_4: float = 1.0

    @property
    def lambdas(self) -> tuple[float, ...]:
        """The factors of the style layers, in the order of ``STYLE_LAYERS``."""
        return self.lambda_1, self.lambda_2, self.lambda_3, self.lambda_4, self.lambda_5

    @property
    def style_layers(self) -> tuple[str, ...]:
        """The layers whose Gram matrices are compared, in the order of the network."""
        more = (layer for layer in MORE_LAYERS if getattr(self, lambda_field(layer)) > OFF)
        return tuple(sorted((*STYLE_LAYERS, *more)))

    @property
    def styles(self) -> tuple[str, ...]:
        """Refs of all style pictures, the first one's at the head."""
        return self.style, *self.others

    @property
    def blend(self) -> tuple[float, ...]:
        """The weight of each style picture."""
        weights = self.blend_1, self.blend_2, self.blend_3, self.blend_4
        return tuple(map(_factor, weights[: len(self.styles)]))

    @property
    def shares(self) -> tuple[float, ...]:
        """The weight of each built-in style that is mixed."""
        weights = self.share_1, self.share_2, self.share_3, self.share_4
        return tuple(map(_factor, weights[: len(self.built_in)]))


FACTORS = (
    "alpha",
    "beta",
    "variation",
    *(f"lambda_{i}" for i in range(1, 6)),
    *(f"lambda_{layer.removeprefix('conv')}" for layer in MORE_LAYERS),
)
"""Fields that weight a term of the cost."""
BLENDS = tuple(f"blend_{i}" for i in range(1, MOST_STYLES + 1))
SHARES = tuple(f"share_{i}" for i in range(1, MOST_STYLES + 1))
RUN_FIELDS = (
    "style",
    "others",
    "mask",
    "network",
    "pooling",
    "style_scale",
    "content_layer",
    "size",
    "is_coarse_to_fine",
    "steps",
    "precision",
)
"""Fields that a running optimisation takes over by carrying its picture into a new run."""
START_FIELDS = ("mode", "start", "seed")
"""Fields that say how a run begins: they ask for a restart."""


def resolve(scene: StyleScene) -> StyleScene:
    """Clamp every number to its slider."""
    clamped: dict[str, Any] = {
        field: _within(getattr(scene, field), OFF, MOST) for field in (*FACTORS, *BLENDS, *SHARES)
    }
    layer = scene.content_layer
    if scene.network == "vgg16":  # has three layers where VGG-19 has four
        clamped |= {lambda_field(name): OFF for name in MORE_LAYERS if name.endswith("_4")}
        layer = layer.replace("_4", "_3")  # type: ignore[assignment]
    return replace(
        scene,
        **clamped,
        rate=_within(scene.rate, OFF, MOST),
        style_scale=_within(scene.style_scale, *SCALES),
        content_layer=layer,
        others=scene.others[: MOST_STYLES - 1],
        strength=min(max(scene.strength, 0.0), 1.0) if math.isfinite(scene.strength) else 1.0,
        built_in=_built_in(scene.built_in),
        steps=min(max(scene.steps, FEWEST_STEPS), MOST_STEPS),
        seed=min(max(scene.seed, 0), 9999),
    )


def controls_of(scene: StyleScene) -> StyleControls:
    """What a run reads at each step. Content alone has β = 0, style alone α = 0."""
    return StyleControls(
        alpha=0.0 if scene.mode == "style" else _factor(scene.alpha),
        beta=0.0 if scene.mode == "content" else _factor(scene.beta),
        variation=_factor(scene.variation),
        lambdas=tuple(_factor(getattr(scene, lambda_field(layer))) for layer in scene.style_layers),
        rate=scene.rate,
        optimiser=scene.optimiser,
        blend=scene.blend,
    )


def lambda_field(layer: str) -> str:
    """The field with a style layer's factor."""
    if layer in STYLE_LAYERS:
        return f"lambda_{STYLE_LAYERS.index(layer) + 1}"
    return f"lambda_{layer.removeprefix('conv')}"


def stages_of(scene: StyleScene) -> tuple[StyleSettings, ...]:
    """The settings of a run, one for each size it goes through, coarse to fine."""
    sizes: list[int] = [scene.size]
    if scene.is_coarse_to_fine:
        while sizes[0] // 2 >= COARSEST_PX:
            sizes.insert(0, sizes[0] // 2)
    each = round(scene.steps * COARSE_SHARE) if len(sizes) < 4 else round(scene.steps / len(sizes))
    ends = [each * (i + 1) for i in range(len(sizes) - 1)] + [scene.steps]
    starts_as_noise = scene.start == "noise" or scene.mode != "transfer"
    return tuple(
        StyleSettings(
            content_layer=scene.content_layer,
            style_layers=scene.style_layers,
            size_px=size,
            start="noise" if starts_as_noise else "content",
            seed=scene.seed,
            steps=end,
            precision=scene.precision,
            pooling=scene.pooling,
            style_scale=scene.style_scale,
        )
        for size, end in zip(sizes, ends, strict=True)
    )


def changes(before: StyleScene, after: StyleScene) -> tuple[str, ...]:
    """The fields in which two scenes differ."""
    return tuple(
        f.name for f in fields(StyleScene) if getattr(before, f.name) != getattr(after, f.name)
    )


def carries(before: StyleScene, after: StyleScene) -> tuple[str, ...]:
    """What differs of that which a running optimisation takes over by a new run."""
    names = (*RUN_FIELDS, "style_layers")
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def shown_factor(value: float) -> str:
    """A factor as the inspector writes it."""
    return "off" if value <= OFF else f"{value:.3g}"


def _built_in(styles: tuple[int, ...]) -> tuple[int, ...]:
    known = dict.fromkeys(style for style in styles if 0 <= style < BUILT_IN)
    return tuple(known)[:MOST_STYLES] or (0,)


def _factor(value: float) -> float:
    return 0.0 if value <= OFF else value


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high) if math.isfinite(value) else 1.0
