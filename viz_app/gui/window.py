"""The window: rail, lab, inspector, bars; it shows what the document says and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QIcon,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenu,
    QMenuBar,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viz_app.gui.commands import Menu
from viz_app.gui.inspector import Inspector
from viz_app.gui.message_bar import MessageBar
from viz_app.gui.panel import Panel, to_qaction
from viz_app.gui.status_bar import StatusBar
from viz_app.gui.tab_order import after, stops_in
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.pages import Pages
from viz_app.gui.widgets.room_area import RoomArea
from viz_app.labs.controls import Action

if TYPE_CHECKING:
    from viz_app.gui.control_list import ControlList
    from viz_app.labs.lab import Lab
    from viz_app.labs.presenter import Presenter

RAIL_PX, TOP_PX = 84, 44
SMALLEST_PX = (880, 600)
LAB_MARGINS_PX = 40 + 3 * 10  # at the sides, and between title, views and buttons
MIN_TITLED_PX = 420  # of the lab: below, its name leaves the room to the views
BUTTON_ICONS = ("arrow-counter-clockwise", "code", "export")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a lab has in the window besides its button."""

    panel: Panel
    presenter: Presenter[Any, Any]
    controls: ControlList


class Room:
    """A lab as it stands in the window; its parts are built at the first look."""

    def __init__(
        self,
        lab: Lab[Any],
        button: QToolButton,
        build: Callable[[], Parts],
        on_built: Callable[[Room], None],
    ) -> None:
        self.lab = lab
        self.button = button
        self._build = build
        self._on_built = on_built
        self._parts: Parts | None = None

    @property
    def is_built(self) -> bool:
        return self._parts is not None

    @property
    def parts(self) -> Parts:
        """The panel, the presenter and the controls."""
        if self._parts is None:
            self._parts = self._build()
            self._on_built(self)
        return self._parts

    @property
    def panel(self) -> Panel:
        return self.parts.panel

    @property
    def presenter(self) -> Presenter[Any, Any]:
        return self.parts.presenter

    @property
    def controls(self) -> ControlList:
        return self.parts.controls


