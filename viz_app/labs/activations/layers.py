"""The layers to look at, with their facts: what belongs together in one line, or every row."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from viz_app.core.architectures.published import CLASSIFIERS, published_table
from viz_app.core.layers import Kind, Network, Row, Shape, rows, shapes
from viz_app.core.own import OwnNetwork
from viz_app.core.patches import as_map
from viz_app.core.receptive import Interval, ReceptiveField, receptive_fields, window

SIDE = 224
RELUS: frozenset[Kind] = frozenset(("relu", "relu6", "leaky_relu", "prelu", "tanh", "sigmoid"))
FOLLOWING: frozenset[Kind] = frozenset(("batch_norm", *RELUS))
LEFT_OUT: frozenset[Kind] = frozenset(("dropout", "flatten"))
"""What passes its input's numbers on."""

OWN = "own"
"""The name of the user's own network in the list."""

Fields = Mapping[str, tuple[ReceptiveField, ...]]
Asked = str | OwnNetwork
"""A published network by its name, or the record of the user's own."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A line of the layer list: rows of the table that belong together, or a single one.

    ``before`` and ``after`` are the rows to ask for before and after the non-linearity; they are
    the same where there is none. ``field`` and ``jump`` are the receptive field's size and the
    distance between neighbours, in pixels of the network's input; jump 0: every unit sees all.
    """

    name: str
    kind: Kind
    before: str
    after: str
    shape: tuple[int, int, int]
    field: int
    jump: float

    @property
    def has_relu(self) -> bool:
        return self.before != self.after

    @property
    def is_single(self) -> bool:
        """Whether each channel is a single number, as in a fully connected layer."""
        return self.shape[1:] == (1, 1)

    @property
    def size_text(self) -> str:
        """Its shape as it is written in tables, ``56×56×256``: height, width, channels."""
        channels, height, width = self.shape
        return f"{height}×{width}×{channels}"


CHOOSABLE: Mapping[str, str] = {
    "vgg16": "VGG-16",
    "alexnet": "AlexNet",
    "mobilenet_v2": "MobileNetV2",
    "efficientnet_lite0": "EfficientNet-Lite0",
    "resnet18": "ResNet-18",
    "resnet50": "ResNet-50",
    "vgg19": "VGG-19",
    "googlenet": "GoogLeNet",
}
"""Titles of the published networks of this lab, by their names in the registry."""
BEST_KNOWN = {
    "vgg16": "conv3_3",
    "alexnet": "conv2",
    "vgg19": "conv3_4",
    "mobilenet_v2": "block6_add",
    "resnet18": "add3_2",
    "resnet50": "add3_4",
    "googlenet": "3b_concat",
}


def is_known(network: str) -> bool:
    """Whether there is a network of this name."""
    return network in CHOOSABLE


def title_of(network: Asked) -> str:
    """A network's name as it is written."""
    return network.title if isinstance(network, OwnNetwork) else CHOOSABLE[network]


def name_of(network: Asked) -> str:
    """What names it in a file."""
    return network.name if isinstance(network, OwnNetwork) else network


def side_of(network: Asked) -> int:
    """Pixels on a side of the square that it looks at."""
    return network.side if isinstance(network, OwnNetwork) else SIDE


def is_classifier(network: Asked) -> bool:
    """Whether it answers with the classes of ImageNet."""
    return isinstance(network, str) and network in CLASSIFIERS


def has_batch_norm(network: Asked) -> bool:
    """Whether a layer of it normalises by what it remembers of the training."""
    return any(row.layer.kind == "batch_norm" for row in rows(table_of(network)))


@lru_cache(maxsize=32)
def table_of(network: Asked, height: int = SIDE, width: int = SIDE) -> Network:
    """The layer table of a network for an image of this size.

    The user's own looks at squares of its own size only.
    """
    if isinstance(network, OwnNetwork):
        return replace(network.table, name=network.name, outputs=())
    table = published_table(network)
    return replace(table, input_shape=(3, height, width), outputs=())


@lru_cache(maxsize=32)
def stages_of(
    network: Asked, height: int = SIDE, width: int = SIDE, *, is_every: bool = False
) -> tuple[Stage, ...]:
    """The lines of the layer list, from the input up, for an image of this size.

    Without ``is_every`` what belongs together is one line, and there are lines for maps only.
    """
    if isinstance(network, OwnNetwork) and network.traced is not None:
        return _parts(network, is_every)
    table = table_of(network, height, width)
    return every_row(table) if is_every else stages(_maps_only(table))


def every_row(table: Network) -> tuple[Stage, ...]:
    """Each row of a layer table by itself, less those that pass their numbers on."""
    fields = receptive_fields(table)
    return tuple(_stage([row], fields) for row in rows(table) if row.layer.kind not in LEFT_OUT)


def stages(table: Network) -> tuple[Stage, ...]:
    """The rows of a layer table in groups: what opens one, and what only follows it.

    A batch norm or a non-linearity belongs to the row that it reads, where it stands right
    behind it.
    """
    fields = receptive_fields(table)
    groups: list[list[Row]] = []
    for row in rows(table):
        is_behind = bool(groups) and row.sources == (groups[-1][-1].layer.name,)
        if row.layer.kind in LEFT_OUT:
            continue
        if row.layer.kind in FOLLOWING and is_behind and groups[-1][-1].layer.kind not in RELUS:
            groups[-1].append(row)
        else:
            groups.append([row])
    return tuple(_stage(group, fields) for group in groups)


