"""The network as a style run uses it: quick layouts, both precisions, a check at each layer."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace

import torch
from torch import Tensor

from viz_app.core.errors import ShapeError
from viz_app.core.layers import Network, rows
from viz_app.core.style_terms import Pooling, Precision
from viz_app.nets.build import Net, build_frozen

Check = Callable[[], None]

STALL_STEPS = 20
STALL_GAIN = 1e-3
FINISH_SHARE = 0.1


class Features:
    """A frozen network in channels-last layout, one for each precision in use.

    The given network's numbers are never changed: it may serve other labs meanwhile. Where it is
    frozen already it is used itself, and only the layout of its kernels changes.
    """

    def __init__(self, net: Net, pooling: Pooling = "max") -> None:
        self._net = net if pooling == "max" else averaging(net)
        self._copies: dict[tuple[torch.device, torch.dtype], Net] = {}

    def names(self, layers: Collection[str]) -> dict[str, str]:
        """For each layer the one that holds its activation a = g(z): its ReLU, if it has one.

        Raises
        ------
        ShapeError
            if the network has no such layer
        """
        table = list(rows(self._net.network))
        known = {row.layer.name for row in table}
        relus = {row.sources[0]: row.layer.name for row in table if row.layer.kind == "relu"}
        for layer in layers:
            if layer not in known:
                raise ShapeError(
                    f"{self._net.network.title} has no layer {layer}: choose another for the run."
                )
        return {layer: relus.get(layer, layer) for layer in layers}

    def __call__(
        self, picture: Tensor, names: Collection[str], dtype: torch.dtype, check: Check
    ) -> dict[str, Tensor]:
        """Activations of a picture [1, 3, H, W], computed in ``dtype``; none deeper than wanted."""
        x = picture.to(dtype).contiguous(memory_format=torch.channels_last)
        found: dict[str, Tensor] = self._on(picture.device, dtype)(x, names, check)
        return found

    def visit(
        self, picture: Tensor, names: Collection[str], check: Check, seen: Callable[..., None]
    ) -> None:
        """Hand a picture's activations in float32 to ``seen``, by name; none is kept."""
        x = picture.contiguous(memory_format=torch.channels_last)
        self._on(picture.device, torch.float32)(x, names, check, seen)

    def _on(self, device: torch.device, dtype: torch.dtype) -> Net:
        if any(there != device for there, _ in self._copies):
            self._copies.clear()
        key = (device, dtype)
        if key not in self._copies:
            weight = next(self._net.parameters())
            is_as_given = key == (weight.device, weight.dtype) and not weight.requires_grad
            net = self._net if is_as_given else copy.deepcopy(self._net)
            net.requires_grad_(False).to(device=device, dtype=dtype)
            net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
            self._copies[key] = net
        return self._copies[key]


def trunk(net: Net) -> Net:
    """A network to its last pooling: what lies behind takes pictures of one size only."""
    layers = net.network.layers
    last = max(i for i, layer in enumerate(layers) if layer.kind == "max_pool")
    return _with(net, replace(net.network, layers=layers[: last + 1]))


def averaging(net: Net) -> Net:
    """A network with average in place of maximum pooling, around the same weights."""
    layers = tuple(
        replace(layer, kind="avg_pool") if layer.kind == "max_pool" else layer
        for layer in net.network.layers
    )
    return _with(net, replace(net.network, layers=layers))


def _with(net: Net, network: Network) -> Net:
    keys = {layer.key or layer.name for layer in network.layers}
    state = net.state_dict()
    return build_frozen(
        network, {key: state[key] for key in state if key.rpartition(".")[0] in keys}
    )


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


def watch_backward(cost: Tensor, check: Check) -> None:
    """Have ``check`` called before each operation of the coming backward pass.

    What it raises ends the pass; the graph goes with the cost.
    """
    pending = [cost.grad_fn]
    seen = set()
    while pending:
        node = pending.pop()
        if node is not None and node not in seen:
            seen.add(node)
            node.register_prehook(lambda gradients: check())
            pending.extend(source for source, _ in node.next_functions)
