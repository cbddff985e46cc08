"""Copy as PyTorch for the optimised image; self-contained, no viz_app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from textwrap import indent

from viz_app.core.architectures.published import published_table
from viz_app.core.layers import Network, shapes
from viz_app.core.patches import as_map
from viz_app.labs.activations.ascent_jobs import Plan
from viz_app.labs.activations.forward_snippet import forward_of
from viz_app.labs.activations.layers import name_of, table_of

_PROGRAM = """\
# The image that {title} wants, by gradient ascent.
# Needs torch, numpy and Pillow.{warning}
{imports}

import torch
import torch.nn.functional as F
from PIL import Image

LAYER, INDEX = {layer!r}, {index}
SIDE, STEPS, RATE = {side}, {steps}, {rate:g}
{made}


def goal(x):  # an image [1, 3, SIDE, SIDE] in 0..1
{enlarged}{forward}


{image}


{shaken}


dice = torch.Generator().manual_seed({seed})
numbers = 0.01 * torch.randn({shape}, generator=torch.Generator().manual_seed({seed}))
numbers.requires_grad_()
adam = torch.optim.Adam([numbers], lr=RATE, maximize=True)
for step in range(STEPS + 1):
    picture = image_of(numbers)
    value = goal(shaken(picture))
    if step % 20 == 0 or step == STEPS:
        print(f"step {{step}}: {{value.item():.4f}}")
    adam.zero_grad()
    value.backward()
    if step < STEPS:
        adam.step()
pixels = (picture.detach()[0].permute(1, 2, 0) * 255).round().byte().numpy()
Image.fromarray(pixels).save("optimised.png")
"""
_FOURIER = """
    high, wide = torch.fft.fftfreq(SIDE)[:, None], torch.fft.rfftfreq(SIDE)[None]
    spectrum = torch.view_as_complex(plane) / torch.hypot(high, wide).clamp(min=1 / SIDE)
    plane = 0.25 * torch.fft.irfft2(spectrum, s=(SIDE, SIDE), norm="ortho")"""
_COLOURS = """
    root = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
    plane = torch.einsum("rc,nchw->nrhw", root / root.norm(dim=0).max(), plane)"""
_IMAGE = """\
def image_of(plane):{fourier}{colours}
    return plane.sigmoid()"""
_ENLARGED = """\
    x = F.interpolate(x, ({side}, {side}), mode="bilinear")  # as large as what it was trained on
"""
_STILL = """\
def shaken(image):
    return image"""
_SHAKEN = """\
def shaken(image):  # turned, enlarged and moved by a little at random
    turn, zoom, down, right = (2 * torch.rand(4, generator=dice, dtype=torch.float64) - 1).tolist()
    angle, scale = math.radians(10 * turn), 1 / (1 + 0.1 * zoom)
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    matrix = torch.tensor([[[c, -s, 24 * right / SIDE], [s, c, 24 * down / SIDE]]])
    grid = F.affine_grid(matrix, list(image.shape), align_corners=False)
    return F.grid_sample(image, grid, "bilinear", "reflection", align_corners=False)"""


def ascent_program(plan: Plan, rate: float, steps: int, folder: Path) -> str:
    """The program that makes the image of a plan; ``folder`` is that of published networks."""
    table, layer = _network_of(plan)
    run = forward_of(plan.network, table, layer, folder)
    _channels, height, width = as_map(shapes(table)[layer])
    taken = "" if run.is_flat else ".mean()"
    if plan.kind == "unit" and not run.is_flat:
        taken = f"[{height // 2}, {width // 2}]"
    parts = 2 if plan.is_fourier else 0
    shape = (1, 3, plan.side, plan.side // 2 + 1, parts) if parts else (1, 3, plan.side, plan.side)
    return _PROGRAM.format(
        title=plan.title,
        warning=run.warning,
        imports=run.imports_with("import math"),
        layer=layer,
        index=plan.index,
        side=plan.side,
        steps=steps,
        rate=rate,
        seed=plan.seed,
        enlarged=_ENLARGED.format(side=plan.look_side) if plan.look_side != plan.side else "",
        made=run.made,
        forward=indent(f"{run.lines}\nreturn {run.output}[0, INDEX]{taken}", "    "),
        image=_IMAGE.format(
            fourier=_FOURIER if plan.is_fourier else "",
            colours=_COLOURS if plan.is_decorrelated else "",
        ),
        shaken=_SHAKEN if plan.is_shaken else _STILL,
        shape=shape,
    )


def _network_of(plan: Plan) -> tuple[Network, str]:
    """The table for what is looked at, and the row that grows."""
    side = plan.look_side
    if plan.kind != "class":
        return table_of(plan.network, side, side), plan.layer
    whole = published_table(name_of(plan.network))
    return replace(whole, input_shape=(3, side, side)), whole.output_names[0]
