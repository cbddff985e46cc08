"""From the answers of all windows to what the sliding windows view shows. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viz_app.engine.engine import Progress
from viz_app.labs.detection.found import Floats, short
from viz_app.labs.detection.scene import DetectionScene

Pixels = NDArray[np.uint8]
Rect = tuple[float, float, float, float]
BACKGROUND = frozenset(("nothing", "no face"))
TOP = 6
EQUAL = 1e-5
NETWORK_OF: Mapping[str, str] = {"faces": "mtcnn", "imagenet": "mobilenet_v2"}
SHAPES_OF: Mapping[int, str] = {
    14: "14×14×3 → 10×10×16 → 5×5×16 → 1×1×400 → 1×1×400 → 1×1×4",
    16: "16×16×3 → 12×12×16 → 6×6×16 → 2×2×400 → 2×2×400 → 2×2×4",
    28: "28×28×3 → 24×24×16 → 12×12×16 → 8×8×400 → 8×8×400 → 8×8×4",
    96: "72×96×3 → 68×92×16 → 34×46×16 → 30×42×400 → 30×42×400 → 30×42×4",
}
WHY_EQUAL = (
    "No layer pads, so both maps are equal but for rounding; what windows share is computed once."
)
WHY_DIFFERENT = (
    "MobileNetV2 pads its convolutions: at its border a crop sees zeros, the one pass sees the "
    "photo around the window. So the two maps differ."
)


@dataclass(frozen=True, slots=True)
class SlideRequest:
    """What determines the answers; the class and the window looked at do not."""

    net: str
    image: str
    toy_size: int
    window: float
    every: int


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """The answers of all windows, ``[R, C, K]``, over a picture, as far as they are known."""

    request: SlideRequest
    pixels: Pixels
    size: tuple[int, int]
    """height and width at the scale of the network"""
    window: int
    stride: int
    names: tuple[str, ...]
    crops: NDArray[np.float32]
    dense: NDArray[np.float32]
    done: int
    macs: tuple[int, int]
    seconds: tuple[float, float]
    pads: bool
    right: float = float("nan")
    """share of new crops that the toy, just taught, tells rightly"""

    @property
    def progress(self) -> Progress:
        """How many crops were run."""
        return Progress(self.done, self.dense.shape[0] * self.dense.shape[1], "windows")

    @property
    def is_whole(self) -> bool:
        """Whether all crops were run."""
        return bool(self.done == self.dense.shape[0] * self.dense.shape[1])

    @property
    def gap(self) -> float:
        """The largest |Δ| over all classes and the windows run; NaN before the first."""
        return float(np.nanmax(np.abs(self.crops - self.dense))) if self.done else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class SlidingShown:
    """All that the view shows; without ``windows`` only the picture and ``words``."""

    pixels: Pixels | None
    words: str
    missing: str = ""
    """the network that is not on this computer"""
    windows: Windows | None = None
    crops: Floats | None = None
    """scores of the class ``[R, C]``, NaN where not yet run"""
    dense: Floats | None = None
    gaps: Floats | None = None
    cell: tuple[int, int] = (0, 0)
    rect: Rect = (0.0, 0.0, 0.0, 0.0)
    chosen: str = ""
    classes: tuple[tuple[str, float], ...] = ()
    facts: tuple[tuple[str, str, str], ...] = ()
    shapes: str = ""
    why: str = ""
    at: str = ""

    def cell_rect(self, row: int, column: int) -> Rect:
        """Left, top, width and height on the picture of a cell, about the window's middle."""
        assert self.windows is not None
        sx, sy = _scales(self.windows)
        half = (self.windows.window - self.windows.stride) / 2
        step = self.windows.stride
        return (column * step + half) * sx, (row * step + half) * sy, step * sx, step * sy

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The window whose middle is nearest to a point of the picture."""
        if self.windows is None:
            return None
        sx, sy = _scales(self.windows)
        rows, columns = self.windows.dense.shape[:2]
        half, step = self.windows.window / 2, self.windows.stride
        row, column = round((y / sy - half) / step), round((x / sx - half) / step)
        return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)

    def numbers(self) -> Mapping[str, Any]:
        """The numbers on the screen, by name."""
        if self.windows is None or self.crops is None or self.dense is None:
            return {}
        return {
            "window": self.windows.window,
            "stride": self.windows.stride,
            "class": self.chosen or "best",
            "scores_crops": self.crops,
            "scores_one_pass": self.dense,
            "largest_difference": self.windows.gap,
            "multiplications_crops": self.windows.macs[0],
            "multiplications_one_pass": self.windows.macs[1],
            "seconds_crops": self.windows.seconds[0],
            "seconds_one_pass": self.windows.seconds[1],
        }


def look(windows: Windows, scene: DetectionScene) -> SlidingShown:
    """What is shown of the windows for the scene's class and cell."""
    inside = [i for i, name in enumerate(windows.names) if name not in BACKGROUND]
    peaks = windows.dense.max(axis=(0, 1))
    best = sorted(inside, key=lambda i: -float(peaks[i]))[:TOP]
    chosen = scene.slid_class if scene.slid_class in [windows.names[i] for i in inside] else ""
    wanted = [windows.names.index(chosen)] if chosen else inside
    crops, dense = (a[..., wanted].max(axis=2) for a in (windows.crops, windows.dense))
    gaps = np.abs(windows.crops - windows.dense).max(axis=2)
    rows, columns = dense.shape
    row, column = divmod(int(dense.argmax()), columns)
    if scene.slid_row >= 0 and scene.slid_column >= 0:
        row, column = min(scene.slid_row, rows - 1), min(scene.slid_column, columns - 1)
    sx, sy = _scales(windows)
    rect = (column * windows.stride * sx, row * windows.stride * sy,
            windows.window * sx, windows.window * sy)  # fmt: skip
    is_toy = windows.request.net == "toy"
    why = f"{_more(windows)} {WHY_DIFFERENT if windows.pads else WHY_EQUAL}"
    if is_toy:
        why += f" Taught just now: {windows.right:.0%} of new crops are told rightly."
    return SlidingShown(
        windows.pixels,
        "",
        "",
        windows,
        crops,
        dense,
        gaps,
        (row, column),
        rect,
        chosen,
        tuple((windows.names[i], float(peaks[i])) for i in best),
        _facts(windows),
        SHAPES_OF[windows.request.toy_size] if is_toy else _shape_line(windows),
        why,
        _at(windows, row, column),
    )


