"""YOLO detectors ready to run."""

from __future__ import annotations

from typing import cast

import torch

from viz_app.core import architectures
from viz_app.core.layers import Network
from viz_app.nets.build import Net, build_frozen
from viz_app.nets.darknet import read_darknet
from viz_app.nets.loading import check_state


def yolov4_tiny(data: bytes) -> Net:
    """YOLOv4-tiny, frozen, with darknet's COCO weights.

    Parameters
    ----------
    data
        the published file ``yolov4-tiny.weights``

    Raises
    ------
    WeightsError
        if the file is not that network
    """
    return _read(architectures.yolov4_tiny(), data)


def yolov2_tiny(data: bytes) -> Net:
    """YOLOv2-tiny, frozen, with darknet's COCO weights.

    Parameters
    ----------
    data
        the published file ``yolov2-tiny.weights``

    Raises
    ------
    WeightsError
        if the file is not that network
    """
    return _read(architectures.yolov2_tiny(), data)


def _read(network: Network, data: bytes) -> Net:
    net = build_frozen(network, check_state(network, read_darknet(network, data)))
    # the layout that the processor's convolutions work in: a seventh less time a picture
    return cast("Net", net.to(memory_format=torch.channels_last))  # type: ignore[call-overload]
