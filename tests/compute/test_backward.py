"""A backward pass that can be given up on the way."""

from __future__ import annotations

import pytest
import torch

from viz_app.compute.backward import slope_of


def made():
    leaf = torch.ones(3, requires_grad=True)
    x = leaf
    for _layer in range(5):
        x = (2 * x).relu()
    return leaf, (x + leaf).sum()  # a skip: one node that several lead to


def test_the_slope_is_that_of_autograd_and_is_asked_about_on_the_way():
    leaf, value = made()
    calls = []
    slope = slope_of(value, leaf, lambda: calls.append(1))
    assert slope.tolist() == [33.0] * 3
    assert len(calls) >= 10


def test_what_the_check_raises_ends_the_pass_in_the_middle():
    leaf, value = made()
    calls = []

    def check():
        calls.append(1)
        if len(calls) == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        slope_of(value, leaf, check)
    assert len(calls) == 4
