"""One small interface for all detectors: a picture in, raw boxes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viz_app.compute import mtcnn as faces
from viz_app.compute.detection import Fitting, detect
from viz_app.core.architectures import YOLOV2_TINY_HEADS, YOLOV4_TINY_HEADS, Head
from viz_app.core.raw_boxes import RawBoxes
from viz_app.nets.build import Net
from viz_app.nets.published import Read, load_published


class Detector(Protocol):
    """Finds boxes; what lies behind each of them is in the raw boxes."""

    @property
    def name(self) -> str:
        """Its name in the registry of networks."""

    def raw(
        self,
        pixels: NDArray[np.uint8],
        size: int,
        check: Callable[[], None] | None = None,
        fitting: Fitting = "stretch",
    ) -> RawBoxes:
        """All boxes of a picture (uint8 [H, W, 3]), none suppressed.

        ``size`` is the side of the square input in pixels, or MTCNN's smallest face.
        """


@dataclass(frozen=True, slots=True, eq=False)
class Yolo:
    """A YOLO network with its heads."""

    name: str
    net: Net
    heads: Sequence[Head]

    def raw(
        self,
        pixels: NDArray[np.uint8],
        size: int,
        check: Callable[[], None] | None = None,
        fitting: Fitting = "stretch",
    ) -> RawBoxes:
        """Fit the picture into the square, run the network, decode its maps."""
        return detect(self.net, pixels, size, check, fitting=fitting, heads=self.heads)


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """MTCNN: a pyramid and three networks; a picture of any size goes in as it is."""

    name: str
    nets: faces.Mtcnn

    def raw(
        self,
        pixels: NDArray[np.uint8],
        size: int,
        check: Callable[[], None] | None = None,
        fitting: Fitting = "stretch",
    ) -> RawBoxes:
        """O-Net's boxes; each was a window of P-Net."""
        return faces.raw_boxes(faces.cascade(self.nets, pixels, size, check))


def _yolov4(read: Read, device: str) -> Detector:
    return Yolo("yolov4_tiny", load_published("yolov4_tiny", read).to(device), YOLOV4_TINY_HEADS)


def _yolov2(read: Read, device: str) -> Detector:
    return Yolo("yolov2_tiny", load_published("yolov2_tiny", read).to(device), YOLOV2_TINY_HEADS)


def _mtcnn(read: Read, device: str) -> Detector:
    nets = (load_published(name, read).to(device) for name in faces.NETWORKS)
    return Faces("mtcnn", faces.Mtcnn(*nets))


MAKERS: Mapping[str, Callable[[Read, str], Detector]] = {
    "yolov4_tiny": _yolov4,
    "yolov2_tiny": _yolov2,
    "mtcnn": _mtcnn,
}
"""How each detector is made on a device, by its name in the registry."""
