"""Copy as PyTorch: short programs that print the numbers on the screen."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from viz_app.core.architectures import YOLOV2_TINY_HEADS, YOLOV4_TINY_HEADS
from viz_app.core.records import Picture
from viz_app.labs.detection.evaluation import Matched
from viz_app.labs.detection.found import Found, example
from viz_app.labs.detection.grid import GridShown
from viz_app.labs.detection.scene import DetectionScene, DrawnBox, boxes_on
from viz_app.labs.detection.targets import TargetsShown, Term

_IOU = """\
def area(boxes):
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)


def iou(a, b):  # boxes x1, y1, x2, y2 [N, 4] and [M, 4] -> [N, M]
    low, high = torch.maximum(a[:, None, :2], b[:, :2]), torch.minimum(a[:, None, 2:], b[:, 2:])
    inside = (high - low).clamp(min=0).prod(-1)
    union = area(a)[:, None] + area(b) - inside
    return torch.where(union > 0, inside / union, 0)
"""

_GREEDY = """\
left = [i for i in scores.argsort(descending=True, stable=True).tolist() if scores[i] > {p_c}]
while left:
    pick, *left = left
    print(f"pick {{names[pick]}} {{scores[pick]:.2f}}", boxes[pick].tolist())
    overlap = iou(boxes[[pick]], boxes[left])[0].tolist()
    gone = [{same}u {sign} {iou} for i, u in zip(left, overlap)]
    for i, u, is_gone in zip(left, overlap, gone):
        if is_gone:
            print(f"  x {{names[i]}} {{scores[i]:.2f}} IoU {{u:.2f}}")
    left = [i for i, is_gone in zip(left, gone) if not is_gone]
"""

_SOFT = """\
left = [i for i in range(len(scores)) if scores[i] > {p_c}]
while left:
    pick = max(left, key=lambda i: (scores[i].item(), -i))
    left.remove(pick)
    print(f"pick {{names[pick]}} {{scores[pick]:.2f}}", boxes[pick].tolist())
    overlap = iou(boxes[[pick]], boxes[left])[0]
{per_class}    scores[left] *= {factor}
    left = [i for i in left if scores[i] > {p_c}]
