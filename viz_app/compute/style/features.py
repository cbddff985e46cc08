"""The network as a style run uses it, in the precisions and on the device of its steps."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection
from dataclasses import replace

import torch
from torch import Tensor

from viz_app.compute.style.chain import Chain, Check, Passage
from viz_app.core.errors import ShapeError
from viz_app.core.layers import Network, rows
from viz_app.core.style_terms import Pooling
from viz_app.nets.build import Net, build_frozen


class Features:
    """A frozen network as chains, one for each precision in use.

    The given network is never changed: it may serve other labs meanwhile.
    """

    def __init__(self, net: Net, pooling: Pooling = "max") -> None:
        self._net = net if pooling == "max" else averaging(net)
        self._chains: dict[tuple[torch.device, torch.dtype], Chain] = {}

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

    def forth(
        self, picture: Tensor, names: Collection[str], dtype: torch.dtype, check: Check
    ) -> Passage:
        """Activations of a picture [1, 3, H, W] in ``dtype``, and the way back to its gradient."""
        return self._on(picture.device, dtype).forth(picture, names, check)

    def visit(
        self,
        picture: Tensor,
        names: Collection[str],
        check: Check,
        seen: Callable[[str, Tensor], None],
    ) -> None:
        """Hand a picture's activations in float32 to ``seen``, by name; none is kept."""
        self._on(picture.device, torch.float32).visit(picture, names, check, seen)

    def _on(self, device: torch.device, dtype: torch.dtype) -> Chain:
        if any(there != device for there, _ in self._chains):
            self._chains.clear()
        key = (device, dtype)
        if key not in self._chains:
            is_there = next(self._net.parameters()).device == device
            net = self._net if is_there else copy.deepcopy(self._net).to(device)
            self._chains[key] = Chain(net, device, dtype)
        return self._chains[key]


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
