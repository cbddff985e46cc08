"""What can be changed in a scene, said once: label, range and the sentence that explains it.

The inspector builds its widgets from these records, so every control of every lab has a tooltip,
an accessible name, a reset and a place in undo without a line of its own; the command palette and
the test that walks all controls read the same records.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def always(scene: Any) -> bool:
    """A control that any scene can use."""
    return True


@dataclass(frozen=True, slots=True)
class Slider:
    """A number on a line: label, slider, value that can also be typed.

    ``step`` is the smallest move; ``is_log`` spreads the range by factors instead of differences;
    ``shown`` turns the value into the text beside the slider.
    """

    field: str
    label: str
    low: float
    high: float
    tip: str
    step: float = 1
    is_log: bool = False
    colour: str = "accent"
    shown: Callable[[float], str] | None = None
    limits: Callable[[Any], tuple[float, float]] | None = None
    is_usable: Callable[[Any], bool] = always

    @property
    def decimals(self) -> int:
        """How many digits after the point the value is typed and shown with."""
        text = f"{self.step:.10f}".rstrip("0")
        return len(text.partition(".")[2])


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values of a choice; its tip says as well when it is not usable."""

    value: Any
    label: str
    tip: str = ""
    is_usable: Callable[[Any], bool] = always


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values: segmented buttons up to five, chips or a list beyond."""

    field: str
    label: str
    options: tuple[Option, ...]
    tip: str
    style: str = "segments"  # segments | chips | list
    is_usable: Callable[[Any], bool] = always


@dataclass(frozen=True, slots=True)
class Toggle:
    """Something shown or not, on or off: a chip."""

    field: str
    label: str
    tip: str
    is_usable: Callable[[Any], bool] = always


Control = Slider | Choice | Toggle


@dataclass(frozen=True, slots=True)
class Group:
    """Controls under a small heading; ``is_shown`` says for which scenes they are there."""

    title: str
    controls: tuple[Control, ...]
    is_shown: Callable[[Any], bool] = always


@dataclass(frozen=True, slots=True)
class Action:
    """Something a lab does on command: a button, a key, a line of the command palette."""

    text: str
    tip: str
    run: Callable[[], None]
    key: str = ""
    icon: str = ""
    is_enabled: Callable[[], bool] = lambda: True
