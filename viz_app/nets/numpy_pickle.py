"""Reads pickles of nested dicts of numpy arrays without letting them call anything.

The format is Python's, but what it may contain is listed here: a few opcodes, and three global
names that stand for records of our own. numpy itself never sees what the file says.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.core.errors import WeightsError

Arrays = dict[str, NDArray[np.float32]]

# fmt: off
_OPCODES = frozenset((
    "PROTO", "FRAME", "STOP", "MARK", "MEMOIZE", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET",
    "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "BINUNICODE", "SHORT_BINUNICODE",
    "BINBYTES", "SHORT_BINBYTES", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3",
    "EMPTY_DICT", "SETITEM", "SETITEMS", "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD",
))
# fmt: on
_MOST_OPCODES = 100_000
_MOST_ARRAYS = 2_000
_DEEPEST = 8


class _Dtype:
    """Stands for numpy.dtype: keeps its code and byte order to be compared, no more."""

    def __init__(self, code: object = None, *_: object) -> None:
        self.code, self.order = code, "|"

    def __setstate__(self, state: object) -> None:
        if isinstance(state, tuple) and len(state) > 1:
            self.order = state[1]


class _Array:
    """Stands for a numpy array: keeps what the file says of it."""

    def __init__(self) -> None:
        self.state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state


def _reconstruct(*_: object) -> _Array:
    return _Array()


_GLOBALS = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _GLOBALS[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not admitted") from None


def read_arrays(data: bytes) -> Arrays:
    """float32 arrays of a pickle of nested dicts, by their path ``"outer/inner/leaf"``.

    Returns
    -------
    Arrays
        copies that own their memory and can be written to

    Raises
    ------
    WeightsError
        if the pickle holds anything but dicts with text keys and float32 arrays
    """
    try:
        _check_opcodes(data)
        found = _Unpickler(io.BytesIO(data)).load()
        arrays: Arrays = {}
        _collect(found, (), set(), arrays)
    except WeightsError:
        raise
    except Exception as error:  # a hostile pickle raises what it likes
        raise _refused(str(error) or type(error).__name__) from error
    return arrays


def _check_opcodes(data: bytes) -> None:
    """Refuse before unpickling what could call, or reserve memory that the file does not fill."""
    for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
        if count > _MOST_OPCODES:
            raise _refused("it has too many parts")
        if opcode.name not in _OPCODES:
            raise _refused(f"{opcode.name} is not admitted")
        # the memo is reserved up to the largest index named, so one opcode could ask for gigabytes
        if opcode.name == "LONG_BINPUT" and int(argument or 0) > _MOST_OPCODES:
            raise _refused("it has too many parts")


def _collect(node: object, path: tuple[str, ...], seen: set[int], arrays: Arrays) -> None:
    """Walk the dicts once each and keep their arrays."""
    if isinstance(node, _Array):
        if len(arrays) == _MOST_ARRAYS:
            raise _refused("it has too many arrays")
        arrays["/".join(path)] = _array(node, "/".join(path))
        return
    if not isinstance(node, dict):
        if node is not None:
            raise _refused(f"{'/'.join(path) or 'the whole'} is no array")
        return
    if id(node) in seen or len(path) == _DEEPEST:
        raise _refused("its dicts are nested in each other")
    seen.add(id(node))
    for key, value in node.items():
        if not isinstance(key, str):
            raise _refused("a key is no text")
        _collect(value, (*path, key), seen, arrays)


def _array(found: _Array, path: str) -> NDArray[np.float32]:
    """The numbers of one array, checked against the shape that the file states."""
    match found.state:
        case (
            int(),
            tuple() as shape,
            _Dtype(code="f4", order="<"),
            bool() as is_fortran,
            bytes() as data,
        ) if all(type(n) is int and n >= 0 for n in shape) and 4 * prod(shape) == len(data):
            flat = np.frombuffer(data, dtype="<f4")
            shaped = flat.reshape(shape, order="F" if is_fortran else "C")
            return shaped.astype(np.float32, order="C", copy=True)
    raise _refused(f"{path} is no whole float32 array")


def _refused(reason: str) -> WeightsError:
    return WeightsError(f"This is no pickle of plain arrays ({reason[:120]}): fetch it again.")
