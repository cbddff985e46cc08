"""Copy as PyTorch for the faces view: the last step of the cascade."""

from __future__ import annotations

import numpy as np

from viz_app.labs.detection.faces import FacesShown
from viz_app.labs.detection.scene import DetectionScene


def faces_program(shown: FacesShown | None, scene: DetectionScene) -> str:
    """A program that takes O-Net's boxes through its threshold and the last suppression."""
    boxes, scores = shown.asked if shown is not None else (np.zeros((0, 4)), np.zeros(0))
    rows = "\n".join(f"    [{', '.join(repr(c) for c in box)}]," for box in boxes.tolist())
    return (
        f"import torch\n\nboxes = torch.tensor([\n{rows}\n], dtype=torch.float64).reshape(-1, 4)"
        f"  # of O-Net, x1, y1, x2, y2\n"
        f"scores = torch.tensor({scores.tolist()!r}, dtype=torch.float64)\n\n"
        "area = (boxes[:, 2:] - boxes[:, :2] + 1).clamp(min=0).prod(1)\n"
        "order = scores.argsort(descending=True, stable=True).tolist()\n"
        f"left = [i for i in order if scores[i] > {scene.o_net}]\n"
        'print(f"{len(left)} of {len(boxes)} boxes go on")\n'
        "while left:\n"
        "    pick, *left = left\n"
        '    print(f"face {scores[pick]:.2f}", [round(c, 1) for c in boxes[pick].tolist()])\n'
        "    low = torch.maximum(boxes[pick, :2], boxes[left, :2])\n"
        "    high = torch.minimum(boxes[pick, 2:], boxes[left, 2:])\n"
        "    inside = (high - low + 1).clamp(min=0).prod(1)\n"
        "    share = inside / torch.minimum(area[pick], area[left])  # of the smaller box\n"
        "    left = [i for i, s in zip(left, share.tolist()) if s <= 0.7]\n"
    )
