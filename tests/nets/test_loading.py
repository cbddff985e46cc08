from __future__ import annotations

import contextlib
import io
import os
import random

import pytest
import safetensors.torch
import torch

from viz_app.core.errors import WeightsError
from viz_app.core.layers import Layer, Network
from viz_app.nets.build import build
from viz_app.nets.loading import check_state, read_safetensors, read_torch

NETWORK = Network(
    "test",
    "Test",
    (3, 8, 8),
    (Layer("a", "conv", channels=8, kernel=3, bias=False), Layer("norm", "batch_norm")),
)


def state(**changed):
    return {**build(NETWORK).state_dict(), **changed}


def saved(kind, content):
    if kind == "safetensors":
        return safetensors.torch.save(content)
    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=kind == "zip")
    return buffer.getvalue()


READERS = {"safetensors": read_safetensors, "zip": read_torch, "legacy": read_torch}


@pytest.mark.parametrize("kind", READERS)
def test_what_was_saved_is_read(kind):
    content = state()
    data = saved(kind, content)
    found = check_state(NETWORK, READERS[kind](data))
    assert list(found) == list(content)
    for key, tensor in found.items():
        assert torch.equal(tensor, content[key])
        tensor.zero_()  # would kill the process if it lay in the file's read-only bytes
    assert data == saved(kind, content)


def mutated(data, rng):
    """The file with some bytes changed, cut off or doubled."""
    out = bytearray(data)
    while out == data:
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(out))
            match rng.randrange(4):
                case 0:
                    out[at] ^= 1 << rng.randrange(8)
                case 1:
                    out[at] = rng.randrange(256)
                case 2:
                    del out[at : at + rng.randint(1, 64)]
                case _:
                    out[at:at] = out[at : at + rng.randint(1, 64)]
    return bytes(out)


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_500_mutated_files_are_each_read_or_refused_with_a_sentence(kind):
    rng = random.Random(kind)
    data = saved(kind, state())
    for _ in range(500):
        with contextlib.suppress(WeightsError):
            check_state(NETWORK, READERS[kind](mutated(data, rng)))


def spoilt(key, change):
    tensor = state()[key].clone()
    tensor.view(-1)[0] = change
    return {key: tensor}


MISFITS = {
    "norm.bias is missing": {"norm.bias": None},
    "it has no 'extra'": {"extra": torch.zeros(1)},
    "a.weight is 8×3×3×2 but must be 8×3×3×3": {"a.weight": torch.zeros(8, 3, 3, 2)},
    "a.weight is torch.float64 but must be": {"a.weight": torch.zeros(8, 3, 3, 3).double()},
    "a.weight is not laid out plainly": {"a.weight": torch.zeros(1, 3, 3, 3).expand(8, 3, 3, 3)},
    "a.weight is not a plain tensor": {"a.weight": torch.zeros(8, 3, 3, 3).to_sparse()},
    "norm.bias holds numbers that are not finite": spoilt("norm.bias", float("inf")),
    "a.weight holds numbers that are not finite": spoilt("a.weight", float("nan")),
    "norm.running_var holds a negative variance": spoilt("norm.running_var", -1.0),
}


@pytest.mark.parametrize("complaint", MISFITS)
def test_what_does_not_fit_is_named(complaint):
    content = {k: v for k, v in state(**MISFITS[complaint]).items() if v is not None}
    with pytest.raises(WeightsError) as caught:
        check_state(NETWORK, content)
    assert complaint in str(caught.value)


def test_a_checked_state_shares_no_memory():
    both = torch.zeros(8)
    found = check_state(NETWORK, state(**{"norm.bias": both, "norm.weight": both}))
    assert len({tensor.data_ptr() for tensor in found.values()}) == len(found)


class Call:
    """Unpickles to what a call returns."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("kind", ["zip", "legacy"])
def test_a_call_in_a_torch_file_is_not_made(kind, tmp_path):
    data = saved(kind, {"a": torch.zeros(1), "b": Call(os.mkdir, str(tmp_path / "made"))})
    with pytest.raises(WeightsError, match="no readable torch file"):
        read_torch(data)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, {3: torch.zeros(1)}, print])
def test_a_torch_file_that_is_no_state_dict_is_refused(content):
    with pytest.raises(WeightsError):
        read_torch(saved("zip", content))


@pytest.mark.parametrize("read", [read_torch, read_safetensors])
@pytest.mark.parametrize("data", [b"", b"\x80", b"PK\x03\x04", b"hello" * 100, b"\xff" * 64])
def test_what_is_no_weights_file_gives_one_sentence(read, data):
    with pytest.raises(WeightsError, match="no readable"):
        read(data)
