"""A network of the user's own as a record: all that a lab shows of it without running it.

Of a module that code makes no layer table is known, only what its parts answer and which part of
the image each unit of them depends on. That is written down as a table too (:func:`as_table`): a
row a part, which reads the input itself through one window of the whole receptive field's size.
So whatever asks a table for shapes and receptive fields asks this one alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from viz_app.core.architectures.imagenet import IMAGENET
from viz_app.core.layers import INPUT, Layer, Network, Preprocessing
from viz_app.core.traced import Traced, parse_spec

Scaling = Literal["imagenet", "unit", "signed"]
GREY = Preprocessing(mean=(0.449,), std=(0.226,))
"""Means of the three colours' statistics of ImageNet."""
Axis = tuple[int, int, int, int]
"""Of one axis: window, stride, cells of padding before and after."""
Window = tuple[Axis, Axis]


@dataclass(frozen=True, slots=True)
class OwnNetwork:
    """What was seen of it when it was opened.

    ``sha256`` is of the file of weights, or of the tensors where code made it. ``definition`` is
    the catalogue's name where the weights belong to one of its networks; then ``table`` is that
    network's, and ``traced`` is None. Otherwise ``traced`` holds the parts as they ran, and
    ``table`` has a row for each that answers with maps. ``scaling`` is how its colours are scaled
    where the definition does not say.
    """

    spec: str
    sha256: str
    table: Network
    definition: str = ""
    traced: Traced | None = None
    scaling: Scaling = "imagenet"

    def __hash__(self) -> int:
        return hash((self.spec, self.sha256))

    @property
    def name(self) -> str:
        """Names it where published networks have their names, in a file of patches say."""
        return f"own:{self.title}:{self.sha256[:12]}"

    @property
    def title(self) -> str:
        """Its name as it is written."""
        return self.table.title

    @property
    def side(self) -> int:
        """Pixels on a side of the square that it looks at."""
        return self.table.input_shape[1]

    @property
    def runs_code(self) -> bool:
        """Whether making it runs the user's code."""
        return parse_spec(self.spec).runs_code

    @property
    def is_scaled_by_itself(self) -> bool:
        """Whether its definition says how colours are scaled."""
        return bool(self.definition)


def preprocessing_of(scaling: Scaling, channels: int) -> Preprocessing | None:
    """How colours in [0, 1] are scaled: to 0…1, to −1…1, or by ImageNet's mean and deviation."""
    if scaling == "unit":
        return None
    if scaling == "signed":
        return Preprocessing((0.5,) * channels, (0.5,) * channels)
    return IMAGENET if channels == 3 else GREY


def as_table(traced: Traced, windows: Mapping[str, Window | None]) -> Network:
    """A table with the shapes and the receptive fields of a traced network's maps.

    A part that answers with numbers in a row has maps of one unit, which sees all.

    Parameters
    ----------
    windows
        of each part that answers with maps [C, H, W]; None where a unit sees all of the image
    """
    layers: list[Layer] = []
    for part in traced.layers:
        name = part.layer.name
        if name in windows and len(part.shape) == 3:
            layers += _rows(name, part.shape, windows[name])
        elif len(part.shape) == 1:
            layers += _rows(name, (*part.shape, 1, 1), None)
    title = traced.title
    return Network("own", title, traced.input_shape, tuple(layers))


def _rows(name: str, shape: tuple[int, ...], window: Window | None) -> list[Layer]:
    channels, height, width = shape
    if window is not None:
        tall, wide = window
        return [
            Layer(
                name, "conv", (INPUT,), channels, (tall[0], wide[0]), (tall[1], wide[1]),
                ((tall[2], tall[3]), (wide[2], wide[3])),
            )
        ]  # fmt: skip
    return [
        Layer(f"{name} (channels)", "conv", (INPUT,), channels),
        Layer(f"{name} (all)", "adaptive_avg_pool", size=1),
        Layer(name, "upsample", stride=(height, width)),
    ]
