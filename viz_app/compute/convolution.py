"""A whole photo through one operation, with torch: fast enough to follow a slider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from viz_app.core.convolution.geometry import Axis
from viz_app.core.convolution.operate import real_cells
from viz_app.core.convolution.operation import Operation

LANES = 16
Array = NDArray[Any]
Check = Callable[[], None]


def filter_planes(
    op: Operation,
    planes: torch.Tensor,
    weights: Array | None = None,
    bias: Array | None = None,
) -> torch.Tensor:
    """Apply a 2-D operation in the precision of `planes`.

    The same as ``core.convolution.operate`` (there in numpy, exact for integers), for photos.

    Parameters
    ----------
    op
        what is done
    planes
        float tensor [C, H, W]
    weights, bias
        [F, C/groups, fh, fw] as stored, and [F]; None in pooling. They must fit the operation

    Returns
    -------
    tensor [F, H', W']

    Raises
    ------
    ShapeError
        if the operation does not fit the photo
    """
    channels, height, width = planes.shape
    axes = op.axes((height, width))
    if op.is_global:
        y = planes.amax(dim=(1, 2), keepdim=True) if op.is_maximum else _mean(planes)
    elif op.is_maximum:
        x = pad(planes, axes, op.fill, float("-inf"))
        y = F.max_pool2d(
            x, _sizes(axes, "f"), stride=_sizes(axes, "stride"), dilation=_sizes(axes, "dilation")
        )[0]
    elif op.is_pool:
        one = torch.ones(channels, 1, *_sizes(axes, "f"), dtype=planes.dtype, device=planes.device)
        total = _correlated(pad(planes, axes, op.fill), one, axes, channels)
        count = torch.from_numpy(real_cells(axes, count_ghosts=op.count_ghosts))
        y = total[0] / count.to(total)
    else:
        assert weights is not None
        w = torch.as_tensor(weights.copy()).to(planes)
        y = (
            _transposed(planes, w, axes, op.groups)
            if op.kind == "transposed"
            else _correlated(
                pad(planes, axes, op.fill), w.flip(2, 3) if op.turns_kernel else w, axes, op.groups
            )
        )
        y = y[0]
        if bias is not None:
            y = y + torch.as_tensor(bias).to(y).view(-1, 1, 1)
    return y.relu() if op.relu else y


def pad(planes: torch.Tensor, axes: Sequence[Axis], fill: str, ghost: float = 0.0) -> torch.Tensor:
    """Planes [C, H, W] with the padding of their axes  # [1, C, H', W']."""
    rows, columns = axes
    amounts = (columns.low, columns.high, rows.low, rows.high)
    batch = planes[None]
    if not any(amounts):
        return batch
    if fill == "zeros":
        return F.pad(batch, amounts, value=ghost)
    return F.pad(batch, amounts, mode=fill)


def _correlated(
    batch: torch.Tensor, weights: torch.Tensor, axes: Sequence[Axis], groups: int
) -> torch.Tensor:
    is_plain = all(axis.stride == axis.dilation == 1 for axis in axes) and groups == 1
    if is_plain and len(weights) == 1 and batch.device.type == "cpu" and batch.shape[-1] > LANES:
        return _one_filter(batch, weights)
    return F.conv2d(
        batch,
        weights,
        stride=_sizes(axes, "stride"),
        dilation=_sizes(axes, "dilation"),
        groups=groups,
    )


def _one_filter(batch: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Convolve with one filter: [1, C, H, W] and [1, C, fh, fw] to [1, 1, H', W'].

    A processor's convolution computes 16 output channels side by side; with a single filter 15 of
    them are idle. So 16 neighbouring columns of the output are made its channels: the kernel 16
    times, each one cell further right, with stride 16. Up to 17 times as fast for 11×11.
    """
    _, channels, height, width = batch.shape
    rows, taps = weights.shape[2:]
    columns = width - taps + 1
    blocks = -(-columns // LANES)
    shifted = weights.new_zeros(LANES, channels, rows, taps + LANES - 1)
    for lane in range(LANES):
        shifted[lane, :, :, lane : lane + taps] = weights[0]
    filled = F.pad(batch, (0, blocks * LANES + taps - 1 - width))
    y = F.conv2d(filled, shifted, stride=(1, LANES))  # [1, LANES, H', blocks]
    return y.permute(0, 2, 3, 1).reshape(1, 1, height - rows + 1, blocks * LANES)[..., :columns]


def _transposed(
    planes: torch.Tensor, weights: torch.Tensor, axes: Sequence[Axis], groups: int
) -> torch.Tensor:
    filters, width = weights.shape[:2]
    parted = weights.reshape(groups, filters // groups, width, *weights.shape[2:])
    y = F.conv_transpose2d(
        planes[None],
        parted.transpose(1, 2).flatten(0, 1),
        stride=_sizes(axes, "stretch"),
        dilation=_sizes(axes, "dilation"),
        groups=groups,
    )
    rows, columns = axes
    amounts = [a for axis in (columns, rows) for a in (axis.low, axis.high)]
    edges = [axis.reach - 1 for axis in (columns, columns, rows, rows)]
    return F.pad(y, [a - e for a, e in zip(amounts, edges, strict=True)])


def _sizes(axes: Sequence[Axis], what: str) -> tuple[int, int]:
    return (getattr(axes[0], what), getattr(axes[1], what))


def _mean(planes: torch.Tensor) -> torch.Tensor:
    return planes.mean(dim=(1, 2), keepdim=True)


def to_planes(array: Array, device: str = "cpu") -> torch.Tensor:
    """Numbers [C, H, W] as float32 on a device."""
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)).to(device)
