"""A face of any number of landmarks, to begin with: points spread over its outline and features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

# middle x, y, half width, half height, from and to in turns (0 is right, ¼ is down), share
_ARCS: tuple[tuple[float, float, float, float, float, float, float], ...] = (
    (0.5, 0.42, 0.40, 0.52, -0.02, 0.52, 0.27),  # jaw, from ear to ear
    (0.31, 0.31, 0.12, 0.05, 0.55, 0.95, 0.10),  # brows
    (0.69, 0.31, 0.12, 0.05, 0.55, 0.95, 0.10),
    (0.32, 0.40, 0.08, 0.035, 0.0, 1.0, 0.13),  # eyes
    (0.68, 0.40, 0.08, 0.035, 0.0, 1.0, 0.13),
    (0.5, 0.56, 0.07, 0.06, -0.05, 0.55, 0.10),  # nose
    (0.5, 0.73, 0.15, 0.055, 0.0, 1.0, 0.17),  # mouth
)
_FEW = ((0.5, 0.56), (0.32, 0.40), (0.68, 0.40), (0.37, 0.73), (0.63, 0.73), (0.5, 0.94))


def face_points(n: int) -> Points:
    """Landmarks of a drawn face ``[n, 2]``, x and y in [0, 1].

    Up to six are the nose, the eyes, the corners of the mouth and the chin; more are spread over
    the features by their share.
    """
    if n <= len(_FEW):
        return np.array(_FEW[:n])
    shares = np.array([arc[-1] for arc in _ARCS])
    ends = np.round(np.cumsum(shares) / shares.sum() * n).astype(int)
    points = []
    for arc, count in zip(_ARCS, np.diff(ends, prepend=0).tolist(), strict=True):
        cx, cy, half_w, half_h, first, last, _share = arc
        is_round = last - first == 1
        turns = first + (last - first) * np.arange(count) / max(count - (not is_round), 1)
        angles = 2 * np.pi * turns
        points.append(np.stack((cx + half_w * np.cos(angles), cy + half_h * np.sin(angles)), 1))
    return np.concatenate(points)
