"""The gradient of the cost, by hand where that is quicker than by differentiating.

Each term's derivative with respect to its own activation is a formula (``cost.style_slope``). It
is added to what comes back from deeper layers in one product-and-add, by a hook on the activation;
the network between the layers is left to torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from viz_app.compute.style.cost import rows_of
from viz_app.compute.style.features import Check, watch_backward


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
        """The gradient from deeper layers, if any, with this one's own part."""
        a = self.a.detach()
        if self.slope is not None:
            gradient = self._with_style(a, self.slope.to(a.dtype), gradient)
        if self.content is not None:
            own = (a - self.content).mul_(self.alpha).to(a.dtype)
            gradient = own if gradient is None else gradient + own
        assert gradient is not None
        return gradient

    def _with_style(self, a: Tensor, slope: Tensor, gradient: Tensor | None) -> Tensor:
        rows = rows_of(a)
        if self.guide is not None:
            rows = rows * self.guide.square().to(a.dtype).view(-1, 1)
        own = None if gradient is None else rows_of(gradient)
        product = rows @ slope if own is None else torch.addmm(own, rows, slope)
        return product.view(a.movedim(-3, -1).shape).movedim(-1, -3)


def gradient_of(pulls: Mapping[str, Pull], picture: Tensor, check: Check) -> Tensor:
    """∂J/∂G of all pulls together, [1, 3, H, W]; ``pulls`` in the order of the network.

    What each pull holds is let go once it was used.
    """
    felt = [name for name, pull in pulls.items() if pull.is_felt]
    if not felt:
        return torch.zeros_like(picture)
    left = {name: pulls[name] for name in felt}
    deepest = left.pop(felt[-1])
    handles = [
        pull.a.register_hook(partial(_pulled, left, name))  # type: ignore[no-untyped-call]
        for name, pull in left.items()
    ]
    try:
        root = deepest.a
        watch_backward(root, check)
        with torch.no_grad():
            first = deepest.added_to(None)
        del deepest
        (gradient,) = torch.autograd.grad(root, picture, first)
    finally:
        for handle in handles:  # an activation that holds its own hook would stay
            handle.remove()
    return gradient


def _pulled(left: dict[str, Pull], name: str, gradient: Tensor) -> Tensor:
    with torch.no_grad():
        return left.pop(name).added_to(gradient)
