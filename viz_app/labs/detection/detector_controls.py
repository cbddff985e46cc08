"""The controls that say which detector looks at the photo and how, and those of the faces view."""

from __future__ import annotations

from viz_app.labs.controls import Choice, Group, Option, Slider
from viz_app.labs.detection.scene import DetectionScene


def _detects(scene: DetectionScene) -> bool:
    return scene.view in ("grid", "evaluation", "live") or (
        scene.view == "suppression" and scene.source == "photo"
    )


def _runs_yolo(scene: DetectionScene) -> bool:
    return _detects(scene) and scene.detector != "mtcnn"


def _runs_mtcnn(scene: DetectionScene) -> bool:
    return scene.view == "faces" or (_detects(scene) and scene.detector == "mtcnn")


def _has_two_grids(scene: DetectionScene) -> bool:
    return scene.view == "grid" and scene.detector == "yolov4_tiny"


FACE_STAGE = Choice(
    "face_stage",
    "Stage",
    (
        Option("pnet", "1 P-Net", "Every window that P-Net takes for a face, at any scale."),
        Option("proposed", "2 NMS", "After suppression within each copy and across all."),
        Option("squared", "3 squares", "Moved by P-Net's offsets and made square."),
        Option("rnet", "4 R-Net", "R-Net looks again at 24×24; what it refuses is dashed."),
        Option("refined", "5 NMS", "After suppression, moved by R-Net's offsets and squared."),
        Option("onet", "6 O-Net", "O-Net's faces with five landmarks."),
    ),
    "From windows to faces, step by step.",
)
P_NET = Slider("p_net", "P-Net", 0.5, 1, "Windows with a score up to this are dropped.", 0.01)
R_NET = Slider("r_net", "R-Net", 0.5, 1, "Squares to which R-Net gives no more are dropped.", 0.01)
O_NET = Slider("o_net", "O-Net", 0.5, 1, "Boxes to which O-Net gives no more are no faces.", 0.01)

DETECTOR_GROUPS = (
    Group(
        "Detector",
        (
            Choice(
                "detector",
                "Detector",
                (
                    Option("yolov4_tiny", "YOLOv4", "YOLOv4-tiny: two grids, three anchors each."),
                    Option("yolov2_tiny", "YOLOv2", "YOLOv2-tiny: the course's 13×13×5×85."),
                    Option("mtcnn", "MTCNN", "Faces only: a pyramid and three small networks."),
                ),
                "Which network finds the boxes.",
            ),
        ),
        _detects,
    ),
    Group(
        "Smallest face",
        (
            Choice(
                "smallest_face",
                "Smallest face",
                (
                    Option(20, "20 px", "The largest pyramid: slower, finds small faces."),
                    Option(40, "40 px", "A quarter of the windows of 20 pixels."),
                    Option(80, "80 px", "Large faces only: fast enough for a webcam."),
                ),
                "Side of the smallest face that is looked for, in the picture's pixels.",
            ),
        ),
        _runs_mtcnn,
    ),
    Group("Scores above", (P_NET, R_NET, O_NET), lambda scene: scene.view == "faces"),
    Group(
        "Input of the network",
        (
            Choice(
                "input_size",
                "Input size",
                (
                    Option(320, "320", "10×10 cells of 32 pixels: faster, misses small things."),
                    Option(416, "416", "13×13 cells of 32 pixels: as it was trained."),
                    Option(608, "608", "19×19 cells of 32 pixels: slower, finds smaller things."),
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
        _runs_yolo,
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
        _has_two_grids,
    ),
)
