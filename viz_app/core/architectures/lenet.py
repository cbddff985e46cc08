"""LeNet-5 (LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning …", 1998), four ways."""

from __future__ import annotations

from viz_app.core.layers import Kind, Layer, Network

_C3_READS = (
    # which maps of S2 each map of C3 reads: table I of the paper
    *((i, (i + 1) % 6, (i + 2) % 6) for i in range(6)),
    *((i, (i + 1) % 6, (i + 2) % 6, (i + 3) % 6) for i in range(6)),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)


def lenet5_1998() -> Network:
    """LeNet-5 as published up to F6, 60,000 parameters.

    Its poolings have a factor and a bias a map; each map of C3 reads only some maps of S2.
    """
    layers = (
        Layer("C1", "conv", channels=6, kernel=5),
        Layer("tanh1", "tanh"),
        *_subsampling("S2", 6),
        *(Layer(f"S2.{i}", "slice", ("S2 tanh",), channels=1, offset=i) for i in range(6)),
        *_partly_connected(),
        Layer("C3", "concat", tuple(f"C3.{i}" for i in range(16))),
        Layer("tanh3", "tanh"),
        *_subsampling("S4", 16),
        Layer("C5", "conv", channels=120, kernel=5),
        Layer("tanh5", "tanh"),
        Layer("flatten", "flatten"),
        Layer("F6", "linear", channels=84),
        Layer("tanh6", "tanh"),
    )
    return Network("lenet5_1998", "LeNet-5, 1998", (1, 32, 32), layers)


def lenet5() -> Network:
    """LeNet-5 with a C3 that reads all maps, as it is built today: 61,706 parameters."""
    names = ("C1", "S2", "C3", "S4", "FC120", "FC84", "out10")
    layers = _chain(names, 6, "avg_pool", "tanh")
    return Network("lenet5", "LeNet-5, modern", (1, 32, 32), layers)


def lenet_table(filters: int = 8) -> Network:
    """The course's table for RGB digits: 62,958 parameters with 8 filters, 62,006 with 6."""
    names = ("CONV1", "POOL1", "CONV2", "POOL2", "FC3", "FC4", "Softmax")
    layers = _chain(names, filters, "max_pool", "relu")
    title = f"LeNet-5, course ({filters} filters)"
    return Network(f"lenet_table_{filters}", title, (3, 32, 32), layers)


def _chain(names: tuple[str, ...], filters: int, pool: Kind, activation: Kind) -> tuple[Layer, ...]:
    conv1, pool1, conv2, pool2, fc1, fc2, out = names
    return (
        Layer(conv1, "conv", channels=filters, kernel=5),
        Layer(f"{activation}1", activation),
        Layer(pool1, pool, kernel=2, stride=2),
        Layer(conv2, "conv", channels=16, kernel=5),
        Layer(f"{activation}2", activation),
        Layer(pool2, pool, kernel=2, stride=2),
        Layer("flatten", "flatten"),
        Layer(fc1, "linear", channels=120),
        Layer(f"{activation}3", activation),
        Layer(fc2, "linear", channels=84),
        Layer(f"{activation}4", activation),
        Layer(out, "linear", channels=10),
        Layer("classes", "softmax"),
    )


def _subsampling(name: str, maps: int) -> tuple[Layer, ...]:
    """Average of 2×2, times a factor, plus a bias, both a map's own; then tanh."""
    return (
        Layer(f"{name} mean", "avg_pool", kernel=2, stride=2),
        Layer(name, "conv", channels=maps, groups=maps),
        Layer(f"{name} tanh", "tanh"),
    )


def _partly_connected() -> list[Layer]:
    layers = []
    for i, maps in enumerate(_C3_READS):
        layers += [
            Layer(f"C3.{i} reads", "concat", tuple(f"S2.{m}" for m in sorted(maps))),
            Layer(f"C3.{i}", "conv", channels=1, kernel=5),
        ]
    return layers