class Window(QMainWindow):
    """Holds the rooms of the labs; knows no lab by name."""

    lab_chosen = Signal(str)
    dropped = Signal(object)  # QMimeData
    closing = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.rooms: dict[str, Room] = {}
        self.shown = ""
        self.message_bar = MessageBar(theme)
        self.status_bar = StatusBar(theme)
        self.inspector = Inspector(theme)
        self.actions_of_menus: dict[str, list[QAction]] = {}
        self._lab_actions: list[QAction] = []
        self._areas: dict[str, RoomArea] = {}
        self._had_controls = True  # before the lab had the screen
        self.setWindowTitle("Convolab")
        self.setMinimumSize(*SMALLEST_PX)
        self.setAcceptDrops(True)
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_menus(self, menus: tuple[Menu, ...]) -> None:
        """Build the menus of the house, and an empty one for the lab shown."""
        for menu in menus:
            self._fill(self._menu_bar.addMenu(menu.title), menu)
            if menu.title == "View":
                self._lab_menu = self._menu_bar.addMenu("Lab")
        by_text = {a.text(): a for actions in self.actions_of_menus.values() for a in actions}
        for button, text in (
            (self._search, "Search commands…"),
            (self.undo_button, "Undo"),
            (self.copy_button, "Copy as PyTorch"),
            (self.export_button, "Export…"),
        ):
            button.clicked.connect(by_text[text].trigger)
        self.undo_action, self.redo_action = by_text["Undo"], by_text["Redo"]

    @property
    def built_rooms(self) -> list[Room]:
        """The rooms of the labs that have been looked at."""
        return [room for room in self.rooms.values() if room.is_built]

    def add_lab(self, lab: Lab[Any], build: Callable[[], Parts]) -> None:
        """Give a lab its button on the rail; ``build`` makes the rest at the first look."""
        button = QToolButton()
        button.setText(lab.title)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setToolTip(f"{lab.summary} (Ctrl+{len(self.rooms) + 1})")
        button.setAccessibleName(f"{lab.title} lab")
        set_role(button, "rail")
        button.clicked.connect(lambda: self.lab_chosen.emit(lab.name))
        self._rail_group.addButton(button)
        self._rail.insertWidget(self._rail.count() - 1, button)
        self.rooms[lab.name] = Room(lab, button, build, self._take_in)
        self._on_theme_changed()

    def show_lab(self, name: str) -> None:
        """Bring a lab into the middle."""
        room = self.rooms[name]
        panel = room.panel  # built at the first look
        self._bring_back(name)
        self.shown = name
        room.button.setChecked(True)
        self._title.setText(room.lab.title)
        self._stack.setCurrentWidget(self._areas[name])
        self._headers.setVisible(panel.header is not None)
        if panel.header is not None:
            self._headers.setCurrentWidget(panel.header)
        self.inspector.show_lab(name)
        self._show_lab_actions(room.presenter.actions)
        self.setWindowTitle(f"{room.lab.title} – Convolab")
        self._fit_buttons()

    @property
    def is_presenting(self) -> bool:
        """Whether the lab has the screen for itself."""
        return self._top.isHidden()

    def present(self, is_on: bool) -> None:
        """Fill the screen with the lab alone, or show the window again as it was."""
        if is_on == self.is_presenting:
            return
        if is_on:
            self._had_controls = not self.inspector.isHidden()
        for frame in (self._top, self._rail_frame):
            frame.setVisible(not is_on)
        self.inspector.setVisible(not is_on and self._had_controls)
        state, full = self.windowState(), Qt.WindowState.WindowFullScreen
        self.setWindowState(state | full if is_on else state & ~full)

    def palette_actions(self) -> list[QAction]:
        """All commands that make sense now: the lab's first."""
        house = [a for actions in self.actions_of_menus.values() for a in actions]
        return [*self._lab_actions, *house]

    def key_groups(self) -> dict[str, list[QAction]]:
        """The commands by menu, for the table of keys."""
        title = self.rooms[self.shown].lab.title if self.shown else "Lab"
        return {f"{title} lab": self._lab_actions, **self.actions_of_menus}

    def _take_in(self, room: Room) -> None:
        """Give a room that was built its place in the middle and in the inspector."""
        area = RoomArea(room.panel)
        self._areas[room.lab.name] = area
        self._stack.addWidget(area)
        if room.panel.header is not None:
            self._headers.addWidget(room.panel.header)
        self.inspector.add(room.lab.name, room.controls)

    def _build(self) -> None:
        outer = QWidget()
        column = QVBoxLayout(outer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_top())
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._build_rail())
        middle.addWidget(self._build_lab(), 1)
        middle.addWidget(self.inspector)
        column.addLayout(middle, 1)
        column.addWidget(self.status_bar)
        self.setCentralWidget(outer)

    def _build_top(self) -> QWidget:
        self._top = QFrame()
        set_role(self._top, "top")
        brand = QLabel("Convolab")
        set_role(brand, "brand")
        self._menu_bar = QMenuBar()
        self._menu_bar.setNativeMenuBar(False)
        self._menu_bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lab_menu = QMenu()
        self._search = QPushButton("Search commands and labs      Ctrl K")
        self._search.setToolTip("Find any command by a few letters (Ctrl+K)")
        self._search.setAccessibleName("Search commands")
        set_role(self._search, "search")
        row = QHBoxLayout(self._top)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(10)
        row.addWidget(brand)
        row.addWidget(self._menu_bar, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._search)
        return self._top

    def _build_rail(self) -> QWidget:
        self._rail_frame = QFrame()
        set_role(self._rail_frame, "rail")
        self._rail_group = QButtonGroup(self)
        self._rail_group.setExclusive(True)
        self._rail = QVBoxLayout(self._rail_frame)
        self._rail.setContentsMargins(6, 10, 6, 10)
        self._rail.setSpacing(6)
        self._rail.addStretch(1)
        return self._rail_frame

    def _build_lab(self) -> QWidget:
        lab = self._lab = QWidget()
        lab.setObjectName("lab")
        lab.installEventFilter(self)
        self._title = QLabel()
        set_role(self._title, "title")
        self._headers = QStackedWidget()
        self._headers.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.undo_button = QPushButton("Undo")
        self.undo_button.setToolTip("Take the last change back (Ctrl+Z)")
        self.copy_button = QPushButton("Copy as PyTorch")
        self.copy_button.setToolTip(
            "Copy a short program that prints the numbers on the screen (Ctrl+Shift+C)"
        )
        self.export_button = QPushButton("Export")
        self.export_button.setToolTip("Save the view as PNG, or its numbers (Ctrl+E)")
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._title)
        row.addWidget(self._headers, 1)
        row.addStretch(0)
        for button in (self.undo_button, self.copy_button, self.export_button):
            button.setAccessibleName(button.text())
            row.addWidget(button)
        self._stack = Pages()
        column = QVBoxLayout(lab)
        column.setContentsMargins(20, 14, 20, 16)
        column.setSpacing(12)
        column.addLayout(row)
        column.addWidget(self.message_bar)
        column.addWidget(self._stack, 1)
        return lab

    def _fill(self, menu: QMenu, described: Menu) -> None:
        menu.setToolTipsVisible(True)
        entries = self.actions_of_menus.setdefault(described.title, [])
        for action in described.entries:
            if action is None:
                menu.addSeparator()
            else:
                entries.append(to_qaction(action, self))
                menu.addAction(entries[-1])
                self.addAction(entries[-1])  # its key works without the menu bar too

    def _show_lab_actions(self, actions: tuple[Action, ...]) -> None:
        self._lab_menu.clear()
        for entry in self._lab_actions:
            self.removeAction(entry)
            entry.deleteLater()
        self._lab_actions = [to_qaction(action, self) for action in actions]
        self._lab_menu.addActions(self._lab_actions)
        self.addActions(self._lab_actions)
        self._lab_menu.setToolTipsVisible(True)

    def _fit_buttons(self) -> None:
        """Let the buttons be icons where their words would leave the lab's views no room."""
        buttons = (self.undo_button, self.copy_button, self.export_button)
        metrics = self.fontMetrics()
        words = sum(metrics.horizontalAdvance(b.accessibleName()) for b in buttons)
        header = self.rooms[self.shown].panel.header if self.shown else None
        views = header.sizeHint().width() if header is not None else 0
        wanted = self._title.sizeHint().width() + views + words + 3 * self.theme.px(36)
        is_tight = wanted > self._lab.width() - LAB_MARGINS_PX
        for button, icon in zip(buttons, BUTTON_ICONS, strict=True):
            button.setText("" if is_tight else button.accessibleName())
            button.setIcon(self.theme.icon(icon) if is_tight else QIcon())
        # the rail and the window's title say it too
        self._title.setVisible(not is_tight or self._lab.width() > self.theme.px(MIN_TITLED_PX))

    def _on_theme_changed(self) -> None:
        px = self.theme.px
        if self.styleSheet() != self.theme.sheet:
            self._set_aside()
            self.setStyleSheet(self.theme.sheet)
        self._fit_buttons()
        self.inspector.fit(self.width())
        self._top.setFixedHeight(px(TOP_PX))
        self._rail_frame.setFixedWidth(px(RAIL_PX))
        self._search.setFixedWidth(px(300))
        for room in self.rooms.values():
            room.button.setFixedHeight(px(58))
            room.button.setIconSize(QSize(px(22), px(22)))
            room.button.setIcon(self.theme.icon(room.lab.icon))

    def focusNextPrevChild(self, is_forward: bool) -> bool:
        stop = after(QApplication.focusWidget(), list(stops_in(self)), is_forward)
        if stop is not None:
            reason = Qt.FocusReason
            stop.setFocus(reason.TabFocusReason if is_forward else reason.BacktabFocusReason)
        return stop is not None

    def _set_aside(self) -> None:
        """Take the labs that are not shown out of the window: a sheet is applied to all in it."""
        for name, area in self._areas.items():
            if name != self.shown:
                area.setParent(None)
                self.inspector.set_aside(name)

    def _bring_back(self, name: str) -> None:
        """Put a lab back; there it takes on the sheet."""
        if self._stack.indexOf(self._areas[name]) < 0:
            self._stack.addWidget(self._areas[name])
            self.inspector.bring_back(name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.inspector.fit(self.width())
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._lab and event.type() == QEvent.Type.Resize:
            self._fit_buttons()
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.dropped.emit(event.mimeData())
        event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        event.accept()
