"""Changes to a chain of layers: add, delete, move, set; names and readers stay in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from viz_app.core.layers import INPUT, Kind, Layer, Shape

Layers = tuple[Layer, ...]
FIRST_CHANNELS: dict[Kind, int] = {"conv": 16, "linear": 10}


def inserted(layers: Layers, after: str, piece: Sequence[Layer]) -> Layers:
    """Layers put behind the one of this name; one that read it by position reads the piece."""
    at = position(layers, after) + 1
    return (*layers[:at], *piece, *layers[at:])


def deleted(layers: Layers, name: str) -> Layers:
    """The chain without a layer; those that read it read what it read."""
    at = position(layers, name)
    if at < 0:
        return layers
    before = layers[at - 1].name if at else INPUT
    source = (layers[at].inputs or (before,))[0]
    rest = []
    for layer in (*layers[:at], *layers[at + 1 :]):
        inputs = tuple(source if read == name else read for read in layer.inputs)
        rest.append(replace(layer, inputs=inputs))
    if layers[at].inputs and at < len(layers) - 1 and not layers[at + 1].inputs:
        rest[at] = replace(rest[at], inputs=(source,))
    return tuple(rest)


def moved(layers: Layers, name: str, by: int) -> Layers:
    """The chain with a layer some places down, or up."""
    at = position(layers, name)
    to = min(max(at + by, 0), len(layers) - 1)
    if at < 0 or to == at:
        return layers
    rest = [*layers[:at], *layers[at + 1 :]]
    rest.insert(to, layers[at])
    return tuple(rest)


def changed(layers: Layers, name: str, **fields: object) -> Layers:
    """The chain with fields of one layer changed; what becomes a filter or neuron gets some."""

    def changed_layer(layer: Layer) -> Layer:
        layer = replace(layer, **fields)  # type: ignore[arg-type]
        needs_some = layer.kind in FIRST_CHANNELS and not layer.channels
        return replace(layer, channels=FIRST_CHANNELS[layer.kind]) if needs_some else layer

    return tuple(changed_layer(layer) if layer.name == name else layer for layer in layers)


def position(layers: Layers, name: str) -> int:
    """Where a layer stands; −1 for the input."""
    return next((i for i, layer in enumerate(layers) if layer.name == name), -1)


def fresh_number(layers: Layers) -> str:
    """A number that no name of an added layer ends in yet."""
    names = {layer.name for layer in layers}
    i = 1
    while any(name.endswith(f"+{i}") for name in names):
        i += 1
    return f"+{i}"


def piece(word: str, shape: Shape, source: str, number: str) -> Layers:
    """What is added by a word, sized to fit behind a layer of this shape."""
    channels = shape[0]
    if word == "residual":
        return _residual(channels, source, number)
    if word == "inception":
        return _inception(channels, source, number)
    singles = {
        "conv": Layer(f"conv{number}", "conv", channels=16, kernel=3, padding=1),
        "one": Layer(f"conv{number}", "conv", channels=max(channels // 2, 1)),
        "pool": Layer(f"pool{number}", "max_pool", kernel=2, stride=2),
        "avg": Layer(f"pool{number}", "avg_pool", kernel=2, stride=2),
        "linear": Layer(f"fc{number}", "linear", channels=10),
        "flatten": Layer(f"flatten{number}", "flatten"),
        "norm": Layer(f"norm{number}", "batch_norm"),
        "relu": Layer(f"relu{number}", "relu"),
        "tanh": Layer(f"tanh{number}", "tanh"),
        "sigmoid": Layer(f"sigmoid{number}", "sigmoid"),
        "softmax": Layer(f"softmax{number}", "softmax"),
        "dropout": Layer(f"dropout{number}", "dropout"),
    }
    return (singles[word],)


def _residual(channels: int, source: str, number: str) -> Layers:
    conv = Layer("", "conv", channels=channels, kernel=3, padding=1)
    return (
        replace(conv, name=f"z1{number}", inputs=(source,)),
        Layer(f"a1{number}", "relu"),
        replace(conv, name=f"z2{number}"),
        Layer(f"sum{number}", "add", (f"z2{number}", source)),
        Layer(f"a2{number}", "relu"),
    )


def _inception(channels: int, source: str, number: str) -> Layers:
    quarter = max(channels // 4, 1)
    reduced = max(channels // 8, 1)
    return (
        Layer(f"1x1{number}", "conv", (source,), channels=quarter),
        Layer(f"3x3 reduce{number}", "conv", (source,), channels=reduced),
        Layer(f"3x3{number}", "conv", channels=quarter, kernel=3, padding=1),
        Layer(f"5x5 reduce{number}", "conv", (source,), channels=reduced),
        Layer(f"5x5{number}", "conv", channels=quarter, kernel=5, padding=2),
        Layer(f"pool{number}", "max_pool", (source,), kernel=3, padding=1),
        Layer(f"pool 1x1{number}", "conv", channels=quarter),
        Layer(
            f"joined{number}",
            "concat",
            tuple(f"{word}{number}" for word in ("1x1", "3x3", "5x5", "pool 1x1")),
        ),
    )
