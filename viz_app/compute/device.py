"""Which devices there are, and how torch is set up on the engine's thread."""

from __future__ import annotations

import os
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Device:
    """A device by torch's name, and in words for the status bar."""

    name: str
    words: str


def wake() -> tuple[Device, ...]:
    """Set torch up for the thread this runs on, and return the devices, the best first."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    torch.set_num_threads(cores or 1)
    devices = [
        Device(f"cuda:{i}", f"CUDA · {torch.cuda.get_device_name(i)}")
        for i in range(torch.cuda.device_count())
    ]
    if torch.backends.mps.is_available():
        devices.append(Device("mps", "MPS · Apple GPU"))
    threads = torch.get_num_threads()
    devices.append(Device("cpu", f"CPU · {threads} thread{'s' if threads != 1 else ''}"))
    return tuple(devices)


def relieve() -> None:
    """Give back what torch's caches hold, after memory ran short."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
