"""YOLO detectors ready to run."""

from __future__ import annotations

from viz_app.core import architectures
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
    network = architectures.yolov4_tiny()
    return build_frozen(network, check_state(network, read_darknet(network, data)))


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
    network = architectures.yolov2_tiny()
    return build_frozen(network, check_state(network, read_darknet(network, data)))
