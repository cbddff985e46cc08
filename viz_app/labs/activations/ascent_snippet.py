"""Copy as PyTorch for the optimised image; self-contained, no viz_app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from textwrap import indent

from viz_app.core.architectures.published import published_table
from viz_app.core.ascent import FLOOR, NATURAL, SLIGHT, WIDE, Shake
from viz_app.core.layers import Layer, Network, shapes
from viz_app.core.patches import as_map
from viz_app.labs.activations.ascent_jobs import Plan
from viz_app.labs.activations.forward_snippet import forward_of
from viz_app.labs.activations.layers import name_of, table_of
from viz_app.labs.activations.snippet import rows_for
from viz_app.labs.snippets import in_words

_PROGRAM = """\
# The image that {title} wants, by gradient ascent.
# Needs torch, numpy and Pillow.{warning}
{imports}

import torch
import torch.nn.functional as F
from PIL import Image

LAYER, INDEX = {layer!r}, {index}
SIDE, STEPS, RATE = {side}, {steps}, {rate:g}
{made}{memory}


def goal(x):  # an image [1, 3, SIDE, SIDE] in 0..1
{enlarged}{forward}


{image}


{shaken}


{natural}dice = torch.Generator().manual_seed({seed})
numbers = 0.01 * torch.randn({shape}, generator=torch.Generator().manual_seed({seed}))
numbers.requires_grad_()
adam = torch.optim.Adam([numbers], lr=RATE, maximize=True)
for step in range(STEPS + 1):
    picture = image_of(numbers)
    value{strange} = goal(shaken(picture))
    if step % 20 == 0 or step == STEPS:
        print(f"step {{step}}: {{value.item():.4f}}")
    adam.zero_grad()
    {aim}.backward()
    if step < STEPS:
        adam.step()
pixels = (picture.detach()[0].permute(1, 2, 0) * 255).round().byte().numpy()
Image.fromarray(pixels).save("optimised.png")
"""
_MEMORY = """
NORMS = {{  # what each batch norm reads, and its key
{norms}
}}"""
_NATURAL = """\
def strangeness(a):  # how far channels' means and deviations are from those on photos
    far = []
    for layer, key in NORMS.items():
        spread = (state[f"{{key}}.running_var"] + {floor:g}).sqrt()
        mean = (a[layer].mean((0, 2, 3)) - state[f"{{key}}.running_mean"]) / spread
        off = (a[layer].var((0, 2, 3), correction=0) + {floor:g}).sqrt() / spread - 1
        far.append((mean**2).mean() + (off**2).mean())
    return torch.stack(far).mean()


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
    thrown = (2 * torch.rand(5, generator=dice, dtype=torch.float64) - 1).tolist()
    turn, zoom, down, right, side = thrown
    angle, scale = math.radians({degrees:g} * turn), {most}**-zoom if zoom > 0 else {least}**zoom
    c, s, flip = scale * math.cos(angle), scale * math.sin(angle), {flip}
    matrix = torch.tensor([[[flip * c, -s, {move:g} * right], [flip * s, c, {move:g} * down]]])
    grid = F.affine_grid(matrix, list(image.shape), align_corners=False)
    return F.grid_sample(image, grid, "bilinear", "reflection", align_corners=False)"""


def ascent_program(plan: Plan, rate: float, steps: int, folder: Path) -> str:
    """The program that makes the image of a plan; ``folder`` is that of published networks."""
    table, layer = _network_of(plan)
    run = forward_of(plan.network, table, layer, folder)
    _channels, height, width = as_map(shapes(table)[layer])
    shake = WIDE if plan.kind == "class" else SLIGHT
    norms = {r.sources[0]: r.layer for r in rows_for(table, layer) if r.layer.kind == "batch_norm"}
    norms = norms if plan.is_natural else {}
    taken = "" if run.is_flat else ".mean()"
    if plan.kind == "unit" and not run.is_flat:
        taken = f"[{height // 2}, {width // 2}]"
    parts = 2 if plan.is_fourier else 0
    shape = (1, 3, plan.side, plan.side // 2 + 1, parts) if parts else (1, 3, plan.side, plan.side)
    answer = f"{run.output}[0, INDEX]{taken}" + ", strangeness(a)" * bool(norms)
    return _PROGRAM.format(
        title=in_words(plan.title),
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
        memory=_memory_of(norms),
        natural=_NATURAL.format(floor=FLOOR) if norms else "",
        strange=", strange" if norms else "",
        aim=f"(value - {NATURAL:g} * strange)" if norms else "value",
        forward=indent(f"{run.lines}\nreturn {answer}", "    "),
        image=_IMAGE.format(
            fourier=_FOURIER if plan.is_fourier else "",
            colours=_COLOURS if plan.is_decorrelated else "",
        ),
        shaken=_shaken_of(shake) if plan.is_shaken else _STILL,
        shape=shape,
    )


def _memory_of(norms: Mapping[str, Layer]) -> str:
    if not norms:
        return ""
    lines = (f"    {name!r}: {norm.key or norm.name!r}," for name, norm in norms.items())
    return _MEMORY.format(norms="\n".join(lines))


def _shaken_of(shake: Shake) -> str:
    return _SHAKEN.format(
        degrees=shake.degrees,
        most=shake.most,
        least=shake.least,
        move=2 * shake.move,
        flip="-1 if side < 0 else 1" if shake.is_mirrored else 1,
    )


def _network_of(plan: Plan) -> tuple[Network, str]:
    """The table for what is looked at, and the row that grows."""
    side = plan.look_side
    if plan.kind != "class":
        return table_of(plan.network, side, side), plan.layer
    whole = published_table(name_of(plan.network))
    return replace(whole, input_shape=(3, side, side)), whole.output_names[0]
