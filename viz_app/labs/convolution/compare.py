"""The Compare view's part of the presenter: the flip, and (A∗B)∗C = A∗(B∗C)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from viz_app.core.convolution.associativity import Associativity, associativity
from viz_app.core.errors import ShapeError, VizError
from viz_app.core.records import Picture
from viz_app.labs.convolution import editing
from viz_app.labs.convolution.figure import Block, Figure, Plane, figure_of
from viz_app.labs.convolution.layer import Layer, layer_of
from viz_app.labs.convolution.numbers import Array, Numbers, with_cell
from viz_app.labs.convolution.pointing import Mark, Target, point
from viz_app.labs.convolution.scene import ConvolutionScene
from viz_app.labs.convolution.trouble import Trouble

MOST_SHOWN = 6  # cells of the input along an axis: a lesson, not a measurement
MOST_CELLS = 8  # of A, B and C


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence, and whether it tells of an equality."""

    sentence: str
    is_equal: bool


class CompareView(Protocol):
    """What the Compare view shows."""

    def show_flip(self, figure: Figure, marks: tuple[Mark, ...], verdict: Verdict) -> None:
        """Show cross-correlation above convolution."""

    def show_associativity(
        self, figure: Figure, marks: tuple[Mark, ...], verdicts: tuple[Verdict, Verdict]
    ) -> None:
        """Show both ways round, for convolution and for cross-correlation."""


