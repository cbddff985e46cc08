"""Around 2,000 region proposals for a photo: segments of scikit-image, grouped by `core.proposals`.

The paper's fast setting: the colour spaces HSV and Lab, Felzenszwalb and Huttenlocher's
segmentation ("Efficient Graph-Based Image Segmentation", IJCV 2004) at k = 50 and 100, and two
measures of likeness: eight groupings together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viz_app.core.proposals import Floats, Grouping, Likeness, group, ranked

LONGER = 400  # side of the photo for the segmentation
MOST = 2000
LEAST_SIDE = 12  # of a proposal, in pixels of the photo
SCALES = (50.0, 100.0)
LIKENESSES = (Likeness(), Likeness(colour=False))
STAGES = 2 * len(SCALES) * len(LIKENESSES)


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """The boxes ``[N, 4]`` in the photo's pixels, best first; the segments of the first stage."""

    boxes: Floats
    segments: NDArray[np.intp]
    stage: int
    seconds: float


def propose(
    pixels: NDArray[np.uint8], most: int = MOST, check: Callable[[], None] = lambda: None
) -> Iterator[Proposed]:
    """Propose regions, a grouping a step; the last answer has them all."""
    from skimage.color import rgb2hsv, rgb2lab
    from skimage.segmentation import felzenszwalb
    from skimage.transform import resize

    started = time.perf_counter()
    height, width = pixels.shape[:2]
    scale = min(LONGER / max(height, width), 1.0)
    small = resize(  # type: ignore[no-untyped-call]
        pixels / 255, (max(round(height * scale), 8), max(round(width * scale), 8)),
        anti_aliasing=scale < 1,
    )  # fmt: skip
    lab = (rgb2lab(small) + np.array([0, 100, 100])) / np.array([100, 200, 200])
    groupings: list[Grouping] = []
    shown: NDArray[np.intp] | None = None
    for space in (rgb2hsv(small), np.clip(lab, 0, 1)):
        for k in SCALES:
            check()
            segments = felzenszwalb(space, scale=k, sigma=0.8, min_size=int(k / 2))
            shown = segments if shown is None else shown
            for likeness in LIKENESSES:
                groupings.append(group(space, segments, likeness, check))
                sides = np.array([width / small.shape[1], height / small.shape[0]] * 2)
                boxes = ranked(groupings, 10 * most) * sides
                extents = boxes[:, 2:] - boxes[:, :2]
                boxes = boxes[(extents >= LEAST_SIDE).all(axis=1)][:most]
                seconds = time.perf_counter() - started
                yield Proposed(boxes, shown, len(groupings), seconds)
