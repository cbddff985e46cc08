"""The program of the sliding windows view: crops against one pass, in plain PyTorch."""

from __future__ import annotations

PROGRAM = '''\
"""The slides' network on crops, and the same as convolutions in one pass."""

import torch
from torch import nn

torch.manual_seed(0)
by_crop = nn.Sequential(
    nn.Conv2d(3, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
    nn.Linear(5 * 5 * 16, 400), nn.ReLU(), nn.Linear(400, 400), nn.ReLU(), nn.Linear(400, 4),
)
one_pass = nn.Sequential(
    nn.Conv2d(3, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 400, 5), nn.ReLU(), nn.Conv2d(400, 400, 1), nn.ReLU(), nn.Conv2d(400, 4, 1),
)
with torch.no_grad():
    for a, b in zip((0, 4, 6, 8), (0, 3, 5, 7)):  # the same numbers, in another shape
        one_pass[b].weight.copy_(by_crop[a].weight.reshape(one_pass[b].weight.shape))
        one_pass[b].bias.copy_(by_crop[a].bias)
    for side in (14, 16, 28):
        x = torch.rand(1, 3, side, side)
        windows = x.unfold(2, 14, 2).unfold(3, 14, 2)[0].permute(1, 2, 0, 3, 4)
        rows, columns = windows.shape[:2]
        crops = by_crop(windows.reshape(-1, 3, 14, 14)).reshape(rows, columns, 4)
        dense = one_pass(x)[0].permute(1, 2, 0)
        print(side, tuple(dense.shape), "largest difference", float((crops - dense).abs().max()))
'''


def program() -> str:
    """The program; it needs no weights."""
    return PROGRAM
