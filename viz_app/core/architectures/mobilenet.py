"""MobileNetV2 (Sandler et al., 2018, arXiv:1801.04381), with torchvision's keys."""

from __future__ import annotations

from viz_app.core.architectures.imagenet import IMAGENET
from viz_app.core.layers import Layer, Network

_STAGES = (
    # expansion t, channels c, blocks n, stride s: table 2 of the paper
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def mobilenet_v2() -> Network:
    """MobileNetV2 of width 1, 3,504,872 parameters; 1000 ImageNet classes."""
    layers = list(_conv("conv0", 32, "features.0.0", "features.0.1", kernel=3, stride=2))
    channels, block = 32, 0
    for expansion, width, repeats, first_stride in _STAGES:
        for repeat in range(repeats):
            block += 1
            stride = first_stride if repeat == 0 else 1
            layers += _block(block, layers[-1].name, channels, expansion, width, stride)
            channels = width
    layers += [
        *_conv("conv18", 1280, "features.18.0", "features.18.1"),
        Layer("avgpool", "adaptive_avg_pool", size=1),
        Layer("flatten", "flatten"),
        Layer("dropout", "dropout", rate=0.2),
        Layer("classifier", "linear", channels=1000, key="classifier.1"),
    ]
    return Network("mobilenet_v2", "MobileNetV2", (3, 224, 224), tuple(layers), IMAGENET)


def _block(
    number: int, source: str, channels: int, expansion: int, width: int, stride: int
) -> list[Layer]:
    """Inverted residual: widen by 1×1, filter each channel by 3×3, narrow by 1×1 without ReLU."""
    name, key, wide = f"block{number}", f"features.{number}.conv", channels * expansion
    layers: list[Layer] = []
    if expansion != 1:
        layers += _conv(f"{name}_expand", wide, f"{key}.0.0", f"{key}.0.1")
    at = len(layers) // 3
    layers += _conv(
        f"{name}_depthwise", wide, f"{key}.{at}.0", f"{key}.{at}.1",
        kernel=3, stride=stride, groups=wide,
    )  # fmt: skip
    project = f"{name}_project"
    layers += _conv(project, width, f"{key}.{at + 1}", f"{key}.{at + 2}", has_relu=False)
    if stride == 1 and channels == width:
        layers.append(Layer(f"{name}_add", "add", (source, layers[-1].name)))
    return layers


def _conv(
    name: str,
    channels: int,
    key: str,
    norm_key: str,
    *,
    kernel: int = 1,
    stride: int = 1,
    groups: int = 1,
    has_relu: bool = True,
) -> list[Layer]:
    """Convolution without bias, batch norm, and ReLU6 where the paper has one."""
    conv = Layer(
        name,
        "conv",
        channels=channels,
        kernel=kernel,
        stride=stride,
        padding=kernel // 2,
        groups=groups,
        bias=False,
        key=key,
    )
    layers = [conv, Layer(f"{name}_norm", "batch_norm", key=norm_key)]
    return [*layers, Layer(f"{name}_relu", "relu6")] if has_relu else layers
