"""What a grid detector says before suppression: every box, with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class RawBoxes:
    """N boxes of one picture, before any threshold; its arrays are read-only.

    Parameters
    ----------
    boxes
        float32 [N, 4], xyxy in pixels of the picture; may reach beyond its border
    objectness
        float32 [N], the network's belief that there is an object
    probabilities
        float32 [N, C], of each class if there is one
    scores
        float32 [N], objectness · best probability: the course's p_c · max c_i
    classes
        int32 [N], the best class
    cells
        int32 [N, 2], column and row of the grid cell
    strides
        int32 [N], pixels of the network's input between two cells: which scale it is
    anchors
        float32 [N, 2], width and height in pixels of the network's input
    offsets
        float32 [N, 4], t_x, t_y, t_w, t_h as the network gave them
    names
        of the C classes
    input_size
        side of the square input in pixels; of MTCNN the smallest face
    layout
        ``"grid"``: cells of a square input; ``"pyramid"``: windows over smaller and smaller copies
    is_softmax
        whether the classes compete in a softmax, or each has a sigmoid of its own
    """

    boxes: Floats
    objectness: Floats
    probabilities: Floats
    scores: Floats
    classes: Ints
    cells: Ints
    strides: Ints
    anchors: Floats
    offsets: Floats
    names: tuple[str, ...]
    input_size: int
    layout: Literal["grid", "pyramid"] = "grid"
    is_softmax: bool = False

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                view = value.view()
                view.flags.writeable = False
                object.__setattr__(self, field.name, view)

    def __len__(self) -> int:
        return len(self.boxes)
