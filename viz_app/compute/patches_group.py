"""Several processes, on one machine or more, that share one search through images.

``torchrun`` starts them and tells each by the environment who it is. They agree on the work at
the start, meet now and then on the way, and bring their finds together at the end; whoever does
not come to a meeting ends the run with a sentence.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import torch
import torch.distributed as dist

from viz_app.core.errors import VizError

PATIENCE_S = 600.0
BROKEN = (
    "One of the processes ended or does not answer any more: start the command again, what was "
    "finished is kept."
)


class Group(Protocol):
    """Who searches: this process's number, how many there are, and how they tell each other."""

    @property
    def rank(self) -> int: ...

    @property
    def size(self) -> int: ...

    def gather(self, value: Any) -> list[Any]:
        """Wait for all, and return the value of each, in the order of their numbers.

        Raises VizError if one of them does not come.
        """


@dataclass(frozen=True, slots=True)
class Alone:
    """A group of one."""

    rank: int = 0
    size: int = 1

    def gather(self, value: Any) -> list[Any]:
        """The only value there is."""
        return [value]


@dataclass(frozen=True, slots=True)
class Together:
    """A process of several."""

    rank: int
    size: int

    def gather(self, value: Any) -> list[Any]:
        """The value of each process."""
        found: list[Any] = [None] * self.size
        try:
            dist.all_gather_object(found, value)
        except RuntimeError as error:  # a closed connection, or nobody for too long
            raise VizError(BROKEN) from error
        return found


def is_started_by_torchrun(environment: Mapping[str, str] | None = None) -> bool:
    """Whether the environment says that there are others."""
    environment = os.environ if environment is None else environment
    return {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"} <= set(environment)


@contextmanager
def joined(device: str = "cpu", patience_s: float = PATIENCE_S) -> Iterator[Group]:
    """The group that torchrun started, or this process alone.

    On the CPU the processes talk by gloo, on CUDA by NCCL (each on the device of its local rank).

    Raises
    ------
    VizError
        if the others do not come
    """
    if not is_started_by_torchrun():
        yield Alone()
        return
    is_cuda = device.startswith("cuda")
    if is_cuda:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    try:
        dist.init_process_group(
            "nccl" if is_cuda else "gloo", timeout=timedelta(seconds=patience_s)
        )
    except (RuntimeError, ValueError) as error:
        raise VizError(
            "The other processes did not come: see that all are started by torchrun with the same "
            "address, and start them again."
        ) from error
    try:
        yield Together(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()
