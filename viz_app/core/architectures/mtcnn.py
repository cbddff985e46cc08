"""MTCNN's three networks for faces (Zhang, Zhang, Li and Qiao, 2016, arXiv:1604.02878)."""

from __future__ import annotations

from viz_app.core.layers import Layer, Network


def mtcnn_pnet() -> Network:
    """P-Net, 6,632 parameters: fully convolutional, looks at every 12×12 window."""
    layers = (
        *_conv(1, 10, 3),
        Layer("pool1", "max_pool", kernel=2, stride=2, ceil_mode=True),
        *_conv(2, 16, 3),
        *_conv(3, 32, 3),
        Layer("face", "conv", ("prelu3",), channels=2),
        Layer("face_softmax", "softmax"),
        Layer("box", "conv", ("prelu3",), channels=4),
    )
    outputs = ("face_softmax", "box")
    return Network("mtcnn_pnet", "MTCNN P-Net", (3, 12, 12), layers, outputs=outputs)


def mtcnn_rnet() -> Network:
    """R-Net, 100,178 parameters: looks again at windows of 24×24."""
    layers = (
        *_conv(1, 28, 3),
        Layer("pool1", "max_pool", kernel=3, stride=2, ceil_mode=True),
        *_conv(2, 48, 3),
        Layer("pool2", "max_pool", kernel=3, stride=2, ceil_mode=True),
        *_conv(3, 64, 2),
        *_fully(4, 128),
        *_heads("prelu4", ("box",)),
    )
    outputs = ("face_softmax", "box")
    return Network("mtcnn_rnet", "MTCNN R-Net", (3, 24, 24), layers, outputs=outputs)


def mtcnn_onet() -> Network:
    """O-Net, 389,040 parameters: windows of 48×48, and five landmarks."""
    layers = (
        *_conv(1, 32, 3),
        Layer("pool1", "max_pool", kernel=3, stride=2, ceil_mode=True),
        *_conv(2, 64, 3),
        Layer("pool2", "max_pool", kernel=3, stride=2, ceil_mode=True),
        *_conv(3, 64, 3),
        Layer("pool3", "max_pool", kernel=2, stride=2, ceil_mode=True),
        *_conv(4, 128, 2),
        *_fully(5, 256),
        *_heads("prelu5", ("box", "landmarks")),
    )
    outputs = ("face_softmax", "box", "landmarks")
    return Network("mtcnn_onet", "MTCNN O-Net", (3, 48, 48), layers, outputs=outputs)


def _conv(number: int, channels: int, kernel: int) -> tuple[Layer, Layer]:
    conv = Layer(f"conv{number}", "conv", channels=channels, kernel=kernel)
    return conv, Layer(f"prelu{number}", "prelu")


def _fully(number: int, features: int) -> tuple[Layer, ...]:
    return (
        Layer("flatten", "flatten"),
        Layer(f"dense{number}", "linear", channels=features),
        Layer(f"prelu{number}", "prelu"),
    )


def _heads(source: str, regressions: tuple[str, ...]) -> list[Layer]:
    sizes = {"box": 4, "landmarks": 10}
    return [
        Layer("face", "linear", (source,), channels=2),
        Layer("face_softmax", "softmax"),
        *(Layer(name, "linear", (source,), channels=sizes[name]) for name in regressions),
    ]
