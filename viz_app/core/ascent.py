"""Numbers of the optimised image that the computation and the copied program share."""

from __future__ import annotations

from dataclasses import dataclass

NATURAL = 120.0  # what a strangeness of 1 takes from a class's logit
FLOOR = 1e-3  # added to variances: channels that hardly ever move would outweigh all others


@dataclass(frozen=True, slots=True)
class Shake:
    """How far the image is moved (a share of its side), enlarged and turned, and if mirrored."""

    move: float
    least: float
    most: float
    degrees: float
    is_mirrored: bool


SLIGHT = Shake(0.09, 0.9, 1.1, 10, False)
"""For a texture, and for one unit's place."""
WIDE = Shake(0.15, 0.8, 1.4, 20, True)
"""For a class: an object stays what it is wherever it stands and however large it is."""
