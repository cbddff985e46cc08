"""MobileNetV2 ready to run."""

from __future__ import annotations

from viz_app.core import architectures
from viz_app.nets.build import Net, build_frozen
from viz_app.nets.loading import check_state, read_torch


def mobilenet_v2(data: bytes) -> Net:
    """MobileNetV2, frozen, with torchvision's ImageNet weights.

    Parameters
    ----------
    data
        the published file ``mobilenet_v2-b0353104.pth``

    Raises
    ------
    WeightsError
        if the file is not that network
    """
    network = architectures.mobilenet_v2()
    return build_frozen(network, check_state(network, read_torch(data)))
