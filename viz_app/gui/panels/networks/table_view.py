"""The layer table on the screen: every cell can be selected, and asks to be explained."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from viz_app.gui.theme import Theme
from viz_app.labs.networks.scene import COLUMNS, Column
from viz_app.labs.networks.table import HEADINGS, TIPS, Table
from viz_app.labs.networks.view import NetworkShown

Index = QModelIndex | QPersistentModelIndex
ROLE = Qt.ItemDataRole
WIDEST_WORDS_PX, NARROW_WORDS_PX = 190, 84
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
        self.order: tuple[int, ...] = ()  # which line of the table each row shows
        self.current = -1  # the row whose layer is selected
        self.sorted_by: Column | None = None
        self.is_falling = True
        # asked for some hundred times a paint
        self._mono = theme.font(12, is_mono=True)
        self._colours: dict[str, QColor] = {}
        theme.changed.connect(self._on_theme_changed)

    def show_table(self, table: Table, order: tuple[int, ...]) -> None:
        """Show another table, or other lines of it."""
        self.beginResetModel()
        self.table, self.order = table, order
        self.endResetModel()

    def _on_theme_changed(self) -> None:
        self._mono = self._theme.font(12, is_mono=True)
        self._colours.clear()

    def _colour(self, token: str) -> QColor:
        if token not in self._colours:
            self._colours[token] = self._theme.colour(token)
        return self._colours[token]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if self.table is None or parent.isValid() else len(self.order)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        if self.table is None:
            return None
        line, column = self.table.lines[self.order[index.row()]], COLUMNS[index.column()]
        if role == ROLE.DisplayRole:
            return line.cells[index.column()]
        if role == ROLE.TextAlignmentRole:
            return self._side(index.column())
        if role == ROLE.FontRole and index.column() > 1:
            return self._mono
        if role == ROLE.ToolTipRole:
            return self.table.sentence if line.name == self.table.failed else TIPS[column]
        if role == ROLE.BackgroundRole and index.row() == self.current:
            return self._colour("accent_soft")
        if role == ROLE.ForegroundRole:
            return self._colour(self._token(self.order[index.row()], column))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == ROLE.DisplayRole:
            arrow = (" ↓" if self.is_falling else " ↑") * (column == self.sorted_by)
            return HEADINGS[column] + arrow
        if role == ROLE.ToolTipRole:
            return f"{TIPS[column]} Click: sort by it."
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


KIND = COLUMNS.index("kind")


class TableView(QTableView):
    """Shows a table and tells which cell was chosen, by mouse or arrow keys."""

    chosen = Signal(str, str)
    sort_asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines = TableModel(theme)
        self._is_quiet = False
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
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().sectionClicked.connect(
            lambda section: self.sort_asked.emit(COLUMNS[section])
        )
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        theme.changed.connect(self._arrange)
        self._arrange()

    def show_table(self, shown: NetworkShown) -> None:
        """Show a table with a cell selected, quietly."""
        self._is_quiet = True
        table, lines = shown.table, self._lines
        is_other = table is not lines.table
        lines.sorted_by, lines.is_falling = shown.sorted_by, shown.is_falling
        if is_other or shown.order != lines.order:
            lines.show_table(table, shown.order)
        if is_other:
            self._arrange()
        row = shown.order.index(table.line(shown.layer))
        index = lines.index(row, COLUMNS.index(shown.column))
        lines.current = row
        if index != self.currentIndex():
            self.setCurrentIndex(index)
            self.scrollTo(index)
        self._is_quiet = False
        self.horizontalHeader().viewport().update()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self.scrollTo(self.currentIndex())

    def _on_current_changed(self, index: QModelIndex, former: QModelIndex) -> None:
        if not self._is_quiet and index.isValid() and self._lines.table is not None:
            name = self._lines.table.lines[self._lines.order[index.row()]].name
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
        if sum(wanted) > self.viewport().width() and self._lines.table is not None:
            wanted = self._narrowest(self._lines.table, mono, plain)
        free = self.viewport().width() - sum(wanted)
        # where all the numbers do not fit, they go before the kind, which the drawing shows
        self.setColumnHidden(KIND, free < 0 and self.currentIndex().column() != KIND)
        gap = min(max(free // len(COLUMNS), self._theme.px(10)), self._theme.px(200))
        for i, width in enumerate(wanted):
            header.resizeSection(i, width + gap)
        self.viewport().update()

    def _narrowest(self, table: Table, mono: QFontMetrics, plain: QFontMetrics) -> list[int]:
        """Widths that just hold what this table has; names and kinds may be cut in the middle."""
        sign, found = mono.horizontalAdvance("0"), []
        for i, column in enumerate(COLUMNS):
            longest = max((line.cells[i] for line in table.lines), key=len)
            width = plain.horizontalAdvance(longest) if i < 2 else sign * len(longest)
            if i < 2:
                width = min(width, self._theme.px(NARROW_WORDS_PX))
            found.append(max(width, plain.horizontalAdvance(HEADINGS[column])))
        return found
