"""Five layers side by side, from the first to the last: how what is seen grows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viz_app.gui.panels.activations.mosaic_grid import MosaicGrid
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.activations.jobs import BesideTiles

MOST = 5


class Beside(QWidget):
    """A mosaic of the strongest channels for each of five layers."""

    chosen = Signal(str, int)  # layer, channel

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._layers: list[str] = []
        self.grids = [MosaicGrid(theme, f"Layer {i + 1} of five") for i in range(MOST)]
        self._titles = [QLabel() for _ in range(MOST)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for i, (grid, title) in enumerate(zip(self.grids, self._titles, strict=True)):
            set_role(title, "group")
            title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(title)
            column.addWidget(grid, 1)
            row.addLayout(column, 1)
            grid.chosen.connect(lambda channel, i=i: self._on_chosen(i, channel))

    def show_five(self, five: tuple[BesideTiles, ...], colours: str) -> None:
        """Show the layers there are."""
        self._layers = [tiles.layer for tiles in five]
        for i, (grid, title) in enumerate(zip(self.grids, self._titles, strict=True)):
            is_there = i < len(five)
            grid.setVisible(is_there)
            title.setVisible(is_there)
            if is_there:
                title.setText(five[i].layer)
                grid.setAccessibleName(f"Strongest channels of {five[i].layer}")
                grid.show_tiles(five[i].shades, five[i].order, colours, -1)

    def _on_chosen(self, index: int, channel: int) -> None:
        if index < len(self._layers):
            self.chosen.emit(self._layers[index], channel)
