"""How a ReLU lets a gradient through on its way down, and a pass in which it does so otherwise.

=========  ========================================  ==========================================
plain      where its input was above zero            Simonyan, Vedaldi, Zisserman (2013)
deconv     what of the gradient is above zero        Zeiler and Fergus (2013), arXiv:1311.2901
guided     both                                      Springenberg et al. (2014), arXiv:1412.6806
=========  ========================================  ==========================================

The rule is set where torch's own ReLU functions are called, not with hooks on tensors: so it holds
for networks made of modules too, for a ReLU that overwrites its input, for one that is called in
several places, and where others read the tensor that a ReLU reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

Rule = Literal["plain", "deconv", "guided"]

_KINDS: Mapping[Any, tuple[float, bool]] = {
    F.relu: (float("inf"), False),
    torch.relu: (float("inf"), False),
    Tensor.relu: (float("inf"), False),
    torch.relu_: (float("inf"), True),
    Tensor.relu_: (float("inf"), True),
    F.relu6: (6.0, False),
}
"""torch's names for a ReLU: where it is cut off above, and whether it overwrites its input."""


class ReluRule(TorchFunctionMode):
    """While this is entered, ReLUs send gradients down by a rule; their answers are the same."""

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self._rule = rule

    def __torch_function__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if self._rule == "plain" or func not in _KINDS:
            return func(*args, **kwargs)
        most, overwrites = _KINDS[func]
        x: Tensor = args[0] if args else kwargs["input"]
        in_place = overwrites or (args[1] if len(args) > 1 else kwargs.get("inplace", False))
        y: Tensor = _Relu.apply(x, most, self._rule == "guided")  # type: ignore[no-untyped-call]
        # overwritten by a copy: autograd then leads all later readers to the rule
        return x.copy_(y) if in_place else y


class _Relu(torch.autograd.Function):
    """A ReLU whose backward pass keeps what is above zero, where it was open if guided."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, most: float, is_guided: bool) -> Tensor:
        ctx.open = (x > 0) & (x < most) if is_guided else None
        return x.clamp(0, most)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        passed = gradients[0].clamp(min=0)
        return passed if ctx.open is None else passed * ctx.open, None, None
