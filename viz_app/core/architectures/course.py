"""The small networks of the course's slides."""

from __future__ import annotations

from viz_app.core.layers import Layer, Network, Shape


def example_convnet(classes: int = 10) -> Network:
    """39×39×3 → 37×37×10 → 17×17×20 → 7×7×40 → 1960 → softmax."""
    layers = (
        Layer("conv1", "conv", channels=10, kernel=3),
        Layer("relu1", "relu"),
        Layer("conv2", "conv", channels=20, kernel=5, stride=2),
        Layer("relu2", "relu"),
        Layer("conv3", "conv", channels=40, kernel=5, stride=2),
        Layer("relu3", "relu"),
        Layer("flatten", "flatten"),
        Layer("logits", "linear", channels=classes),
        Layer("softmax", "softmax"),
    )
    return Network("example_convnet", "Example ConvNet", (3, 39, 39), layers)


def sliding_windows() -> Network:
    """The fully connected layers turned into convolutions: 14×14×3 → 1×1×4; 16×16 gives 2×2×4."""
    layers = (
        Layer("conv1", "conv", channels=16, kernel=5),
        Layer("relu1", "relu"),
        Layer("pool1", "max_pool", kernel=2, stride=2),
        Layer("fc2", "conv", channels=400, kernel=5),
        Layer("relu2", "relu"),
        Layer("fc3", "conv", channels=400),
        Layer("relu3", "relu"),
        Layer("classes", "conv", channels=4),
        Layer("softmax", "softmax"),
    )
    return Network("sliding_windows", "Sliding windows", (3, 14, 14), layers)


def chain(axes: int) -> Network:
    """Two convolutions over 14 cells an axis, 16 and 32 filters of 5, in 1, 2 or 3 dimensions."""
    channels = 3 if axes == 2 else 1
    shape: Shape = (channels, *(14,) * axes)
    layers = (
        Layer("conv1", "conv", channels=16, kernel=5),
        Layer("conv2", "conv", channels=32, kernel=5),
    )
    return Network(f"chain_{axes}d", f"{axes}-D chain", shape, layers)


def one_by_one() -> Network:
    """What a 1×1 convolution does: 28×28×192 becomes 28×28×32, place by place."""
    layers = (Layer("conv1x1", "conv", channels=32), Layer("relu", "relu"))
    return Network("one_by_one", "1×1 convolution", (192, 28, 28), layers)
