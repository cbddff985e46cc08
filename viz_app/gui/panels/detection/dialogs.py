"""The lab's questions for files and folders."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from viz_app.gui.film_dialog import ask_for_film as ask_for_film
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


def ask_what_to_evaluate(
    parent: QWidget, has_results: bool
) -> tuple[Path, Path, Path | None] | None:
    """Ask for a folder of images, one file of its ground truth, and perhaps the results."""
    folder = QFileDialog.getExistingDirectory(parent, "Folder of images to evaluate on")
    if not folder:
        return None
    title = "Ground truth: COCO's file, or any one of the YOLO or VOC files"
    truth, _ = QFileDialog.getOpenFileName(parent, title, folder, READ)
    if not truth:
        return None
    if not has_results:
        return Path(folder), Path(truth), None
    results, _ = QFileDialog.getOpenFileName(
        parent, "Results, as COCO has them", folder, "Results (*.json);;All files (*)"
    )
    return (Path(folder), Path(truth), Path(results)) if results else None


def ask_for_folder(parent: QWidget) -> tuple[Path, Path] | None:
    """Ask for a folder of images and for the file of what is found in them."""
    folder = QFileDialog.getExistingDirectory(parent, "Find boxes in the images of a folder")
    if not folder:
        return None
    out = ask_to_save(parent, "Save what is found", "detections.json", (COCO, TABLE, YOLO))
    return (Path(folder), out) if out is not None else None
