"""AlexNet (Krizhevsky, Sutskever and Hinton, 2012), in the three counts one meets.

The response normalisations of the paper hold no numbers and are left out.
"""

from __future__ import annotations

from viz_app.core.architectures.imagenet import IMAGENET
from viz_app.core.layers import Layer, Network


def alexnet(towers: int = 1) -> Network:
    """AlexNet as drawn: 62,378,344 parameters in one tower, 60,965,224 in two.

    Two towers are what two cards of 3 GB made necessary: conv2, conv4 and conv5 read one half.
    """
    layers = (
        *_conv(1, 96, 11, stride=4),
        Layer("pool1", "max_pool", kernel=3, stride=2),
        *_conv(2, 256, 5, padding=2, groups=towers),
        Layer("pool2", "max_pool", kernel=3, stride=2),
        *_conv(3, 384, 3, padding=1),
        *_conv(4, 384, 3, padding=1, groups=towers),
        *_conv(5, 256, 3, padding=1, groups=towers),
        Layer("pool5", "max_pool", kernel=3, stride=2),
        *_classifier(),
    )
    name, title = ("alexnet", "AlexNet, as drawn")
    if towers == 2:
        name, title = ("alexnet_towers", "AlexNet, two towers")
    return Network(name, title, (3, 227, 227), layers)


def alexnet_torchvision() -> Network:
    """The narrower one-tower network of "One weird trick …" (arXiv:1404.5997): 61,100,840."""
    layers = (
        *_torchvision_convolutions(),
        Layer("avgpool", "adaptive_avg_pool", size=6),
        *_classifier(("classifier.1", "classifier.4", "classifier.6")),
    )
    title = "AlexNet, torchvision's"
    return Network("alexnet_torchvision", title, (3, 224, 224), layers, IMAGENET)


def alexnet_features() -> Network:
    """The convolutional part of torchvision's AlexNet, conv1 to pool5, 2,469,696 parameters."""
    layers = _torchvision_convolutions()
    return Network("alexnet_features", "AlexNet, convolutions", (3, 224, 224), layers, IMAGENET)


def _torchvision_convolutions() -> tuple[Layer, ...]:
    layers = (
        *_conv(1, 64, 11, stride=4, padding=2, key="features.0"),
        Layer("pool1", "max_pool", kernel=3, stride=2),
        *_conv(2, 192, 5, padding=2, key="features.3"),
        Layer("pool2", "max_pool", kernel=3, stride=2),
        *_conv(3, 384, 3, padding=1, key="features.6"),
        *_conv(4, 256, 3, padding=1, key="features.8"),
        *_conv(5, 256, 3, padding=1, key="features.10"),
        Layer("pool5", "max_pool", kernel=3, stride=2),
    )
    return layers


def _conv(
    number: int, channels: int, kernel: int, *, stride: int = 1, padding: int = 0,
    groups: int = 1, key: str = "",
) -> tuple[Layer, ...]:  # fmt: skip
    conv = Layer(
        f"conv{number}",
        "conv",
        channels=channels,
        kernel=kernel,
        stride=stride,
        padding=padding,
        groups=groups,
        key=key,
    )
    return conv, Layer(f"relu{number}", "relu")


def _classifier(keys: tuple[str, str, str] = ("fc6", "fc7", "fc8")) -> tuple[Layer, ...]:
    return (
        Layer("flatten", "flatten"),
        Layer("drop6", "dropout"),
        Layer("fc6", "linear", channels=4096, key=keys[0]),
        Layer("relu6", "relu"),
        Layer("drop7", "dropout"),
        Layer("fc7", "linear", channels=4096, key=keys[1]),
        Layer("relu7", "relu"),
        Layer("fc8", "linear", channels=1000, key=keys[2]),
    )
