"""The whole program, started as a process of its own."""

from __future__ import annotations

import pytest

from benchmarks.startup import start
from tools.try_closing import close_once


def test_torch_is_not_imported_before_the_first_paint():
    assert not start("ours")["torch"]


@pytest.mark.slow
@pytest.mark.parametrize("after_ms", [80, 700, 1500, 3000])
def test_closing_in_the_middle_of_work_ends_the_process_well(after_ms):
    status, lasted_s = close_once(after_ms)
    assert status == 0
    assert lasted_s < 10  # a hang would be 60; the promise of 2 s is kept by tools/try_closing.py
