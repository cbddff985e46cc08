"""The controls of the detection lab, and for which views each is there."""

from __future__ import annotations

from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle
from viz_app.labs.detection.scene import LOWEST_P_C, DetectionScene


def _is_suppression(scene: DetectionScene) -> bool:
    return scene.view == "suppression"


def _is_targets(scene: DetectionScene) -> bool:
    return scene.view == "targets"


def _is_iou(scene: DetectionScene) -> bool:
    return scene.view == "iou"


def _is_grid(scene: DetectionScene) -> bool:
    return scene.view == "grid"


def _runs_network(scene: DetectionScene) -> bool:
    return scene.view in ("grid", "evaluation") or (
        _is_suppression(scene) and scene.source == "photo"
    )


def _suppresses(scene: DetectionScene) -> bool:
    return scene.view in ("suppression", "grid", "evaluation")


VIEW = Choice(
    "view",
    "View",
    (
        Option("suppression", "Suppression", "Which of a detector's raw boxes stay, and why."),
        Option("iou", "IoU", "Draw boxes and read how much they overlap."),
        Option("grid", "Grid", "The network's answer cell by cell, before and after each step."),
        Option("targets", "Targets", "The label y that a network is taught for the drawn boxes."),
        Option("evaluation", "Evaluation", "Detections against the boxes that you drew as truth."),
    ),
    "What this lab shows.",
)
P_C = Slider("p_c", "p_c above", LOWEST_P_C, 1, "Boxes with a score up to this are dropped.", 0.01)
IOU = Slider(
    "iou",
    "IoU from",
    0,
    1,
    "A box that overlaps a picked one this much is removed (≥, the course's rule).",
    0.01,
    colour="kernel",
)
VERDICT = Slider(
    "verdict",
    "Correct from",
    0,
    1,
    "From this IoU on a box counts as correct; exactly this much counts.",
    0.01,
    colour="kernel",
)
STAGE = Choice(
    "stage",
    "Stage",
    (
        Option("cells", "Cells", "The grid; a cell is darker where its largest p_c is larger."),
        Option("all", "All boxes", "Every box of every cell, as the network gives them."),
        Option("p_c", "After p_c", "Boxes with a score above the threshold."),
        Option("kept", "After suppression", "What stays of the boxes of both grids."),
    ),
    "From the network's answer to the boxes that are shown, step by step.",
)

GROUPS = (
    Group(
        "Boxes from",
        (
            Choice(
                "source",
                "Boxes from",
                (
                    Option("photo", "This photo", "YOLOv4-tiny looks at the current image."),
                    Option("example", "The slide", "The course's five boxes on two cars."),
                ),
                "Where the raw boxes come from.",
            ),
        ),
        _is_suppression,
    ),
    Group(
        "Input of the network",
        (
            Choice(
                "input_size",
                "Input size",
                (
                    Option(320, "320", "10×10 and 20×20 cells: faster, misses small things."),
                    Option(416, "416", "13×13 and 26×26 cells: as it was trained."),
                    Option(608, "608", "19×19 and 38×38 cells: slower, finds smaller things."),
                ),
                "The photo is fitted into a square of so many pixels.",
            ),
            Choice(
                "fitting",
                "Fitted",
                (
                    Option("stretch", "Stretched", "To the square, as the network was trained."),
                    Option("letterbox", "Letterbox", "Proportions kept, grey around the photo."),
                ),
                "How a photo that is not square comes into the square.",
            ),
        ),
        _runs_network,
    ),
    Group(
        "Grid",
        (
            Choice(
                "is_fine",
                "Grid",
                (
                    Option(False, "Coarse", "Cells of 32 pixels: 13×13 at 416, for large things."),
                    Option(True, "Fine", "Cells of 16 pixels: 26×26 at 416, for small things."),
                ),
                "Which of the network's two outputs is shown.",
            ),
        ),
        _is_grid,
    ),
    Group(
        "Rule",
        (
            Choice(
                "rule",
                "Rule",
                (
                    Option("at_least", "≥ course", "Removed where IoU ≥ the threshold."),
                    Option("above", "> library", "Removed where IoU > the threshold."),
                ),
                "Whether an overlap of exactly the threshold removes a box.",
            ),
            Choice(
                "is_per_class",
                "Classes",
                (
                    Option(True, "Per class", "A dog's box removes only other dogs' boxes."),
                    Option(False, "Across", "A box removes any other that overlaps it."),
                ),
                "Whether boxes of different classes remove each other.",
            ),
        ),
        _suppresses,
    ),
    Group(
        "Kind",
        (
            Choice(
                "kind",
                "Kind",
                (
                    Option("greedy", "Greedy", "The course's: overlapping boxes are removed."),
                    Option("linear", "Soft linear", "Overlapping boxes lose score: × (1 − IoU)."),
                    Option("gaussian", "Soft Gauss", "Scores × exp(−IoU² / σ) at every overlap."),
                ),
                "How a picked box treats the boxes that overlap it.",
            ),
            Slider(
                "sigma",
                "Width σ",
                0.05,
                2,
                "Of soft-NMS with a Gaussian: a small σ lowers more.",
                0.05,
                is_usable=lambda s: s.kind == "gaussian",
            ),
        ),
        _is_suppression,
    ),
    Group(
        "Show",
        (
            Toggle("shows_suppressed", "Suppressed", "Removed boxes, dashed."),
            Toggle("shows_scores", "Scores", "Class and score on each box."),
            Toggle("shows_low", "Low scores", "Boxes with a score not above p_c."),
        ),
        _is_suppression,
    ),
    Group(
        "Cells along each side",
        (
            Choice(
                "target_grid",
                "Grid",
                (
                    Option(1, "1", "One label for the whole picture: localisation."),
                    Option(3, "3", "3 × 3 cells, as the slides draw them."),
                    Option(13, "13", "13 × 13 cells."),
                    Option(19, "19", "19 × 19 cells, as in YOLO."),
                ),
                "An object belongs to the cell in which its midpoint lies.",
            ),
        ),
        _is_targets,
    ),
    Group(
        "Landmarks",
        (
            Slider(
                "landmarks",
                "Points n",
                1,
                128,
                "A face with n landmarks needs 2n + 1 outputs: is there a face, and x and y each.",
            ),
        ),
        _is_targets,
    ),
    Group(
        "Drawing",
        (
            Choice(
                "snap",
                "Snap to a grid",
                (
                    Option(0, "Free", "Whole pixels."),
                    Option(4, "4 px", "Edges on multiples of 4 pixels."),
                    Option(8, "8 px", "Edges on multiples of 8 pixels."),
                    Option(16, "16 px", "Edges on multiples of 16 pixels."),
                ),
                "Where the edges of a box that is drawn or moved may lie.",
            ),
        ),
        _is_iou,
    ),
)
