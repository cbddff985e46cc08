"""The Gram matrices that a run's cost compares at one layer, as numbers to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from viz_app.compute.style import cost, pictures
from viz_app.compute.style.chain import Check
from viz_app.compute.style.features import Features
from viz_app.compute.style.targets import aim
from viz_app.core.style_terms import StyleSettings
from viz_app.nets.build import Net

Matrix = NDArray[np.float32]


class LayerGrams:
    """What a run asks of one layer, worked out once, and compared with picture after picture.

    Parameters
    ----------
    net
        the network that judges
    picture
        float32 [H, W, 3] in [0, 1]: all that are compared have its size
    styles, mask
        as for a run
    settings
        of the run, with this layer alone among its layers

    Raises
    ------
    ShapeError
        if the network lacks the layer
    """

    def __init__(
        self,
        net: Net,
        picture: np.ndarray,
        styles: Sequence[np.ndarray],
        settings: StyleSettings,
        mask: np.ndarray | None,
        check: Check,
    ) -> None:
        self._device = next(net.parameters()).device
        self._features = Features(net, settings.pooling)
        (layer,) = settings.style_layers
        self._name = self._features.names([layer])[layer]
        there = self._tensor(picture)
        asked = aim(self._features, there, styles, settings, mask, check)
        self._targets = replace(asked, content=torch.empty(0))  # large, and not looked at

    def compare(
        self, picture: np.ndarray, blend: Sequence[float], check: Check
    ) -> tuple[Matrix, Matrix, Matrix]:
        """S and G, both over the number of positions (Σ T² under a mask), and the maps T ∘ a(G).

        J_style of the layer is ‖S − G‖²_F / (2 n_C)².
        """
        found: dict[str, Tensor] = {}
        count, guide = max(self._targets.counts[0], 1.0), self._targets.guides[0]

        def note(name: str, a: Tensor) -> None:
            found[name] = cost.guided(a, guide)

        with torch.no_grad():
            self._features.visit(self._tensor(picture), [self._name], check, note)
            a = found[self._name]
            style, painted = self._targets.blended(blend)[0] / count, cost.gram(a) / count
        return _numbers(style), _numbers(painted), _numbers(a[0])

    def _tensor(self, picture: np.ndarray) -> Tensor:
        shape = pictures.shape_at(picture, max(picture.shape[:2]))  # as a run widens a thin one
        return pictures.as_tensor(picture, shape).to(self._device)


def _numbers(x: Tensor) -> Matrix:
    return np.ascontiguousarray(x.contiguous().cpu().numpy())