def _facts(windows: Windows) -> tuple[tuple[str, str, str], ...]:
    total = round(windows.progress.total)
    seconds, share = windows.seconds, windows.done / total
    is_done = windows.done == total
    expected = "" if is_done or not share else f" / {_seconds(seconds[0] / share)}"
    return (
        ("", "Crops", "1 pass"),
        ("Passes", f"{windows.done:,}" + ("" if is_done else f" of {total:,}"), "1"),
        ("Products", _large(windows.macs[0]), _large(windows.macs[1])),
        ("Time", _seconds(seconds[0]) + expected, _seconds(seconds[1])),
    )


def _more(windows: Windows) -> str:
    """How much more the crops cost."""
    products = windows.macs[0] / windows.macs[1]
    words = f"The crops need {products:.1f} times the products"
    if windows.is_whole and windows.seconds[1]:
        words += f" and {windows.seconds[0] / windows.seconds[1]:.1f} times the time"
    return f"{words}."


def _shape_line(windows: Windows) -> str:
    height, width = windows.size
    rows, columns, classes = windows.dense.shape
    return f"{height}×{width}×3 → {rows}×{columns}×{classes}, windows of {windows.window}"


def _at(windows: Windows, row: int, column: int) -> str:
    inside = [i for i, name in enumerate(windows.names) if name not in BACKGROUND]
    dense, crop = windows.dense[row, column], windows.crops[row, column]
    best = max(inside, key=lambda i: float(dense[i]))
    here = "…" if np.isnan(crop[best]) else short(float(crop[best]))
    return (
        f"Window in row {row}, column {column}: {windows.names[best]}, crop {here}, "
        f"one pass {short(float(dense[best]))}"
    )


def _scales(windows: Windows) -> tuple[float, float]:
    """Pixels of the picture for one at the network's scale, across and down."""
    height, width = windows.pixels.shape[:2]
    return width / windows.size[1], height / windows.size[0]


def _large(number: int) -> str:
    for size, word in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {word}"
    return str(number)


def _seconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
