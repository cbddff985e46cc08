"""YOLO detectors, with darknet's layer numbers, so that the file's order can be followed."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.core.layers import Layer, Network


@dataclass(frozen=True, slots=True)
class Head:
    """A layer whose maps hold boxes: A anchors × (t_x, t_y, t_w, t_h, objectness, classes).

    Parameters
    ----------
    layer
        name in the table
    stride
        pixels of the network's input between two grid cells
    anchors
        (width, height) in pixels of the network's input
    scale_xy
        darknet's ``scale_x_y``: stretches the sigmoid so that a box's middle can reach the
        border of its cell
    is_softmax
        whether the classes compete in a softmax (YOLOv2) or each has its own sigmoid (YOLOv3 on)
    """

    layer: str
    stride: int
    anchors: tuple[tuple[float, float], ...]
    scale_xy: float
    is_softmax: bool = False


YOLOV4_TINY_HEADS = (
    Head("conv29", 32, ((81, 82), (135, 169), (344, 319)), 1.05),
    Head("conv36", 16, ((23, 27), (37, 58), (81, 82)), 1.05),
)

YOLOV2_TINY_HEADS = (
    Head(
        "conv14",
        32,
        tuple(
            (32 * w, 32 * h)  # the file has them in cells
            for w, h in (
                (0.57273, 0.677385),
                (1.87446, 2.06253),
                (3.33843, 5.47434),
                (7.88282, 3.52778),
                (9.77052, 9.16828),
            )
        ),
        1.0,
        is_softmax=True,
    ),
)


def yolov4_tiny(classes: int = 80) -> Network:
    """YOLOv4-tiny (Wang, Bochkovskiy and Liao, arXiv:2011.08036), 6,056,606 parameters.

    Each layer's number is that of its section in darknet's ``yolov4-tiny.cfg``.
    """
    outputs = 3 * (5 + classes)
    layers = (
        *_conv(0, 32, 3, stride=2),
        *_conv(1, 64, 3, stride=2),
        *_partial_stage(2, 64),
        *_partial_stage(10, 128),
        *_partial_stage(18, 256),
        *_conv(26, 512, 3),
        *_conv(27, 256, 1),
        *_conv(28, 512, 3),
        Layer("conv29", "conv", channels=outputs),
        *_conv(32, 128, 1, source="leaky27"),
        Layer("upsample33", "upsample", stride=2),
        Layer("route34", "concat", ("upsample33", "leaky23")),
        *_conv(35, 256, 3),
        Layer("conv36", "conv", channels=outputs),
    )
    heads = tuple(head.layer for head in YOLOV4_TINY_HEADS)
    return Network("yolov4_tiny", "YOLOv4-tiny", (3, 416, 416), layers, outputs=heads)


def yolov2_tiny(classes: int = 80) -> Network:
    """Tiny YOLOv2 (Redmon and Farhadi, arXiv:1612.08242): 13×13 cells, 5 anchors, 85 numbers.

    The layers of darknet's ``yolov2-tiny.cfg``; its sixth pooling keeps the size by one cell of
    padding at the right and below.
    """
    layers: list[Layer] = []
    for i, channels in enumerate((16, 32, 64, 128, 256, 512)):
        layers += _conv(2 * i, channels, 3)
        is_last = i == 5
        layers.append(
            Layer(
                f"pool{2 * i + 1}",
                "max_pool",
                kernel=2,
                stride=1 if is_last else 2,
                padding=((0, 1), (0, 1)) if is_last else 0,
            )
        )
    layers += [*_conv(12, 1024, 3), *_conv(13, 512, 3)]
    layers.append(Layer("conv14", "conv", channels=5 * (5 + classes)))
    return Network("yolov2_tiny", "YOLOv2-tiny", (3, 416, 416), tuple(layers))


def _conv(
    number: int, channels: int, kernel: int, *, stride: int = 1, source: str = ""
) -> tuple[Layer, ...]:
    """Convolution, batch norm, leaky ReLU, as in every darknet section with batch_normalize."""
    conv = Layer(
        f"conv{number}",
        "conv",
        (source,) if source else (),
        channels=channels,
        kernel=kernel,
        stride=stride,
        padding=kernel // 2,
        bias=False,
    )
    norm = Layer(f"norm{number}", "batch_norm")
    return conv, norm, Layer(f"leaky{number}", "leaky_relu", slope=0.1)


def _partial_stage(first: int, channels: int) -> tuple[Layer, ...]:
    """Eight sections: half of the channels goes through two convolutions, then all are joined.

    Cross-stage partial stage (Wang et al., arXiv:1911.11929) in its tiny form.
    """
    half = channels // 2
    split, inner, outer = first + 1, first + 4, first + 6
    return (
        *_conv(first, channels, 3),
        Layer(f"route{split}", "slice", channels=half, offset=half),
        *_conv(first + 2, half, 3),
        *_conv(first + 3, half, 3),
        Layer(f"route{inner}", "concat", (f"leaky{first + 3}", f"leaky{first + 2}")),
        *_conv(first + 5, channels, 1),
        Layer(f"route{outer}", "concat", (f"leaky{first}", f"leaky{first + 5}")),
        Layer(f"pool{first + 7}", "max_pool", kernel=2, stride=2),
    )
