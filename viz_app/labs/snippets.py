"""What the programs of Copy as PyTorch have in common."""

from __future__ import annotations

_SAFE = str.maketrans({'"': "'", "\\": "/", "{": "(", "}": ")"})


def in_words(name: str) -> str:
    """A name as it may stand in a comment, a docstring or an f-string of a program.

    Names of layers and networks may come from a scene file of someone else, and nothing in a file
    is ever code: whatever they hold, they end neither a line nor a string.
    """
    printable = "".join(sign if sign.isprintable() else " " for sign in name)
    return " ".join(printable.split()).translate(_SAFE)
