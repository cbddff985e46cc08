"""The command palette (Ctrl+K), and the table of all keys (?): both read the same actions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from viz_app.gui.theme import Theme, set_role


class CommandPalette(QDialog):
    """Type a few letters, press Enter: every command of the house and of the lab shown."""

    def __init__(self, actions: list[QAction], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._actions = [a for a in actions if a.text() and a.isEnabled()]
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search commands and labs")
        self.search.setAccessibleName("Search commands")
        self.search.setToolTip(
            "Type letters of the command in their order; arrows and Enter choose."
        )
        self.list = QListWidget()
        self.list.setAccessibleName("Commands found")
        self.list.setToolTip("Enter or a click runs the command.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.setFixedSize(theme.px(520), theme.px(380))
        self.search.textChanged.connect(self._on_typed)
        self.search.installEventFilter(self)
        self.search.returnPressed.connect(self._run)
        self.list.itemClicked.connect(self._run)
        self._on_typed("")

    def open_over(self, window: QWidget) -> None:
        """Show at the top middle of the window."""
        x = (window.width() - self.width()) // 2
        self.move(window.mapToGlobal(QPoint(x, 52)))
        self.show()
        self.search.setFocus()

    def _on_typed(self, text: str) -> None:
        ranked = sorted(
            (
                (rank, i, a)
                for i, a in enumerate(self._actions)
                if (rank := match(text, a.text())) >= 0
            ),
            key=lambda hit: hit[:2],
        )
        self.list.clear()
        for _rank, _i, action in ranked:
            key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(f"{action.text().replace('&', '')}{'   ' + key if key else ''}")
            item.setToolTip(action.toolTip())
            item.setData(Qt.ItemDataRole.UserRole, action)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        self.close()
        if item is not None:
            item.data(Qt.ItemDataRole.UserRole).trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = (event.key() == Qt.Key.Key_Down) - (event.key() == Qt.Key.Key_Up)
            if step and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
        return super().eventFilter(watched, event)


def match(typed: str, text: str) -> int:
    """Return how badly ``typed`` fits ``text`` (0 best), or -1 if its letters are not in order."""
    typed, text = typed.lower().strip(), text.lower().replace("&", "")
    if typed in text:
        return text.index(typed)
    at, first = -1, 0
    for letter in typed.replace(" ", ""):
        at = text.find(letter, at + 1)
        if at < 0:
            return -1
        first += at
    return 100 + first


class KeysDialog(QDialog):
    """All keys that work now, as a table."""

    def __init__(self, groups: dict[str, list[QAction]], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(theme.px(560), theme.px(560))
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(20)
        row = 0
        for title, actions in groups.items():
            with_keys = [a for a in actions if not a.shortcut().isEmpty()]
            if not with_keys:
                continue
            heading = QLabel(title)
            set_role(heading, "group")
            grid.addWidget(heading, row, 0, 1, 2)
            for action in with_keys:
                row += 1
                keys = QLabel(action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
                set_role(keys, "mono")
                grid.addWidget(keys, row, 0)
                words = QLabel(action.toolTip())
                words.setWordWrap(True)
                grid.addWidget(words, row, 1)
            row += 1
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(row, 1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(area)
        layout.addWidget(buttons)
