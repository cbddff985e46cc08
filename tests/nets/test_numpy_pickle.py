from __future__ import annotations

import os
import pickle
import random
import struct

import numpy as np
import pytest

from viz_app.core.errors import WeightsError
from viz_app.nets.numpy_pickle import read_arrays

KERNEL = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


@pytest.mark.parametrize("protocol", [3, 4])
def test_nested_arrays_are_read_by_their_path(protocol):
    content = {"net": {"a": {"kernel": KERNEL, "none": None}, "b": np.asfortranarray(KERNEL)}}
    found = read_arrays(pickle.dumps(content, protocol=protocol))
    assert list(found) == ["net/a/kernel", "net/b"]
    for array in found.values():
        assert np.array_equal(array, KERNEL)
        assert array.flags.writeable
        assert array.flags.owndata
        assert array.flags.c_contiguous


class Call:
    """Unpickles to what a call returns."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


HOSTILE = {
    "an object array": {"a": np.array([{}, 2], dtype=object)},
    "whole numbers": {"a": np.zeros(3, np.int32)},
    "the other byte order": {"a": np.zeros(3, ">f4")},
    "doubles": {"a": np.zeros(3)},
    "a list": {"a": [KERNEL]},
    "a number": {"a": 3},
    "a key that is no text": {3: KERNEL},
    "an array alone beside text": {"a": KERNEL, "b": "text"},
    "a set": {"a": {1, 2}},
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_pickle_with_anything_else_is_refused(what):
    with pytest.raises(WeightsError, match="no pickle of plain arrays"):
        read_arrays(pickle.dumps(HOSTILE[what], protocol=3))


@pytest.mark.parametrize(
    "call", [Call(os.system, "exit 1"), Call(np.zeros, 10**6), Call(getattr, "x", "title")]
)
def test_no_function_is_admitted_but_those_that_make_arrays(call):
    with pytest.raises(WeightsError, match=r"\w\.\w+ is not admitted"):
        read_arrays(pickle.dumps({"a": call}, protocol=3))


def test_a_shape_that_the_bytes_do_not_fill_is_refused():
    state = (1, (2**30,), np.dtype("<f4"), False, b"\0" * 4)

    class Lie:
        def __reduce__(self):
            return (*np.zeros(1, np.float32).__reduce__()[:2], state)

    with pytest.raises(WeightsError, match="no whole float32 array"):
        read_arrays(pickle.dumps({"a": Lie()}, protocol=3))


def test_dicts_nested_in_each_other_are_refused():
    loop = {}
    loop["a"] = loop
    wide = {"leaf": KERNEL}
    for _ in range(6):
        wide = {str(n): wide for n in range(50)}  # 50⁶ paths in a few hundred bytes
    for content in (loop, wide):
        with pytest.raises(WeightsError, match="nested in each other"):
            read_arrays(pickle.dumps(content, protocol=3))


def test_a_memo_index_that_would_reserve_gigabytes_is_refused():
    bomb = b"\x80\x03}r" + struct.pack("<I", 2**31 - 1) + b"."
    with pytest.raises(WeightsError, match="too many parts"):
        read_arrays(bomb)


def test_too_many_opcodes_are_refused():
    with pytest.raises(WeightsError, match="too many parts"):
        read_arrays(b"\x80\x03" + b"N" * 200_000 + b".")


def test_mutated_pickles_give_arrays_or_one_sentence():
    rng = random.Random(1)
    data = pickle.dumps({"net": {"kernel": KERNEL, "bias": KERNEL[0]}}, protocol=3)
    for _ in range(2000):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        try:
            found = read_arrays(bytes(changed))
        except WeightsError:
            continue
        assert all(array.dtype == np.float32 for array in found.values())
