"""Small classifiers: network in network, SqueezeNet, EfficientNet-Lite0."""

from __future__ import annotations

from viz_app.core.architectures.imagenet import IMAGENET
from viz_app.core.layers import Layer, Network, Preprocessing

_LITE0_INPUT = Preprocessing((127 / 255,) * 3, (128 / 255,) * 3)
_LITE0_STAGES = (
    # expansion t, channels c, blocks n, stride s, kernel k: table 1 of arXiv:1905.11946
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
_FIRES = {
    # squeeze width of each fire module, expand widths are four times that; pools between
    "1.0": (96, 7, "fire2 fire3 fire4 pool4 fire5 fire6 fire7 fire8 pool8 fire9"),
    "1.1": (64, 3, "fire2 fire3 pool3 fire4 fire5 pool5 fire6 fire7 fire8 fire9"),
}
_SQUEEZES = {2: 16, 3: 16, 4: 32, 5: 32, 6: 48, 7: 48, 8: 64, 9: 64}


def network_in_network() -> Network:
    """NiN for CIFAR-10 (Lin, Chen and Yan, 2013, arXiv:1312.4400): 966,986 parameters."""
    layers = (
        *_mlpconv(1, 5, (192, 160, 96)),
        Layer("pool1", "max_pool", kernel=3, stride=2, padding=1),
        Layer("drop1", "dropout"),
        *_mlpconv(2, 5, (192, 192, 192)),
        Layer("pool2", "avg_pool", kernel=3, stride=2, padding=1),
        Layer("drop2", "dropout"),
        *_mlpconv(3, 3, (192, 192, 10)),
        Layer("avgpool", "adaptive_avg_pool", size=1),
        Layer("flatten", "flatten"),
        Layer("classes", "softmax"),
    )
    return Network("nin", "Network in network", (3, 32, 32), layers)


def squeezenet(version: str = "1.1") -> Network:
    """SqueezeNet (arXiv:1602.07360), with torchvision's keys: 1,248,424 parameters in version 1.0,
    1,235,496 in 1.1."""
    channels, kernel, order = _FIRES[version]
    layers = [
        Layer("conv1", "conv", channels=channels, kernel=kernel, stride=2, key="features.0"),
        Layer("relu1", "relu"),
        _pool("pool1"),
    ]
    for place, word in enumerate(order.split(), 3):  # features.3 is the first of them
        is_fire = word.startswith("fire")
        fire = _fire(word, f"features.{place}", _SQUEEZES[int(word[4:])]) if is_fire else []
        layers += fire or [_pool(word)]
    layers += [
        Layer("drop9", "dropout"),
        Layer("conv10", "conv", channels=1000, key="classifier.1"),
        Layer("relu10", "relu"),
        Layer("avgpool", "adaptive_avg_pool", size=1),
        Layer("flatten", "flatten"),
    ]
    name = f"squeezenet{version.replace('.', '_')}"
    return Network(name, f"SqueezeNet {version}", (3, 224, 224), tuple(layers), IMAGENET)


def efficientnet_lite0() -> Network:
    """EfficientNet-Lite0: B0 without squeeze-and-excitation, ReLU6; 4,652,008 parameters.

    The keys are those of efficientnet_lite_pytorch.
    """
    layers = _norm_conv("stem", 32, "_conv_stem", "_bn0", kernel=3, stride=2)
    channels, number = 32, 0
    for expansion, width, blocks, first_stride, kernel in _LITE0_STAGES:
        for block in range(blocks):
            number += 1
            stride = first_stride if block == 0 else 1
            source, name, key = layers[-1].name, f"block{number}", f"_blocks.{number - 1}"
            wide = channels * expansion
            if expansion != 1:
                layers += _norm_conv(f"{name}_expand", wide, f"{key}._expand_conv", f"{key}._bn0")
            layers += _norm_conv(
                f"{name}_depthwise", wide, f"{key}._depthwise_conv", f"{key}._bn1",
                kernel, stride, wide,
            )  # fmt: skip
            project = _norm_conv(f"{name}_project", width, f"{key}._project_conv", f"{key}._bn2")
            layers += project[:-1]
            if stride == 1 and channels == width:
                layers.append(Layer(f"{name}_add", "add", (source, layers[-1].name)))
            channels = width
    layers += [
        *_norm_conv("head", 1280, "_conv_head", "_bn1"),
        Layer("avgpool", "adaptive_avg_pool", size=1),
        Layer("flatten", "flatten"),
        Layer("dropout", "dropout", rate=0.2),
        Layer("classifier", "linear", channels=1000, key="_fc"),
    ]
    title = "EfficientNet-Lite0"
    return Network("efficientnet_lite0", title, (3, 224, 224), tuple(layers), _LITE0_INPUT)


def _mlpconv(number: int, kernel: int, widths: tuple[int, ...]) -> list[Layer]:
    layers = []
    for i, (channels, f) in enumerate(zip(widths, (kernel, 1, 1), strict=True), 1):
        name = f"{number}_{i}"
        layers += [
            Layer(f"conv{name}", "conv", channels=channels, kernel=f, padding=f // 2),
            Layer(f"relu{name}", "relu"),
        ]
    return layers


def _fire(name: str, key: str, squeeze: int) -> list[Layer]:
    """Squeeze by 1×1, then expand by 1×1 and by 3×3 side by side."""
    below, wide = f"{name}_squeeze_relu", 4 * squeeze
    return [
        Layer(f"{name}_squeeze", "conv", channels=squeeze, key=f"{key}.squeeze"),
        Layer(below, "relu"),
        Layer(f"{name}_1x1", "conv", (below,), channels=wide, key=f"{key}.expand1x1"),
        Layer(f"{name}_1x1_relu", "relu"),
        Layer(
            f"{name}_3x3", "conv", (below,), channels=wide, kernel=3, padding=1,
            key=f"{key}.expand3x3",
        ),
        Layer(f"{name}_3x3_relu", "relu"),
        Layer(name, "concat", (f"{name}_1x1_relu", f"{name}_3x3_relu")),
    ]  # fmt: skip


def _pool(name: str) -> Layer:
    return Layer(name, "max_pool", kernel=3, stride=2, ceil_mode=True)


def _norm_conv(
    name: str, channels: int, key: str, norm_key: str, kernel: int = 1, stride: int = 1,
    groups: int = 1,
) -> list[Layer]:  # fmt: skip
    """Convolution with TensorFlow's padding, batch norm, ReLU6."""
    return [
        Layer(
            name,
            "conv",
            channels=channels,
            kernel=kernel,
            stride=stride,
            padding="same",
            groups=groups,
            bias=False,
            key=key,
        ),
        Layer(f"{name}_norm", "batch_norm", eps=1e-3, key=norm_key),
        Layer(f"{name}_relu", "relu6"),
    ]
