"""What all benchmarks share: rows with bounds, interleaved timing, finding, the table."""

from __future__ import annotations

import ast
import gc
import importlib
import importlib.util
import os
import pkgutil
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal, Protocol, cast

import benchmarks

HEADER = ("what", "ours", "reference", "ratio", "bound", "holds")


class Benchmark(Protocol):
    """A module of this package that measures something."""

    def rows(self, rounds: int) -> Iterable[Row]:
        """Measure, and give one row for each thing measured."""
        ...


@dataclass(frozen=True, slots=True)
class Bound:
    """What a figure must keep to, for instance ``Bound("≥", 1.15)``."""

    relation: Literal["≥", "≤", "<"]
    limit: float
    unit: str = ""

    def holds(self, value: float) -> bool:
        """Whether ``value`` keeps to the bound; a figure that is not a number never does."""
        if self.relation == "≥":
            return value >= self.limit
        return value <= self.limit if self.relation == "≤" else value < self.limit

    def __str__(self) -> str:
        return f"{self.relation} {self.limit:g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured: our figure, what it is compared with, and whether the bound holds."""

    what: str
    ours: float
    reference: float | None
    ratio: float | None
    bound: str
    holds: bool
    unit: str = "ms"

    @classmethod
    def times_as_fast(
        cls, what: str, ours: float, reference: float, bound: Bound | None = None, unit: str = "ms"
    ) -> Row:
        """Two durations; the ratio says how many times as fast as the reference we are."""
        return cls._judged(what, ours, reference, reference / ours, bound, unit)

    @classmethod
    def part_of(
        cls, what: str, ours: float, reference: float, bound: Bound | None = None, unit: str = "ms"
    ) -> Row:
        """Two figures in one unit; the ratio is ours as a part of the reference."""
        return cls._judged(what, ours, reference, ours / reference, bound, unit)

    @classmethod
    def alone(cls, what: str, ours: float, bound: Bound | None = None, unit: str = "ms") -> Row:
        """One figure that is bounded by itself, compared with nothing."""
        holds = bound is None or bound.holds(ours)
        return cls(what, ours, None, None, str(bound or ""), holds, unit)

    @classmethod
    def _judged(
        cls, what: str, ours: float, reference: float, ratio: float, bound: Bound | None, unit: str
    ) -> Row:
        holds = bound is None or bound.holds(ratio)
        return cls(what, ours, reference, ratio, str(bound or ""), holds, unit)

    def as_json(self) -> dict[str, object]:
        """The row as plain values; the numbers unrounded."""
        return asdict(self)


def interleaved(
    tasks: Mapping[str, Callable[[], object]],
    rounds: int,
    between: Callable[[], object] = lambda: None,
) -> dict[str, list[float]]:
    """Time the tasks in turn, ``rounds`` times, after one untimed turn; durations in ms.

    The machine's mood changes within seconds: tasks that take turns share it, and each round
    starts with another one, so that none always follows the same neighbour. ``between`` is run
    before each, untimed: it clears away what the former task left.
    """
    durations: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    names = list(tasks)
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            between()
            gc.collect()
            started = time.perf_counter()
            tasks[name]()
            durations[name].append((time.perf_counter() - started) * 1e3)
    return durations


def medians(durations: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The median of each list."""
    return {name: statistics.median(values) for name, values in durations.items()}


def names(package: ModuleType = benchmarks) -> list[str]:
    """The benchmarks in the package, in alphabetical order; names with an underscore are none."""
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(name for name in found if name != "harness" and not name.startswith("_"))


def load(name: str, package: ModuleType = benchmarks) -> Benchmark:
    """The benchmark of that name."""
    return cast("Benchmark", importlib.import_module(f"{package.__name__}.{name}"))


def summary(name: str, package: ModuleType = benchmarks) -> str:
    """The first line of the benchmark's docstring; the file is read, nothing in it is run."""
    spec = importlib.util.find_spec(f"{package.__name__}.{name}")
    if spec is None or spec.origin is None:
        return ""
    docstring = ast.get_docstring(ast.parse(Path(spec.origin).read_text("utf-8"))) or ""
    return docstring.split("\n", 1)[0]


def machine() -> str:
    """The machine and its load in one line; what torch says of it only if torch is here already."""
    load_average = " ".join(f"{value:.2f}" for value in os.getloadavg())
    line = f"load {load_average} · {os.cpu_count()} cores · Python {platform.python_version()}"
    torch = sys.modules.get("torch")
    if torch is None:
        return line
    capability = torch.backends.cpu.get_cpu_capability()
    bf16 = "native" if torch.ops.mkldnn._is_mkldnn_bf16_supported() else "not native"
    return (
        f"{line} · torch {torch.__version__}, {torch.get_num_threads()} threads, {capability}, "
        f"bf16 {bf16}"
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as text in columns; the first column to the left, figures to the right."""
    words = [HEADER, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in words) for column in range(len(HEADER))]
    lines = [_aligned(line, widths) for line in words]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def cells(row: Row) -> tuple[str, ...]:
    """The row as words, in the order of the header."""
    reference = "" if row.reference is None else _figure(row.reference, row.unit)
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
    verdict = ("yes" if row.holds else "NO") if row.bound else ""
    return row.what, _figure(row.ours, row.unit), reference, ratio, row.bound, verdict


def _figure(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 3
    return f"{value:.{digits}f} {unit}".rstrip()


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(line, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])
