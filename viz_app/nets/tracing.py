"""The user's own module, run with hooks: what each part of it makes, and a table of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from viz_app.core.errors import WeightsError
from viz_app.core.layers import Kind, Layer, Shape
from viz_app.core.traced import Traced, TracedLayer

_KINDS: dict[type[nn.Module], Kind] = {
    nn.Conv1d: "conv",
    nn.Conv2d: "conv",
    nn.Conv3d: "conv",
    nn.Linear: "linear",
    nn.BatchNorm1d: "batch_norm",
    nn.BatchNorm2d: "batch_norm",
    nn.BatchNorm3d: "batch_norm",
    nn.ReLU: "relu",
    nn.ReLU6: "relu6",
    nn.LeakyReLU: "leaky_relu",
    nn.PReLU: "prelu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
    nn.Softmax: "softmax",
    nn.Dropout: "dropout",
    nn.MaxPool1d: "max_pool",
    nn.MaxPool2d: "max_pool",
    nn.MaxPool3d: "max_pool",
    nn.AvgPool1d: "avg_pool",
    nn.AvgPool2d: "avg_pool",
    nn.AvgPool3d: "avg_pool",
    nn.Flatten: "flatten",
}
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_WINDOWED: frozenset[Kind] = frozenset(("conv", "max_pool", "avg_pool"))
MOST_CALLS = 2_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one part; ``count`` is 2 when it runs for the second time."""

    name: str
    module: nn.Module
    count: int
    input_shape: Shape
    output: Tensor


class OwnNet(nn.Module):
    """A module of the user's that hands out what its parts make, by name, as a Net does.

    Attributes
    ----------
    traced
        its parts in the order in which they ran on an example
    names
        their names; a part that runs again has ``#2`` behind its name
    """

    def __init__(self, module: nn.Module, traced: Traced) -> None:
        super().__init__()
        self.module = module
        self.traced = traced
        self.names = tuple(layer.layer.name for layer in traced.layers)

    def forward(
        self,
        x: Tensor,
        wanted: Collection[str] = (),
        check: Callable[[], None] | None = None,
        visit: Callable[[str, Tensor], None] | None = None,
    ) -> dict[str, Tensor]:
        """Run it; the outputs of the wanted parts, or of the last one, [N, *shape].

        ``check`` is called before each part; what it raises ends the pass. ``visit`` is called with
        each wanted part's name and output as soon as they are there; then nothing is kept.

        Raises
        ------
        WeightsError
            if there is no such part
        """
        names = set(wanted or self.names[-1:])
        if unknown := names - set(self.names):
            raise WeightsError(f"There is no part {sorted(unknown)[0]!r} in your network.")
        kept: dict[str, Tensor] = {}

        def keep(call: Call) -> None:
            if call.name in names and visit is not None:
                visit(call.name, call.output)
            elif call.name in names:
                # a ReLU in place would overwrite it; with gradients the next part got a copy
                kept[call.name] = call.output if torch.is_grad_enabled() else call.output.clone()

        with _listening(self.module, keep, check):
            self.module(x)
        return kept


def trace(module: nn.Module, spec: str, title: str, shape: Shape) -> Traced:
    """Run a module once on an example of zeros and write down what each of its parts did.

    Parameters
    ----------
    module
        in evaluation mode
    spec, title
        how it was asked for, and its name
    shape
        (C, H, W) of the example, or as many axes as it takes

    Raises
    ------
    Exception
        whatever the module raises on such an example
    """
    layers: list[TracedLayer] = []
    counted: set[int] = set()

    def note(call: Call) -> None:
        if len(layers) >= MOST_CALLS:
            raise WeightsError(f"It runs more than {MOST_CALLS:,} parts; show a part of it.")
        own = [p for p in call.module.parameters(recurse=False) if id(p) not in counted]
        counted.update(map(id, own))
        output = tuple(call.output.shape[1:]) or (1,)
        layers.append(
            TracedLayer(
                _layer(call, output),
                type(call.module).__name__,
                call.input_shape,
                output,
                sum(p.numel() for p in own),
                _macs(call.module, call.input_shape, output),
            )
        )

    with torch.inference_mode(), _listening(module, note, None):
        module(torch.zeros(1, *shape))
    rest = sum(p.numel() for p in module.parameters() if id(p) not in counted)
    return Traced(spec, title, shape, tuple(layers), rest)


