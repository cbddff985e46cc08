"""How the cost draws on one activation, by a formula instead of by differentiating."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from viz_app.compute.style.cost import rows_of


@dataclass(slots=True)
class Pull:
    """How the cost draws on one activation a: ∂J/∂a = T² ∘ (a E) + α (a − a_c).

    Parameters
    ----------
    a
        [1, n_C, n_H, n_W]
    slope
        E, [n_C, n_C], weighted; None if no style is asked of this layer
    guide
        T, [n_H, n_W]; None is 1 everywhere
    content, alpha
        a_c and its weight; None if no content is asked of it
    """

    a: Tensor
    slope: Tensor | None = None
    guide: Tensor | None = None
    content: Tensor | None = None
    alpha: float = 0.0

    @property
    def is_felt(self) -> bool:
        """Whether it draws at all."""
        return self.slope is not None or self.content is not None

    def added_to(self, gradient: Tensor | None) -> Tensor:
        """The gradient from deeper layers, if any, with this one's own part added in place."""
        if gradient is None:
            gradient = torch.zeros_like(self.a)
        if self.slope is not None:
            rows = rows_of(self.a)
            if self.guide is not None:
                rows = rows * self.guide.square().to(rows.dtype).view(-1, 1)
            gradient = gradient.contiguous(memory_format=torch.channels_last)
            rows_of(gradient).addmm_(rows, self.slope.to(rows.dtype))
        if self.content is not None:
            gradient.add_(self.a - self.content, alpha=self.alpha)
        return gradient
