"""The Gram matrices that the cost compares at one layer, for the eye; torch is imported inside."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.engine.engine import Turn
from viz_app.files.weights import WeightsStore
from viz_app.labs.style.jobs import Painting, Pixels, network_of, styles_of

CLIPPED = 99.5  # percentile at which a scale ends: a few cells would hide the others


@dataclass(frozen=True, slots=True, eq=False)
class Grams:
    """The Gram matrices of a layer, divided by the number of positions, and its activation.

    Parameters
    ----------
    style, painted
        float32 [n_C, n_C]: Σ_s w_s G(S_s) of all styles, and G(G)
    maps
        a(G) of the layer, float32 [n_C, n_H, n_W], under the mask where there is one
    top, bound
        where the scales of the matrices (from 0) and of their difference (±) end
    shades
        S, G and S − G on these scales, uint8 [n_C, n_C], made here to spare the window
    styles
        how many styles are blended
    is_masked
        whether positions count by Σ T², and the maps are T ∘ a
    """

    layer: str
    style: NDArray[np.float32]
    painted: NDArray[np.float32]
    maps: NDArray[np.float32]
    top: float
    bound: float
    shades: tuple[Pixels, Pixels, Pixels]
    styles: int = 1
    is_masked: bool = False


def grams(
    store: WeightsStore,
    painting: Painting,
    layer: str,
    blend: tuple[float, ...],
    aim: Hashable,
) -> Callable[[Turn], Grams]:
    """Compare the Gram matrices at a layer as a run's cost does: its styles, colours and mask.

    ``aim`` names all that S depends on: what was worked out for an equal one is used again.
    """

    def job(turn: Turn) -> Grams:
        from viz_app.compute.style.layer_grams import LayerGrams

        state = painting.state
        assert state is not None, "there is a picture to look at"
        shape = state.picture.shape[:2]
        last: dict[Hashable, LayerGrams] = turn.keep(("style", "gram"), dict)
        if (aim, shape) not in last:
            last.clear()
            settings = replace(
                painting.stages[-1],
                content_layer=layer,
                style_layers=(layer,),
                size_px=max(shape),
            )
            net = network_of(store, turn, painting.network)
            last[aim, shape] = LayerGrams(
                net, state.picture, styles_of(painting), settings, painting.mask, turn.check
            )
        there = last[aim, shape]
        style, painted, maps = there.compare(state.picture, blend, turn.check)
        plain = compared(layer, style, painted, maps)
        return replace(plain, styles=1 + len(painting.others), is_masked=painting.mask is not None)

    return job


def compared(
    layer: str,
    style: NDArray[np.float32],
    painted: NDArray[np.float32],
    maps: NDArray[np.float32],
) -> Grams:
    """Two Gram matrices on a common scale, and their difference on its own."""
    difference = style - painted
    top = float(np.percentile(np.stack([style, painted]), CLIPPED)) or 1.0
    bound = float(np.percentile(np.abs(difference), CLIPPED)) or 1.0
    shades = shaded(style, top), shaded(painted, top), shaded((difference + bound) / 2, bound)
    return Grams(layer, style, painted, maps, top, bound, shades)


def shaded(values: NDArray[np.floating[Any]], top: float) -> Pixels:
    """Numbers from 0 to ``top`` as uint8; what lies beyond is clipped."""
    return np.asarray(np.clip(values * (255 / top), 0, 255).astype(np.uint8))
