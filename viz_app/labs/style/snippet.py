"""Copy as PyTorch: a program that reproduces the first steps of a run."""

from __future__ import annotations

from pathlib import Path

from viz_app.core.records import Picture
from viz_app.core.style_terms import BETA_UNIT, FILTERS_UNIT, STYLE_LAYERS, VARIATION_UNIT
from viz_app.files.resources import resource
from viz_app.files.samples import SAMPLES
from viz_app.labs.style.scene import StyleScene, controls_of, stages_of

STEPS = {"adam": 20, "lbfgs": 10}  # L-BFGS magnifies the last digits with every step
SHA256 = "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d"

_PROGRAM = """\
# Style transfer (Gatys, Ecker and Bethge, 2015): J(G) = α J_content + β Σ λ[l] J_style[l] + τ TV.
# Prints J of the first {steps} steps in float32. Needs torch, numpy and Pillow.
import hashlib
import pickle
from math import prod
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

WEIGHTS = {weights!r}  # viz-app weights fetch vgg16
CONTENT = {content!r}
STYLE = {style!r}
SIZE, STEPS = {size}, {steps}
CONTENT_LAYER = {content_layer!r}
STYLE_LAYERS = {style_layers!r}

data = Path(WEIGHTS).read_bytes()
assert hashlib.sha256(data).hexdigest() == (
    {sha256!r}
)  # a pickle: read it only if it is the published one
arrays = pickle.loads(data)["VGG16_0"]  # kernels are stored [f, f, C_in, C_out]
kernels = [torch.tensor(arrays[f"Conv_{{i}}"]["kernel"]).permute(3, 2, 0, 1) for i in range(13)]
biases = [torch.tensor(arrays[f"Conv_{{i}}"]["bias"]) for i in range(13)]
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def vgg16(x):  # [1, 3, H, W] in [0, 1] -> activations by name
    x, found = (x - MEAN) / STD, {{}}
    for stage, depth in enumerate((2, 2, 3, 3, 3), 1):
        for k in range(1, depth + 1):
            x = F.relu(F.conv2d(x, kernels[len(found)], biases[len(found)], padding=1))
            found[f"conv{{stage}}_{{k}}"] = x
            if CONTENT_LAYER in found and all(name in found for name in STYLE_LAYERS):
                return found
        x = F.max_pool2d(x, 2)
    return found


def picture(path):  # [1, 3, H, W] in [0, 1], longer side SIZE
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None]
    scale = SIZE / max(x.shape[2:])
    shape = [max(16, round(side * scale)) for side in x.shape[2:]]
    return F.interpolate(x, shape, mode="bicubic", antialias=True).float() / 255


def gram(a):  # [n_C, n_C], not normalised
    rows = a[0].flatten(1)  # [n_C, n_H·n_W]
    return rows @ rows.T


content, style = picture(CONTENT), picture(STYLE)
with torch.no_grad():
    a_c = vgg16(content)[CONTENT_LAYER]
    grams = {{}}
    for name, a in vgg16(style).items():
        if name in STYLE_LAYERS:
            grams[name] = gram(a) / prod(a.shape[2:])  # by positions: the sizes may differ

alpha = {alpha!r} / prod(a_c.shape[1:])
beta = {beta!r} * {beta_unit:_}
lambdas = dict(zip(STYLE_LAYERS, {lambdas!r}))
tau = {variation!r} * {variation_unit:g} / content.numel()
{start}
G.requires_grad_()
{optimiser}
for step in range(STEPS + 1):
    a_g = vgg16(G)
    J_content = 0.5 * (a_g[CONTENT_LAYER] - a_c).square().sum()
    J_style = 0
    for name in STYLE_LAYERS:
        a = a_g[name]
        n_c, positions = a.shape[1], prod(a.shape[2:])
        difference = (grams[name] * positions - gram(a)) / (2 * positions * n_c)
        J_style = J_style + lambdas[name] * ({filters_unit} / n_c) ** 4 * difference.square().sum()
    TV = G.diff(dim=-1).square().sum() + G.diff(dim=-2).square().sum()
    J = alpha * J_content + beta * J_style + tau * TV
    print(f"step {{step}}  J {{J.item():.6g}}")
    (G.grad,) = torch.autograd.grad(J, G)
    optimiser.step(lambda: J.item())
    with torch.no_grad():
        G.clamp_(0, 1)

Image.fromarray((G.detach()[0].permute(1, 2, 0) * 255).round().byte().numpy()).save("painted.png")
"""

_OPTIMISERS = {
    "adam": "optimiser = torch.optim.Adam([G], lr={rate!r} * 0.03)",
    "lbfgs": (
        "optimiser = torch.optim.LBFGS(\n    [G], lr={rate!r}, max_iter=1, history_size=20, "
        "tolerance_grad=0, tolerance_change=0\n)"
    ),
}


def snippet(scene: StyleScene, picture: Picture | None) -> str:
    """The program for a scene, with the style picture by its file."""
    return style_program(scene, picture, None)


def style_program(
    scene: StyleScene,
    content: Picture | None,
    style: Picture | None,
    weights: Path | None = None,
) -> str:
    """The program that prints J of the first steps at the size of the first stage.

    Parameters
    ----------
    content, style
        the pictures; without one, its name in the scene stands for it
    weights
        folder of the published networks
    """
    controls, settings = controls_of(scene), stages_of(scene)[0]
    start = (
        "G = content.clone()"
        if settings.start == "content"
        else "G = torch.rand(content.shape, generator=torch.Generator().manual_seed("
        f"{settings.seed}))"
    )
    return _PROGRAM.format(
        weights=str(weights / "vgg16.ckpt") if weights is not None else "vgg16.ckpt",
        content=path_of(content.ref if content is not None else "content.jpg"),
        style=path_of(style.ref if style is not None else scene.style),
        size=settings.size_px,
        steps=min(STEPS[controls.optimiser], scene.steps),
        content_layer=settings.content_layer,
        style_layers=STYLE_LAYERS,
        sha256=SHA256,
        alpha=controls.alpha,
        beta=controls.beta,
        beta_unit=BETA_UNIT,
        variation_unit=VARIATION_UNIT,
        filters_unit=FILTERS_UNIT,
        lambdas=controls.lambdas,
        variation=controls.variation,
        start=start,
        optimiser=_OPTIMISERS[controls.optimiser].format(rate=controls.rate),
    )


def path_of(ref: str) -> str:
    """The file behind a picture's ref."""
    kind, _, name = ref.partition(":")
    if kind != "sample":
        return ref
    is_style = any(known.name == name and known.kind == "style" for known in SAMPLES)
    folder = ("images", "styles") if is_style else ("images",)
    return str(resource(*folder, f"{name}.jpg"))
