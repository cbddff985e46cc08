"""The catalogue: published architectures as layer tables, one family a file."""

from viz_app.core.architectures.mobilenet import mobilenet_v2
from viz_app.core.architectures.vgg import vgg16, vgg16_features
from viz_app.core.architectures.yolo import (
    YOLOV2_TINY_HEADS,
    YOLOV4_TINY_HEADS,
    Head,
    yolov2_tiny,
    yolov4_tiny,
)

__all__ = [
    "YOLOV2_TINY_HEADS",
    "YOLOV4_TINY_HEADS",
    "Head",
    "mobilenet_v2",
    "vgg16",
    "vgg16_features",
    "yolov2_tiny",
    "yolov4_tiny",
]
