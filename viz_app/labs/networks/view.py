"""What the presenter tells its panel, as an interface that a test can record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from viz_app.labs.networks.compare import Side
from viz_app.labs.networks.costs import Costs
from viz_app.labs.networks.explain import Explanation
from viz_app.labs.networks.figure import Figure
from viz_app.labs.networks.scene import Column, View
from viz_app.labs.networks.table import Table


@dataclass(frozen=True, slots=True)
class NetworkShown:
    """The network view: table, drawing, totals, what is selected and what it means."""

    table: Table
    figure: Figure
    totals: tuple[tuple[str, str], ...]
    layer: str
    column: Column
    explanation: Explanation
    is_built: bool
    order: tuple[int, ...]
    sorted_by: Column | None
    is_falling: bool
    words: str
    is_own: bool


class NetworksView(Protocol):
    """What the presenter tells its panel."""

    def show_view(self, view: View) -> None:
        """Bring a view forward."""

    def show_network(self, shown: NetworkShown) -> None:
        """Show the table, the drawing and the explanation."""

    def show_comparison(self, sides: tuple[Side, Side]) -> None:
        """Show two networks side by side."""

    def show_costs(self, costs: Costs) -> None:
        """Show a calculator."""

    def ask_for_network(self) -> None:
        """Ask for a network of the user's own."""

    def ask_where_to_save(self) -> None:
        """Ask for a file and save the drawing."""

    def copy_text(self, text: str) -> None:
        """Put a text on the clipboard."""
