"""Published networks ready to run: one table from a name to a checked :class:`Net`.

::

    net = load_published("resnet18", house.weights.read)  # frozen, in evaluation mode, on the CPU
    maps = net(images, ("relu3_2",))["relu3_2"]           # images in [0, 1], RGB, [N, 3, H, W]

The names are those of ``core.architectures.published.TABLES``, which also gives the layer table
without torch or weights. They are the registry's, but for MTCNN, whose three networks are
``mtcnn_pnet``, ``mtcnn_rnet`` and ``mtcnn_onet``. A network that is not on this computer raises
WeightsMissing, from the store; a file that is not the network's raises WeightsError and says
which tensor is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

import torch
from torch import Tensor

from viz_app.core.architectures.published import TABLES, published_table
from viz_app.core.errors import WeightsError
from viz_app.core.layers import Network, per_axis, rows
from viz_app.nets.build import Net, build_frozen
from viz_app.nets.darknet import read_darknet
from viz_app.nets.loading import State, check_state, read_torch
from viz_app.nets.lpips import read_lpips
from viz_app.nets.mtcnn import renamed

Read = Callable[[str, str | None], bytes]
"""The bytes of a network's file, the main one for None: ``WeightsStore.read``."""

PUBLISHED = tuple(TABLES)
_SIDE_HEADS = ("aux1.", "aux2.", "AuxLogits.")
_DARKNET = ("yolov2_tiny", "yolov4_tiny")
_NORM_PARTS = ("weight", "bias", "running_mean", "running_var")
_PICKLES = {"vgg16": "VGG16_0", "alexnet": "AlexNet_0"}


def load_published(name: str, read: Read) -> Net:
    """A published network with its weights, frozen.

    Parameters
    ----------
    name
        one of ``PUBLISHED``
    read
        hands out the registry's files

    Raises
    ------
    WeightsMissing
        if it is not on this computer
    WeightsError
        if there is no such network, or the file is not its; the sentence names the tensor
    """
    if name not in TABLES:
        raise WeightsError(
            f"There is no published network {name!r}; choose one of {', '.join(PUBLISHED)}."
        )
    family, _, part = name.partition("_") if name.startswith("mtcnn_") else (name, "", "")
    data = read(family, f"{part}.pt" if part else None)
    network = published_table(name)
    net = build_frozen(network, check_state(network, _state(name, network, data)))
    if name in _DARKNET:  # the processor's convolutions' own layout: a seventh less time a picture
        net = cast("Net", net.to(memory_format=torch.channels_last))  # type: ignore[call-overload]
    return net


def torchvision_state(network: Network, state: Mapping[str, Tensor]) -> State:
    """A checkpoint as its network needs it: nothing left out, nothing left over.

    Older files lack the counters of the batch norms, which are read by nobody but training; the
    side heads of training are left out where the table has none; kernels that were saved with the
    channels last are laid out plainly.
    """
    keys = {layer.key or layer.name for layer in network.layers}
    has_sides = any(key.startswith(_SIDE_HEADS) for key in keys)
    found = {
        key: _plain(tensor)
        for key, tensor in state.items()
        if has_sides or not key.startswith(_SIDE_HEADS)
    }
    for row in rows(network):
        if row.layer.kind == "batch_norm":
            key = f"{row.layer.key or row.layer.name}.num_batches_tracked"
            found.setdefault(key, torch.zeros((), dtype=torch.long))
    return found


def _plain(tensor: Tensor) -> Tensor:
    """The same numbers row by row; one that repeats its numbers is left to be refused."""
    if tensor.layout != torch.strided or tensor.is_contiguous():
        return tensor
    is_whole = tensor.untyped_storage().nbytes() >= tensor.numel() * tensor.element_size()
    return tensor.contiguous() if is_whole else tensor


def _state(name: str, network: Network, data: bytes) -> State:
    if name in _PICKLES:
        return read_lpips(network, data, _PICKLES[name])
    if name in _DARKNET:
        return read_darknet(network, data)
    state = read_torch(data)
    if name.startswith("mtcnn_"):
        return renamed(network, state)
    return torchvision_state(network, state)


def expected_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of a network's tensors but for the counters, by arithmetic alone."""
    found: dict[str, tuple[int, ...]] = {}
    for row in rows(network):
        layer, channels = row.layer, row.input_shapes[0][0]
        key = layer.key or layer.name
        if layer.kind == "conv":
            kernel = per_axis(layer, layer.kernel, len(row.shape) - 1)
            found[f"{key}.weight"] = (layer.channels, channels // layer.groups, *kernel)
        elif layer.kind == "linear":
            found[f"{key}.weight"] = (layer.channels, channels)
        elif layer.kind == "batch_norm":
            found |= {f"{key}.{part}": (channels,) for part in _NORM_PARTS}
        elif layer.kind == "prelu":
            found[f"{key}.weight"] = (channels,)
        if layer.kind in ("conv", "linear") and layer.bias:
            found[f"{key}.bias"] = (layer.channels,)
    return found
