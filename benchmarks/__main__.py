"""``python -m benchmarks NAME [--rounds 7] [--json FILE] [--write]``: 0 if every bound holds."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import _page, harness


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the named benchmark, or all, or list them; 0 only if every bound holds."""
    names = harness.names()
    options = _options(arguments, names)
    if options.name is None:
        _list(names)
        return 0
    chosen = names if options.name == "all" else [options.name]
    report = {name: _run(name, options.rounds) for name in chosen}
    if options.json is not None:
        rows = {name: [row.as_json() for row in found] for name, found in report.items()}
        document = {"machine": harness.machine(), "rounds": options.rounds, "rows": rows}
        options.json.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
    if options.write or options.name == "all":
        _page.write(report)
    return 0 if all(row.holds for rows in report.values() for row in rows) else 1


def _options(arguments: Sequence[str] | None, names: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure what the program promises about speed."
    )
    parser.add_argument(
        "name", nargs="?", choices=[*names, "all"], help="which one; without it, they are listed"
    )
    parser.add_argument("--rounds", type=_positive, default=7, help="interleaved runs of each task")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    parser.add_argument(
        "--write", action="store_true", help="bring docs/performance.md up to date (as all does)"
    )
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least one round is needed")
    return value


def _list(names: Sequence[str]) -> None:
    width = max((len(name) for name in names), default=0)
    for name in names:
        print(f"{name:<{width}}  {harness.summary(name)}")
    print(f"{'all':<{width}}  every one of them")


def _run(name: str, rounds: int) -> list[harness.Row]:
    print(f"{name}: {harness.summary(name)}")
    print(f"before: {harness.machine()}", flush=True)
    rows = list(harness.load(name).rows(rounds))
    print(f"after:  {harness.machine()}\n")
    print(harness.table(rows), end="\n\n", flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
