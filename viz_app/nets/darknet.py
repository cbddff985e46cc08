"""Reads darknet's ``.weights``: a short header, then every layer's numbers one after another."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import prod

import numpy as np
import torch
from torch import Tensor

from viz_app.core.errors import WeightsError
from viz_app.core.layers import Network, Row, per_axis, rows
from viz_app.nets.loading import State

_HEADER = struct.Struct("<3i")
_NORM_ORDER = ("bias", "weight", "running_mean", "running_var")


def read_darknet(network: Network, data: bytes) -> State:
    """State dict of a network from a darknet file; every number in it must be consumed.

    For each convolution, in the table's order: bias, or (shift, scale, mean, variance) of the
    batch norm behind it; then the kernel [C_out, C_in/groups, f, f]. Source: darknet,
    ``load_convolutional_weights`` in parser.c.

    Parameters
    ----------
    network
        layer table in the order of the file's ``.cfg``
    data
        the whole file

    Raises
    ------
    WeightsError
        if the file is too short, too long, or has no such header
    """
    numbers = np.frombuffer(data, dtype="<f4", offset=_header_size(data))
    norms = {row.sources[0]: row for row in rows(network) if row.layer.kind == "batch_norm"}
    state: State = {}
    position = 0
    for row in rows(network):
        if row.layer.kind != "conv":
            continue
        for key, shape in _order(row, norms.get(row.layer.name)):
            end = position + prod(shape)
            if end > len(numbers):
                raise WeightsError(
                    f"This file ends within {row.layer.name} of {network.title}: fetch it again."
                )
            state[key] = _tensor(numbers[position:end], shape)
            position = end
        if row.layer.name in norms:
            norm = norms[row.layer.name].layer
            state[f"{norm.key or norm.name}.num_batches_tracked"] = torch.zeros(
                (), dtype=torch.long
            )
    if position != len(numbers):
        raise WeightsError(
            f"This file holds {len(numbers):,} numbers, {network.title} has {position:,}: "
            "choose the weights of this very network."
        )
    return state


def _header_size(data: bytes) -> int:
    """Three int32 of version, and the number of images seen: 64 bits since version 0.2."""
    if len(data) < 20:
        raise WeightsError("This is no darknet file, it is too short: fetch it again.")
    major, minor, _ = _HEADER.unpack_from(data)
    if not (0 <= major < 1000 and 0 <= minor < 1000):
        raise WeightsError("This is no darknet file, its header is another: fetch it again.")
    size = _HEADER.size + (8 if major * 10 + minor >= 2 else 4)
    if (len(data) - size) % 4:
        raise WeightsError("This darknet file ends within a number: fetch it again.")
    return size


def _order(row: Row, norm: Row | None) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Keys and shapes of one convolution's tensors, as the file has them."""
    layer, channels = row.layer, row.input_shapes[0][0]
    if norm is not None:
        for part in _NORM_ORDER:
            yield f"{norm.layer.key or norm.layer.name}.{part}", (layer.channels,)
    else:
        yield f"{layer.key or layer.name}.bias", (layer.channels,)
    kernel = per_axis(layer, layer.kernel, len(row.shape) - 1)
    shape = (layer.channels, channels // layer.groups, *kernel)
    yield f"{layer.key or layer.name}.weight", shape


def _tensor(numbers: np.ndarray, shape: tuple[int, ...]) -> Tensor:
    return torch.from_numpy(numbers.astype(np.float32).reshape(shape))
