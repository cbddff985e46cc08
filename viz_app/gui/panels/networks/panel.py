"""The networks lab's panel: the views in the header, and one page for each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from viz_app.core.errors import VizError
from viz_app.files.atomic import write_atomic
from viz_app.gui.own_dialog import OwnDialog
from viz_app.gui.panel import Panel
from viz_app.gui.panels.networks.compare_page import ComparePage
from viz_app.gui.panels.networks.costs_page import CostsPage
from viz_app.gui.panels.networks.drawing_export import to_file
from viz_app.gui.panels.networks.network_page import NetworkPage
from viz_app.gui.save_dialog import ask_to_save
from viz_app.gui.theme import Theme
from viz_app.gui.widgets.pages import Pages
from viz_app.gui.widgets.view_switch import ViewSwitch
from viz_app.labs.networks.compare import Side
from viz_app.labs.networks.controls import VIEW
from viz_app.labs.networks.costs import Costs
from viz_app.labs.networks.presenter import NetworksPresenter
from viz_app.labs.networks.scene import View
from viz_app.labs.networks.view import NetworkShown
from viz_app.labs.presenter import Presenter

SAVES = ("SVG (*.svg)", "PDF (*.pdf)")


class NetworksPanel(Panel):
    """Shows the page of the view that is chosen."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._presenter: NetworksPresenter
        self._shown: NetworkShown | None = None
        self.views = self.header = ViewSwitch(VIEW, theme)
        self.network = NetworkPage(theme)
        self.compare = ComparePage(theme)
        self.costs = CostsPage(theme)
        self._pages = Pages()
        self._page_of = {"network": self.network, "compare": self.compare, "costs": self.costs}
        for page in self._page_of.values():
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)

    def attach(self, presenter: Presenter[Any, Any]) -> None:
        assert isinstance(presenter, NetworksPresenter)
        self._presenter = presenter
        self.views.moved.connect(lambda view: presenter.edited("view", view))
        self.network.attach(presenter)
        self.costs.attach(presenter)

    def figure(self) -> QWidget:
        """Return what Export draws, its formulas set."""
        self.network.settle()
        self.costs.settle()
        return self

    def show_view(self, view: View) -> None:
        """Bring a page forward."""
        self.views.show_value(view)
        self._pages.setCurrentWidget(self._page_of[view])

    def show_network(self, shown: NetworkShown) -> None:
        """Show the table, the drawing and the explanation."""
        self._shown = shown
        self.network.show_network(shown)

    def show_comparison(self, sides: tuple[Side, Side]) -> None:
        """Show two networks side by side."""
        self.compare.show_comparison(sides)

    def show_costs(self, costs: Costs) -> None:
        """Show a calculator."""
        self.costs.show_costs(costs)

    def ask_for_network(self) -> None:
        """Ask for a network of the user's own, beside the window: it is not held up."""
        dialog = OwnDialog(self.theme, self)
        dialog.agreed.connect(lambda spec, may_run: self._presenter.open_own(spec, may_run=may_run))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_where_to_save(self) -> None:
        """Ask for a file and save the drawing."""
        path = ask_to_save(self, "Save the drawing", "network.svg", SAVES)
        if path is not None:
            self.save_drawing(path)

    def save_drawing(self, path: Path) -> None:
        """Save the drawing of the network shown, by the file's ending."""
        if self._shown is None:
            self._presenter.house.speaker.tell("There is no drawing yet: open the Network view.")
            return
        title = self._shown.table.network.title
        try:
            write_atomic(path, to_file(self._shown.figure, self.theme, title, path.suffix))
        except VizError as error:
            self._presenter.house.speaker.tell(str(error))
        else:
            self._presenter.house.tell_done(f"Saved {path.name}.")

    def copy_text(self, text: str) -> None:
        """Put a text on the clipboard."""
        QGuiApplication.clipboard().setText(text)
