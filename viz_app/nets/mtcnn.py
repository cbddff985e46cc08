"""MTCNN's published weights under the names of its layer tables."""

from __future__ import annotations

from viz_app.core.layers import Network
from viz_app.nets.loading import State

_NAMES = {
    "mtcnn_pnet": {"conv4_1": "face", "conv4_2": "box"},
    "mtcnn_rnet": {"dense5_1": "face", "dense5_2": "box"},
    "mtcnn_onet": {"dense6_1": "face", "dense6_2": "box", "dense6_3": "landmarks"},
}
_TURNED = {"mtcnn_rnet": ("dense4.weight", 64, 3), "mtcnn_onet": ("dense5.weight", 128, 3)}


def renamed(network: Network, state: State) -> State:
    """The published tensors under the table's names, in the table's order of numbers.

    The first fully connected layer was trained on maps laid out width, height, channel; here
    they are flattened channel, height, width.
    """
    names = _NAMES[network.name]
    found: State = {}
    for key, tensor in state.items():
        layer, _, part = key.rpartition(".")
        found[f"{names.get(layer, layer)}.{part}"] = tensor.contiguous()  # some are kept turned
    key, channels, side = _TURNED.get(network.name, ("", 0, 0))
    weight = found.get(key)
    if weight is not None and weight.dim() == 2 and weight.shape[1] == channels * side * side:
        turned = weight.reshape(-1, side, side, channels).permute(0, 3, 2, 1)  # [out, C, H, W]
        found[key] = turned.reshape(len(weight), -1).contiguous()
    return found
