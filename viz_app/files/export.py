"""Saving the numbers behind a view: NPZ for NumPy, CSV for a spreadsheet, JSON for the rest."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from viz_app.core.errors import SaveError
from viz_app.files.atomic import write_atomic

Numbers = Mapping[str, np.ndarray | float | int | str]


def save_numbers(path: Path, arrays: Numbers) -> None:
    """Save named arrays, numbers and words, by the ending of `path`: .npz, .csv or .json.

    NPZ and JSON keep every value and its type; CSV writes as many digits as tell the value
    exactly. Raises SaveError for another ending, or if the file cannot be written.
    """
    write = {".npz": _npz, ".csv": _csv, ".json": _json}.get(path.suffix.lower())
    if write is None:
        raise SaveError(
            f"“{path.name}” needs an ending that says how to save it: .npz, .csv or .json."
        )
    write_atomic(path, write(arrays))


def _npz(arrays: Numbers) -> bytes:
    """As `numpy.savez_compressed`, which cannot hold an array named "file"."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, np.asarray(value), allow_pickle=False)
    return buffer.getvalue()


def _csv(arrays: Numbers) -> bytes:
    """A heading and the rows of each array; blocks parted by an empty line.

    An array of more than two axes is a block for each of its planes, with the leading indices
    in the heading: ``weights[0 2 : :]``.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    for position, (name, value) in enumerate(arrays.items()):
        array = np.asarray(value)
        size = " x ".join(str(n) for n in array.shape) or "one value"
        for number, (where, plane) in enumerate(_planes(array)):
            if position or number:
                writer.writerow([])
            writer.writerow([f"# {name}{where}", size, str(array.dtype)])
            writer.writerows([[_cell(item) for item in row] for row in plane])
    return buffer.getvalue().encode("utf-8-sig")  # the mark tells a spreadsheet that it is UTF-8


def _planes(array: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The two-dimensional pieces of `array`, each with its place."""
    if array.ndim <= 2:
        yield "", np.atleast_2d(array)
        return
    for index in np.ndindex(array.shape[:-2]):
        yield f"[{' '.join(map(str, index))} : :]", array[index]


def _cell(item: np.generic) -> str:
    """Shortest digits that give `item` back; a word is kept from being taken for a formula."""
    text = str(item)
    return f"'{text}" if isinstance(item, np.str_) and text[:1] in "=+-@" and text else text


def _json(arrays: Numbers) -> bytes:
    """Arrays as shape, type and nested values; NaN and infinities as words, as JSON has none."""
    content: dict[str, object] = {}
    for name, value in arrays.items():
        if isinstance(value, np.ndarray):
            content[name] = {
                "shape": list(value.shape),
                "dtype": str(value.dtype),
                "values": _plain(value.tolist()),
            }
        else:
            content[name] = _plain(np.asarray(value).tolist())
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value
