"""In which precision a step of a style run is computed."""

from __future__ import annotations

from collections import deque

import torch

from viz_app.core.style_terms import Precision

STALL_STEPS = 20
STALL_GAIN = 1e-3
FINISH_SHARE = 0.1


class PrecisionPlan:
    """Which precision the next step is computed in.

    bfloat16 halves the time of a step where the processor has it, and its rounding does not show
    while the cost falls; near the end, and when the cost stands still, float32 takes over.
    """

    def __init__(self, precision: Precision, first: int, steps: int) -> None:
        self._is_auto = precision == "auto"
        self._finish = steps - max(1, round((steps - first) * FINISH_SHARE))
        self._totals: deque[float] = deque(maxlen=2 * STALL_STEPS)
        self._is_stalled = False

    def choose(self, step: int, device: torch.device) -> torch.dtype:
        """The precision for step number ``step``."""
        if self._is_auto and step < self._finish and not self._is_stalled and has_bf16(device):
            return torch.bfloat16
        return torch.float32

    def heard(self, total: float) -> None:
        """Take note of a step's cost."""
        self._totals.append(total)
        if len(self._totals) == self._totals.maxlen:
            totals = list(self._totals)
            before, now = min(totals[:STALL_STEPS]), min(totals[STALL_STEPS:])
            self._is_stalled |= now > (1 - STALL_GAIN) * before

    def forget(self) -> None:
        """The cost was changed: what it did before says nothing."""
        self._totals.clear()
        self._is_stalled = False


def has_bf16(device: torch.device) -> bool:
    """Whether bfloat16 is native on the device, not emulated."""
    if device.type == "cpu":
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return False
