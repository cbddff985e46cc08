"""All that the style lab shows and nothing that it computed; what a run is told by it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from viz_app.core.style_terms import (
    CONTENT_LAYER,
    STYLE_LAYERS,
    Optimiser,
    Precision,
    StyleControls,
    StyleSettings,
)

Mode = Literal["transfer", "content", "style"]
StartFrom = Literal["content", "noise", "picture"]
Colours = Literal["style", "luminance", "histogram"]
Size = Literal[128, 256, 384, 512, 768, 1024]
Below = Literal["costs", "gram"]
ContentLayer = Literal[
    "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3",
    "conv4_1", "conv4_2", "conv4_3", "conv5_1", "conv5_2", "conv5_3",
]  # fmt: skip
StyleLayer = Literal["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]

SIZES: tuple[Size, ...] = (128, 256, 384, 512, 768, 1024)
OFF, MOST = 0.01, 100.0
"""The ends of a factor's slider; at the left end its term is off."""
FEWEST_STEPS, MOST_STEPS = 10, 3000
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

    @property
    def lambdas(self) -> tuple[float, ...]:
        """The factors of the style layers, in the order of ``STYLE_LAYERS``."""
        return self.lambda_1, self.lambda_2, self.lambda_3, self.lambda_4, self.lambda_5


FACTORS = ("alpha", "beta", "variation", *(f"lambda_{i}" for i in range(1, 6)))
"""Fields that weight a term of the cost."""
RUN_FIELDS = ("style", "content_layer", "size", "is_coarse_to_fine", "steps", "precision")
"""Fields that a running optimisation takes over by carrying its picture into a new run."""
START_FIELDS = ("mode", "start", "seed")
"""Fields that say how a run begins: they ask for a restart."""


def resolve(scene: StyleScene) -> StyleScene:
    """Clamp every number to its slider."""
    clamped: dict[str, Any] = {
        field: _within(getattr(scene, field), OFF, MOST) for field in FACTORS
    }
    return replace(
        scene,
        **clamped,
        rate=_within(scene.rate, OFF, MOST),
        steps=min(max(scene.steps, FEWEST_STEPS), MOST_STEPS),
        seed=min(max(scene.seed, 0), 9999),
    )


def controls_of(scene: StyleScene) -> StyleControls:
    """What a run reads at each step. Content alone has β = 0, style alone α = 0."""
    return StyleControls(
        alpha=0.0 if scene.mode == "style" else _factor(scene.alpha),
        beta=0.0 if scene.mode == "content" else _factor(scene.beta),
        variation=_factor(scene.variation),
        lambdas=tuple(map(_factor, scene.lambdas)),
        rate=scene.rate,
        optimiser=scene.optimiser,
    )


def stages_of(scene: StyleScene) -> tuple[StyleSettings, ...]:
    """The settings of a run, one for each size it goes through, coarse to fine."""
    sizes: list[int] = [scene.size]
    if scene.is_coarse_to_fine:
        while sizes[0] // 2 >= COARSEST_PX:
            sizes.insert(0, sizes[0] // 2)
    each = round(scene.steps * COARSE_SHARE) if len(sizes) < 4 else round(scene.steps / len(sizes))
    ends = [each * (i + 1) for i in range(len(sizes) - 1)] + [scene.steps]
    starts_as_content = scene.start == "content" and scene.mode == "transfer"
    return tuple(
        StyleSettings(
            content_layer=scene.content_layer,
            style_layers=STYLE_LAYERS,
            size_px=size,
            start="content" if starts_as_content else "noise",
            seed=scene.seed,
            steps=end,
            precision=scene.precision,
        )
        for size, end in zip(sizes, ends, strict=True)
    )


def changes(before: StyleScene, after: StyleScene) -> tuple[str, ...]:
    """The fields in which two scenes differ."""
    return tuple(
        f.name for f in fields(StyleScene) if getattr(before, f.name) != getattr(after, f.name)
    )


def shown_factor(value: float) -> str:
    """A factor as the inspector writes it."""
    return "off" if value <= OFF else f"{value:.3g}"


def _factor(value: float) -> float:
    return 0.0 if value <= OFF else value


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high) if math.isfinite(value) else 1.0