"""


def snippet(scene: DetectionScene, picture: Picture | None) -> str:
    """The program for a scene; without a detector's answer at hand, on the course's example."""
    if scene.view == "iou":
        size = (picture.width, picture.height) if picture else (100, 100)
        return iou_program(boxes_on(scene, picture.ref if picture else "", size), scene.verdict)
    return suppression_program(example(), scene)


def iou_program(boxes: Sequence[DrawnBox], threshold: float) -> str:
    """A program that prints the IoU of every pair of drawn boxes."""
    rows = "\n".join(f"    [{', '.join(f'{c:g}' for c in b.corners)}]," for b in boxes)
    return (
        f"import torch\n\nboxes = torch.tensor([\n{rows}\n], dtype=torch.float64).reshape(-1, 4)"
        f"  # x1, y1, x2, y2\n\n\n{_IOU}\n\n"
        "u = iou(boxes, boxes)\n"
        "for i in range(len(boxes)):\n"
        "    for j in range(i + 1, len(boxes)):\n"
        f'        verdict = "correct" if u[i, j] >= {threshold} else "not correct"\n'
        '        print(f"IoU of box {i + 1} and box {j + 1}: {u[i, j]:.4f}, {verdict}")\n'
    )


def suppression_program(found: Found, scene: DetectionScene) -> str:
    """A program that suppresses the candidates of a picture and prints what happened."""
    keep = [i for i in range(len(found.scores)) if found.scores[i] > scene.p_c]
    boxes = "\n".join(f"    [{', '.join(repr(float(c)) for c in found.boxes[i])}]," for i in keep)
    scores = ", ".join(repr(float(found.scores[i])) for i in keep)
    names = ", ".join(repr(found.name(i)) for i in keep)
    return (
        f"import torch\n\nboxes = torch.tensor([\n{boxes}\n], dtype=torch.float64).reshape(-1, 4)"
        f"\nscores = torch.tensor([{scores}], dtype=torch.float64)\nnames = [{names}]\n\n\n"
        f"{_IOU}\n\n{_loop(scene)}"
    )


def decode_program(found: Found, shown: GridShown) -> str:
    """A program that turns a cell's t_x … t_h into boxes in the picture's pixels."""
    raw = found.raw
    assert raw is not None, "the example has no grid"
    ids = [anchor.box for anchor in shown.anchors]
    stride = int(raw.strides[ids[0]])
    heads = YOLOV2_TINY_HEADS if raw.is_softmax else YOLOV4_TINY_HEADS
    scale_xy = next(h.scale_xy for h in heads if h.stride == stride)
    row, column = shown.cell
    left, top, cell_w, cell_h = shown.xs[0], shown.ys[0], *shown.cell_size
    return (
        "import torch\n\n"
        f"t = torch.tensor({raw.offsets[ids].tolist()})  # t_x, t_y, t_w, t_h of each anchor\n"
        f"anchors = torch.tensor({raw.anchors[ids].tolist()})  # width, height\n"
        f"p_c = torch.tensor({raw.objectness[ids].tolist()})\n"
        f"best = torch.tensor({raw.probabilities[ids].max(axis=1).tolist()})\n"
        f"cell, stride = torch.tensor([{column}, {row}]), {stride}\n"
        f"corner = torch.tensor([{left!r}, {top!r}])  # of the grid, in the picture's pixels\n"
        f"pixels = torch.tensor([{cell_w!r}, {cell_h!r}])  # of a cell\n"
        f"sigma = {scale_xy} * (t[:, :2].sigmoid() - 0.5) + 0.5  # darknet's scale_x_y\n"
        "middle = corner + (cell + sigma) * pixels\n"
        "extent = anchors * t[:, 2:].exp() / stride * pixels\n"
        "for i in range(len(t)):\n"
        "    (x, y), (w, h) = middle[i].tolist(), extent[i].tolist()\n"
        '    print(f"anchor {i + 1}: p_c {p_c[i]:.3f} score {p_c[i] * best[i]:.2f} "\n'
        '          f"b_x {x:.1f} b_y {y:.1f} b_h {h:.1f} b_w {w:.1f}")\n'
    )


def loss_program(shown: TargetsShown) -> str:
    """A program that prints the label of the chosen cell and the loss of ŷ."""
    return terms_program(shown.terms)


def terms_program(terms: Sequence[Term]) -> str:
    """A program that prints a label and the two-part loss of an answer."""
    label = ", ".join("nan" if math.isnan(t.y) else repr(t.y) for t in terms)
    answer = ", ".join(repr(t.y_hat) for t in terms)
    return (
        "import torch\nfrom math import nan\n\n"
        f"# {', '.join(t.name for t in terms)}; nan is what the loss does not look at\n"
        f"y = torch.tensor([{label}], dtype=torch.float64)\n"
        f"y_hat = torch.tensor([{answer}], dtype=torch.float64)\n"
        "terms = (y_hat - y) ** 2\n"
        "loss = terms.sum() if y[0] == 1 else terms[0]\n"
        'print(f"y = {y.tolist()}")\nprint(f"loss = {loss:.4f}")\n'
    )


def evaluation_program(matched: Matched, scene: DetectionScene) -> str:
    """A program that matches the detections above p_c with the truth, and prints the counts."""
    detections, truths, names = matched.detections, matched.truths, matched.names
    falling = np.argsort(-detections.scores, kind="stable")  # a file of results has any order
    keep = [i for i in falling.tolist() if detections.scores[i] > scene.p_c]
    return (
        f"import torch\n\ndetections = {_tensor(detections.boxes[keep].tolist())}\n"
        f"labels = {[names[i] for i in detections.classes[keep].tolist()]!r}  # by falling score\n"
        f"truth = {_tensor(truths.boxes.tolist())}\n"
        f"wanted = {[names[i] for i in truths.classes.tolist()]!r}\n\n\n{_IOU}\n\n"
        "u, free, true = iou(detections, truth).tolist(), set(range(len(truth))), 0\n"
        "for i, label in enumerate(labels):\n"
        f"    fits = [j for j in free if wanted[j] == label and u[i][j] >= {scene.verdict}]\n"
        "    if fits:\n"
        "        free.remove(max(fits, key=lambda j: (u[i][j], j)))\n"
        "        true += 1\n"
        "false, missed = len(labels) - true, len(free)\n"
        'print(f"{true} true, {false} false, {missed} missed")\n'
        "if labels and wanted:\n"
        '    print(f"precision {true / len(labels):.2f}, recall {true / len(wanted):.2f}")\n'
    )


def _tensor(rows: list[list[float]]) -> str:
    return f"torch.tensor({rows!r}, dtype=torch.float64).reshape(-1, 4)"


def _loop(scene: DetectionScene) -> str:
    if scene.kind == "greedy":
        sign = ">=" if scene.rule == "at_least" else ">"
        same = "names[i] == names[pick] and " if scene.is_per_class else ""
        return _GREEDY.format(p_c=scene.p_c, iou=scene.iou, sign=sign, same=same)
    per_class = (
        "    overlap *= torch.tensor([names[i] == names[pick] for i in left])\n"
        if scene.is_per_class
        else ""
    )
    factor = (
        f"torch.where(overlap >= {scene.iou}, 1 - overlap, 1)"
        if scene.kind == "linear"
        else f"torch.exp(-(overlap**2) / {scene.sigma})"
    )
    return _SOFT.format(p_c=scene.p_c, per_class=per_class, factor=factor)
