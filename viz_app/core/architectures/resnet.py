"""Residual networks (He, Zhang, Ren and Sun, 2015, arXiv:1512.03385), with torchvision's keys."""

from __future__ import annotations

from viz_app.core.architectures.imagenet import IMAGENET
from viz_app.core.layers import Layer, Network

_DEPTHS = {
    # blocks a stage: table 1 of the paper
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
RESNET_DEPTHS = tuple(_DEPTHS)


def resnet(depth: int, *, is_plain: bool = False) -> Network:
    """A residual network of 18, 34, 50, 101 or 152 layers, or the plain network of that depth.

    The stride of a bottleneck is at its 3×3 convolution, as torchvision has it. A plain network is
    the same without the skips and their projections.
    """
    layers = [
        *_conv("conv1", 64, 7, stride=2, key="conv1", norm_key="bn1"),
        Layer("relu1", "relu"),
        Layer("pool1", "max_pool", kernel=3, stride=2, padding=1),
    ]
    is_wide, channels = depth >= 50, 64
    for stage, blocks in enumerate(_DEPTHS[depth], 1):
        width = 64 * 2 ** (stage - 1)
        out = 4 * width if is_wide else width
        for block in range(blocks):
            stride = 2 if stage > 1 and block == 0 else 1
            projection = out if channels != out else 0
            layers += _block(f"{stage + 1}_{block + 1}", f"layer{stage}.{block}",
                             layers[-1].name, width, out, stride, projection, is_wide,
                             is_plain)  # fmt: skip
            channels = out
    layers += [
        Layer("avgpool", "adaptive_avg_pool", size=1),
        Layer("flatten", "flatten"),
        Layer("fc", "linear", channels=1000),
    ]
    kind = "Plain" if is_plain else "ResNet"
    name = f"{kind.lower()}{depth}"
    return Network(name, f"{kind}-{depth}", (3, 224, 224), tuple(layers), IMAGENET)


def residual_block(*, is_projected: bool = False) -> Network:
    """One block a[l+2] = g(z[l+2] + a[l]); projected, the skip is W_s·a[l] with 256 channels."""
    width, stride = (256, 2) if is_projected else (128, 1)
    layers = [
        Layer("z1", "conv", channels=width, kernel=3, stride=stride, padding=1),
        Layer("a1", "relu"),
        Layer("z2", "conv", channels=width, kernel=3, padding=1),
    ]
    skip = "input"
    if is_projected:
        # a matrix W_s, 256 × 128, applied to every place: a 1×1 convolution without bias
        layers.append(Layer("W_s", "conv", ("input",), channels=width, stride=2, bias=False))
        skip = "W_s"
    layers += [Layer("sum", "add", ("z2", skip)), Layer("a2", "relu")]
    name, title = ("residual_projected", "Residual block, W_s")
    if not is_projected:
        name, title = ("residual_block", "Residual block")
    return Network(name, title, (128, 28, 28), tuple(layers))


def _block(
    name: str, key: str, source: str, width: int, out: int, stride: int, projection: int,
    is_wide: bool, is_plain: bool,
) -> list[Layer]:  # fmt: skip
    """Two 3×3 convolutions, or 1×1, 3×3, 1×1; then the skip and a ReLU."""
    shapes: tuple[tuple[int, int, int], ...] = ((width, 3, stride), (out, 3, 1))
    if is_wide:
        shapes = ((width, 1, 1), (width, 3, stride), (out, 1, 1))
    layers: list[Layer] = []
    for i, (channels, kernel, step) in enumerate(shapes, 1):
        layers += _conv(f"conv{name}_{i}", channels, kernel, stride=step,
                        key=f"{key}.conv{i}", norm_key=f"{key}.bn{i}")  # fmt: skip
        if i < len(shapes):
            layers.append(Layer(f"relu{name}_{i}", "relu"))
    if not is_plain:
        last, skip = layers[-1].name, source
        if projection:
            keys = {"key": f"{key}.downsample.0", "norm_key": f"{key}.downsample.1"}
            layers += _conv(f"skip{name}", projection, 1, stride=stride, source=source, **keys)
            skip = layers[-1].name
        layers.append(Layer(f"add{name}", "add", (last, skip)))
    return [*layers, Layer(f"relu{name}", "relu")]


def _conv(
    name: str, channels: int, kernel: int, *, stride: int, key: str, norm_key: str, source: str = ""
) -> tuple[Layer, Layer]:
    """Convolution without bias, and its batch norm."""
    conv = Layer(
        name,
        "conv",
        (source,) if source else (),
        channels=channels,
        kernel=kernel,
        stride=stride,
        padding=kernel // 2,
        bias=False,
        key=key,
    )
    return conv, Layer(f"{name}_norm", "batch_norm", key=norm_key)
