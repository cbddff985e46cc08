"""Rows, bounds, interleaving, finding and the exit status of the benchmarks."""

from __future__ import annotations

import datetime
import json
import math
import sys
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks import __main__ as command
from benchmarks import _page, harness
from benchmarks.harness import Bound, Row

MODULE = '''"""Counts sheep.

More about sheep.
"""
{imports}
from benchmarks.harness import Bound, Row

def rows(rounds):
    yield Row.times_as_fast("sheep", 2.0, 5.0, Bound("≥", {limit}))
'''


@pytest.fixture
def pasture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package with two benchmarks, one of which misses its bound, in place of ours."""
    (tmp_path / "sheep.py").write_text(MODULE.format(imports="", limit=2), "utf-8")
    (tmp_path / "wolves.py").write_text(MODULE.format(imports="", limit=3), "utf-8")
    (tmp_path / "harness.py").write_text("raise SystemExit", "utf-8")
    (tmp_path / "_shared.py").write_text("raise SystemExit", "utf-8")
    monkeypatch.setattr(harness.benchmarks, "__path__", [str(tmp_path)])
    monkeypatch.setattr(_page, "PAGE", tmp_path / "performance.md")
    for name in ("benchmarks.sheep", "benchmarks.wolves"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return harness.benchmarks


@pytest.mark.parametrize(
    ("relation", "value", "holds"),
    [("≥", 2.0, True), ("≥", 1.99, False), ("≤", 2.0, True), ("≤", 2.01, False), ("<", 2.0, False)],
)
def test_a_bound_is_judged_exactly_at_its_limit(relation: str, value: float, holds: bool) -> None:
    assert Bound(relation, 2.0).holds(value) is holds


def test_a_figure_that_is_not_a_number_holds_no_bound() -> None:
    assert not any(Bound(relation, 1.0).holds(math.nan) for relation in ("≥", "≤", "<"))


def test_times_as_fast_is_reference_over_ours_and_part_of_is_ours_over_reference() -> None:
    faster = Row.times_as_fast("step", 2.0, 5.0, Bound("≥", 2.5))
    part = Row.part_of("cancel", 2.0, 5.0, Bound("≤", 0.4))
    assert (faster.ratio, faster.holds, faster.bound) == (2.5, True, "≥ 2.5")
    assert (part.ratio, part.holds, part.bound) == (0.4, True, "≤ 0.4")


def test_a_figure_alone_is_held_to_its_bound_without_a_ratio() -> None:
    row = Row.alone("longest", 100.0, Bound("<", 100.0, "ms"))
    assert (row.reference, row.ratio, row.bound, row.holds) == (None, None, "< 100 ms", False)


def test_tasks_take_turns_and_each_round_starts_with_another() -> None:
    order: list[str] = []
    tasks = {name: lambda name=name: order.append(name) for name in "abc"}
    durations = harness.interleaved(tasks, rounds=3)
    assert "".join(order) == "abc" + "abc" + "bca" + "cab"
    assert {name: len(values) for name, values in durations.items()} == {"a": 3, "b": 3, "c": 3}


def test_medians_ignore_one_disturbed_round() -> None:
    assert harness.medians({"a": [1.0, 900.0, 2.0]}) == {"a": 2.0}


def test_benchmarks_are_found_by_file_without_the_shared_ones(pasture: ModuleType) -> None:
    assert harness.names() == ["sheep", "wolves"]


def test_listing_reads_the_first_line_and_runs_nothing(
    pasture: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(next(iter(pasture.__path__))) / "sheep.py"
    path.write_text(MODULE.format(imports="raise SystemExit('was run')", limit=2), "utf-8")
    assert command.main([]) == 0
    assert "sheep   Counts sheep.\n" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "status"), [("sheep", 0), ("wolves", 1), ("all", 1)])
def test_exit_status_is_zero_only_if_every_bound_holds(
    pasture: ModuleType, name: str, status: int
) -> None:
    assert command.main([name]) == status


def test_the_json_file_holds_the_rows_and_the_machine(pasture: ModuleType, tmp_path: Path) -> None:
    command.main(["sheep", "--rounds", "3", "--json", str(tmp_path / "rows.json")])
    document = json.loads((tmp_path / "rows.json").read_text("utf-8"))
    assert document["rounds"] == 3
    assert document["machine"].startswith("load ")
    assert document["rows"]["sheep"] == [
        {"what": "sheep", "ours": 2.0, "reference": 5.0, "ratio": 2.5}
        | {"bound": "≥ 2", "holds": True, "unit": "ms"}
    ]


def test_an_unknown_name_or_no_rounds_is_refused(pasture: ModuleType) -> None:
    for arguments in (["goats"], ["sheep", "--rounds", "0"]):
        with pytest.raises(SystemExit) as refusal:
            command.main(arguments)
        assert refusal.value.code == 2


def test_the_table_says_no_only_where_a_bound_is_missed() -> None:
    rows = [Row.alone("note", 1.0), Row.alone("late", 5.0, Bound("≤", 4, "ms"))]
    lines = harness.table(rows).splitlines()
    assert lines[0].split() == ["what", "ours", "reference", "ratio", "bound", "holds"]
    assert lines[2].split() == ["note", "1.000", "ms"]
    assert lines[3].split() == ["late", "5.000", "ms", "≤", "4", "ms", "NO"]
    assert len({len(line) for line in lines}) == 1


def test_the_page_keeps_the_sections_that_were_not_run_again():
    rows = [Row.alone("a step", 3.0, Bound("≤", 4, "ms"))]
    day = datetime.date(2026, 1, 2)
    page = _page.written("", {"window": rows, "boxes": rows}, day)
    again = _page.written(page, {"boxes": [Row.alone("a step", 9.0, Bound("≤", 4, "ms"))]}, day)
    assert page.index("## boxes") < page.index("## window")
    assert "| a step | 3.000 ms |  |  | ≤ 4 ms | yes |" in again.split("## window")[1]
    assert "| a step | 9.000 ms |  |  | ≤ 4 ms | NO |" in again.split("## window")[0]
    assert again.count("## ") == 2
