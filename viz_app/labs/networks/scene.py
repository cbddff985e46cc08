"""All that the networks lab shows and nothing that it computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from viz_app.core.architectures import catalogue as nets
from viz_app.core.errors import WeightsError
from viz_app.core.layers import INPUT, Kind, Layer, Network, Shape
from viz_app.core.traced import Traced, parse_spec

View = Literal["network", "compare", "costs"]
Column = Literal[
    "name", "kind", "kernel", "stride", "padding", "shape", "size", "parameters", "macs", "field",
    "jump",
]  # fmt: skip
COLUMNS: tuple[Column, ...] = (
    "name", "kind", "kernel", "stride", "padding", "shape", "size", "parameters", "macs", "field",
    "jump",
)  # fmt: skip
Calculator = Literal["fully", "bottleneck", "one_by_one", "residual", "alexnet"]
FIRST = "lenet5"
LARGEST_SIDE = 1024
MOST_LAYERS = 2000
MOST_CALCULATED = {
    "side": 256, "depth": 1024, "window": 11, "filters": 1024, "bottleneck": 512, "step": 8,
}  # fmt: skip
"""The largest numbers of the calculators; the smallest are 1."""


@dataclass(frozen=True, slots=True)
class Built:
    """The user's own layers, in place of the catalogue's."""

    title: str
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A network put aside, to be compared with what it becomes."""

    title: str
    input_shape: tuple[int, ...]
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class NetworksScene:
    """The state of the lab.

    ``size`` is the side of the input, 0 for the network's own. ``kind`` to ``padding`` are those
    of the selected layer, filled in by :func:`resolve`, so that the inspector can show them.
    ``own`` is a network that the user's code made: what was seen of it when it ran, so that a
    session shows it again without running anything. ``kept`` is a version put aside.
    """

    view: View = "network"
    network: str = FIRST
    other: str = "alexnet"
    is_own_scale: bool = False
    size: int = 0
    batch: int = 1
    layer: str = ""
    column: Column = "shape"
    is_brief: bool = False
    sorted_by: Column | None = None
    is_falling: bool = True
    words: str = ""
    built: Built | None = None
    own: Traced | None = None
    kept: Version | None = None
    is_beside_kept: bool = False
    kind: Kind = "conv"
    channels: int = 1
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    calculator: Calculator = "bottleneck"
    side: int = 28
    depth: int = 192
    window: int = 5
    filters: int = 32
    bottleneck: int = 16
    step: int = 1


def resolve(scene: NetworksScene) -> NetworksScene:
    """Fill in the input's own size, and a selection that is in the table."""
    known = nets.catalogue()
    if scene.network not in known:
        scene = replace(scene, network=FIRST, built=None, size=0)
    if scene.other not in known:
        scene = replace(scene, other="alexnet")
    if scene.built is not None and len(scene.built.layers) > MOST_LAYERS:
        scene = replace(scene, built=None)
    if scene.own is not None and not _is_code(scene.own.spec):  # a damaged session
        scene = replace(scene, own=None)
    if scene.own is not None and scene.built is not None:
        scene = replace(scene, built=None)
    if scene.kept is None and scene.is_beside_kept:
        scene = replace(scene, is_beside_kept=False)
    own = nets.network(scene.network).input_shape
    size = min(max(scene.size, 1), LARGEST_SIDE) if scene.size else own[1]
    scene = replace(_calculated(scene), size=size, batch=max(scene.batch, 1))
    layers = network_of(scene).layers
    names = {layer.name: layer for layer in layers}
    if scene.layer not in names and scene.layer != INPUT:
        scene = replace(scene, layer=layers[0].name if layers else INPUT)
    layer = names.get(scene.layer)
    return scene if layer is None else _with_fields(scene, layer)


def _is_code(spec: str) -> bool:
    """Whether a spec names code that makes a network."""
    try:
        return parse_spec(spec).runs_code
    except WeightsError:
        return False


def network_of(scene: NetworksScene) -> Network:
    """The network that the table shows: the chosen one or the user's, at the chosen size."""
    if (own := scene.own) is not None:
        return Network("own", own.title, own.input_shape, tuple(t.layer for t in own.layers))
    network = nets.network(scene.network)
    shape = at_size(network.input_shape, scene.size)
    if scene.built is None:
        return replace(network, input_shape=shape)
    built = scene.built
    return Network(scene.network, built.title, shape, built.layers, outputs=_outputs(built.layers))


def at_size(shape: Shape, side: int) -> Shape:
    """The same channels on ``side`` cells an axis."""
    return shape[0], *(side or n for n in shape[1:])


def _outputs(layers: tuple[Layer, ...]) -> tuple[str, ...]:
    """The layers that no layer reads."""
    read: set[str] = set()
    before = INPUT
    for layer in layers:
        read.update(layer.inputs or (before,))
        before = layer.name
    return tuple(layer.name for layer in layers if layer.name not in read)


def _calculated(scene: NetworksScene) -> NetworksScene:
    """The calculators' numbers within what their sliders offer; a window fits on its side."""
    most = MOST_CALCULATED
    numbers = {name: min(max(getattr(scene, name), 1), most[name]) for name in most}
    return replace(scene, **(numbers | {"window": min(numbers["window"], numbers["side"])}))


def _with_fields(scene: NetworksScene, layer: Layer) -> NetworksScene:
    first = {name: getattr(layer, name) for name in ("kernel", "stride", "padding")}
    numbers = {name: value if isinstance(value, int) else 0 for name, value in first.items()}
    kernel, stride = max(numbers["kernel"], 1), max(numbers["stride"], 1)
    if isinstance(layer.kernel, int) and layer.padding == "same":
        numbers["padding"] = layer.kernel // 2
    return replace(
        scene,
        kind=layer.kind,
        channels=max(layer.channels, 1),
        kernel=kernel,
        stride=stride,
        padding=numbers["padding"],
    )
