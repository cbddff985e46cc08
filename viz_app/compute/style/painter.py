"""The generated picture and the optimiser that moves it."""

from __future__ import annotations

import torch
from torch import Tensor

from viz_app.compute.adam import Adam
from viz_app.compute.style.lbfgs import Lbfgs
from viz_app.core.errors import NotFinite
from viz_app.core.style_terms import Optimiser

ADAM_RATE = 0.03
"""Where the rate's slider stands at 1; a step of Adam moves a value by about this much."""


class Painter:
    """A picture [1, 3, H, W] in [0, 1] that follows the gradients it is given.

    Optimiser, rate and device may change between any two steps; a new optimiser starts without
    memory, a new device takes the memory along.
    """

    def __init__(self, picture: Tensor) -> None:
        self.picture = picture.detach().contiguous().requires_grad_()
        self._rate = 1.0
        self._optimiser: Adam | Lbfgs = Adam()

    def follow(self, kind: Optimiser, rate: float) -> None:
        """Use this optimiser, at ``rate`` times its usual learning rate."""
        self._rate = rate
        if isinstance(self._optimiser, Lbfgs) != (kind == "lbfgs"):
            self._optimiser = Lbfgs() if kind == "lbfgs" else Adam()

    def move(self, device: torch.device) -> None:
        """Go on on another device."""
        self.picture = self.picture.detach().to(device, copy=True).requires_grad_()
        self._optimiser.to(device)

    def forget_curvature(self) -> None:
        """The cost was changed: gradients of the old one say nothing about the new one's bends."""
        if isinstance(self._optimiser, Lbfgs):
            self._optimiser.forget()

    def forget_gradient(self) -> None:
        """The next gradient is computed in another precision: its change says nothing."""
        if isinstance(self._optimiser, Lbfgs):
            self._optimiser.forget_gradient()

    def improve(self, gradient: Tensor) -> None:
        """Take one step from a picture where the cost has this gradient.

        Raises
        ------
        NotFinite
            if the step leads out of the finite numbers
        """
        picture, gradient = self.picture.detach(), gradient.contiguous()
        if isinstance(self._optimiser, Lbfgs):
            picture.add_(self._optimiser.step(picture, gradient, self._rate))
        else:
            picture.sub_(self._optimiser.step_of(gradient), alpha=ADAM_RATE * self._rate)
        picture.clamp_(0, 1)  # leaves NaN as it is
        if not picture.isfinite().all():
            raise NotFinite("The step was too large to compute: lower the learning rate.")
