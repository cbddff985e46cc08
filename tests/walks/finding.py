"""Where things stand in the window, by their names; asked in the program's own thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QMenuBar,
    QScrollArea,
    QTableView,
    QWidget,
)


def seen_widgets() -> list[QWidget]:
    return [w for w in QApplication.allWidgets() if w.isVisible()]


def words_of(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return str(text()).replace("&", "") if callable(text) else ""


def find(name: str, kind: type[QWidget] = QWidget) -> Any:
    """The visible widget with this accessible name, or else with this text."""
    front = QApplication.activeModalWidget() or QApplication.activePopupWidget()
    widgets = [w for w in seen_widgets() if isinstance(w, kind)]
    if front is not None:
        widgets = [w for w in widgets if w is front or front.isAncestorOf(w)] or widgets
    named = [w for w in widgets if w.accessibleName() == name and not isinstance(w, QLabel)]
    written = [w for w in widgets if words_of(w) == name and not isinstance(w, QLineEdit)]
    acting = [w for w in named if isinstance(w, QAbstractButton)]  # before a group of that name
    return next(iter(acting or named or written), None)


def list_with(name: str, option: str) -> Any:
    """The visible list with this name, if it has this option."""
    box = find(name, QComboBox)
    has_it = box is not None and any(option in box.itemText(i) for i in range(box.count()))
    return box if has_it else None


def place_in(widget: QWidget, at: tuple[float, float]) -> tuple[QPoint, Any]:
    """Where to click, and which wheel to turn first if that is out of sight."""
    inside = QPoint(round(widget.width() * at[0]), round(widget.height() * at[1]))
    place = widget.mapToGlobal(inside)
    area = widget.parentWidget()
    while area is not None:
        if isinstance(area, QScrollArea):
            port = area.viewport()
            seen = QRect(port.mapToGlobal(QPoint(0, 0)), port.size()).adjusted(0, 6, 0, -6)
            if not seen.top() <= place.y() <= seen.bottom():
                return place, (seen.center(), place.y() < seen.top())
        area = area.parentWidget()
    return place, None


def row_in(view: QAbstractItemView, text: str) -> tuple[QPoint, Any] | None:
    model = view.model()
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            if text in str(index.data()):
                rect, port = view.visualRect(index), view.viewport()
                over = port.mapToGlobal(port.rect().center())
                if not port.rect().contains(rect.center()):
                    return over, (over, rect.center().y() < 0)
                return port.mapToGlobal(rect.center()), None
    return None


def head_place(table: str, title: str) -> QPoint | None:
    view = find(table, QTableView)
    if view is None:
        return None
    header, model = view.horizontalHeader(), view.model()
    for i in range(model.columnCount()):
        if model.headerData(i, Qt.Orientation.Horizontal) == title:
            x = header.sectionViewportPosition(i) + header.sectionSize(i) // 2
            return header.viewport().mapToGlobal(QPoint(x, header.height() // 2))
    return None


def menu_place(title: str, is_first: bool) -> QPoint | None:
    kinds = QMenuBar if is_first else QMenu
    for menu in [w for w in seen_widgets() if isinstance(w, kinds)]:
        for action in menu.actions():
            if action.text().replace("&", "") == title:
                return menu.mapToGlobal(menu.actionGeometry(action).center())
    return None


def file_dialog() -> tuple[str, QPoint] | None:
    """The title of the dialog for files that is open, and where its line for the name stands."""
    for widget in seen_widgets():
        if isinstance(widget, QFileDialog):
            field = widget.findChild(QLineEdit, "fileNameEdit")
            if field is not None and field.isVisible():
                return widget.windowTitle(), field.mapToGlobal(field.rect().center())
    return None


def close_all() -> None:
    for front in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
        if front is not None:
            front.close()
    for widget in QApplication.topLevelWidgets():
        if widget.isVisible():
            widget.close()


def says(text: str) -> bool:
    for widget in seen_widgets():
        words = words_of(widget)
        if hasattr(widget, "toPlainText"):
            words += widget.toPlainText()
        if text in words or text in str(getattr(widget, "placeholder", "")):
            return True
    return False


def status() -> Any:
    from viz_app.gui.status_bar import StatusBar

    return next((w for w in seen_widgets() if isinstance(w, StatusBar)), None)


def is_busy() -> bool:
    bar = status()
    return bar is None or bool(bar._activities)


def has_sign() -> bool:
    """Whether the window shows that something works: a job in the status bar, or words with …"""
    bar = status()
    if bar is not None and bar._activities:
        return True
    return any(words_of(w).endswith("…") for w in seen_widgets() if isinstance(w, QLabel))
