"""Copy as PyTorch for the Learn view: the lesson as a program, in the numbers of its curve."""

from __future__ import annotations

from viz_app.labs.convolution.kernels import named
from viz_app.labs.convolution.learn import BRUSH_PX, MOST_PX
from viz_app.labs.convolution.scene import ConvolutionScene

STEPS, TOLD_EVERY = 2000, 100

_PROGRAM = """\
{opening}
SIZE, RATE = {size}, {rate!r}
light = x[0] / 255  # of a larger photo the middle
top, left = (max(n - {most}, 0) // 2 for n in light.shape)
light = light[top : top + {most}, left : left + {most}]
windows = light.unfold(0, SIZE, 1).unfold(1, SIZE, 1)  # [rows, columns, SIZE, SIZE]
{target}

# J(w) = mean (X w - t)² with a row of X for each window: all it needs is XᵀX, Xᵀt and t²
gram, moment, power = 0, 0, target.square().mean()
for some, wanted in zip(windows.split(32), target.split(32)):
    X, t = some.reshape(-1, SIZE**2), wanted.reshape(-1)
    gram, moment = gram + X.T @ X / target.numel(), moment + X.T @ t / target.numel()

w = torch.zeros(SIZE**2, dtype=torch.float64, requires_grad=True)
optimiser = torch.optim.{optimiser}
for step in range({steps} + 1):
    loss = w @ gram @ w - 2 * moment @ w + power
    if step % {every} == 0:
        print("step", step, "loss", loss.item())
    optimiser.zero_grad()
    loss.backward()
    if step < {steps}:
        optimiser.step()
print(w.detach().view(SIZE, SIZE).tolist())
"""
_EDGES = """\
wanted = torch.tensor({wanted}, dtype=torch.float64)
target = (windows * wanted).sum((2, 3))"""
_DRAWN = """\
STROKES = {strokes}  # from x, y to x, y, in parts of the target's width and height
size = torch.tensor(windows.shape[:2])
cells = torch.stack(torch.meshgrid(*map(torch.arange, windows.shape[:2]), indexing="ij"), -1)
target = torch.zeros(windows.shape[:2], dtype=torch.float64)
for x1, y1, x2, y2 in STROKES:
    start, end = torch.tensor([y1, x1]) * size, torch.tensor([y2, x2]) * size
    along = end - start
    share = ((cells - start) @ along / (along @ along).clamp(min=1e-9)).clamp(0, 1)
    target[(cells - start - share[..., None] * along).norm(dim=-1) <= {brush}] = 1"""
_OPTIMISERS = {
    "plain": "SGD([w], lr=RATE)",
    "momentum": "SGD([w], lr=RATE, momentum=0.9)",
    "adam": "Adam([w], lr=RATE)",
}


def learn_program(scene: ConvolutionScene, opening: str) -> str:
    """The program that goes down the loss of a scene's lesson.

    Parameters
    ----------
    opening
        lines that import numpy and torch and make ``x``, one channel of the photo [1, H, W]
    """
    size = scene.learned_taps
    if scene.target == "drawn":
        target = _DRAWN.format(strokes=list(scene.drawing), brush=BRUSH_PX)
    else:
        target = _EDGES.format(wanted=named(scene.wanted, (size, size)).tolist())
    return _PROGRAM.format(
        opening=opening,
        size=size,
        rate=scene.rate,
        most=MOST_PX,
        target=target,
        optimiser=_OPTIMISERS[scene.optimiser],
        steps=STEPS,
        every=TOLD_EVERY,
    )
