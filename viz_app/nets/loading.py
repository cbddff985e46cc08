"""From the bytes of a weights file to a checked state dict.

Nothing in a file is ever executed, and nothing of it is used before the whole is known to fit:
exact keys, shapes, number type, plain memory layout, finite values. A reader alone accepts damaged
numbers; the bytes of a published file come from the store, which has compared their sha256.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping

import safetensors.torch
import torch
from torch import Tensor

from viz_app.core.errors import WeightsError
from viz_app.core.layers import Network
from viz_app.nets.build import Net

State = dict[str, Tensor]


def read_safetensors(data: bytes) -> State:
    """Tensors of a safetensors file, copied out of its bytes.

    Raises
    ------
    WeightsError
        if it is not one
    """
    try:
        found = safetensors.torch.load(data)
    except Exception as error:  # a hostile file raises what it likes
        raise _unreadable("safetensors", error) from error
    return {name: tensor.clone() for name, tensor in found.items()}


def read_torch(data: bytes) -> State:
    """Tensors of a file that ``torch.save`` wrote (zip or the older format), nothing else in it.

    Raises
    ------
    WeightsError
        if it is not one, or holds more than tensors
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch thinks of an odd file is in the error
            found = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # a hostile file raises what it likes
        raise _unreadable("torch", error) from error
    if not isinstance(found, Mapping):
        raise WeightsError("This torch file holds no state dict: save model.state_dict() into it.")
    for name, value in found.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise WeightsError(
                f"This torch file holds {str(name)[:60]!r}, which is no tensor: "
                "save model.state_dict() alone into it."
            )
    return dict(found)


def check_state(network: Network, state: Mapping[str, Tensor]) -> State:
    """Demand that a state dict is exactly the network's.

    Returns
    -------
    State
        the tensors in the table's order, contiguous and owning their memory

    Raises
    ------
    WeightsError
        naming the first key that is missing, left over, of another shape or number type, not
        plainly laid out, not finite, or a negative variance
    """
    with torch.device("meta"):
        expected = Net(network).state_dict()
    for key in expected:
        if key not in state:
            raise WeightsError(f"These are not the weights of {network.title}: {key} is missing.")
    for key in state:
        if key not in expected:
            raise WeightsError(
                f"These are not the weights of {network.title}: it has no {key[:80]!r}."
            )
    return {key: _checked(network, key, state[key], want) for key, want in expected.items()}


def _checked(network: Network, key: str, found: Tensor, want: Tensor) -> Tensor:
    """One tensor, compared with what the network needs under this key."""
    title = network.title
    if found.layout != torch.strided or type(found) is not Tensor or found.is_quantized:
        raise WeightsError(f"{title}: {key} is not a plain tensor; save it as a dense one.")
    if found.shape != want.shape:
        raise WeightsError(
            f"{title}: {key} is {_times(found)} but must be {_times(want)}; "
            "choose the weights of this very network."
        )
    if found.dtype != want.dtype:
        raise WeightsError(f"{title}: {key} is {found.dtype} but must be {want.dtype}.")
    if not found.is_contiguous() or found.device.type != "cpu":
        raise WeightsError(f"{title}: {key} is not laid out plainly; save its .contiguous().")
    if not bool(torch.isfinite(found).all()):
        raise WeightsError(f"{title}: {key} holds numbers that are not finite; fetch it again.")
    if key.endswith("running_var") and bool((found < 0).any()):
        raise WeightsError(f"{title}: {key} holds a negative variance; fetch it again.")
    return found.detach().clone()


def _times(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "one number"


def _unreadable(kind: str, error: Exception) -> WeightsError:
    first_line = (str(error).splitlines() or [type(error).__name__])[0]
    return WeightsError(f"This is no readable {kind} file ({first_line[:120]}): fetch it again.")
