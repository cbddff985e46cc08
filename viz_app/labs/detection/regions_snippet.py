"""The program of the regions view: RoI pooling and RoI align of one region, in plain PyTorch."""

from __future__ import annotations

PROGRAM = '''\
"""One region of a feature map: RoI pooling rounds to cells, RoI align samples between them."""

import torch
import torch.nn.functional as F

torch.manual_seed(0)
features = torch.rand(1, 8, 15, 20)  # channels, rows, columns
x1, y1, x2, y2 = 3.3, 2.6, 11.9, 9.2  # the region, in cells of the map
bins, samples = 7, 2

left, top, right, bottom = (int(v + 0.5) for v in (x1, y1, x2, y2))
pooled = F.adaptive_max_pool2d(features[0, :, top:bottom, left:right], bins)

steps = (torch.arange(bins * samples) + 0.5) / (bins * samples)
ys, xs = torch.meshgrid(y1 + steps * (y2 - y1), x1 + steps * (x2 - x1), indexing="ij")
grid = torch.stack((2 * xs / 20 - 1, 2 * ys / 15 - 1), -1)[None]
sampled = F.grid_sample(features, grid, padding_mode="border", align_corners=False)
aligned = F.avg_pool2d(sampled, samples)[0]

print("RoI pooling", tuple(pooled.shape), "cells", (left, top, right, bottom))
print(pooled.mean(0))
print("RoI align", tuple(aligned.shape))
print(aligned.mean(0))
'''


def program() -> str:
    """The program; it needs no weights."""
    return PROGRAM
