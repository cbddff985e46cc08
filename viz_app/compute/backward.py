"""A backward pass that can be given up between layers, as the forward pass can."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Check = Callable[[], None]


def slope_of(value: Tensor, leaf: Tensor, check: Check | None = None) -> Tensor:
    """∂value/∂leaf of a scalar.

    Parameters
    ----------
    value
        a scalar that was computed from the leaf
    leaf
        what requires a gradient
    check
        called before each operation on the way down; what it raises ends the pass
    """
    if check is not None:
        _ask_on_the_way(value, check)
    (slope,) = torch.autograd.grad(value, leaf)
    return slope


def _ask_on_the_way(value: Tensor, check: Check) -> None:
    def ask(_gradients: object) -> None:
        check()

    waiting, known = [value.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is not None and node not in known:
            known.add(node)
            node.register_prehook(ask)
            waiting += [below for below, _index in node.next_functions]
