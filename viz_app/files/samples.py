"""The pictures that come with the program: photographs to look at, and styles to paint in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from viz_app.core.errors import ImageError
from viz_app.core.records import Picture
from viz_app.files.images import open_image
from viz_app.files.resources import resource

SAMPLE = "sample:"
"""What the ref of a bundled picture begins with; any other ref is a path."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A bundled picture."""

    name: str
    title: str
    credit: str
    licence: str
    kind: Literal["photo", "style"]

    @property
    def ref(self) -> str:
        """What a session calls it."""
        return SAMPLE + self.name


def _style(name: str, title: str) -> Sample:
    return Sample(name, title, "drawn by tools/make_styles.py", "MIT", "style")


SAMPLES: tuple[Sample, ...] = (
    Sample("chelsea", "Chelsea the cat", "Stéfan van der Walt", "CC0", "photo"),
    Sample("astronaut", "Astronaut Eileen Collins", "NASA", "public domain", "photo"),
    Sample("coffee", "A cup of coffee", "Rachel Michetti", "CC0", "photo"),
    Sample(
        "motorcycle",
        "A motorcycle in a garage",
        "Scharstein et al., Middlebury stereo datasets, 2014",
        "as distributed by scikit-image; the authors ask to be cited",
        "photo",
    ),
    Sample("rocket", "A rocket before its start", "SpaceX", "public domain", "photo"),
    Sample("galaxies", "Hubble's extreme deep field", "NASA and ESA", "public domain", "photo"),
    _style("night", "Whirling night"),
    _style("glass", "Stained glass"),
    _style("halftone", "Pop-art dots"),
    _style("marble", "Marbled paper"),
    _style("wave", "Woodcut waves"),
    _style("mosaic", "Mosaic fans"),
)


def path_of(ref: str) -> str:
    """The file behind a picture's ref, a bundled one or the user's own."""
    for known in SAMPLES:
        if ref == known.ref:
            folder = ("images",) if known.kind == "photo" else ("images", "styles")
            return str(resource(*folder, f"{known.name}.jpg"))
    return ref


def sample(name: str) -> Picture:
    """The bundled picture `name`. Raises ImageError if there is none of that name."""
    ref = SAMPLE + name
    if path_of(ref) == ref:
        names = ", ".join(known.name for known in SAMPLES)
        raise ImageError(f"There is no sample picture “{name}”: choose one of {names}.")
    return replace(open_image(Path(path_of(ref))), ref=ref)


def open_ref(ref: str) -> Picture:
    """The picture behind a ref, a bundled one or the user's own. Raises ImageError."""
    return sample(ref.removeprefix(SAMPLE)) if ref.startswith(SAMPLE) else open_image(Path(ref))
