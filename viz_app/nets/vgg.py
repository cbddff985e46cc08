"""VGG networks ready to run."""

from __future__ import annotations

from viz_app.core import architectures
from viz_app.nets.build import Net, build_frozen
from viz_app.nets.loading import check_state
from viz_app.nets.lpips import read_lpips


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
    return build_frozen(network, check_state(network, read_lpips(network, data, "VGG16_0")))