class CompareDesk:
    """Computes both comparisons; small numbers, so at once."""

    def __init__(self, view: CompareView, trouble: Trouble, change: Callable[..., None]) -> None:
        self.view, self._trouble, self._change = view, trouble, change
        self._layers: tuple[Layer, Layer] | None = None
        self._scene = ConvolutionScene()
        self._hovered: tuple[int, ...] | None = None
        self.both: tuple[Associativity, Associativity] | None = None

    def show(self, scene: ConvolutionScene, picture: Picture | None) -> None:
        """Compute and show both."""
        self._scene = scene
        small = compared(scene)
        try:
            self._layers = (
                layer_of(replace(small, kind="correlate"), picture),
                layer_of(replace(small, kind="convolve"), picture),
            )
            a, b, c = (part.array() for part in (scene.a, scene.b, scene.c))
            self.both = (associativity(a, b, c), associativity(a, b, c, "correlate"))
        except VizError as error:
            self._trouble.tell(error)
            return
        self._trouble.over()
        self._show_flip()
        self._show_associativity()

    def hovered(self, target: Target | None) -> None:
        """The pointer is over an output cell of either: both windows are marked."""
        is_output = target is not None and target.block.endswith("output")
        self._hovered = target.index if target is not None and is_output else None
        self._show_flip()

    def typed(self, target: Target, text: str) -> None:
        """A number was typed into A, B or C."""
        name = target.block
        if name not in ("a", "b", "c"):
            return
        try:
            value = editing.number_of(text)
            grid = with_cell(getattr(self._scene, name).array(), target.index, value)
            self._change(**{name: Numbers.of(grid)})
        except VizError as error:
            self._trouble.tell(error)

    def pasted(self, name: str, text: str) -> None:
        """Numbers were pasted as A, B or C."""
        from viz_app.core.numbers_text import parse_numbers

        try:
            grid = np.atleast_2d(parse_numbers(text))
            if grid.ndim != 2 or max(grid.shape) > MOST_CELLS:
                raise ShapeError(f"Paste rows of at most {MOST_CELLS} by {MOST_CELLS} numbers.")
            self._change(**{name: Numbers.of(grid)})
        except VizError as error:
            self._trouble.tell(error)

    def kernels_taken(self) -> None:
        """Make B the kernel of the Step view."""
        if self._layers is not None and self._layers[0].weights is not None:
            self._change(b=Numbers.of(self._layers[0].weights[0, 0]))

    def numbers(self) -> Mapping[str, Any]:
        """Both outputs, and both ways round."""
        if self._layers is None or self.both is None:
            return {}
        convolution, correlation = self.both
        return {
            "input": self._layers[0].x,
            "kernel": self._layers[0].weights,
            "cross_correlation": self._layers[0].z,
            "convolution": self._layers[1].z,
            "convolution_ab_c": convolution.left,
            "convolution_a_bc": convolution.right,
            "correlation_ab_c": correlation.left,
            "correlation_a_bc": correlation.right,
        }

    def _show_flip(self) -> None:
        """The input above, both kernels under it, both outputs below."""
        assert self._layers is not None
        blocks: dict[str, Block] = {}
        marks: dict[tuple[str, tuple[int, ...]], Mark] = {}
        for layer, name in zip(self._layers, ("correlate", "convolve"), strict=True):
            first = (0,) * layer.a.ndim
            at = self._hovered if _lies_in(self._hovered, layer.a.shape) else first
            scene = compared(self._scene)
            titles = (
                ("Kernel", "Cross-correlation")
                if name == "correlate"
                else ("Turned by 180°", "Convolution")
            )
            for block in figure_of(layer, scene, first, layer.a).blocks:
                key = "input" if block.key == "input" else f"{name}.{block.key}"
                title = {"input": block.title, "kernel": titles[0], "output": titles[1]}[block.key]
                blocks[key] = replace(block, key=key, title=title, is_editable=False)
            for mark in point(layer, Target("output", at or first)).marks:
                key = "input" if mark.block == "input" else f"{name}.{mark.block}"
                marks[key, mark.index] = replace(mark, block=key, note="")
        sign = "=" if np.array_equal(self._layers[0].z, self._layers[1].z) else "≠"
        rows: tuple[tuple[Block | str, ...], ...] = (
            (blocks["input"],),
            (blocks["correlate.kernel"], "→", blocks["convolve.kernel"]),
            (blocks["correlate.output"], sign, blocks["convolve.output"]),
        )
        self.view.show_flip(Figure(rows), tuple(marks.values()), self._flip_verdict())

    def _flip_verdict(self) -> Verdict:
        assert self._layers is not None
        first, second = self._layers
        assert first.weights is not None
        if np.array_equal(first.z, second.z):
            return Verdict("Turning this kernel by 180° changes nothing in these outputs.", True)
        turned = np.flip(first.weights, axis=(-1, -2))
        if np.array_equal(turned, -first.weights):
            return Verdict("This kernel turned is its own negative: so is the output.", False)
        count = int((first.z != second.z).sum())
        return Verdict(f"{count} of {first.z.size} outputs differ: the kernel is turned.", False)

    def _show_associativity(self) -> None:
        assert self.both is not None
        scene = self._scene
        parts = [
            _block(
                name, "kernel", name.upper(), getattr(scene, name).array(), is_editable=True
            )
            for name in "abc"
        ]  # fmt: skip
        rows: list[tuple[Block | str, ...]] = [(parts[0], "∗", parts[1], "∗", parts[2])]
        marks: list[Mark] = []
        for both, key, sign in zip(self.both, ("convolution", "correlation"), "∗⋆", strict=True):
            is_equal = both.is_equal
            left = _block(f"{key}.left", "output", f"(A {sign} B) {sign} C", both.left)
            right = _block(f"{key}.right", "output", f"A {sign} (B {sign} C)", both.right)
            rows.append((left, "=" if is_equal else "≠", right))
            marks += [
                Mark(f"{key}.{side}", tuple(cell), "wrong")
                for side in ("left", "right")
                for cell in np.argwhere(both.left != both.right).tolist()
                if not is_equal
            ]
        exact = self.both[0].left.dtype == np.int64
        last = "to the last bit" if exact else "within rounding"
        verdicts = []
        for both, name in zip(self.both, ("Convolution", "Cross-correlation"), strict=True):
            words = (
                f"equal {last}"
                if both.is_equal
                else (f"{int((both.left != both.right).sum())} of {both.left.size} cells differ")
            )
            verdicts.append(Verdict(f"{name}: {words}.", both.is_equal))
        self.view.show_associativity(Figure(tuple(rows)), tuple(marks), (verdicts[0], verdicts[1]))


def compared(scene: ConvolutionScene) -> ConvolutionScene:
    """The scene with as much of its input as the comparison shows, one channel and filter."""
    fields: dict[str, Any] = {
        "cells_y": min(scene.cells_y, MOST_SHOWN), "cells_x": min(scene.cells_x, MOST_SHOWN),
        "channels": 1, "filters": 1, "groups": 1, "relu": False, "has_bias": False,
        "shows_coverage": False, "shows_unused": False, "scatters": False, "first_channel": 0,
    }  # fmt: skip
    if scene.channel == "rgb":
        fields["channel"] = "grey"
    if scene.dimensions == 3:
        fields |= {"dimensions": 2, "source": "example", "example": "vertical_edge"}
        fields |= {"cells_y": 6, "cells_x": 6, "weights": None}
    return replace(scene, **fields)


def _block(key: str, token: str, title: str, values: Array, *, is_editable: bool = False) -> Block:
    cells = np.stack(tuple(np.indices(values.shape)), axis=-1)
    return Block(key, token, title, (Plane("", values, cells),), is_editable)


def _lies_in(index: tuple[int, ...] | None, shape: tuple[int, ...]) -> bool:
    """Whether there is such a cell: the output may have shrunk under the pointer."""
    return (
        index is not None
        and len(index) == len(shape)
        and all(0 <= i < size for i, size in zip(index, shape, strict=True))
    )
