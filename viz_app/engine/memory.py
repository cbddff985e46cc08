"""Keeps what the C library holds of freed memory small."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_ARENAS = -8  # M_ARENA_MAX of malloc.h


def share_heaps() -> None:
    """Let all threads share two heaps, from the first thread on; where it is not glibc, nothing.

    Each thread otherwise gets its own, and what the engine's thread frees is of no use to torch's.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_ARENAS, 2)


def give_back() -> None:
    """Let the C library return what it keeps of freed memory; where it is not glibc, nothing.

    A forward pass frees hundreds of megabytes at once, of which glibc keeps a good part for each
    thread that has computed.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
