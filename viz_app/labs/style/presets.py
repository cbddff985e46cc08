"""Settings that are known to give a certain look, one click each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from viz_app.labs.style.scene import FACTORS, OFF, StyleScene

FIRST = StyleScene()
_EVEN: Mapping[str, Any] = {
    **{field: getattr(FIRST, field) for field in FACTORS},
    "mode": "transfer",
    "content_layer": FIRST.content_layer,
    "colours": "style",
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A name, what it does, and the fields it sets."""

    title: str
    tip: str
    fields: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What its picture in ``resources/presets`` is called."""
        return self.title.lower().replace(" ", "_")


def _preset(title: str, tip: str, **fields: Any) -> Preset:
    return Preset(title, tip, {**_EVEN, **fields})


PRESETS = (
    _preset("Even", "All weights at 1."),
    _preset(
        "Gentle", "The photo with a touch of the style: α large, β small.", alpha=3.0, beta=0.3
    ),
    _preset("Strong", "Style before content.", alpha=0.5, beta=5.0),
    _preset(
        "Fine strokes",
        "Only the early layers: colours and strokes, no large forms.",
        beta=2.0,
        lambda_4=OFF,
        lambda_5=OFF,
    ),
    _preset(
        "Large forms",
        "The late layers lead: shapes of the style, with an early content layer to hold on to.",
        alpha=1.5,
        lambda_1=0.3,
        lambda_2=0.5,
        lambda_3=2.0,
        lambda_4=10.0,
        lambda_5=30.0,
    ),
    _preset(
        "Own colours", "The style's strokes in the photo's colours.", beta=3.0, colours="luminance"
    ),
    _preset("Smooth", "Little noise between neighbours.", variation=10.0),
    _preset("Content alone", "β = 0, from noise: what the content layer knows.", mode="content"),
    _preset("Style alone", "α = 0, from noise: what the Gram matrices know.", mode="style"),
)
