"""VGG (Simonyan and Zisserman, 2014, arXiv:1409.1556), with torchvision's keys."""

from __future__ import annotations

from viz_app.core.architectures.imagenet import IMAGENET
from viz_app.core.layers import Layer, Network

_VGG16_STAGES = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))

_VGG19_STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))


def vgg16() -> Network:
    """VGG-16, configuration D, 138,357,544 parameters; 1000 ImageNet classes from 3 × 224 × 224."""
    layers = _stages(_VGG16_STAGES) + _classifier(1000)
    return Network("vgg16", "VGG-16", (3, 224, 224), layers, IMAGENET)


def vgg16_features() -> Network:
    """The convolutional part of VGG-16, conv1_1 to pool5, 14,714,688 parameters."""
    layers = _stages(_VGG16_STAGES)
    return Network("vgg16_features", "VGG-16, convolutions", (3, 224, 224), layers, IMAGENET)


def vgg19() -> Network:
    """VGG-19, configuration E, 143,667,240 parameters; 1000 ImageNet classes."""
    layers = _stages(_VGG19_STAGES) + _classifier(1000)
    return Network("vgg19", "VGG-19", (3, 224, 224), layers, IMAGENET)


def _stages(stages: tuple[tuple[int, int], ...]) -> tuple[Layer, ...]:
    """Stages of 3×3 convolutions with ReLU, each closed by a 2×2 pooling."""
    layers: list[Layer] = []
    for stage, (channels, depth) in enumerate(stages, 1):
        for step in range(1, depth + 1):
            key = f"features.{len(layers)}"
            name = f"{stage}_{step}"
            conv = Layer(f"conv{name}", "conv", channels=channels, kernel=3, padding=1, key=key)
            layers += [conv, Layer(f"relu{name}", "relu")]
        layers.append(Layer(f"pool{stage}", "max_pool", kernel=2, stride=2))
    return tuple(layers)


def _classifier(classes: int) -> tuple[Layer, ...]:
    return (
        Layer("avgpool", "adaptive_avg_pool", size=7),
        Layer("flatten", "flatten"),
        Layer("fc6", "linear", channels=4096, key="classifier.0"),
        Layer("relu6", "relu"),
        Layer("drop6", "dropout"),
        Layer("fc7", "linear", channels=4096, key="classifier.3"),
        Layer("relu7", "relu"),
        Layer("drop7", "dropout"),
        Layer("fc8", "linear", channels=classes, key="classifier.6"),
    )
