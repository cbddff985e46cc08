"""Which layer table a published network has: from its name in the registry to the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from viz_app.core.architectures.alexnet import alexnet_features
from viz_app.core.architectures.compact import efficientnet_lite0, squeezenet
from viz_app.core.architectures.inception import googlenet_torchvision
from viz_app.core.architectures.mobilenet import mobilenet_v2
from viz_app.core.architectures.mtcnn import mtcnn_onet, mtcnn_pnet, mtcnn_rnet
from viz_app.core.architectures.resnet import resnet
from viz_app.core.architectures.vgg import vgg16_features, vgg19
from viz_app.core.architectures.yolo import yolov2_tiny, yolov4_tiny
from viz_app.core.layers import Network

TABLES: Mapping[str, Callable[[], Network]] = {
    "vgg16": vgg16_features,
    "alexnet": alexnet_features,
    "mobilenet_v2": mobilenet_v2,
    "efficientnet_lite0": efficientnet_lite0,
    "resnet18": partial(resnet, 18),
    "resnet50": partial(resnet, 50),
    "vgg19": vgg19,
    "squeezenet1_0": partial(squeezenet, "1.0"),
    "googlenet": googlenet_torchvision,
    "yolov2_tiny": yolov2_tiny,
    "yolov4_tiny": yolov4_tiny,
    "mtcnn_pnet": mtcnn_pnet,
    "mtcnn_rnet": mtcnn_rnet,
    "mtcnn_onet": mtcnn_onet,
}
CLASSIFIERS = frozenset(
    ("mobilenet_v2", "efficientnet_lite0", "resnet18", "resnet50", "vgg19", "squeezenet1_0",
     "googlenet")
)  # fmt: skip
"""Those that answer with the logits of ImageNet's 1000 classes."""


def published_table(name: str) -> Network:
    """The table that fits the weights which the registry has under this name.

    Raises
    ------
    KeyError
        if there is none
    """
    return TABLES[name]()
