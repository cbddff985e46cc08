"""Which pixels the maps of any torch module depend on, by the support of the gradient.

Non-linearities, norms and maxima can hide a dependence on one image, and so can weights that
cancel out. While :class:`Plain` is entered they let all through: poolings average, a convolution
or a full connection averages what it reads, so a pixel's gradient is above zero exactly where the
unit can see it. What a norm over the whole map (group norm, layer norm) sees by its statistics
alone is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from viz_app.core.own import Axis, Window
from viz_app.nets.tracing import OwnNet

_THROUGH = frozenset(
    ("relu", "relu_", "relu6", "leaky_relu", "leaky_relu_", "prelu", "rrelu", "rrelu_", "elu",
     "elu_", "selu", "selu_", "celu", "celu_", "gelu", "silu", "mish", "hardswish", "hardtanh",
     "hardtanh_", "hardsigmoid", "sigmoid", "tanh", "softplus", "softsign", "dropout", "dropout2d",
     "feature_dropout", "alpha_dropout", "batch_norm", "layer_norm", "group_norm", "instance_norm",
     "local_response_norm", "clamp", "threshold", "logsigmoid")
)  # fmt: skip
_CONVOLUTIONS = {"conv1d": F.conv1d, "conv2d": F.conv2d}
Check = Callable[[], None]


class Plain(TorchFunctionMode):
    """While this is entered, everything that a module computes is an average."""

    def __torch_function__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        name = getattr(func, "__name__", "")
        if name in _THROUGH:
            return args[0] if args else kwargs["input"]
        if name in _CONVOLUTIONS:
            return _convolved(_CONVOLUTIONS[name], *args, **kwargs)
        if name == "linear":
            x, weight = _named(args, kwargs, "input", "weight")
            return x.mean(-1, keepdim=True).expand(*x.shape[:-1], weight.shape[0])
        if name == "max_pool2d":
            return _pooled(*args, **kwargs)
        if name in ("adaptive_max_pool2d", "adaptive_max_pool1d"):
            average = getattr(F, name.replace("max", "avg"))
            return average(*_named(args, kwargs, "input", "output_size"))
        return func(*args, **kwargs)


def windows_of(net: OwnNet, check: Check | None = None) -> dict[str, Window | None]:
    """For each part that answers with maps, the window through which its units see the image.

    Exact where all units see equal windows at equal distances, as those of convolutions and
    poolings do; at the far border the cells that a stride left over count in. None where a unit
    sees all of the image, or no such window tells what it sees.
    """
    shape = net.traced.input_shape
    maps = {p.layer.name: p.shape for p in net.traced.layers if len(p.shape) == 3}
    if not maps or len(shape) != 3:
        return {}
    x = torch.ones(3, *shape, dtype=torch.float64, requires_grad=True)
    try:
        with torch.enable_grad(), Plain():
            found = net(x, tuple(maps), check)
    except (RuntimeError, TypeError, NotImplementedError):  # it wants other numbers than these
        return dict.fromkeys(maps)
    windows: dict[str, Window | None] = {}
    for name, output in found.items():
        if check is not None:
            check()
        windows[name] = _window(output, x)
    return {name: windows.get(name) for name in maps}


def _window(output: Tensor, x: Tensor) -> Window | None:
    """From what the first, the second and the last unit of the diagonal see."""
    if output.grad_fn is None or output.dim() != 4 or len(output) != 3:
        return None
    tall, wide = output.shape[2:]
    second = (min(1, tall - 1), min(1, wide - 1))
    places = ((0, 0), second, (tall - 1, wide - 1))
    seen_by = [output[i, :, row, column].sum() for i, (row, column) in enumerate(places)]
    value = torch.stack(seen_by).sum()
    found = torch.autograd.grad(value, x, retain_graph=True, allow_unused=True)
    gradient: Tensor | None = found[0]
    if gradient is None:
        return None
    seen = (gradient != 0).any(1)  # [3, H, W]
    rows = _axis([_ends(s.any(1)) for s in seen], tall, x.shape[2])
    columns = _axis([_ends(s.any(0)) for s in seen], wide, x.shape[3])
    return None if rows is None or columns is None else (rows, columns)


def _ends(line: Tensor) -> tuple[int, int]:
    places = line.nonzero()
    return (int(places[0]), int(places[-1])) if len(places) else (0, len(line) - 1)


def _axis(ends: list[tuple[int, int]], count: int, length: int) -> Axis | None:
    """A window, its stride and padding from the ends of the first, second and last unit.

    Cells that are left over behind the last window, as a stride of 2 leaves one of an even number,
    are no padding.
    """
    (low, first_end), (_, second_end), (last_start, _) = ends
    if count == 1:
        size = first_end - low + 1
        return (size, length - size + 1, 0, 0) if low == 0 else None
    stride = second_end - first_end
    if stride < 1 or first_end == length - 1:
        return None
    start = last_start - (count - 1) * stride
    size = first_end - start + 1
    after = max(start + (count - 1) * stride + size - length, 0)
    fits = size >= 1 and start <= 0 and (length - start + after - size) // stride == count - 1
    return (size, stride, -start, after) if fits else None


def _convolved(
    convolve: Callable[..., Tensor],
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """The mean of a group's channels under the window, for each channel out."""
    batch, channels, *sizes = input.shape
    means = input.reshape(batch, groups, channels // groups, *sizes).mean(2)
    window = torch.ones(groups, 1, *weight.shape[2:], dtype=input.dtype, device=input.device)
    out = convolve(means, window / window[0].numel(), None, stride, padding, dilation, groups)
    return out.repeat_interleave(weight.shape[0] // groups, 1)


def _pooled(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    if dilation in (1, (1, 1), [1, 1]):
        return F.avg_pool2d(input, kernel_size, stride, padding, ceil_mode)
    kernel = kernel_size if isinstance(kernel_size, int) else tuple(kernel_size)
    kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
    shape = (input.shape[1], 1, *kernel)
    weight = torch.ones(shape, dtype=input.dtype, device=input.device)
    return F.conv2d(input, weight, None, stride or kernel, padding, dilation, input.shape[1])


def _named(args: Sequence[Any], kwargs: Mapping[str, Any], *names: str) -> list[Any]:
    """Arguments by their place or name."""
    return [args[i] if i < len(args) else kwargs[name] for i, name in enumerate(names)]
