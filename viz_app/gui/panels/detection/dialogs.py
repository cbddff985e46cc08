"""The lab's questions for files and folders."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from viz_app.gui.save_dialog import ask_to_save

READ = "Boxes (*.json *.txt *.xml);;All files (*)"
COCO, YOLO, VOC = "COCO (*.json)", "YOLO (*.txt)", "Pascal VOC (*.xml)"
TABLE = "Table (*.csv)"


def ask_for_boxes(parent: QWidget) -> Path | None:
    """Ask for a file of boxes."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open boxes", "", READ)
    return Path(name) if name else None


def ask_where_to_save(parent: QWidget) -> Path | None:
    """Ask where to save boxes; the filter chosen gives the ending where none is typed."""
    return ask_to_save(parent, "Save boxes", "boxes.json", (COCO, YOLO, VOC))


def ask_for_folder(parent: QWidget) -> tuple[Path, Path] | None:
    """Ask for a folder of images and for the file of what is found in them."""
    folder = QFileDialog.getExistingDirectory(parent, "Find boxes in the images of a folder")
    if not folder:
        return None
    out = ask_to_save(parent, "Save what is found", "detections.json", (COCO, TABLE, YOLO))
    return (Path(folder), out) if out is not None else None
