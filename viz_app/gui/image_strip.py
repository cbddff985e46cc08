"""The recent images and the samples, as a strip: a click makes one the current image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from viz_app.files.samples import SAMPLE
from viz_app.gui.picture_shelf import PictureShelf
from viz_app.gui.theme import Theme, set_role

THUMB_W_PX, THUMB_H_PX = 46, 36


def to_qimage(pixels: np.ndarray) -> QImage:
    """Return a copy of uint8 [H, W, 3] RGB pixels as an image that Qt can draw."""
    height, width, _ = pixels.shape
    return QImage(
        np.ascontiguousarray(pixels).data, width, height, 3 * width, QImage.Format.Format_RGB888
    ).copy()


class ImageStrip(QWidget):
    """Thumbnails side by side; arrow keys and Tab walk over them."""

    chosen = Signal(str)

    def __init__(self, shelf: PictureShelf, open_image: Callable[[], None], theme: Theme) -> None:
        super().__init__()
        self._shelf = shelf
        self._theme = theme
        self._buttons: dict[str, QPushButton] = {}
        self._current = ""
        heading = QLabel("Image")
        set_role(heading, "group")
        add = QPushButton("Open…")
        add.setToolTip("Open an image, several, or a folder (Ctrl+O); or drop or paste one.")
        set_role(add, "flat")
        add.clicked.connect(open_image)
        top = QHBoxLayout()
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(add)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self._row.addStretch(1)
        inside = QWidget()
        inside.setLayout(self._row)
        set_role(inside, "inspector")
        self._area = QScrollArea()
        self._area.setWidget(inside)
        self._area.setWidgetResizable(True)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_role(self._area, "inspector")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self._area)
        shelf.strip_changed.connect(self.refresh)
        theme.changed.connect(self.refresh)
        self.refresh()

    def show_current(self, ref: str) -> None:
        """Mark the current image and bring it into sight."""
        self._current = ref
        for key, button in self._buttons.items():
            button.setChecked(key == ref)
        if ref in self._buttons:
            self._area.ensureWidgetVisible(self._buttons[ref])

    def refresh(self) -> None:
        """Show what is on the shelf."""
        width, height = self._theme.px(THUMB_W_PX), self._theme.px(THUMB_H_PX)
        strip = self._shelf.strip
        for ref in [r for r in self._buttons if r not in strip]:
            button = self._buttons.pop(ref)
            self._row.removeWidget(button)
            button.deleteLater()
        for i, ref in enumerate(strip):
            button = self._buttons.get(ref) or self._new_button(ref)
            if self._row.indexOf(button) != i:
                self._row.removeWidget(button)
                self._row.insertWidget(i, button)
            button.setFixedSize(width + 4, height + 4)
            button.setIconSize(QSize(width, height))
            if (thumb := self._shelf.thumbs.get(ref)) is not None:
                button.setIcon(_cropped_icon(thumb, width, height))
        self._area.setFixedHeight(height + 18)
        self.show_current(self._current)

    def _new_button(self, ref: str) -> QPushButton:
        button = self._buttons[ref] = QPushButton()
        name = ref.removeprefix(SAMPLE) if ref.startswith(SAMPLE) else Path(ref).name
        button.setCheckable(True)
        button.setToolTip(f"{name}\nMake it the image that serves every lab.")
        button.setAccessibleName(f"Image {name}")
        set_role(button, "thumb")
        button.clicked.connect(lambda: self._on_clicked(ref))
        return button

    def _on_clicked(self, ref: str) -> None:
        self._buttons[ref].setChecked(True)  # a second click does not let go of it
        self.chosen.emit(ref)


def _cropped_icon(thumb: np.ndarray, width: int, height: int) -> QIcon:
    """Return the middle of a thumbnail, filling the button."""
    image = to_qimage(thumb).scaled(
        2 * width,
        2 * height,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    left, top = (image.width() - 2 * width) // 2, (image.height() - 2 * height) // 2
    return QIcon(QPixmap.fromImage(image.copy(left, top, 2 * width, 2 * height)))
