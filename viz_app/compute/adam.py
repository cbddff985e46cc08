"""Adam for a tensor, without the second and the 75 MB that torch's own takes at its first use."""

from __future__ import annotations

import torch
from torch import Tensor

BETA_1, BETA_2, TINY = 0.9, 0.999, 1e-8


class Adam:
    """Turns one tensor's slopes into steps.

    Notes
    -----
    Kingma and Ba (2015, arXiv:1412.6980), algorithm 1. ``torch.optim`` imports torch's compiler
    with its first optimiser.
    """

    def __init__(self) -> None:
        self._steps = 0
        self._moments: tuple[Tensor, Tensor] | None = None

    def step_of(self, slope: Tensor) -> Tensor:
        """The next step, of the slope's shape and sign, for a learning rate of 1."""
        if self._moments is None:
            self._moments = torch.zeros_like(slope), torch.zeros_like(slope)
        first, second = self._moments
        self._steps += 1
        first.mul_(BETA_1).add_(slope, alpha=1 - BETA_1)
        second.mul_(BETA_2).addcmul_(slope, slope, value=1 - BETA_2)
        mean = first / (1 - BETA_1**self._steps)
        spread = second / (1 - BETA_2**self._steps)
        return mean.div_(spread.sqrt_().add_(TINY))

    def to(self, device: torch.device) -> None:
        """Take what was learnt to another device."""
        if self._moments is not None:
            first, second = self._moments
            self._moments = first.to(device), second.to(device)
