"""docs/performance.md: a section for each benchmark, with the machine and the day it was run."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import harness

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
_HEAD = """# Performance

Written by `python -m benchmarks all` (or `NAME --write` for one section). Ours and the reference
take turns in one run; figures are medians, so compare ratios, not seconds.
"""
_SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def written(page: str, report: Mapping[str, Sequence[harness.Row]], today: datetime.date) -> str:
    """The page with the sections of these benchmarks replaced, in alphabetical order."""
    sections = {name: body.strip() for name, body in _SECTION.findall(page)}
    for name, rows in report.items():
        machine = f"{today:%Y-%m-%d} · {harness.machine()}"
        lines = [harness.summary(name), "", machine, "", *_table(rows)]
        sections[name] = "\n".join(lines)
    bodies = [f"## {name}\n\n{sections[name]}\n" for name in sorted(sections)]
    return "\n".join([_HEAD, *bodies])


def write(report: Mapping[str, Sequence[harness.Row]]) -> None:
    """Bring the page up to date."""
    page = PAGE.read_text("utf-8") if PAGE.exists() else ""
    PAGE.write_text(written(page, report, datetime.date.today()), "utf-8")


def _table(rows: Sequence[harness.Row]) -> list[str]:
    cells = [harness.HEADER, ("---",) * len(harness.HEADER), *(harness.cells(row) for row in rows)]
    return [f"| {' | '.join(line)} |" for line in cells]
