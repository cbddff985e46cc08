"""What a formula on the screen says, worked out: the value of each side of its equals signs."""

from __future__ import annotations

import math
import re
from fractions import Fraction

_WORDS = {
    r"\left\lfloor": "floor(", r"\right\rfloor": ")", r"\left\lceil": "ceil(",
    r"\right\rceil": ")", r"\cdot": "*", r"\times": "*", "{": "(", "}": ")",
}  # fmt: skip


def sides(latex: str) -> list[Fraction]:
    """The value of each side of an equation whose terms are all numbers."""
    text = _rewritten(re.sub(r"\\text\{[^}]*\}", "", latex.replace("{,}", "")))
    for word, python in _WORDS.items():
        text = text.replace(word, python)
    text = re.sub(r"\d+", r"Fraction(\g<0>)", text)
    text = re.sub(r"\)\s*\(", ")*(", text)
    known = {"floor": math.floor, "ceil": math.ceil, "Fraction": Fraction}
    return [Fraction(eval(side.strip(), known)) for side in text.split("=")]


def _rewritten(text: str) -> str:
    """Colours taken off, fractions as quotients."""
    while found := re.search(r"\\color\s*\{\w+\}|\\frac\s*(?=\{)", text):
        first, rest = _group(text[found.end() :])
        if found.group().startswith(r"\frac"):
            second, rest = _group(rest)
            first = f"({first})/({second})"
        text = f"{text[: found.start()]}({first}){rest}"
    return text


def _group(text: str) -> tuple[str, str]:
    """What stands in the braces that a text begins with, and what follows them."""
    text = text.lstrip()
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if not depth:
            return text[1:at], text[at + 1 :]
    raise ValueError(f"unclosed: {text}")
