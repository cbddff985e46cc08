"""What a view says where its network is not on this computer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from viz_app.files.registry import Network

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Offer:
    """What the view says where the detector is not on this computer."""

    title: str
    sentence: str
    facts: str
    has_example: bool = False  # whether the slide's example can be tried instead


_DOES = {
    "yolov4_tiny": "finds the boxes",
    "yolov2_tiny": "finds the boxes, cell by cell",
    "mtcnn": "finds faces",
}


_SHOWS = {
    "suppression": "Its raw boxes are thinned out, pick by pick, until each thing has one.",
    "grid": "Its last layer is a grid: each cell is asked for p_c, a box and a class.",
    "faces": "Three small networks sift windows of all sizes; the last one marks five points.",
    "evaluation": "What it finds is matched with the boxes that you draw: precision, recall, AP.",
    "live": "It looks at the newest frame of a webcam or a film; nothing is kept or sent.",
}


def offer_of(networks: Sequence[Network], name: str, view: str) -> Offer:
    """What is said in a view whose network is not here."""
    network = next(n for n in networks if n.name == name)
    has_example = view == "suppression"
    example = "; the slide's example needs none." if has_example else "."
    return Offer(
        f"{network.title} {_DOES.get(name, 'is needed here')}",
        f"{_SHOWS[view]} The network is not on this computer yet{example}",
        f"{network.size / MB:.1f} MB · {network.licence} · pictures stay on this computer",
        has_example,
    )
