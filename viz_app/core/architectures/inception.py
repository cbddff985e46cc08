"""The Inception module and GoogLeNet (Szegedy et al., 2014, arXiv:1409.4842).

The paper's two response normalisations hold no numbers and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from viz_app.core.layers import Layer, Network, Preprocessing


@dataclass(frozen=True, slots=True)
class Branches:
    """Widths of a module: 1×1, 3×3 with its reduction, 5×5 with its reduction, pool's 1×1."""

    one: int
    reduce3: int
    three: int
    reduce5: int
    five: int
    pool: int


_MODULES = {
    # table 1 of the paper
    "3a": Branches(64, 96, 128, 16, 32, 32),
    "3b": Branches(128, 128, 192, 32, 96, 64),
    "4a": Branches(192, 96, 208, 16, 48, 64),
    "4b": Branches(160, 112, 224, 24, 64, 64),
    "4c": Branches(128, 128, 256, 24, 64, 64),
    "4d": Branches(112, 144, 288, 32, 64, 64),
    "4e": Branches(256, 160, 320, 32, 128, 128),
    "5a": Branches(256, 160, 320, 32, 128, 128),
    "5b": Branches(384, 192, 384, 48, 128, 128),
}
# torchvision turns its usual input into this one, which TensorFlow trained with
_TORCHVISION_INPUT = Preprocessing((0.5,) * 3, (0.5,) * 3)
_SIDE_HEADS = {"4a": "side1", "4d": "side2"}


def inception_module() -> Network:
    """Module 3a alone: 28×28×192 becomes 28×28×256; 163,696 parameters."""
    layers = _module("3a", "input")
    return Network("inception_module", "Inception module", (192, 28, 28), tuple(layers))


def googlenet(*, has_sides: bool = True) -> Network:
    """GoogLeNet: 13,378,280 parameters with the side heads of training, 6,998,552 without."""
    layers = [
        *_conv("conv1", 64, 7, stride=2),
        _halving("pool1"),
        *_conv("conv2_reduce", 64, 1),
        *_conv("conv2", 192, 3),
        _halving("pool2"),
    ]
    sides: list[Layer] = []
    for name in _MODULES:
        if name in ("4a", "5a"):
            layers.append(_halving(f"pool{int(name[0]) - 1}"))
        layers += _module(name, layers[-1].name)
        if has_sides and name in _SIDE_HEADS:
            sides += _side_head(_SIDE_HEADS[name], layers[-1].name)
    layers += [
        Layer("avgpool", "adaptive_avg_pool", size=1),
        Layer("flatten", "flatten"),
        Layer("dropout", "dropout", rate=0.4),
        Layer("classifier", "linear", channels=1000),
        Layer("classes", "softmax"),
    ]
    outputs = ("classes", *(f"{side}_classes" for side in _SIDE_HEADS.values())) if sides else ()
    name, title = ("googlenet", "GoogLeNet") if sides else ("googlenet_plain", "GoogLeNet, in use")
    return Network(name, title, (3, 224, 224), (*layers, *sides), outputs=outputs)


def googlenet_torchvision() -> Network:
    """GoogLeNet as torchvision trained it, 6,624,904 parameters without its side heads.

    It differs from the paper: batch norms instead of biases, 3×3 where the module has 5×5, and a
    2×2 pooling before 5a. Source: torchvision/models/googlenet.py.
    """
    layers = [
        *_norm_conv("conv1", 64, 7, "conv1", stride=2),
        _halving("pool1"),
        *_norm_conv("conv2_reduce", 64, 1, "conv2"),
        *_norm_conv("conv2", 192, 3, "conv3"),
        _halving("pool2"),
    ]
    for name in _MODULES:
        if name == "4a":
            layers.append(_halving("pool3"))
        if name == "5a":
            layers.append(Layer("pool4", "max_pool", kernel=2, stride=2, ceil_mode=True))
        layers += _norm_module(name, layers[-1].name)
    layers += [
        Layer("avgpool", "adaptive_avg_pool", size=1),
        Layer("flatten", "flatten"),
        Layer("dropout", "dropout", rate=0.2),
        Layer("classifier", "linear", channels=1000, key="fc"),
    ]
    title = "GoogLeNet, torchvision's"
    return Network("googlenet_torchvision", title, (3, 224, 224), tuple(layers), _TORCHVISION_INPUT)


