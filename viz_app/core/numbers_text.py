"""Numbers that a user typed or pasted: spreadsheet cells, CSV, or a Python or NumPy list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import ShapeError

MOST_CHARACTERS = 2_000_000
MOST_NUMBERS = 2**18
DEEPEST = 5

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_ASSIGNMENT = re.compile(r"\s*[A-Za-z_][\w.]*\s*=")
_CALL = re.compile(
    r"(?:(?:np|numpy|torch)\.)?(?:array|asarray|tensor|Tensor)\s*\(\s*(?P<list>[\[(].*[\])])"
    r"(?:\s*,\s*[a-z_]+\s*=\s*[\w.:'\"]+)*(?:\s*,)?\s*\)\s*;?",
    re.DOTALL,
)
_TOKEN = re.compile(r"[\[(]|[\])]|,|[^\[\](),\s]+")
_LOOKALIKES = str.maketrans({"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\ufeff": ""})


def parse_numbers(text: str, most: int = MOST_NUMBERS) -> NDArray[Any]:
    """Turn pasted text into an array; nothing in it is ever evaluated.

    Read are rows of cells parted by tabs, semicolons, commas or spaces (in this order of
    preference), and nested lists with or without commas, also inside ``array(...)`` or
    ``tensor(...)``. A decimal comma is read where it cannot be anything else: between tabs,
    semicolons or spaces, unless every such cell could be a thousand ("1,234").

    Parameters
    ----------
    text
        what was pasted
    most
        numbers that are accepted

    Returns
    -------
    int64 array if every cell is an integer, otherwise float64
        [columns] for one line, [rows, columns] for more; lists as they are nested

    Raises
    ------
    ShapeError
        if a cell is no finite number, rows differ in length or there is too much; the sentence
        names row and column
    """
    if len(text) > MOST_CHARACTERS:
        raise ShapeError(
            f"The text has {len(text):,} characters and {MOST_CHARACTERS:,} are the most: paste a"
            " smaller piece."
        )
    text = text.translate(_LOOKALIKES).strip("\r\n ")  # a tab may stand before an empty cell
    if not text.strip():
        raise ShapeError("There are no numbers in the text: paste rows of numbers.")
    text = text[match.end() :] if (match := _ASSIGNMENT.match(text)) else text
    call = _CALL.fullmatch(text.strip())
    if call:
        text = call["list"]
    if text.lstrip().startswith(("[", "(")):
        words, shape = _read_list(text)
    else:
        rows = _read_rows(text)
        _require_even(rows)
        words, shape = [word for row in rows for word in row], (len(rows), len(rows[0]))
        shape = shape[1:] if len(rows) == 1 else shape
    if len(words) > most:
        raise ShapeError(
            f"There are {len(words):,} numbers and {most:,} are the most: paste fewer."
        )
    return _to_array(words, shape)


def _read_rows(text: str) -> list[list[str]]:
    lines = [line.strip("\r") for line in text.split("\n") if line.strip()]
    separator = next((mark for mark in "\t;" if any(mark in line for line in lines)), None)
    has_commas = any("," in line for line in lines)
    if separator is None and has_commas and not _are_commas_decimal(lines):
        separator = ","
    if separator is None:
        rows = [line.split() for line in lines]
    else:
        rows = [[cell.strip() for cell in line.split(separator)] for line in lines]
        if len(rows[0]) > 1 and all(row[-1] == "" for row in rows):
            rows = [row[:-1] for row in rows]  # every row ends with the separator
    rows = [[_unquoted(cell) for cell in row] for row in rows]
    return rows if separator == "," else _with_points(rows)


def _are_commas_decimal(lines: Sequence[str]) -> bool:
    """Whether spaces part the cells and commas stand inside them: "1,5 2,5"."""
    words = [line.split() for line in lines]
    commas = [word for row in words for word in row if "," in word]
    if all(len(row) == 1 for row in words) or any(word[-1] == "," for word in commas):
        return False
    if any(word == "," or word[0] == "," for word in commas):
        return False
    if all(_DECIMAL_COMMA.fullmatch(word) for word in commas):
        return True
    raise ShapeError(
        "Both commas and spaces part these numbers: use only one of them between the cells."
    )


def _with_points(rows: list[list[str]]) -> list[list[str]]:
    """Decimal commas as points, if they can be nothing else."""
    cells = [cell for row in rows for cell in row if "," in cell]
    if not cells:
        return rows
    has_points = any("." in cell for row in rows for cell in row)
    if has_points or all(_MAYBE_THOUSANDS.fullmatch(cell) for cell in cells):
        row, column = next(
            (r, c)
            for r, line in enumerate(rows, 1)
            for c, cell in enumerate(line, 1)
            if "," in cell
        )
        raise ShapeError(
            f"Row {row}, column {column} reads {_shown(cells[0])}, which may be a thousand or a"
            " decimal: write it without the comma or with a decimal point."
        )
    return [
        [cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in row]
        for row in rows
    ]


def _require_even(rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise ShapeError(
                f"Row {number} has {len(row)} numbers and row 1 has {len(rows[0])}: give every row"
                f" the same, from column {min(len(row), len(rows[0])) + 1} on."
            )


def _read_list(text: str) -> tuple[list[str], tuple[int, ...]]:
    """Words of a nested list in reading order, and its shape."""
    level: list[Any] = [_nested(text)]
    shape: list[int] = []
    while not isinstance(level[0], str):
        if any(isinstance(part, str) for part in level):
            raise ShapeError(
                "Some rows of the list are nested deeper than others: make them alike."
            )
        for number, part in enumerate(level, start=1):
            if len(part) != len(level[0]):
                raise ShapeError(
                    f"Row {number} of the list has {len(part)} members and row 1 has"
                    f" {len(level[0])}: give every row the same."
                )
        shape.append(len(level[0]))
        level = [member for part in level for member in part]
        if not level:
            raise ShapeError("The list has a row without numbers: fill it in or remove it.")
    if any(not isinstance(word, str) for word in level):
        raise ShapeError("Some rows of the list are nested deeper than others: make them alike.")
    return level, tuple(shape)


def _nested(text: str) -> list[Any]:
    """Lists of lists of words; commas may be left out, as NumPy prints them."""
    outer: list[Any] = []
    open_lists = [outer]
    is_comma_allowed = False
    for token in _TOKEN.findall(text):
        if len(open_lists) == 1 and outer:
            raise ShapeError(f"After the list stands {_shown(token)}: paste the list alone.")
        if token == ",":
            if not is_comma_allowed:
                raise ShapeError("A number is missing before a comma in the list: fill it in.")
            is_comma_allowed = False
        elif token in "[(":
            if len(open_lists) > DEEPEST:
                raise ShapeError(f"The list is nested deeper than {DEEPEST}: use fewer brackets.")
            inner: list[Any] = []
            open_lists[-1].append(inner)
            open_lists.append(inner)
            is_comma_allowed = False
        else:
            if token in "])":
                open_lists.pop()
            else:
                open_lists[-1].append(token)
            is_comma_allowed = True
    if len(open_lists) > 1:
        raise ShapeError("The list is not closed: add the missing bracket.")
    whole: list[Any] = outer[0]
    return whole


def _to_array(words: Sequence[str], shape: tuple[int, ...]) -> NDArray[Any]:
    columns = shape[-1]
    for position, word in enumerate(words):
        if not _NUMBER.fullmatch(word):
            where = f"Row {position // columns + 1}, column {position % columns + 1}"
            if not word:
                raise ShapeError(f"{where} is empty: fill in a number.")
            raise ShapeError(f"{where} reads {_shown(word)}: write a finite number there.")
    if all(_INTEGER.fullmatch(word) for word in words):
        bounds = np.iinfo(np.int64)
        for position, word in enumerate(words):
            if len(word) > 20 or not bounds.min <= int(word) <= bounds.max:
                raise ShapeError(
                    f"Row {position // columns + 1}, column {position % columns + 1} is beyond 64"
                    " bits: use a smaller number."
                )
        return np.array([int(word) for word in words], dtype=np.int64).reshape(shape)
    numbers = np.array([float(word) for word in words]).reshape(shape)
    infinite = np.flatnonzero(~np.isfinite(numbers))
    if len(infinite):
        position = int(infinite[0])
        raise ShapeError(
            f"Row {position // columns + 1}, column {position % columns + 1} reads"
            f" {_shown(words[position])}, too large for a decimal number: use a smaller one."
        )
    return numbers


def _unquoted(cell: str) -> str:
    return (
        cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "\"'" else cell
    )


def _shown(word: str) -> str:
    return f"“{word if len(word) <= 24 else word[:23] + '…'}”"
