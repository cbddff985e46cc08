"""Whether there is memory for what a run is about to do.

A graphics card says so by itself. The computer's own memory is promised to whoever asks and may
not be there when it is used: then the system ends the program, with all that was painted.
"""

from __future__ import annotations

import psutil
import torch

from viz_app.core.errors import MemoryShort

RUN_BYTES = 1800
"""A step in float32 needs about so many for each pixel of the painted picture, with VGG: 1,300 and
the 20 pairs that L-BFGS remembers."""
STYLE_BYTES = 560
"""What a style picture asks for, for each of its pixels: two maps of 64 channels in float32."""


def demand_room(pixels: int, bytes_each: int, device: torch.device, what: str, knob: str) -> None:
    """Raise MemoryShort if so many pixels need more than is free.

    Parameters
    ----------
    what, knob
        for the sentence: what needs the memory, and what should be smaller
    """
    need = pixels * bytes_each
    if device.type == "cpu" and need > (free := free_bytes()):
        raise MemoryShort(
            f"{what} need about {need / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
            f"choose a smaller {knob}."
        )


def free_bytes() -> int:
    """Memory that can be had without pushing others out."""
    return int(psutil.virtual_memory().available)
