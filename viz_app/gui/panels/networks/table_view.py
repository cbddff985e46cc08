"""The layer table on the screen: every cell can be selected, and asks to be explained."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from viz_app.gui.theme import Theme
from viz_app.labs.networks.scene import COLUMNS, Column
from viz_app.labs.networks.table import HEADINGS, TIPS, Table

Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole
WIDEST_WORDS_PX = 190
FIRST_NUMBER = COLUMNS.index("shape")
TOKENS: dict[Column, str] = {
    "kernel": "kernel", "stride": "kernel", "padding": "kernel", "shape": "output",
    "parameters": "kernel",
}  # fmt: skip
LONGEST = {
    "name": "conv5_1_2_norm", "kind": "average pooling", "kernel": "11×1", "stride": "2×2",
    "padding": "same", "shape": "224×224×512", "size": "12,845,056",
    "parameters": "138,357,544", "macs": "15,470,264,320", "field": "1,234",
    "jump": "Jump",
}  # fmt: skip


class TableModel(QAbstractTableModel):
    """Hands the lines of a table to Qt."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.table: Table | None = None
        self.current = -1  # the line whose layer is selected

    def show_table(self, table: Table) -> None:
        """Show another table."""
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if self.table is None or parent.isValid() else len(self.table.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        if self.table is None:
            return None
        line, column = self.table.lines[index.row()], COLUMNS[index.column()]
        if role == ROLE.DisplayRole:
            return line.cells[index.column()]
        if role == ROLE.TextAlignmentRole:
            return self._side(index.column())
        if role == ROLE.FontRole and index.column() > 1:
            return self._theme.font(12, is_mono=True)
        if role == ROLE.ToolTipRole:
            return self.table.sentence if line.name == self.table.failed else TIPS[column]
        if role == ROLE.BackgroundRole and index.row() == self.current:
            return self._theme.colour("accent_soft")
        if role == ROLE.ForegroundRole:
            return self._theme.colour(self._token(index.row(), column))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == ROLE.DisplayRole:
            return HEADINGS[COLUMNS[section]]
        if role == ROLE.ToolTipRole:
            return TIPS[COLUMNS[section]]
        if role == ROLE.TextAlignmentRole:
            return self._side(section)
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        return (right if column >= FIRST_NUMBER else left) | Qt.AlignmentFlag.AlignVCenter

    def _token(self, row: int, column: Column) -> str:
        assert self.table is not None
        line = self.table.lines[row]
        if self.table.failed and line.name == self.table.failed:
            return "warning"
        if line.layer is None:
            return "input" if column in ("name", "shape", "size") else "muted"
        if line.row is None or line.cells[COLUMNS.index(column)] in ("0", "1", "–"):
            return "muted"
        return TOKENS.get(column, "text")


class TableView(QTableView):
    """Shows a table and tells which cell was chosen, by mouse or arrow keys."""

    chosen = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines = TableModel(theme)
        self._is_quiet = False
        self._is_brief = False
        self.setModel(self._lines)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setCornerWidget(QWidget())
        self.setAccessibleName("Layers and their numbers")
        self.setToolTip("Select a cell to see where its number comes from.")
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        theme.changed.connect(self._arrange)
        self._arrange()

    def show_table(
        self, table: Table, layer: str, column: Column, *, is_brief: bool = False
    ) -> None:
        """Show a table with a cell selected, quietly; in brief, without its minor lines."""
        self._is_quiet = True
        if table is not self._lines.table:
            self._lines.show_table(table)
            self._arrange()
            self._is_brief = False  # a new table shows all its lines
        if is_brief or self._is_brief:
            for i, line in enumerate(table.lines):
                is_hidden = is_brief and line.is_minor and line.name != layer
                self.setRowHidden(i, is_hidden)
        self._is_brief = is_brief
        index = self._lines.index(table.line(layer), COLUMNS.index(column))
        self._lines.current = index.row()
        if index != self.currentIndex():
            self.setCurrentIndex(index)
            self.scrollTo(index)
        self._is_quiet = False
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self.scrollTo(self.currentIndex())

    def _on_current_changed(self, index: QModelIndex, former: QModelIndex) -> None:
        if not self._is_quiet and index.isValid() and self._lines.table is not None:
            name = self._lines.table.lines[index.row()].name
            self.chosen.emit(name, COLUMNS[index.column()])

    def _arrange(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.px(26))
        header = self.horizontalHeader()
        mono = QFontMetrics(self._theme.font(12, is_mono=True))
        plain = QFontMetrics(self._theme.font(13, is_bold=True))
        wanted = []
        for i, column in enumerate(COLUMNS):
            metrics = mono if i > 1 else plain
            texts = metrics.horizontalAdvance(LONGEST[column])
            if i < 2 and self._lines.table is not None:
                cells = {line.cells[i] for line in self._lines.table.lines}
                longest = max(metrics.horizontalAdvance(cell) for cell in cells)
                texts = min(max(texts, longest), self._theme.px(WIDEST_WORDS_PX))
            wanted.append(max(texts, plain.horizontalAdvance(HEADINGS[column])))
        free = self.viewport().width() - sum(wanted)
        gap = min(max(free // len(COLUMNS), self._theme.px(10)), self._theme.px(200))
        for i, width in enumerate(wanted):
            header.resizeSection(i, width + gap)
        self.viewport().update()
