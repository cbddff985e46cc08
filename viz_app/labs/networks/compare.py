"""Two networks side by side: totals, and where parameters and multiplications are."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.labs.networks.table import Table

KB, MB = 1e3, 1e6
Layers = tuple[tuple[str, int, int], ...]
"""Each layer's name, parameters and MACs."""
CLOSE = 1.005
"""Below this ratio two totals are told as equal."""


@dataclass(frozen=True, slots=True)
class Side:
    """One network of a comparison.

    ``totals`` are its name, its value, and how many times the other's it is, if it is more;
    ``most`` are the parameters and MACs that fill a bar's room.
    """

    title: str
    totals: tuple[tuple[str, str, str], ...]
    layers: Layers
    most: tuple[int, int]
    sentence: str


def sides(first: Table, second: Table, batch: int, is_own_scale: bool) -> tuple[Side, Side]:
    """What is shown of two networks, their bars on one scale or each on its own."""
    counted = (_counted(first), _counted(second))
    both = _most((*counted[0], *counted[1]))
    own = (_most(counted[0]), _most(counted[1])) if is_own_scale else (both, both)
    return (
        _side(first, second, counted[0], own[0], batch),
        _side(second, first, counted[1], own[1], batch),
    )


def totals(table: Table, batch: int) -> tuple[tuple[str, str], ...]:
    """Counts of the whole network, with the memory of 32-bit floats."""
    return tuple((label, text) for label, text, _ in _totals(table, batch))


def _side(
    table: Table,
    other: Table,
    counted: Layers,
    most: tuple[int, int],
    batch: int,
) -> Side:
    lines = zip(_totals(table, batch), _totals(other, batch), strict=True)
    compared = tuple((label, text, _times(n, m)) for (label, text, n), (_, _, m) in lines)
    largest = (
        ("Most parameters", _largest(counted, 1, table.parameters), ""),
        ("Most MACs", _largest(counted, 2, table.macs), ""),
    )
    return Side(table.network.title, compared + largest, counted, most, table.sentence)


def _counted(table: Table) -> Layers:
    return tuple(
        (line.name, line.row.parameters, line.row.macs)
        for line in table.lines
        if line.row is not None and line.row.macs  # norms are in the totals
    )


def _totals(table: Table, batch: int) -> tuple[tuple[str, str, int], ...]:
    parameters, activations = table.parameters, batch * table.activations
    of_batch = "Activations" if batch == 1 else f"Activations of {batch} images"
    return (
        ("Layers", f"{len(table.network.layers):,}", len(table.network.layers)),
        ("Parameters", f"{parameters:,}", parameters),
        ("MACs", f"{table.macs:,}", table.macs),
        ("Weights", _bytes(4 * parameters), parameters),
        (of_batch, _bytes(4 * activations), activations),
    )


def _bytes(count: int) -> str:
    """So many bytes, in kilobytes where they are less than a megabyte."""
    return f"{count / MB:,.1f} MB" if count >= MB else f"{count / KB:,.1f} kB"


def _times(mine: int, others: int) -> str:
    if not others or mine < CLOSE * others:
        return ""
    times = mine / others
    return f"{times:,.0f} ×" if times >= 100 else f"{times:.3g} ×"


def _most(layers: Layers) -> tuple[int, int]:
    parameters, macs = (max([int(layer[n]) for layer in layers], default=1) for n in (1, 2))
    return parameters or 1, macs or 1


def _largest(layers: Layers, which: int, total: int) -> str:
    if not total:
        return ""
    best = max(layers, key=lambda layer: int(layer[which]))
    return f"{best[0]}: {100 * int(best[which]) / total:.0f} %"
