"""How far what the layers see is from photos, by what batch norm remembers of its training.

After Yin, Molchanov, Alvarez, Li, Mallya, Hoiem, Jha and Kautz, "Dreaming to Distill: Data-free
Knowledge Transfer via DeepInversion", CVPR 2020 (arXiv:1912.08795): an image whose channels have
the means and the deviations that they had on photos looks more like one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from viz_app.core.ascent import FLOOR
from viz_app.core.layers import rows
from viz_app.nets.build import Net


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """What a batch norm knows of the layer that it reads: mean and deviation a channel, [C]."""

    layer: str
    mean: Tensor
    deviation: Tensor


def remembered(net: Net, layer: str) -> tuple[Remembered, ...]:
    """What the batch norms of a network know, up to a layer; nothing where there are none."""
    found = []
    for row in rows(net.network):
        if row.layer.kind == "batch_norm":
            key = row.layer.key or row.layer.name
            variance = net.get_buffer(f"{key}.running_var")
            mean, deviation = net.get_buffer(f"{key}.running_mean"), (variance + FLOOR).sqrt()
            found.append(Remembered(row.sources[0], mean, deviation))
        if row.layer.name == layer:
            break
    return tuple(found)


def strangeness(outputs: Mapping[str, Tensor], known: tuple[Remembered, ...]) -> Tensor:
    """Mean square of how far the channels' means and deviations are off, in deviations; a scalar.

    Parameters
    ----------
    outputs
        [N, C, H, W] by layer
    known
        what their batch norms remember
    """
    far = []
    for memory in known:
        maps = outputs[memory.layer]
        mean = (maps.mean((0, 2, 3)) - memory.mean) / memory.deviation
        spread = (maps.var((0, 2, 3), correction=0) + FLOOR).sqrt() / memory.deviation - 1
        far.append((mean**2).mean() + (spread**2).mean())
    return torch.stack(far).mean()