def line_of(lines: tuple[Stage, ...], row: str) -> str:
    """The line that a row of the table stands in; empty if there is none."""
    return next((s.name for s in lines if row in (s.name, s.before, s.after)), "")


def default_layer(network: Asked) -> str:
    """The layer with which a network begins: its best known, or one in the middle."""
    names = [stage.name for stage in stages_of(network)]
    best = BEST_KNOWN.get(network, "") if isinstance(network, str) else ""
    return best if best in names else names[len(names) // 2]


def five_of(network: Asked, *, is_every: bool = False) -> tuple[Stage, ...]:
    """Five layers from the first to the last: the last of each resolution, or spread evenly."""
    known = tuple(s for s in stages_of(network, is_every=is_every) if not s.is_single)
    known = known or stages_of(network, is_every=is_every)
    last = {s.jump: s for s in known if s.kind in ("conv", "add", "concat")}
    best = list(last.values())[-5:]
    if len(best) < min(5, len(known)):
        count = min(5, len(known))
        best = [known[round(i * (len(known) - 1) / max(count - 1, 1))] for i in range(count)]
    return tuple(best)


@lru_cache(maxsize=256)
def branch_of(network: Asked, layer: str, channel: int) -> str:
    """The layer that a channel comes from: of joined branches, the one that made it."""
    by_name = {row.layer.name: row for row in rows(table_of(network))}
    while layer in by_name and by_name[layer].layer.kind == "concat":
        row = by_name[layer]
        ends = list(accumulate(shape[0] for shape in row.input_shapes))
        branch = bisect(ends, channel)
        layer, channel = row.sources[branch], channel - (ends[branch - 1] if branch else 0)
    return layer


@lru_cache(maxsize=32)
def fields_of(network: Asked, height: int = SIDE, width: int = SIDE) -> Fields:
    """The receptive field of each row of the table, for an image of this size."""
    return receptive_fields(table_of(network, height, width))


@lru_cache(maxsize=256)
def seen_by(
    network: Asked, layer: str, row: int, column: int, height: int = SIDE, width: int = SIDE
) -> tuple[Interval, Interval]:
    """The rows and columns of the input that a unit depends on, ends included (exact)."""
    table = table_of(network, height, width)
    is_flat = len(shapes(table).get(layer, ())) == 1
    tall, wide = window(table, layer, () if is_flat else (row, column))
    return tall, wide


@lru_cache(maxsize=256)
def sees_all(network: Asked, layer: str, height: int = SIDE, width: int = SIDE) -> bool:
    """Whether each unit of a row sees the whole image, or there is but one, which does."""
    table = table_of(network, height, width)
    if isinstance(network, OwnNetwork) and network.traced is not None:
        kinds = {known.name: known.kind for known in table.layers}
        if kinds[layer] == "upsample":  # it has no window: see core.own.as_table
            return True
    return _is_whole(shapes(table)[layer], fields_of(network, height, width)[layer], table)


def _is_whole(shape: Shape, fields: tuple[ReceptiveField, ...], table: Network) -> bool:
    sides = zip(fields, table.input_shape[1:], strict=True)
    is_single = as_map(shape)[1:] == (1, 1)
    return any(axis.jump == 0 for axis in fields) or (
        is_single and all(f.start <= 0 and f.start + f.size >= side for f, side in sides)
    )


def _parts(own: OwnNetwork, is_every: bool) -> tuple[Stage, ...]:
    """The parts of a network that code makes, each by itself: what each reads is not known."""
    assert own.traced is not None
    fields = receptive_fields(own.table)
    kinds = {layer.name: layer.kind for layer in own.table.layers}
    found = []
    for part in own.traced.layers:
        name = part.layer.name
        is_wanted = len(part.shape) == 3 or (is_every and part.layer.kind not in LEFT_OUT)
        if name in fields and is_wanted:
            field, shape = fields[name][0], as_map(part.shape)
            has_none = kinds[name] == "upsample"  # no window: see core.own.as_table
            is_whole = has_none or _is_whole(part.shape, fields[name], own.table)
            jump = 0.0 if is_whole else float(field.jump)
            found.append(Stage(name, part.layer.kind, name, name, shape, field.size, jump))
    return tuple(found)


def _maps_only(table: Network) -> Network:
    """The table without its flat layers and without a global pooling."""
    kept = []
    for row in rows(table):
        if len(row.shape) != 3 or row.layer.kind == "adaptive_avg_pool":
            break
        kept.append(row.layer)
    return replace(table, layers=tuple(kept))


def _stage(group: list[Row], fields: Fields) -> Stage:
    first, last = group[0], group[-1]
    has_relu = last.layer.kind in RELUS and len(group) > 1
    before = group[-2] if has_relu else last
    field, shape = fields[last.layer.name][0], as_map(last.shape)
    sees_all = shape[1:] == (1, 1) and first.layer.kind == "adaptive_avg_pool"
    return Stage(
        first.layer.name,
        first.layer.kind,
        before.layer.name,
        last.layer.name,
        shape,
        field.size,
        0.0 if sees_all else float(field.jump),
    )
