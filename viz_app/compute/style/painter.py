"""The generated picture and the optimiser that moves it."""

from __future__ import annotations

import torch
from torch import Tensor

from viz_app.core.errors import NotFinite
from viz_app.core.style_terms import Optimiser

ADAM_RATE = 0.03
"""Where the rate's slider stands at 1; a step of Adam moves a value by about this much."""
LBFGS_RATE = 1.0
LBFGS_PAIRS = 20


class Painter:
    """A picture [1, 3, H, W] in [0, 1] that follows the gradients it is given.

    Optimiser, rate and device may change between any two steps; a new optimiser starts without
    memory, a new device takes the memory along.
    """

    def __init__(self, picture: Tensor) -> None:
        self.picture = picture.detach().contiguous().requires_grad_()
        self._kind: Optimiser | None = None
        self._optimiser: torch.optim.Optimizer | None = None

    def follow(self, kind: Optimiser, rate: float) -> None:
        """Use this optimiser, at ``rate`` times its usual learning rate."""
        if self._optimiser is None or kind != self._kind:
            self._kind, self._optimiser = kind, _make(kind, self.picture)
        usual = ADAM_RATE if kind == "adam" else LBFGS_RATE
        self._optimiser.param_groups[0]["lr"] = usual * rate

    def move(self, device: torch.device) -> None:
        """Go on on another device."""
        self.picture = self.picture.detach().to(device, copy=True).requires_grad_()
        if self._optimiser is not None and self._kind is not None:
            memory = self._optimiser.state_dict()
            self._optimiser = _make(self._kind, self.picture)
            self._optimiser.load_state_dict(memory)

    def forget_curvature(self) -> None:
        """The cost was changed: gradients of the old one say nothing about the new one's bends."""
        if self._kind == "lbfgs" and self._optimiser is not None:
            self._optimiser.state.clear()

    def improve(self, cost: float, gradient: Tensor) -> None:
        """Take one step from a picture with this cost and gradient.

        Raises
        ------
        NotFinite
            if the step leads out of the finite numbers
        """
        assert self._optimiser is not None, "follow() comes first"
        self.picture.grad = gradient.contiguous()  # a fused step reads both in the order of memory
        self._optimiser.step(lambda: cost)
        self.picture.grad = None
        with torch.no_grad():
            self.picture.clamp_(0, 1)  # leaves NaN as it is
        if not self.picture.isfinite().all():
            raise NotFinite("The step was too large to compute: lower the learning rate.")


def _make(kind: Optimiser, picture: Tensor) -> torch.optim.Optimizer:
    if kind == "adam":
        return torch.optim.Adam([picture], fused=picture.device.type in ("cpu", "cuda"))
    # One evaluation a step: sliders and cancel act at each. The tolerances are for costs near 1
    # and would take the small gradients of single pixels for the end.
    return torch.optim.LBFGS(
        [picture], max_iter=1, history_size=LBFGS_PAIRS, tolerance_grad=0, tolerance_change=0
    )
