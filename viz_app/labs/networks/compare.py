"""Two networks side by side: totals, and where parameters and multiplications are."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.labs.networks.table import Table

MB = 1e6


@dataclass(frozen=True, slots=True)
class Side:
    """One network of a comparison: totals, and each layer's (name, parameters, MACs)."""

    title: str
    totals: tuple[tuple[str, str], ...]
    layers: tuple[tuple[str, int, int], ...]
    largest: tuple[str, str]
    sentence: str


def side(table: Table, batch: int) -> Side:
    """What is shown of one network."""
    counted = tuple(
        (line.name, line.row.parameters, line.row.macs)
        for line in table.lines
        if line.row is not None and line.row.macs  # norms are in the totals
    )
    return Side(
        table.network.title,
        totals(table, batch),
        counted,
        (_most(counted, 1, table.parameters), _most(counted, 2, table.macs)),
        table.sentence,
    )


def totals(table: Table, batch: int) -> tuple[tuple[str, str], ...]:
    """Counts of the whole network, with the memory of 32-bit floats."""
    return (
        ("Layers", f"{len(table.network.layers):,}"),
        ("Parameters", f"{table.parameters:,}"),
        ("MACs", f"{table.macs:,}"),
        ("Weights", f"{4 * table.parameters / MB:,.1f} MB"),
        (f"Activations × {batch}", f"{4 * batch * table.activations / MB:,.1f} MB"),
    )


def _most(layers: tuple[tuple[str, int, int], ...], which: int, total: int) -> str:
    if not total:
        return ""
    best = max(layers, key=lambda layer: int(layer[which]))
    return f"{best[0]}: {100 * int(best[which]) / total:.0f} %"
