"""The receptive field of a unit as the window shows it: a rectangle and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.core.receptive import Interval
from viz_app.labs.activations.layers import Asked, branch_of, fields_of, seen_by, sees_all


@dataclass(frozen=True, slots=True)
class Field:
    """What a unit sees of the image, in its pixels, ends included."""

    row: int
    column: int
    rows: Interval
    columns: Interval
    is_clipped: bool
    sentence: str

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width, height in pixels."""
        (top, bottom), (left, right) = self.rows, self.columns
        return left, top, right - left + 1, bottom - top + 1


def field_of(
    network: Asked, layer: str, unit: tuple[int, int, int], height: int, width: int
) -> Field:
    """The exact rectangle of a unit (channel, row, column), and what there is to say about it.

    A channel of joined branches sees what its own branch sees.

    Raises
    ------
    ShapeError
        if there is no such layer or unit
    """
    channel, row, column = unit
    layer = branch_of(network, layer, channel)
    rows, columns = seen_by(network, layer, row, column, height, width)
    full = fields_of(network, height, width)[layer]
    is_whole = sees_all(network, layer, height, width)
    size = (rows[1] - rows[0] + 1, columns[1] - columns[0] + 1)
    is_clipped = not is_whole and any(n < axis.size for n, axis in zip(size, full, strict=True))
    sentence = f"sees rows {rows[0]}–{rows[1]}, columns {columns[0]}–{columns[1]}"
    if is_whole:
        sentence += ": the whole image"
    elif is_clipped:
        sentence += f", clipped at the border ({full[0].size}×{full[1].size} inside)"
    else:
        sentence += f" ({size[0]}×{size[1]})"
    return Field(row, column, rows, columns, is_clipped, sentence)
