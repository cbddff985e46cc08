"""The stages of a frozen chain of layers, each forth and, for the picture's gradient, back.

No weight is learnt, so the way back needs neither a stage's input nor torch's graph of it: a
convolution needs its kernels only, a maximum pooling where its maxima were.
"""

from __future__ import annotations

from typing import Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.grad import conv2d_input

CHANNELS_LAST = torch.channels_last
ONCE = [1, 1]


class Stage(Protocol):
    """One stage.

    Attributes
    ----------
    name
        of the layer whose output it gives
    rectifies
        whether a ReLU is its last operation; the way back leaves it to :func:`keep_positive`
    picks
        whether each output is one of the inputs, so that a ReLU before it can be undone behind it
    """

    name: str
    rectifies: bool
    picks: bool

    def forth(self, x: Tensor) -> tuple[Tensor, Tensor | None]:
        """The output of [N, C, H, W], channels-last, and what the way back has to remember."""
        ...

    def back(self, gradient: Tensor, shape: torch.Size, memory: Tensor | None) -> Tensor:
        """∂J/∂input, of that ``shape`` and a tensor of its own, from ∂J/∂output."""
        ...


def convolution(
    conv: nn.Conv2d, name: str, rectifies: bool, device: torch.device, dtype: torch.dtype
) -> Stage:
    """A convolution with frozen kernels, and its ReLU where it has one."""
    is_plain = conv.stride == conv.dilation == (1, 1) and conv.groups == 1
    # padding beyond the kernel gives outputs that see no input: the way back would have to cut
    padding = cast("tuple[int, ...]", conv.padding)
    is_plain &= all(p < k for p, k in zip(padding, conv.kernel_size, strict=True))
    is_known = is_plain and device.type == "cpu" and hasattr(torch.ops.mkldnn, PACKED)
    if is_known and torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return _Packed(conv, name, rectifies, dtype)
    return _Convolution(conv, name, rectifies, device, dtype)


class _Convolution:
    """A convolution by torch's public functions, on any device."""

    picks = False

    def __init__(
        self, conv: nn.Conv2d, name: str, rectifies: bool, device: torch.device, dtype: torch.dtype
    ) -> None:
        self.name, self.rectifies = name, rectifies
        kernels = conv.weight.detach().to(device, dtype)
        self._kernels = kernels.contiguous(memory_format=CHANNELS_LAST)
        self._bias = None if conv.bias is None else conv.bias.detach().to(device, dtype)
        padding = cast("tuple[int, ...]", conv.padding)  # the chain has no other
        self._how = (conv.stride, padding, conv.dilation, conv.groups)

    def forth(self, x: Tensor) -> tuple[Tensor, None]:
        y = F.conv2d(x, self._kernels, self._bias, *self._how)
        return (y.relu_() if self.rectifies else y), None

    def back(self, gradient: Tensor, shape: torch.Size, memory: Tensor | None) -> Tensor:
        x = conv2d_input(shape, self._kernels, gradient, *self._how)  # type: ignore[no-untyped-call]
        return cast("Tensor", x)


PACKED = "_convolution_pointwise"


class _Packed:
    """A convolution of stride 1 on the processor, by the operation that torch's compiler makes.

    The kernels are put into oneDNN's own order once, where torch's module does so at every call,
    and the ReLU is part of the same operation. The way back is a convolution as well: with the
    kernels turned by 180°, input and output channels exchanged.
    """

    picks = False

    def __init__(self, conv: nn.Conv2d, name: str, rectifies: bool, dtype: torch.dtype) -> None:
        self.name, self.rectifies = name, rectifies
        self._conv, self._dtype = conv, dtype
        self._bias = None if conv.bias is None else conv.bias.detach().to(dtype)
        self._kernels: tuple[Tensor, Tensor] | None = None
        self._padding = [int(p) for p in conv.padding]
        self._padding_back = [
            k - 1 - p for k, p in zip(conv.kernel_size, self._padding, strict=True)
        ]

    def forth(self, x: Tensor) -> tuple[Tensor, None]:
        if self._kernels is None:  # the order suits the first input's size, and works for any
            self._kernels = self._packed(x.shape)
        return self._run(x, self._kernels[0], self._bias, self._padding, self.rectifies), None

    def back(self, gradient: Tensor, shape: torch.Size, memory: Tensor | None) -> Tensor:
        assert self._kernels is not None, "forth() comes first"
        return self._run(gradient, self._kernels[1], None, self._padding_back, False)

    def _packed(self, shape: torch.Size) -> tuple[Tensor, Tensor]:
        kernels = self._conv.weight.detach().to(self._dtype)
        turned = kernels.flip(2, 3).transpose(0, 1).contiguous()
        behind = [shape[0], kernels.shape[0], *shape[2:]]
        return _pack(kernels, self._padding, list(shape)), _pack(turned, self._padding_back, behind)

    @staticmethod
    def _run(
        x: Tensor, kernels: Tensor, bias: Tensor | None, padding: list[int], rectifies: bool
    ) -> Tensor:
        operation = getattr(torch.ops.mkldnn, PACKED)
        last = "relu" if rectifies else "none"
        return cast("Tensor", operation(x, kernels, bias, padding, ONCE, ONCE, 1, last, [], ""))


def _pack(kernels: Tensor, padding: list[int], shape: list[int]) -> Tensor:
    pack = torch._C._nn.mkldnn_reorder_conv2d_weight
    return pack(kernels.to_mkldnn(), padding, ONCE, ONCE, 1, shape)  # type: ignore[call-arg]


class MaxPool:
    """Maximum pooling over windows that do not overlap."""

    rectifies, picks = False, True

    def __init__(self, name: str, side: int) -> None:
        self.name, self._side = name, side

    def forth(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The maxima, and where they were."""
        maxima, places = F.max_pool2d(x, self._side, return_indices=True)
        return maxima, places

    def back(self, gradient: Tensor, shape: torch.Size, memory: Tensor | None) -> Tensor:
        """Each number goes where its maximum was."""
        assert memory is not None, "the places come from forth()"
        # torch.nn's function checks the size with the help of sympy: a second and 75 MB.
        unpool = torch.ops.aten.max_unpool2d
        return cast("Tensor", unpool(gradient, memory, list(shape[-2:])))


class AveragePool:
    """Average pooling over windows that do not overlap."""

    rectifies = picks = False

    def __init__(self, name: str, side: int) -> None:
        self.name, self._side = name, side

    def forth(self, x: Tensor) -> tuple[Tensor, None]:
        """The averages."""
        return F.avg_pool2d(x, self._side), None

    def back(self, gradient: Tensor, shape: torch.Size, memory: Tensor | None) -> Tensor:
        """Each number is spread evenly over its window; what no window covers gets 0."""
        spread = F.interpolate(gradient / self._side**2, scale_factor=self._side, mode="nearest")
        rows, columns = shape[2] - spread.shape[2], shape[3] - spread.shape[3]
        return F.pad(spread, (0, columns, 0, rows)) if rows or columns else spread


def keep_positive(gradient: Tensor, a: Tensor) -> None:
    """A ReLU's way back, in place: the gradient becomes 0 where the output ``a`` is."""
    torch.ops.aten.threshold_backward.grad_input(gradient, a, 0, grad_input=gradient)
