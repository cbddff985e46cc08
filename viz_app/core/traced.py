"""A network of the user's own: how it is asked for, and what running it on an example shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod
from pathlib import Path

from viz_app.core.errors import WeightsError
from viz_app.core.layers import INPUT, Layer, Row, Shape

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")
_SHAPE = re.compile(r"@(\d+(?:[x×]\d+)*)$")
_MODULE = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True, slots=True)
class Spec:
    """What the user asked for: a file of weights, or a factory in a module or a ``.py`` file."""

    text: str
    source: str
    factory: str = ""
    shape: Shape = ()

    @property
    def runs_code(self) -> bool:
        """Whether making it runs the user's code."""
        return bool(self.factory)


def parse_spec(text: str) -> Spec:
    """Take a spec apart.

    Raises
    ------
    WeightsError
        if it is none
    """
    text = text.strip()
    found = _SHAPE.search(text)
    shape = tuple(int(n) for n in re.split("[x×]", found[1])) if found else ()
    source, colon, factory = text[: found.start() if found else None].rpartition(":")
    if colon and factory.isidentifier() and (source.endswith(".py") or _MODULE.fullmatch(source)):
        return Spec(text, source, factory, shape)
    if Path(text).suffix.lower() == ".pt2":
        raise WeightsError(
            f"“{text}” is an exported program, and reading one would run text that stands in it; "
            "use its state dict, or module:factory."
        )
    if Path(text).suffix.lower() in SUFFIXES:
        return Spec(text, text)
    raise WeightsError(
        f"“{text}” is no network: give a file of weights ({', '.join(SUFFIXES)}), or "
        "module:factory, or file.py:factory."
    )


@dataclass(frozen=True, slots=True)
class TracedLayer:
    """One call of one module: its settings as far as they are known, and what it did.

    ``module`` is its class; ``parameters`` are the trainable numbers that no row above counted.
    """

    layer: Layer
    module: str
    input_shape: Shape
    shape: Shape
    parameters: int
    macs: int


@dataclass(frozen=True, slots=True)
class Traced:
    """A network run once: how it was asked for, what went in, and its modules in their order.

    ``rest`` counts the parameters that no module of a row holds.
    """

    spec: str
    title: str
    input_shape: Shape
    layers: tuple[TracedLayer, ...]
    rest: int = 0

    @property
    def parameters(self) -> int:
        """All trainable numbers."""
        return self.rest + sum(layer.parameters for layer in self.layers)

    def rows(self) -> tuple[Row, ...]:
        """The same as rows of a layer table; each reads the one before, for nothing else is known.

        Operations that are no modules (a sum, ``torch.relu``) have no row.
        """
        names = (INPUT, *(traced.layer.name for traced in self.layers))
        return tuple(
            Row(
                traced.layer,
                (before,),
                (traced.input_shape,),
                traced.shape,
                prod(traced.shape),
                traced.parameters,
                traced.macs,
            )
            for before, traced in zip(names, self.layers, strict=False)
        )
