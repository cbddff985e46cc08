"""The commands of the detection lab: its menu, its keys, its lines of the command palette."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from viz_app.labs.controls import Action
from viz_app.labs.detection.scene import TALL, WIDE

if TYPE_CHECKING:
    from viz_app.labs.detection.presenter import DetectionPresenter


def lab_actions(p: DetectionPresenter) -> tuple[Action, ...]:
    """All commands, in the order of the menu; those for drawn boxes act where they are drawn."""
    a, e = Action, p.editor

    def where_drawn(do: Callable[[], None]) -> Callable[[], None]:
        return lambda: do() if p.scene.draws_boxes else None

    return (
        a("Step back", "Take the last pick back.", lambda: p.stepped(-1), "Alt+Left",
          "caret-left", p.has_steps),
        a("Step", "Make the next pick.", lambda: p.stepped(1), "Alt+Right",
          is_enabled=p.has_steps),
        a("All steps", "Show the end of the algorithm.", lambda: p.step_chosen(-1),
          "Alt+End", "fast-forward", p.has_steps),
        a("Find the boxes again", "Run the detector again.", p.find_again, "F5"),
        a("Next box", "Select the next drawn box.", where_drawn(e.selected_next), "F6"),
        a("Duplicate box", "Copy the selected box.", where_drawn(e.duplicated), "Ctrl+D"),
        a("Detections to boxes", "Take what the detector found as drawn boxes, to edit them.",
          p.detections_taken),
        a("Open boxes…", "Boxes of this picture from a COCO, YOLO or VOC file.",
          p.view.ask_for_boxes),
        a("Save boxes…", "The drawn boxes as a COCO, YOLO or VOC file.",
          p.view.ask_where_to_save),
        a("Detect in a folder…", "Find the boxes of all images of a folder, to a file.",
          p.view.ask_for_folder),
        a("Evaluate a folder…", "The detector on a folder of images, against its ground truth.",
          lambda: p.view.ask_what_to_evaluate(False)),
        a("Evaluate results…", "Results from a file against a folder's ground truth.",
          lambda: p.view.ask_what_to_evaluate(True)),
        a("Fit two anchors", "Anchors for the drawn boxes by k-means with 1 − IoU.",
          lambda: p.targets.anchors_fitted(2)),
        a("Fit five anchors", "Anchors for the drawn boxes by k-means with 1 − IoU.",
          lambda: p.targets.anchors_fitted(5)),
        a("Anchors of the slides", "One tall and one wide anchor.",
          lambda: p.change(anchors=(TALL, WIDE))),
        a("Add anchor", "One more anchor, for the box that the others fit worst.",
          p.targets.anchor_added),
        a("Remove anchor", "Take the chosen anchor away.", p.targets.anchor_removed),
        a("One anchor", "No choice of anchors: one object for each cell.",
          lambda: p.change(anchors=(WIDE,))),
        *p.live.actions,
        a("Delete box", "Remove the selected box.", where_drawn(e.deleted), "Delete"),
    )  # fmt: skip
