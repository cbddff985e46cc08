"""What a run is made from: styles, the mask, a picture to start from; chosen, mixed, opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viz_app.files.images import thumbnail
from viz_app.labs.presenter import House
from viz_app.labs.style.filing import Filing
from viz_app.labs.style.mask import as_text, from_text, of_picture
from viz_app.labs.style.one_pass_jobs import ARBITRARY
from viz_app.labs.style.scene import MOST_STYLES, SIZES, StyleScene

Pixels = NDArray[np.uint8]


class Choosing:
    """Part of the presenter.

    Parameters
    ----------
    change
        goes on to a scene with some fields changed
    start_from
        starts the optimisation from a picture of the current image
    """

    def __init__(
        self,
        house: House,
        scene: Callable[[], StyleScene],
        change: Callable[..., None],
        filing: Filing,
        start_from: Callable[[Pixels], None],
    ) -> None:
        self._house, self._scene, self._change = house, scene, change
        self._filing, self._start_from = filing, start_from

    def style_chosen(self, ref: str, *others: str) -> None:
        """Paint in the manner of another picture, or of several."""
        if len(others) >= MOST_STYLES:
            self._tell_of_many()
        self._change(gesture="style", style=ref, others=others, one_pass=self._one_pass())

    def style_toggled(self, ref: str) -> None:
        """Mix another style in, or leave it out; one always stays."""
        scene = self._scene()
        left = [known for known in scene.styles if known != ref]
        if len(left) == len(scene.styles):
            left.append(ref)
        if len(left) > MOST_STYLES:
            self._tell_of_many()
        elif left:
            self._change(style=left[0], others=tuple(left[1:]), one_pass=self._one_pass())

    def styles_dropped(self, refs: list[str], is_mixed: bool) -> None:
        """Paint in the manner of files that were dropped, or mix them in."""
        if not is_mixed:
            self.style_chosen(*refs)
        for ref in refs if is_mixed else ():
            if ref not in self._scene().styles:
                self.style_toggled(ref)

    def mask_painted(self, mask: Pixels | None) -> None:
        """Apply the style where this mask says; each stroke is a step of undo."""
        self._change(mask=as_text(mask))

    def mask_inverted(self) -> None:
        """Let the style apply where it did not, and the other way round."""
        mask = from_text(self._scene().mask)
        if mask is not None:
            self.mask_painted(255 - mask)

    def mask_opened(self, path: Path) -> None:
        """Apply the style where a picture is white."""
        self._filing.read(path, of_picture, self.mask_painted)

    def start_opened(self, path: Path) -> None:
        """Start a new run from a picture file."""
        self._filing.read(path, lambda pixels: thumbnail(pixels, SIZES[-1]), self._start_from)

    def _one_pass(self) -> str:
        """A style picture that is chosen in the view of one pass asks for the network of any."""
        scene = self._scene()
        return scene.one_pass if scene.view == "optimise" else ARBITRARY

    def _tell_of_many(self) -> None:
        self._house.speaker.tell(f"At most {MOST_STYLES} styles can be mixed: leave one out.")
