"""All networks that can be chosen by name, in the order in which a course meets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from viz_app.core.architectures.alexnet import alexnet, alexnet_torchvision
from viz_app.core.architectures.compact import efficientnet_lite0, network_in_network, squeezenet
from viz_app.core.architectures.course import chain, example_convnet, one_by_one, sliding_windows
from viz_app.core.architectures.inception import (
    googlenet,
    googlenet_torchvision,
    inception_module,
)
from viz_app.core.architectures.lenet import lenet5, lenet5_1998, lenet_table
from viz_app.core.architectures.mobilenet import mobilenet_v2
from viz_app.core.architectures.mtcnn import mtcnn_onet, mtcnn_pnet, mtcnn_rnet
from viz_app.core.architectures.resnet import RESNET_DEPTHS, residual_block, resnet
from viz_app.core.architectures.vgg import vgg16, vgg19
from viz_app.core.architectures.yolo import yolov2_tiny, yolov4_tiny
from viz_app.core.layers import Network


@dataclass(frozen=True, slots=True)
class Entry:
    """One network of the catalogue: its name, its title, the family it is listed under."""

    name: str
    title: str
    family: str
    make: Callable[[], Network]


_FAMILIES: dict[str, tuple[Callable[[], Network], ...]] = {
    "The course": (
        example_convnet,
        one_by_one,
        sliding_windows,
        partial(chain, 1),
        partial(chain, 2),
        partial(chain, 3),
    ),
    "LeNet": (lenet5, lenet5_1998, partial(lenet_table, 8), partial(lenet_table, 6)),
    "AlexNet": (alexnet, partial(alexnet, 2), alexnet_torchvision),
    "VGG": (vgg16, vgg19),
    "Residual": (
        residual_block,
        partial(residual_block, is_projected=True),
        *(partial(resnet, depth) for depth in RESNET_DEPTHS),
        *(partial(resnet, depth, is_plain=True) for depth in RESNET_DEPTHS),
    ),
    "Inception": (
        network_in_network,
        inception_module,
        googlenet,
        partial(googlenet, has_sides=False),
        googlenet_torchvision,
    ),
    "Small": (partial(squeezenet, "1.0"), squeezenet, mobilenet_v2, efficientnet_lite0),
    "Detectors": (yolov2_tiny, yolov4_tiny, mtcnn_pnet, mtcnn_rnet, mtcnn_onet),
}


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Entry]:
    """Every network by name, in order."""
    entries = {}
    for family, makers in _FAMILIES.items():
        for make in makers:
            network = make()
            entries[network.name] = Entry(network.name, network.title, family, make)
    return entries


@lru_cache(maxsize=64)
def network(name: str) -> Network:
    """The layer table of a network of the catalogue.

    Raises
    ------
    KeyError
        if there is none of this name
    """
    return catalogue()[name].make()
