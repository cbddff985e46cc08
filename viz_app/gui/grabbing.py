"""Pictures of widgets, and their PNG files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from viz_app.files.atomic import write_atomic


def grab(widget: QWidget, scale: float = 2.0) -> QImage:
    """Return a picture of a widget, at twice the resolution of the screen."""
    image = QImage(widget.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(widget.palette().window().color())
    widget.render(image)
    return image


def save_picture(path: Path, image: QImage) -> None:
    """Save an image as PNG; on any thread."""
    write_atomic(path, to_png(image))


def to_png(image: QImage) -> bytes:
    """Return an image as a PNG file's bytes."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs want bytes, Qt a str
    return bytes(buffer.data().data())
