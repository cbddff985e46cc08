"""Asks for a film to watch; the labs that watch films share it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

FILMS = "Films (*.mp4 *.m4v *.mov *.avi *.mkv *.webm);;All files (*)"


def ask_for_film(parent: QWidget) -> Path | None:
    """Ask for a video file."""
    name, _ = QFileDialog.getOpenFileName(parent, "Watch a film", "", FILMS)
    return Path(name) if name else None
