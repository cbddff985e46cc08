"""Asks where to save; what is overwritten is always what the user was asked about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


def ask_to_save(
    parent: QWidget, title: str, suggestion: str, filters: Sequence[str]
) -> Path | None:
    """Return the file to write, with the ending of the kind that was chosen, or None.

    ``filters`` are Qt's: ``"Picture (*.png)"``. A known ending that the user typed is kept.
    """
    name, chosen = QFileDialog.getSaveFileName(parent, title, suggestion, ";;".join(filters))
    if not name:
        return None
    path = completed(Path(name), suggestion, chosen or filters[0], filters)
    if path != Path(name) and path.exists() and not _may_replace(parent, path):
        return None
    return path


def completed(path: Path, suggestion: str, chosen: str, filters: Sequence[str]) -> Path:
    """Return the path with its ending: the typed one if it is known, else the chosen kind's.

    A suggested name that was left as it is takes the ending of the chosen kind.
    """
    known = {suffix for kind in filters for suffix in _suffixes(kind)}
    wanted = _suffixes(chosen)[0]
    if path.suffix.lower() in known:
        is_untouched = path.name == suggestion and path.suffix.lower() not in _suffixes(chosen)
        return path.with_suffix(wanted) if is_untouched else path
    return path.with_name(path.name + wanted)


def _suffixes(kind: str) -> list[str]:
    """Return the endings of a filter: [".jpg", ".jpeg"] of ``"JPEG (*.jpg *.jpeg)"``."""
    inside = kind.partition("(")[2].rstrip(")")
    return [pattern.removeprefix("*") for pattern in inside.split()]


def _may_replace(parent: QWidget, path: Path) -> bool:
    answer = QMessageBox.question(
        parent, "Replace the file?", f"“{path.name}” is there already. Replace it?"
    )
    return answer == QMessageBox.StandardButton.Yes
