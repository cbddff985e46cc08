"""Pasted text: every form that is read, and a sentence that names the cell for the rest."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viz_app.core.errors import ShapeError
from viz_app.core.numbers_text import parse_numbers


@pytest.mark.parametrize(
    "text",
    [
        "1\t-2\n3\t4",
        "1\t-2\r\n3\t4\r\n",
        "1,-2\n3,4",
        "1, -2,\n3, 4,\n",
        "1;-2\n3;4",
        "1;-2;\n3;4;",
        "  1   −2\n\n  3 4 ",
        '"1","-2"\n"3","4"',
        "[[1, -2], [3, 4]]",
        "[[1, -2], [3, 4],]",
        "((1, -2), (3, 4))",
        "[[ 1 -2]\n [ 3  4]]",
        "array([[ 1, -2],\n       [ 3,  4]])",
        "x = np.array([[1, -2], [3, 4]], dtype=np.float32)",
        "torch.tensor([[1, -2], [3, 4]], device='cuda:0')",
        "\ufeff1\t-2\n3\t4",
    ],
)
def test_every_form_of_whole_numbers_is_read(text):
    numbers = parse_numbers(text)
    np.testing.assert_array_equal(numbers, np.array([[1, -2], [3, 4]]), strict=True)


@pytest.mark.parametrize(
    "text",
    ["1,5\t2\n-3\t0,25", "1,5;2\n-3;0,25", "1,5 2\n-3 0,25", "1.5,2\n-3,.25", "15e-1 2\n-3 .25"],
)
def test_decimals_are_read_with_a_point_or_an_unmistakable_comma(text):
    assert parse_numbers(text).tolist() == [[1.5, 2.0], [-3.0, 0.25]]


def test_one_line_is_a_signal_and_one_column_a_column():
    assert parse_numbers("1 2 3").shape == (3,)
    assert parse_numbers("1\n2\n3").shape == (3, 1)
    assert parse_numbers("[[[1, 2]], [[3, 4]]]").shape == (2, 1, 2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no numbers"),
        (" \n\t ", "no numbers"),
        ("1 2\n3 abc", "Row 2, column 2 reads “abc”"),
        ("1\tnan", "Row 1, column 2 reads “nan”"),
        ("inf 1", "Row 1, column 1 reads “inf”"),
        ("[[1, 2], [3, None]]", "Row 2, column 2 reads “None”"),
        ("1 2\n3 1e999", "Row 2, column 2 reads “1e999”, too large"),
        ("1 2\n3 99999999999999999999", "Row 2, column 2 is beyond 64 bits"),
        ("1 2 3\n4 5", "Row 2 has 2 numbers and row 1 has 3"),
        ("1\t\t3", "Row 1, column 2 is empty"),
        ("\t1\n2\t3", "Row 1, column 1 is empty"),
        ("4\t5\n6\t1,234", "Row 2, column 2 reads “1,234”, which may be a thousand"),
        ("1.234,5\t6", "Row 1, column 1 reads “1.234,5”"),
        ("1.5\t2,5", "Row 1, column 2 reads “2,5”"),
        ("9" * 5000, "Row 1, column 1 is beyond 64 bits"),
        ("1,2 3,4,5", "Both commas and spaces"),
        ("1_000 2", "Row 1, column 1 reads “1_000”"),
        ("[[1, 2], [3]]", "Row 2 of the list has 1 members and row 1 has 2"),
        ("[[1, 2], 3]", "nested deeper than others"),
        ("[1, [2]]", "nested deeper than others"),
        ("[1,, 2]", "missing before a comma"),
        ("[[1, 2]", "not closed"),
        ("[1] 2", "After the list stands “2”"),
        ("[[], []]", "row without numbers"),
        ("(" * 5000, "nested deeper than 5"),
        ("1 " * 300_000, "262,144 are the most"),
        ("1" * 2_000_001, "2,000,000 are the most"),
        ("[__import__('os')]", "“__import__”|nested"),
    ],
)
def test_what_is_not_a_grid_of_numbers_is_told_with_its_place(text, sentence):
    with pytest.raises(ShapeError, match=sentence):
        parse_numbers(text)


def test_a_smaller_limit_is_kept():
    assert parse_numbers("1 2", most=2).shape == (2,)
    with pytest.raises(ShapeError, match="2 are the most"):
        parse_numbers("1 2 3", most=2)


@given(st.text(alphabet="0123456789.,;-+eE[]() \t\nnaif\"'", max_size=40))
def test_any_text_is_read_or_refused_with_a_sentence(text):
    with contextlib.suppress(ShapeError):
        numbers = parse_numbers(text)
        assert numbers.size
        assert np.isfinite(numbers).all()


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2), min_size=2))
def test_what_numpy_or_a_spreadsheet_writes_is_read_back_exactly(rows):
    assert parse_numbers(repr(rows)).tolist() == rows
    for separator in "\t;, ":
        text = "\n".join(separator.join(map(str, row)) for row in rows)
        assert parse_numbers(text).tolist() == rows


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_decimals_come_back_to_the_last_bit(row):
    assert parse_numbers(repr(np.array(row).tolist())).tolist() == row
