"""The network view: the drawing above, the explained table below, what one can do between."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from viz_app.gui.panel import ActionButton, Card, to_qaction
from viz_app.gui.panels.networks.drawing import Drawing
from viz_app.gui.panels.networks.table_view import TableView
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.flow_bar import FlowBar
from viz_app.gui.widgets.formula import Formula
from viz_app.gui.widgets.words import Words
from viz_app.labs.networks.explain import Explanation
from viz_app.labs.networks.presenter import NetworksPresenter
from viz_app.labs.networks.view import NetworkShown

BUTTONS = ("Open own network…", "Open in Activations", "Move layer up", "Move layer down",
           "Duplicate layer", "Delete layer", "Back to the catalogue's")  # fmt: skip
FORMULA_AFTER_MS = 80  # table and drawing are painted by then
LEAST_FILTER_PX = 140  # of the filter's width and the margins, beside the tools
LEAST_TABLE_PX = 84  # the header and two layers


class NetworkPage(QWidget):
    """Shows one network; the drawing and the table share their selection."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.drawing = Drawing(theme)
        self.table = TableView(theme)
        self.totals = Words()
        self.totals.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.heading = QLabel()
        set_role(self.heading, "group")
        self.formula = Formula(theme, 16)
        self.formula.setToolTip("The selected number, from the numbers it follows from.")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.buttons: list[ActionButton] = []
        self.add = QPushButton("Add layer")
        self.add.setToolTip("Put a layer behind the selected one.")
        self.add.setAccessibleName("Add layer")
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter layers")
        self.filter.setToolTip("Show only the layers whose name or kind has these words.")
        self.filter.setAccessibleName("Filter layers")
        self.filter.setClearButtonEnabled(True)
        self._explanation = Explanation("", "", "")
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(FORMULA_AFTER_MS)
        self._soon.timeout.connect(self._show_formula)
        self._tools = FlowBar()
        self._tools.add(self.add)
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: NetworksPresenter) -> None:
        """Connect the intents."""
        self.drawing.chosen.connect(presenter.layer_chosen)
        self.table.chosen.connect(presenter.cell_chosen)
        self.table.sort_asked.connect(presenter.column_sorted)
        self.filter.textEdited.connect(presenter.words_typed)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        for action in presenter.actions:
            if action.text.startswith("Add "):
                entry = to_qaction(action, self._menu)
                words = action.text.removeprefix("Add ")
                entry.setText(words[0].upper() + words[1:])
                self._menu.addAction(entry)
        self.add.clicked.connect(self._open_menu)
        named = {action.text: action for action in presenter.actions}
        for text in BUTTONS:
            button = ActionButton(named[text], self._theme)
            button.setText("")
            set_role(button, "flat")
            self.buttons.append(button)
            self._tools.add(button)

    def show_network(self, shown: NetworkShown) -> None:
        """Show table, drawing and explanation."""
        table = shown.table
        totals = " · ".join(f"{label} {value}" for label, value in shown.totals)
        self.drawing.show_figure(shown.figure, shown.layer, f"{table.network.title}: {totals}")
        self.table.show_table(shown)
        if self.filter.text() != shown.words:
            self.filter.setText(shown.words)
        is_elsewhere = bool(table.failed) and table.failed != shown.layer
        colour = self._theme.colour("warning").name()
        failed = f'<br><span style="color: {colour}">{table.sentence}</span>' * is_elsewhere
        parts = [f"<b>{_unbroken(table.network.title)}</b>"]
        parts += [_unbroken(f"{label} <b>{value}</b>") for label, value in shown.totals]
        self.totals.setText(" &nbsp; ".join(parts) + failed)
        self.heading.setText(shown.explanation.heading)
        self._explanation = shown.explanation
        if not self._soon.isActive():
            self._soon.start()
        self.words.setText(shown.explanation.words)
        set_role(self.words, "warning" if table.failed == shown.layer else "plain")
        for button in self.buttons:
            button.refresh()
        self.buttons[-1].setVisible(shown.is_built)
        self.add.setEnabled(not shown.is_own)

    def settle(self) -> None:
        """Show now what would be shown in a moment."""
        if self._soon.isActive():
            self._soon.stop()
            self._show_formula()

    def _show_formula(self) -> None:
        """Set the formula: 20 ms, so only once table and drawing are painted."""
        self.formula.show_latex(self._explanation.latex, self._explanation.words)
        self.formula.setVisible(bool(self._explanation.latex))

    def _build(self) -> None:
        above = Card()
        above.column.setContentsMargins(4, 4, 4, 4)
        above.column.addWidget(self.drawing, 1)
        below = Card()
        below.column.setContentsMargins(12, 8, 12, 8)
        top = self._top = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        top.addWidget(self.filter, 1)
        top.addWidget(self._tools)
        below.column.addWidget(self.totals)
        below.column.addLayout(top)
        below.column.addWidget(self.table, 1)
        self._explained = QWidget()
        column = QVBoxLayout(self._explained)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.heading)
        column.addWidget(self.formula, 1)
        column.addWidget(self.words)
        below.column.addWidget(self._explained)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(above)
        split.addWidget(below)
        split.setSizes([360, 540])
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the tools under the filter where they have no room beside it."""
        room_px = self._theme.px(LEAST_FILTER_PX) + self._tools.sizeHint().width()
        direction = QBoxLayout.Direction
        is_narrow = self.width() < room_px
        self._top.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)

    def _open_menu(self) -> None:
        self._menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height())))

    def _on_theme_changed(self) -> None:
        self.add.setIcon(self._theme.icon("plus"))
        self.add.setIconSize(QSize(16, 16))
        # room for the tallest formula, so that the table does not jump
        self._explained.setFixedHeight(self._theme.px(92))
        self.table.setMinimumHeight(self._theme.px(LEAST_TABLE_PX))
        self.filter.setMinimumWidth(self._theme.px(90))


def _unbroken(text: str) -> str:
    return text.replace(" ", "&nbsp;")
