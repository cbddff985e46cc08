"""L-BFGS with one evaluation a step, in waves instead of pixels, its steps bounded."""

from __future__ import annotations

from collections import deque

import torch
from torch import Tensor

from viz_app.core.style_terms import (
    LBFGS_FIRST_MOVE,
    LBFGS_LONGEST_MOVE,
    LBFGS_PAIRS,
    LOWEST_FREQUENCY,
)


class Lbfgs:
    """The directions of a picture's steps, from its gradients so far.

    It differs from torch's own in three ways. The first guess at the inverse Hessian is not a
    number but a filter, :func:`broadened`: the cost bends far more along fine waves than along
    broad ones, and what need not be learnt saves half the steps. A step that would move the picture
    further than anything learnt so far speaks for is shortened; without a second evaluation no line
    search can do so. And what is learnt from a step is what it did after the picture was clipped.

    Notes
    -----
    The two loops are algorithm 7.4 of Nocedal and Wright, Numerical Optimization (2006).
    """

    def __init__(self) -> None:
        self._pairs: deque[tuple[Tensor, Tensor]] = deque(maxlen=LBFGS_PAIRS)
        self._last: tuple[Tensor, Tensor] | None = None
        self._first_move = LBFGS_FIRST_MOVE

    def step(self, picture: Tensor, gradient: Tensor, rate: float) -> Tensor:
        """What to add to ``picture`` [1, 3, H, W], where the cost has this gradient.

        Parameters
        ----------
        rate
            a share of the whole step; above 1 it only lets long steps be longer
        """
        self._learn(picture, gradient)
        self._last = (picture.clone(), gradient)
        move = -self._times_inverse_hessian(gradient)
        length = move.abs().mean().item()
        if not self._pairs and length > 0:
            return move * (rate * self._first_move / length)
        most = LBFGS_LONGEST_MOVE * rate
        share = min(rate, 1.0, most / length if length > most else 1.0)
        self._first_move = min(LBFGS_FIRST_MOVE, share * length)  # if the cost becomes another
        return move * share

    def to(self, device: torch.device) -> None:
        """Take what was learnt to another device."""
        moved = [(s.to(device), y.to(device)) for s, y in self._pairs]
        self._pairs = deque(moved, maxlen=LBFGS_PAIRS)
        if self._last is not None:
            self._last = (self._last[0].to(device), self._last[1].to(device))

    def forget(self) -> None:
        """Begin anew, with a move no longer than the last: the cost is another."""
        self._pairs.clear()
        self._last = None

    def forget_gradient(self) -> None:
        """Learn nothing from the next step: its gradient is computed in another way."""
        self._last = None

    def _learn(self, picture: Tensor, gradient: Tensor) -> None:
        if self._last is None:
            return
        s, y = picture - self._last[0], gradient - self._last[1]
        if _dot(s, y) > 1e-10 * _dot(s, s):  # else the cost does not bend upwards there
            self._pairs.append((s, y))

    def _times_inverse_hessian(self, gradient: Tensor) -> Tensor:
        q = gradient.clone()
        shares = []
        for s, y in reversed(self._pairs):
            share = _dot(s, q) / _dot(s, y)
            shares.append(share)
            q.sub_(y, alpha=share)
        q = broadened(q)
        if self._pairs:
            s, y = self._pairs[-1]
            q.mul_(_dot(s, y) / _dot(y, broadened(y)))
        for (s, y), share in zip(self._pairs, reversed(shares), strict=True):
            q.add_(s, alpha=share - _dot(y, q) / _dot(s, y))
        return q


def broadened(picture: Tensor) -> Tensor:
    """Each wave of a picture [..., H, W] over its frequency in cycles a pixel.

    Photographs have amplitudes of about 1/f (Field, 1987, JOSA A 4(12), section 3).
    """
    height, width = picture.shape[-2:]
    down = torch.fft.fftfreq(height, device=picture.device)[:, None]
    across = torch.fft.rfftfreq(width, device=picture.device)
    frequency = torch.hypot(down, across) + LOWEST_FREQUENCY
    filtered: Tensor = torch.fft.irfft2(torch.fft.rfft2(picture) / frequency, (height, width))
    return filtered


def _dot(a: Tensor, b: Tensor) -> float:
    return torch.dot(a.flatten(), b.flatten()).item()