def _module(name: str, source: str) -> list[Layer]:
    widths = _MODULES[name]
    return [
        *_conv(f"{name}_1x1", widths.one, 1, source=source),
        *_conv(f"{name}_3x3_reduce", widths.reduce3, 1, source=source),
        *_conv(f"{name}_3x3", widths.three, 3),
        *_conv(f"{name}_5x5_reduce", widths.reduce5, 1, source=source),
        *_conv(f"{name}_5x5", widths.five, 5),
        Layer(f"{name}_pool", "max_pool", (source,), kernel=3, padding=1),
        *_conv(f"{name}_pool_proj", widths.pool, 1),
        Layer(
            f"{name}_concat",
            "concat",
            tuple(f"{name}_{branch}_relu" for branch in ("1x1", "3x3", "5x5", "pool_proj")),
        ),
    ]


def _norm_module(name: str, source: str) -> list[Layer]:
    widths, key = _MODULES[name], f"inception{name}"
    return [
        *_norm_conv(f"{name}_1x1", widths.one, 1, f"{key}.branch1", source=source),
        *_norm_conv(f"{name}_3x3_reduce", widths.reduce3, 1, f"{key}.branch2.0", source=source),
        *_norm_conv(f"{name}_3x3", widths.three, 3, f"{key}.branch2.1"),
        *_norm_conv(f"{name}_5x5_reduce", widths.reduce5, 1, f"{key}.branch3.0", source=source),
        *_norm_conv(f"{name}_5x5", widths.five, 3, f"{key}.branch3.1"),
        Layer(f"{name}_pool", "max_pool", (source,), kernel=3, padding=1),
        *_norm_conv(f"{name}_pool_proj", widths.pool, 1, f"{key}.branch4.1"),
        Layer(
            f"{name}_concat",
            "concat",
            tuple(f"{name}_{branch}_relu" for branch in ("1x1", "3x3", "5x5", "pool_proj")),
        ),
    ]


def _norm_conv(
    name: str, channels: int, kernel: int, key: str, *, stride: int = 1, source: str = ""
) -> tuple[Layer, ...]:
    conv, relu = _conv(name, channels, kernel, stride=stride, source=source)
    conv = replace(conv, bias=False, key=f"{key}.conv")
    return conv, Layer(f"{name}_norm", "batch_norm", eps=1e-3, key=f"{key}.bn"), relu


def _side_head(name: str, source: str) -> list[Layer]:
    return [
        Layer(f"{name}_pool", "avg_pool", (source,), kernel=5, stride=3),
        *_conv(f"{name}_conv", 128, 1),
        Layer(f"{name}_flatten", "flatten"),
        Layer(f"{name}_fc", "linear", channels=1024),
        Layer(f"{name}_relu", "relu"),
        Layer(f"{name}_dropout", "dropout", rate=0.7),
        Layer(f"{name}_classifier", "linear", channels=1000),
        Layer(f"{name}_classes", "softmax"),
    ]


def _halving(name: str) -> Layer:
    return Layer(name, "max_pool", kernel=3, stride=2, ceil_mode=True)


def _conv(
    name: str, channels: int, kernel: int, *, stride: int = 1, source: str = ""
) -> tuple[Layer, Layer]:
    inputs = (source,) if source else ()
    conv = Layer(
        name, "conv", inputs, channels=channels, kernel=kernel, stride=stride, padding=kernel // 2
    )
    return conv, Layer(f"{name}_relu", "relu")
