"""A frozen network as a chain of stages that runs forth and, by hand, back.

Where torch's graph would hold every stage's output for the way back, a passage holds what the
cost's pulls and the ReLUs need, and lets go of it as the way back goes by.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from viz_app.compute.style.gradient import Pull
from viz_app.compute.style.stages import (
    CHANNELS_LAST,
    AveragePool,
    MaxPool,
    Stage,
    convolution,
    keep_positive,
)
from viz_app.core.errors import ShapeError
from viz_app.core.layers import INPUT, Layer, rows
from viz_app.nets.build import Net

Check = Callable[[], None]


@dataclass(slots=True)
class _Passed:
    """A stage that was passed: its input's shape and what its way back needs.

    Parameters
    ----------
    mask
        the output, if a ReLU is undone before the stage is; the ReLU of a convolution that is
        read by a maximum pooling alone is undone behind it, on a quarter of the numbers
    memory
        what the stage itself remembers
    """

    stage: Stage
    shape: torch.Size
    mask: Tensor | None
    memory: Tensor | None


class Passage:
    """A picture's way through the chain; the way back can be gone once.

    Attributes
    ----------
    found
        the wanted activations by name, [1, n_C, n_H, n_W], in the chain's order
    """

    def __init__(self, chain: Chain) -> None:
        self.found: dict[str, Tensor] = {}
        self._chain = chain
        self._passed: list[_Passed] = []

    def add(self, passed: _Passed) -> None:
        """Note a stage that was passed."""
        self._passed.append(passed)

    @torch.no_grad()
    def back(self, pulls: dict[str, Pull], check: Check) -> Tensor | None:
        """∂J/∂G [1, 3, H, W] in float32 of all pulls together; None if nothing draws.

        Each pull is taken out of ``pulls`` as it is used, so that what it holds can go.
        """
        self.found.clear()
        gradient: Tensor | None = None
        while self._passed:
            check()
            passed = self._passed.pop()
            pull = pulls.pop(passed.stage.name, None)
            if pull is not None:
                gradient = pull.added_to(gradient)
            if gradient is not None:
                if passed.mask is not None:
                    keep_positive(gradient, passed.mask)
                gradient = passed.stage.back(gradient, passed.shape, passed.memory)
        return None if gradient is None else self._chain.unprepared(gradient)


class Chain:
    """The layers of a network that follow one another, computed in one precision on one device.

    Convolutions, ReLUs and poolings; what follows the first layer of another kind, or the first
    that reads others than the one before it, does not belong to the chain.
    """

    def __init__(self, net: Net, device: torch.device, dtype: torch.dtype) -> None:
        self._net, self._dtype = net, dtype
        self._stages = list(_stages(net, device, dtype))

    def forth(self, picture: Tensor, names: Collection[str], check: Check) -> Passage:
        """Send a picture [1, 3, H, W] in [0, 1] as far as the last of the wanted layers."""
        passage = Passage(self)
        owes = False
        stages = self._needed(names)
        with torch.no_grad():
            x = self._prepared(picture)
            for stage, following in zip(stages, [*stages[1:], None], strict=True):
                check()
                shape = x.shape
                x, memory = stage.forth(x)
                owes |= stage.rectifies
                is_wanted = stage.name in names
                waits = following is not None and following.picks and not is_wanted
                mask = x if owes and not waits else None
                owes &= waits
                passage.add(_Passed(stage, shape, mask, memory))
                if is_wanted:
                    passage.found[stage.name] = x
        return passage

    def visit(
        self,
        picture: Tensor,
        names: Collection[str],
        check: Check,
        seen: Callable[[str, Tensor], None],
    ) -> None:
        """Hand a picture's activations to ``seen``, by name; nothing is kept."""
        with torch.no_grad():
            x = self._prepared(picture)
            for stage in self._needed(names):
                check()
                x, _ = stage.forth(x)
                if stage.name in names:
                    seen(stage.name, x)

    def unprepared(self, gradient: Tensor) -> Tensor:
        """The gradient before the network's own preprocessing, in float32."""
        preprocessing = self._net.network.preprocessing
        gradient = gradient.float()
        if preprocessing is None:
            return gradient
        gradient = gradient / self._net.get_buffer("input_std")
        return gradient.flip(1) if preprocessing.order == "BGR" else gradient

    def _prepared(self, picture: Tensor) -> Tensor:
        x = self._net.preprocess(picture)
        return x.to(self._dtype).contiguous(memory_format=CHANNELS_LAST)

    def _needed(self, names: Collection[str]) -> list[Stage]:
        known = [stage.name for stage in self._stages]
        missing = sorted(set(names) - set(known))
        if missing:
            title = self._net.network.title
            raise ShapeError(f"{title}: a style run cannot use {missing[0]}; choose another layer.")
        return self._stages[: 1 + max((known.index(name) for name in names), default=-1)]


def _stages(net: Net, device: torch.device, dtype: torch.dtype) -> Iterator[Stage]:
    table = list(rows(net.network))
    before = INPUT
    while table and table[0].sources == (before,):
        layer, *rest = (row.layer for row in table)
        taken = 1
        if layer.kind == "conv" and isinstance(layer.padding, int):
            rectifies = bool(rest) and rest[0].kind == "relu" and table[1].sources == (layer.name,)
            taken += rectifies
            before = rest[0].name if rectifies else layer.name
            conv = net.get_submodule(layer.key or layer.name)
            yield convolution(cast("nn.Conv2d", conv), before, rectifies, device, dtype)
        elif layer.kind in ("max_pool", "avg_pool") and _is_apart(layer):
            before = layer.name
            side = cast("int", layer.kernel)
            yield (MaxPool if layer.kind == "max_pool" else AveragePool)(before, side)
        else:
            return
        del table[:taken]


def _is_apart(layer: Layer) -> bool:
    """Whether the windows of a pooling neither overlap, nor leave gaps, nor reach outside."""
    is_plain = layer.padding == 0 and layer.dilation == 1 and not layer.ceil_mode
    return is_plain and isinstance(layer.kernel, int) and layer.kernel == layer.stride
