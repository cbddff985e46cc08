"""What the page of nine patches is told, as records; and its interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from viz_app.labs.activations.mosaic_shown import ChannelShown

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PatchesState:
    """Which images are searched, and how far that is."""

    source: str
    hint: str
    words: str
    is_running: bool
    can_search: bool


@dataclass(frozen=True, slots=True, eq=False)
class PatchShown:
    """One patch: its pixels [h, w, 3], and where it lies in which image."""

    pixels: Pixels
    value: float
    name: str
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class UnitShown:
    """The patches of the selected channel, the strongest first."""

    layer: str
    channel: int
    patches: tuple[PatchShown, ...]

    @property
    def is_dead(self) -> bool:
        """Whether the channel is zero all over all images: patches of it mean nothing."""
        return all(patch.value == 0 for patch in self.patches)


@dataclass(frozen=True, slots=True, eq=False)
class LayerSheet:
    """Channels of one layer: their patches as tiles, uint8 [n, side, side, 4] with alpha.

    ``channels`` and ``values`` say which channel each tile is, and its strongest value.
    """

    layer: str
    title: str
    tiles: Pixels
    channels: tuple[int, ...]
    values: tuple[float, ...]


class PatchesView(Protocol):
    """What the part tells its page."""

    def show_state(self, state: PatchesState) -> None:
        """Show which images are searched, and how far that is."""

    def show_map(self, shown: ChannelShown | None) -> None:
        """Show the selected channel's map of the current image."""

    def show_unit(self, shown: UnitShown | None, sentence: str) -> None:
        """Show the patches of the selected channel, or why there are none."""

    def show_projected(self, shown: UnitShown | None, method: str) -> None:
        """Show what the unit of each patch owes to its pixels instead of the map; None: the map."""

    def show_grown(self, pixels: Pixels | None, words: str) -> None:
        """Show the image that the channel wants instead of the map; without words: the map."""

    def show_sheet(self, sheets: tuple[LayerSheet, ...], selected: tuple[str, int]) -> None:
        """Show the patches of many channels, and mark the selected one."""

    def ask_folder(self) -> None:
        """Ask for a folder of images."""

    def ask_file(self) -> None:
        """Ask for a file of patches."""

    def ask_where_to_save(self, suggestion: str) -> None:
        """Ask for a file: the sheet as picture or pages, or the patches for later."""
