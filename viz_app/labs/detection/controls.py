"""The controls of the detection lab, and for which views each is there."""

from __future__ import annotations

from viz_app.labs.controls import Choice, Group, Option, Slider, Toggle
from viz_app.labs.detection.detector_controls import DETECTOR_GROUPS
from viz_app.labs.detection.scene import LOWEST_P_C, DetectionScene


def _is_suppression(scene: DetectionScene) -> bool:
    return scene.view == "suppression"


def _shows_targets(scene: DetectionScene) -> bool:
    return scene.view == "targets"


def _is_targets(scene: DetectionScene) -> bool:
    return _shows_targets(scene) and scene.target_kind == "objects"


def _is_landmarks(scene: DetectionScene) -> bool:
    return _shows_targets(scene) and scene.target_kind == "landmarks"


def _draws_boxes(scene: DetectionScene) -> bool:
    return scene.draws_boxes


def _is_sliding(scene: DetectionScene) -> bool:
    return scene.view == "sliding"


def _is_toy(scene: DetectionScene) -> bool:
    return _is_sliding(scene) and scene.slid_net == "toy"


def _slides_on_photo(scene: DetectionScene) -> bool:
    return _is_sliding(scene) and scene.slid_net != "toy"


def _is_regions(scene: DetectionScene) -> bool:
    return scene.view == "regions"


def _suppresses(scene: DetectionScene) -> bool:
    return scene.view in ("suppression", "grid", "evaluation", "live")


VIEW = Choice(
    "view",
    "View",
    (
        Option("suppression", "Suppression", "Which of a detector's raw boxes stay, and why."),
        Option("iou", "IoU", "Draw boxes and read how much they overlap."),
        Option("grid", "Grid", "The network's answer cell by cell, before and after each step."),
        Option("faces", "Faces", "MTCNN's pyramid, its three networks, and five landmarks."),
        Option("live", "Live", "A webcam or a film through the detector."),
        Option("sliding", "Sliding", "A window over the picture: crop by crop, and in one pass."),
        Option("regions", "Regions", "R-CNN, Fast and Faster R-CNN on the same photo."),
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
        Option("two", "Two a cell", "The two boxes of each cell with the largest p_c."),
        Option("all", "All boxes", "Every box of every cell, as the network gives them."),
        Option("p_c", "After p_c", "Boxes with a score above the threshold."),
        Option("kept", "After NMS", "What stays of all boxes after non-max suppression."),
    ),
    "From the network's answer to the boxes that are shown, step by step.",
)
REGION_WAY = Choice(
    "region_way",
    "Way",
    (
        Option("rcnn", "R-CNN", "Each region is cut out, warped and run by itself."),
        Option("fast", "Fast R-CNN", "One pass for the photo; regions out of the feature map."),
        Option("faster", "Faster R-CNN", "As Fast R-CNN, with regions that a network proposes."),
    ),
    "How the regions of the photo are proposed and classified.",
)
REGION_SCORE = Slider(
    "region_score",
    "Score above",
    0.05,
    1,
    "Regions whose best class is not more probable than this bear no name.",
    0.05,
)

EVAL_OF = Choice(
    "eval_of",
    "Judged",
    (
        Option("photo", "This photo", "The detections of this photo against the drawn boxes."),
        Option("folder", "A folder", "A folder of images against files of ground truth."),
    ),
    "What the detections are judged on.",
)

GROUPS = (
    Group("Judged", (EVAL_OF,), lambda scene: bool(scene.view == "evaluation")),
    Group(
        "Boxes from",
        (
            Choice(
                "source",
                "Boxes from",
                (
                    Option("photo", "This photo", "The detector looks at the current image."),
                    Option("example", "The slide", "The course's five boxes on two cars."),
                ),
                "Where the raw boxes come from.",
            ),
        ),
        _is_suppression,
    ),
    *DETECTOR_GROUPS,
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
        "Label of",
        (
            Choice(
                "target_kind",
                "Label of",
                (
                    Option("objects", "Objects", "Boxes and classes in a grid."),
                    Option("landmarks", "Landmarks", "Points of one face: 2n + 1 numbers."),
                ),
                "What the label y tells.",
            ),
        ),
        _shows_targets,
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
        "Classes",
        (
            Choice(
                "target_classes",
                "Classes",
                (
                    Option(
                        "drawn", "Drawn", "The labels of the boxes; the slides' three at first."
                    ),
                    Option("coco", "80 of COCO", "85 numbers an anchor, as in YOLO."),
                ),
                "The classes c_1 … c_n of the label.",
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
            Slider("p_hat", "p̂", 0, 1, "The answer's p: whether there is a face.", 0.01),
            Toggle("has_face", "A face", "Whether there is a face: without one only p is judged."),
        ),
        _is_landmarks,
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
        _draws_boxes,
    ),
    Group(
        "Network of the window",
        (
            Choice(
                "slid_net",
                "Network",
                (
                    Option("toy", "Slides'", "The slides' small network, taught here on shapes."),
                    Option("faces", "Faces", "MTCNN's first network: 12 × 12 windows, no padding."),
                    Option("imagenet", "Things", "MobileNetV2: 1,000 classes, with padding."),
                ),
                "What looks at each window.",
            ),
        ),
        _is_sliding,
    ),
    Group(
        "Picture",
        (
            Choice(
                "toy_size",
                "Picture",
                (
                    Option(14, "14", "One window."),
                    Option(16, "16", "2 × 2 windows."),
                    Option(28, "28", "8 × 8 windows."),
                    Option(96, "96 × 72", "42 × 30 windows, and several shapes."),
                ),
                "The generated picture for the small network.",
            ),
        ),
        _is_toy,
    ),
    Group(
        "Window",
        (
            Slider(
                "window",
                "Window",
                0.1,
                1,
                "The window's side, as a share of the photo's shorter side.",
                0.05,
                colour="kernel",
                limits=lambda s: (0.3 if s.slid_net == "imagenet" else 0.1, 1),
            ),
        ),
        _slides_on_photo,
    ),
    Group(
        "Stride of the crops",
        (
            Choice(
                "every",
                "Stride",
                (
                    Option(1, "1 step", "The stride of the network itself."),
                    Option(2, "2 steps", "Every second window of the network's own."),
                    Option(4, "4 steps", "Every fourth window of the network's own."),
                ),
                "How far apart the crops lie; the one pass has the network's own stride.",
            ),
        ),
        _is_sliding,
    ),
    Group(
        "Regions",
        (
            Choice(
                "proposals",
                "Regions",
                (
                    Option(100, "100", "The first 100: quick also for R-CNN."),
                    Option(500, "500", "The first 500."),
                    Option(2000, "2,000", "As many as in the paper: R-CNN takes a while."),
                ),
                "How many of the proposed regions are classified; Faster R-CNN's are 300.",
                is_usable=lambda s: s.region_way != "faster",
            ),
            Choice(
                "pooling",
                "Taken out by",
                (
                    Option("align", "RoI align", "Bilinear samples; nothing is rounded."),
                    Option("pool", "RoI pooling", "Rounded to cells; the largest of each bin."),
                ),
                "How a region is taken out of the feature map.",
                is_usable=lambda s: s.region_way != "rcnn",
            ),
            Toggle("shows_proposals", "Proposals", "All proposed regions, dotted."),
        ),
        _is_regions,
    ),
)
