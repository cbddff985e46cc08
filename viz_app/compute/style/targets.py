"""What the content and the style pictures ask for, and where the style applies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from viz_app.compute.style import cost, pictures
from viz_app.compute.style.chain import Check
from viz_app.compute.style.features import Features
from viz_app.compute.style.room import STYLE_BYTES, demand_room
from viz_app.core.errors import ShapeError
from viz_app.core.style_terms import StyleSettings, shares


@dataclass(frozen=True, slots=True)
class Targets:
    """Computed once, in float32.

    Parameters
    ----------
    content
        a(C), [1, n_C, n_H, n_W]
    grams
        for each style picture the Gram matrices [n_C, n_C] of the style layers, as if that
        picture had as many positions as the guided part of G
    guides
        T of each style layer, [n_H, n_W]; None where the style applies everywhere
    counts
        Σ T² of each style layer, n_H n_W without a guide
    """

    content: Tensor
    grams: tuple[tuple[Tensor, ...], ...]
    guides: tuple[Tensor | None, ...]
    counts: tuple[float, ...]

    def blended(self, blend: Sequence[float]) -> tuple[Tensor, ...]:
        """Σ_s w_s G(S_s) of each layer.

        With Σ w_s = 1 the mean of ‖G(S_s) − G(G)‖² over the styles differs from
        ‖Σ w_s G(S_s) − G(G)‖² by a constant: the same gradient for the price of one.
        """
        parts = shares(blend, len(self.grams))
        if len(parts) == 1:
            return self.grams[0]
        return tuple(
            torch.stack([part * gram for part, gram in zip(parts, layer, strict=True)]).sum(0)
            for layer in zip(*self.grams, strict=True)
        )

    def to(self, device: torch.device) -> Targets:
        """The same on another device."""
        return replace(
            self,
            content=self.content.to(device),
            grams=tuple(tuple(gram.to(device) for gram in layers) for layers in self.grams),
            guides=tuple(None if t is None else t.to(device) for t in self.guides),
        )


def aim(
    features: Features,
    content: Tensor,
    styles: Sequence[np.ndarray],
    settings: StyleSettings,
    mask: np.ndarray | None,
    check: Check,
) -> Targets:
    """Compute the targets of a run.

    Parameters
    ----------
    content
        [1, 3, H, W] in [0, 1], at the size of the run, on its device
    styles
        uint8 [H, W, 3], one or more
    mask
        [h, w] of any size, 0 where the style does not apply, its dtype's (or 1.0 as) most where
        it does

    Raises
    ------
    ShapeError
        if there is no style picture, or the mask is none
    MemoryShort
        if a style picture needs more memory than is free
    """
    if not styles:
        raise ShapeError("Choose a style picture: there is none.")
    names = features.names((settings.content_layer, *settings.style_layers))
    of_content = names[settings.content_layer]
    of_styles = [names[layer] for layer in settings.style_layers]
    with torch.no_grad():
        a_c = {}
        sizes: dict[str, tuple[int, int]] = {}

        def note(name: str, a: Tensor) -> None:
            sizes[name] = (a.shape[-2], a.shape[-1])
            if name == of_content:
                a_c[name] = a.clone()

        features.visit(content, names.values(), check, note)
        guides = tuple(_guide(mask, sizes[name], content.device) for name in of_styles)
        counts = tuple(
            float(sizes[name][0] * sizes[name][1]) if t is None else t.square().sum().item()
            for name, t in zip(of_styles, guides, strict=True)
        )
        side = max(1, round(settings.size_px * settings.style_scale))
        means = [_mean_grams(features, s, side, of_styles, content.device, check) for s in styles]
    grams = tuple(
        tuple(found[name] * count for name, count in zip(of_styles, counts, strict=True))
        for found in means
    )
    return Targets(a_c[of_content], grams, guides, counts)


def _mean_grams(
    features: Features,
    style: np.ndarray,
    side: int,
    names: list[str],
    device: torch.device,
    check: Callable[[], None],
) -> dict[str, Tensor]:
    """Gram matrices over the number of positions: pictures of any size can be compared."""
    found = {}

    def note(name: str, a: Tensor) -> None:
        found[name] = cost.gram(a) / (a.shape[-2] * a.shape[-1])

    shape = pictures.shape_at(style, side)
    what = f"The style's {max(shape)} px"
    demand_room(shape[0] * shape[1], STYLE_BYTES, device, what, "style scale or size")
    picture = pictures.as_tensor(style, shape).to(device)
    features.visit(picture, names, check, note)
    return found


def _guide(mask: np.ndarray | None, size: tuple[int, int], device: torch.device) -> Tensor | None:
    """T of a layer: the mask averaged over what each position stands for."""
    if mask is None:
        return None
    if mask.ndim != 2 or 0 in mask.shape:
        raise ShapeError(f"A mask has height and width, not {mask.shape}.")
    top = np.iinfo(mask.dtype).max if np.issubdtype(mask.dtype, np.integer) else 1
    whole = torch.from_numpy((mask / top).astype(np.float32))[None, None]
    return F.interpolate(whole, size, mode="bilinear", antialias=True)[0, 0].clamp(0, 1).to(device)
