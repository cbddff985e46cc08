"""A live parameter: the window posts, a running job reads the newest at each step."""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Holds one value. Frozen values only: reader and writer are different threads.

    Replacing an attribute is atomic in Python, so no lock is needed.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def post(self, value: T) -> None:
        """Replace the value; the job sees it at its next step."""
        self._value = value

    def read(self) -> T:
        """Return the newest value."""
        return self._value