@contextmanager
def _listening(
    module: nn.Module, heard: Callable[[Call], None], check: Callable[[], None] | None
) -> Iterator[None]:
    """Tell of every call of a part while this lasts."""
    calls: Counter[str] = Counter()
    handles = []

    def listener(name: str) -> Callable[[nn.Module, Any, Any], Tensor | None]:
        def on_call(part: nn.Module, inputs: Any, output: Any) -> Tensor | None:
            tensor = _tensor(output)
            if tensor is None:
                return None
            calls[name] += 1
            count = calls[name]
            first = _tensor(inputs)
            shape = tuple(first.shape[1:]) if first is not None else ()
            heard(Call(f"{name}#{count}" if count > 1 else name, part, count, shape, tensor))
            is_followed = tensor is output and torch.is_grad_enabled()
            return tensor.clone() if is_followed else None

        return on_call

    for name, part in module.named_modules():
        if _is_part(part):
            if check is not None:
                handles.append(part.register_forward_pre_hook(lambda *_: check()))
            handles.append(part.register_forward_hook(listener(name or type(part).__name__)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _is_part(module: nn.Module) -> bool:
    """Whether it does something itself: it holds no other modules, or numbers of its own."""
    is_leaf = next(module.children(), None) is None
    return is_leaf or next(module.parameters(recurse=False), None) is not None


def _tensor(found: Any) -> Tensor | None:
    """The first tensor among what a part takes or answers."""
    if isinstance(found, Tensor):
        return found
    if isinstance(found, dict):
        found = tuple(found.values())
    if isinstance(found, tuple | list):
        return next((t for t in map(_tensor, found) if t is not None), None)
    return None


def _layer(call: Call, output: Shape) -> Layer:
    """The part's settings, as far as a layer table has words for them."""
    part, kind = call.module, _KINDS.get(type(call.module), "module")
    has_bias = getattr(part, "bias", None) is not None
    if kind == "linear":
        return Layer(call.name, kind, channels=output[-1], bias=has_bias)
    if kind not in _WINDOWED:
        return Layer(call.name, kind)
    fields: dict[str, Any] = {}
    for field in ("kernel", "stride", "padding", "dilation"):
        value = getattr(part, "kernel_size" if field == "kernel" else field, None)
        fields[field] = _setting(field, value)
    if kind == "conv":
        fields["channels"], fields["bias"] = output[0], has_bias
        fields["groups"] = int(part.groups)  # type: ignore[arg-type]
    return Layer(call.name, kind, **fields)


def _setting(field: str, value: Any) -> Any:
    """One number where all axes agree; a padding of several numbers as pairs."""
    if value is None:
        return 0 if field == "padding" else 1
    if isinstance(value, str):
        return value if value == "same" else 0
    if isinstance(value, int):
        return value
    numbers = tuple(int(n) for n in value)
    if len(set(numbers)) == 1:
        return numbers[0]
    return tuple((n, n) for n in numbers) if field == "padding" else numbers


def _macs(part: nn.Module, inputs: Shape, output: Shape) -> int:
    """Multiply-accumulates for one input: of convolutions and full connections, of no others."""
    weight = getattr(part, "weight", None)
    if isinstance(part, nn.Linear):
        return prod(output) * part.in_features
    if isinstance(part, _CONVOLUTIONS) and isinstance(weight, Tensor):
        return prod(output) * weight[0].numel()
    if isinstance(part, _TRANSPOSED) and isinstance(weight, Tensor):
        return prod(inputs) * weight[0].numel()
    return 0
