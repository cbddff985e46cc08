from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from viz_app.core.errors import SaveError
from viz_app.files.export import save_numbers


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))


def test_npz_gives_back_every_value_and_type(tmp_path: Path) -> None:
    arrays = {"file": np.arange(6, dtype=np.int8).reshape(2, 3), "α": 0.1, "note": "so", "n": 3}
    save_numbers(tmp_path / "a.npz", arrays)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as loaded:
        assert set(loaded) == set(arrays)
        assert loaded["file"].dtype == np.int8
        assert all(np.array_equal(loaded[key], value) for key, value in arrays.items())


def test_csv_has_a_headed_block_for_each_array(tmp_path: Path) -> None:
    save_numbers(tmp_path / "a.csv", {"x": np.array([[1, 2], [3, 4]]), "sum": 10})
    assert rows_of(tmp_path / "a.csv") == [
        ["# x", "2 x 2", "int64"],
        ["1", "2"],
        ["3", "4"],
        [],
        ["# sum", "one value", "int64"],
        ["10"],
    ]


def test_csv_names_each_plane_of_a_volume(tmp_path: Path) -> None:
    save_numbers(tmp_path / "a.csv", {"w": np.zeros((2, 1, 3, 3), np.float32)})
    heads = [row[0] for row in rows_of(tmp_path / "a.csv") if row and row[0].startswith("#")]
    assert heads == ["# w[0 0 : :]", "# w[1 0 : :]"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_csv_digits_give_the_value_back(tmp_path: Path, dtype: type) -> None:
    values = np.random.default_rng(0).normal(size=50).astype(dtype) * 1e-7
    save_numbers(tmp_path / "a.csv", {"v": values})
    assert np.array_equal(np.array(rows_of(tmp_path / "a.csv")[1]).astype(dtype), values)


def test_a_word_in_csv_is_no_formula(tmp_path: Path) -> None:
    save_numbers(tmp_path / "a.csv", {"name": '=HYPERLINK("x")', "empty": "", "minus": -1.5})
    rows = rows_of(tmp_path / "a.csv")
    assert rows[1] == ['\'=HYPERLINK("x")']
    assert rows[-1] == ["-1.5"]


def test_json_is_valid_even_with_nan(tmp_path: Path) -> None:
    save_numbers(tmp_path / "a.json", {"v": np.array([1.5, np.nan, -np.inf]), "n": 2, "s": "é"})
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content["v"] == {"shape": [3], "dtype": "float64", "values": [1.5, "NaN", "-Infinity"]}
    assert (content["n"], content["s"]) == (2, "é")


def test_empty_arrays_are_saved(tmp_path: Path) -> None:
    for suffix in ("npz", "csv", "json"):
        save_numbers(tmp_path / f"a.{suffix}", {"none": np.zeros((0, 4))})
        assert (tmp_path / f"a.{suffix}").stat().st_size > 0


def test_an_unknown_ending_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"\.npz, \.csv or \.json"):
        save_numbers(tmp_path / "a.xlsx", {})
