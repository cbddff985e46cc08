"""The column on the left: content, style with the bundled styles, and the history of runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QIcon,
    QImage,
    QImageReader,
    QKeySequence,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QShortcut,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from viz_app.core.records import Picture
from viz_app.files.samples import SAMPLES, path_of
from viz_app.gui.image_strip import to_qimage
from viz_app.gui.panel import Card
from viz_app.gui.theme import Theme, set_role
from viz_app.labs.style.shown import HistoryLine

COLUMN_PX = 180
THUMB_PX = (44, 34)
KEPT_PX = 320  # pictures are kept here no larger than this
EMPTY = "Runs that are reset or replaced stay here; a double click brings one back."


class Thumbnail(QWidget):
    """A picture as large as the place allows, with round corners."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._image: QImage | None = None
        self._pixels: np.ndarray | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_pixels(self, pixels: np.ndarray | None) -> None:
        """Show uint8 [H, W, 3]."""
        if pixels is self._pixels:
            return
        self._pixels = pixels
        self._image = None
        if pixels is not None:
            self._image = _small(pixels)
        self.update()

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()  # a card with wrapped words takes it for the smallest

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(60), self._theme.px(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            return
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRectF(
            (self.width() - size.width()) / 2,
            (self.height() - size.height()) / 2,
            size.width(),
            size.height(),
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(target, 5, 5)
        painter.setClipPath(shape)
        painter.drawImage(target, self._image)


class StylePicker(QWidget):
    """The bundled styles as small pictures; arrow keys and Tab walk over them."""

    chosen = Signal(str)
    toggled = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._are_read = False
        self._shown: tuple[str, ...] = ()
        self._group = QButtonGroup(self)
        self._refs: list[str] = []
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for i, sample in enumerate(s for s in SAMPLES if s.kind == "style"):
            button = QPushButton()
            button.setCheckable(True)
            button.setToolTip(
                f"{sample.title}: paint in this manner. Ctrl and a click, or a right click, mixes "
                "it in or leaves it out."
            )
            button.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            button.customContextMenuRequested.connect(
                lambda _at, ref=sample.ref: self.toggled.emit(ref)
            )
            button.setAccessibleName(f"Style: {sample.title}")
            set_role(button, "thumb")
            self._group.addButton(button, i)
            self._refs.append(sample.ref)
            grid.addWidget(button, i // 3, i % 3)
        self._group.setExclusive(False)
        self._group.idClicked.connect(self._on_clicked)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_styles(self, refs: Sequence[str]) -> None:
        """Mark the styles that are mixed; none for the user's own."""
        self._shown = tuple(refs)
        for i, known in enumerate(self._refs):
            self._group.button(i).setChecked(known in refs)

    def _on_clicked(self, i: int) -> None:
        is_mixed = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier
        self.show_styles(self._shown)  # the scene says what is marked, not the click
        (self.toggled if is_mixed else self.chosen).emit(self._refs[i])

    def _on_theme_changed(self) -> None:
        size = QSize(*map(self._theme.px, THUMB_PX))
        for button in self._group.buttons():
            button.setIconSize(size)
            button.setFixedSize(size + QSize(6, 6))
        rows = -(-len(self._refs) // 3)
        self.setFixedHeight(rows * (size.height() + 6) + (rows - 1) * 4)

    def showEvent(self, event: object) -> None:
        if self._are_read:
            return
        self._are_read = True
        for i, ref in enumerate(self._refs):
            reader = QImageReader(path_of(ref))
            width, height = (2 * n for n in THUMB_PX)
            reader.setScaledSize(
                reader.size().scaled(width, height, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            )
            image = reader.read().copy(0, 0, width, height)
            self._group.button(i).setIcon(QIcon(QPixmap.fromImage(image)))


class StyleCard(Card):
    """The style's card; picture files that are dropped on it become the style."""

    dropped = Signal(list, bool)  # the files, and whether they are mixed in

    def __init__(self) -> None:
        super().__init__("S")
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        is_mixed = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        self.dropped.emit(files, bool(is_mixed))
        event.acceptProposedAction()


class InputColumn(QWidget):
    """Content, style, history."""

    style_chosen = Signal(str)
    open_asked = Signal()
    run_chosen = Signal(int)
    run_deleted = Signal(int)
    style_toggled = Signal(str)
    style_dropped = Signal(list, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.content = Thumbnail(theme, "Content picture")
        self.content.setToolTip("What is painted: the current image. Choose another on the right.")
        self.style_picture = Thumbnail(theme, "Style picture")
        self.style_picture.setToolTip(
            "In whose manner it is painted. Files can be dropped here; with Ctrl they are mixed in."
        )
        self.picker = StylePicker(theme)
        self.picker.chosen.connect(self.style_chosen)
        self.picker.toggled.connect(self.style_toggled)
        self.open = QPushButton("Open…")
        self.open.setToolTip("Paint in the manner of a picture file, or of several.")
        self.open.setAccessibleName("Open a style picture")
        set_role(self.open, "flat")
        self.open.clicked.connect(self.open_asked)
        self.history = QListWidget()
        self.history.setToolTip(
            "Earlier runs; a double click or Enter brings one back, Delete removes it."
        )
        self.history.setAccessibleName("History of runs")
        self.history.setWordWrap(True)
        self.history.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.history.itemActivated.connect(
            lambda item: self.run_chosen.emit(self.history.row(item))
        )
        delete = QShortcut(QKeySequence.StandardKey.Delete, self.history)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._on_delete)
        self.delete = QPushButton("Delete")
        self.delete.setToolTip("Take the marked run out of the history, and off the disk (Delete).")
        self.delete.setAccessibleName("Delete the marked run")
        set_role(self.delete, "flat")
        self.delete.clicked.connect(self._on_delete)
        self.history.currentRowChanged.connect(lambda row: self.delete.setVisible(row >= 0))
        self.delete.hide()
        self._lines: tuple[HistoryLine, ...] = ()
        self._empty = QLabel(EMPTY)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        set_role(self._empty, "muted")
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_inputs(self, content: Picture | None, style: Picture | None, title: str) -> None:
        """Show the two pictures."""
        self.content.show_pixels(None if content is None else content.pixels)
        self.style_picture.show_pixels(None if style is None else style.pixels)
        self._style_card.title.setText(f"S · {title}")
        self._style_card.title.setToolTip(f"Style S: {title}")

    def show_history(self, lines: tuple[HistoryLine, ...]) -> None:
        """List the earlier runs."""
        self._empty.setVisible(not lines)
        self.history.setVisible(bool(lines))
        if _keys(lines) == _keys(self._lines):
            return
        self._lines = lines
        self.history.clear()
        for line in lines:
            item = QListWidgetItem("\n".join((line.name, *line.words.split(" · "))))
            item.setToolTip(
                f"{line.name}: {line.words}, {line.more}. A double click brings it back."
            )
            if line.pixels is not None:
                item.setIcon(QIcon(QPixmap.fromImage(_small(line.pixels))))
            self.history.addItem(item)

    def _build(self) -> None:
        content = Card("C · Content")
        set_role(content.title, "input")
        content.column.setContentsMargins(10, 8, 10, 10)
        content.column.setSpacing(6)
        content.column.addWidget(self.content, 1)
        self._style_card = style = StyleCard()
        style.dropped.connect(self.style_dropped)
        set_role(style.title, "kernel")
        style.column.setContentsMargins(10, 8, 10, 8)
        style.column.setSpacing(6)
        style.column.addWidget(self.style_picture, 1)
        style.column.addWidget(self.picker)
        style.column.removeWidget(style.title)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(style.title, 1)
        row.addWidget(self.open)
        style.column.insertLayout(0, row)
        style.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._history_card = history = Card("History")
        history.column.setContentsMargins(10, 8, 10, 10)
        history.column.setSpacing(6)
        history.column.removeWidget(history.title)
        head = QHBoxLayout()
        head.addWidget(history.title, 1)
        head.addWidget(self.delete)
        history.column.addLayout(head)
        history.column.addWidget(self.history, 1)
        history.column.addWidget(self._empty, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(content, 5)
        column.addWidget(style, 8)
        column.addWidget(history, 5)

    def minimumSizeHint(self) -> QSize:
        layout, hint = self.layout(), super().minimumSizeHint()
        assert layout is not None
        height = layout.totalMinimumHeightForWidth(self._theme.px(COLUMN_PX))
        return hint.expandedTo(QSize(0, height))  # words break into lines

    def _on_delete(self) -> None:
        row = self.history.currentRow()
        if row >= 0:
            self.run_deleted.emit(row)

    def _on_theme_changed(self) -> None:
        self.setFixedWidth(self._theme.px(COLUMN_PX))
        self.history.setIconSize(QSize(self._theme.px(44), self._theme.px(44)))


def _small(pixels: np.ndarray) -> QImage:
    """A picture of any size no larger than is kept here."""
    skip = max(max(pixels.shape[:2]) // (2 * KEPT_PX), 1)
    return to_qimage(np.ascontiguousarray(pixels[::skip, ::skip])).scaled(
        KEPT_PX,
        KEPT_PX,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )


def _keys(lines: tuple[HistoryLine, ...]) -> list[tuple[str, str]]:
    return [(line.name, line.words) for line in lines]
