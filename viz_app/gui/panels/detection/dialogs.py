"""The lab's questions for files and folders."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

READ = "Boxes (*.json *.txt *.xml);;All files (*)"
COCO, YOLO, VOC = "COCO (*.json)", "YOLO (*.txt)", "Pascal VOC (*.xml)"
TABLE = "Table (*.csv)"


def ask_for_boxes(parent: QWidget) -> Path | None:
    """Ask for a file of boxes."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open boxes", "", READ)
    return Path(name) if name else None


def ask_where_to_save(parent: QWidget) -> Path | None:
    """Ask where to save boxes; the filter chosen gives the ending where none is typed."""
    return _ask_to_save(parent, "Save boxes", "boxes.json", (COCO, YOLO, VOC))


def ask_for_folder(parent: QWidget) -> tuple[Path, Path] | None:
    """Ask for a folder of images and for the file of what is found in them."""
    folder = QFileDialog.getExistingDirectory(parent, "Find boxes in the images of a folder")
    if not folder:
        return None
    out = _ask_to_save(parent, "Save what is found", "detections.json", (COCO, TABLE, YOLO))
    return (Path(folder), out) if out is not None else None


def _ask_to_save(parent: QWidget, title: str, name: str, filters: tuple[str, ...]) -> Path | None:
    name, chosen = QFileDialog.getSaveFileName(parent, title, name, ";;".join(filters))
    if not name:
        return None
    path, suffix = Path(name), chosen.partition("(*")[2].rstrip(")")
    known = {f.partition("(*")[2].rstrip(")") for f in filters}
    return path if path.suffix.lower() in known else path.with_suffix(suffix or ".json")
