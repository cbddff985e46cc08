"""The layers of a network as a list: name, shape, receptive field and stride of each."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from viz_app.gui.theme import Theme
from viz_app.labs.activations.layers import Stage

ROW_PX = 40
WIDTH_PX, NARROW_PX = 168, 108
STAGE = Qt.ItemDataRole.UserRole
KIND_TOKENS = {"conv": "kernel", "max_pool": "input", "avg_pool": "input"}


class LayersList(QListWidget):
    """Arrow keys and clicks choose a layer."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._stages: tuple[Stage, ...] = ()
        self._width_px = WIDTH_PX
        self.setAccessibleName("Layers of the network")
        self.setToolTip("Height × width × channels, and what a unit sees: its receptive field "
                        "and the stride between neighbours, in pixels.")  # fmt: skip
        self.setItemDelegate(_LayerDelegate(theme, self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)
        self.currentRowChanged.connect(self._on_row)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_layers(self, stages: tuple[Stage, ...], selected: str) -> None:
        """List the layers and mark one, quietly."""
        self.blockSignals(True)
        if stages != self._stages:
            self._stages = stages
            self.clear()
            for stage in stages:
                item = QListWidgetItem(stage.name)
                item.setData(STAGE, stage)
                item.setData(
                    Qt.ItemDataRole.AccessibleTextRole,
                    f"{stage.name}, {stage.size_text}, {field_text(stage)}",
                )
                self.addItem(item)
        row = next((i for i, stage in enumerate(stages) if stage.name == selected), -1)
        if row != self.currentRow():
            self.setCurrentRow(row)
            self.scrollToItem(self.item(row))
        self.blockSignals(False)

    def show_narrow(self, is_narrow: bool) -> None:
        """Leave the room to the page where there is little of it."""
        self._width_px = NARROW_PX if is_narrow else WIDTH_PX
        self.setFixedWidth(self._theme.px(self._width_px))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(self._width_px), 240)

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._stages):
            self.chosen.emit(self._stages[row].name)

    def _on_theme_changed(self) -> None:
        colour = self._theme.colour
        self.setFixedWidth(self._theme.px(self._width_px))
        self.setStyleSheet(
            f"QListWidget {{ background: {colour('card').name()}; border: 1px solid "
            f"{colour('line').name()}; border-radius: 10px; outline: 0; padding: 4px; }}"
            f"QListWidget:focus {{ border: 2px solid {colour('accent').name()}; padding: 3px; }}"
        )
        self.doItemsLayout()


class _LayerDelegate(QStyledItemDelegate):
    """Paints two lines: name and shape, then what a unit sees."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(10, self._theme.px(ROW_PX))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme, stage = self._theme, index.data(STAGE)
        rect: QRect = option.rect.adjusted(2, 1, -2, -1)
        state: QStyle.StateFlag = option.state
        painter.save()
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        if is_selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("accent_soft"))
            painter.drawRoundedRect(rect, 6, 6)
        painter.fillRect(
            rect.left() + 3, rect.top() + 7, 3, rect.height() - 14,
            theme.colour(KIND_TOKENS.get(stage.kind, "output")),
        )  # fmt: skip
        inside = rect.adjusted(theme.px(12), 3, -6, -3)
        half, small = inside.height() // 2, theme.font(10, is_mono=True)
        lines = (
            (inside.top(), theme.font(12, is_bold=True), "accent" if is_selected else "text",
             stage.name),
            (inside.top() + half, small, "muted",
             facts_within(stage, QFontMetrics(small), inside.width())),
        )  # fmt: skip
        for top, font, token, text in lines:
            painter.setFont(font)
            painter.setPen(theme.colour(token))
            short = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
            box = QRect(inside.left(), top, inside.width(), half)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, short)
        painter.restore()


def facts_within(stage: Stage, metrics: QFontMetrics, room: int) -> str:
    """Shape, receptive field and stride; where there is little room the shape gives way."""
    _channels, height, width = stage.shape
    field = field_text(stage)
    texts = (f"{stage.size_text} · {field}", f"{height}×{width} · {field}", field)
    return next((text for text in texts if metrics.horizontalAdvance(text) <= room), field)


def field_text(stage: Stage) -> str:
    """The receptive field and the stride, ``40/4``."""
    if stage.jump == 0:
        return "sees all"
    return f"{stage.field}/{stage.jump:g}"
