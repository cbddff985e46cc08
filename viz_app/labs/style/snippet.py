"""Copy as PyTorch: a program that reproduces the first steps of a run."""

from __future__ import annotations

from pathlib import Path

from viz_app.core.records import Picture
from viz_app.core.style_terms import (
    BETA_UNIT,
    FILTERS_UNIT,
    LBFGS_FIRST_MOVE,
    LBFGS_LONGEST_MOVE,
    LBFGS_PAIRS,
    LOWEST_FREQUENCY,
    VARIATION_UNIT,
    shares,
)
from viz_app.files.images import MAX_SIDE_PX
from viz_app.files.samples import path_of
from viz_app.labs.style.mask import from_text
from viz_app.labs.style.scene import StyleScene, controls_of, stages_of

STEPS = {"adam": 20, "lbfgs": 10}  # L-BFGS magnifies the last digits with every step
FILES = {
    "vgg16": (
        "vgg16.ckpt",
        "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
        (2, 2, 3, 3, 3),
    ),
    "vgg19": (
        "vgg19-dcbb9e9d.pth",
        "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        (2, 2, 4, 4, 4),
    ),
}
"""The networks' published files, what they hash to, and the depths of their stages."""

_READERS = {
    "vgg16": """\
arrays = pickle.loads(data)["VGG16_0"]  # kernels are stored [f, f, C_in, C_out]
kernels = [torch.tensor(arrays[f"Conv_{i}"]["kernel"]).permute(3, 2, 0, 1) for i in range(13)]
biases = [torch.tensor(arrays[f"Conv_{i}"]["bias"]) for i in range(13)]""",
    "vgg19": """\
state = torch.load(WEIGHTS, weights_only=True)
places = sorted({int(key.split(".")[1]) for key in state if key.startswith("features.")})
kernels = [state[f"features.{i}.weight"] for i in places]
biases = [state[f"features.{i}.bias"] for i in places]""",
}
_NO_MASK = """\
def guide(a):  # T [n_H, n_W]: the style applies everywhere
    return torch.ones(a.shape[2:])"""
_MASK = """\
MASK = torch.frombuffer(bytearray(zlib.decompress(base64.b64decode(
    {packed!r}
))), dtype=torch.uint8).view({height}, {width}) / 255


def guide(a):  # T [n_H, n_W]: where the style applies (Gatys et al., 2017)
    T = F.interpolate(MASK[None, None], a.shape[2:], mode="bilinear", antialias=True)
    return T[0, 0].clamp(0, 1)"""

_PROGRAM = """\
# Style transfer (Gatys, Ecker and Bethge, 2015): J(G) = α J_content + β Σ λ[l] J_style[l] + τ TV.
# Prints J of the first {steps} steps in float32. Needs torch, numpy and Pillow.
import base64
import hashlib
import pickle
import zlib
from math import prod
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

WEIGHTS = {weights!r}  # viz-app weights fetch {network}
CONTENT = {content!r}
STYLES = {styles!r}  # with their parts
STYLE_SIZE = {style_size}
SIZE, STEPS = {size}, {steps}
CONTENT_LAYER = {content_layer!r}
STYLE_LAYERS = {style_layers!r}

data = Path(WEIGHTS).read_bytes()
assert hashlib.sha256(data).hexdigest() == (
    {sha256!r}
)  # a pickle: read it only if it is the published one
{reader}
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def vgg(x):  # [1, 3, H, W] in [0, 1] -> activations by name
    x, found = (x - MEAN) / STD, {{}}
    for stage, depth in enumerate({depths!r}, 1):
        for k in range(1, depth + 1):
            x = F.relu(F.conv2d(x, kernels[len(found)], biases[len(found)], padding=1))
            found[f"conv{{stage}}_{{k}}"] = x
            if CONTENT_LAYER in found and all(name in found for name in STYLE_LAYERS):
                return found
        x = F.{pool}_pool2d(x, 2)
    return found


def pixels(path):  # uint8 [H, W, 3]
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    return np.array(image.reduce(-(-max(image.size) // {most_px})))


def picture(array, size):  # [1, 3, H, W] in [0, 1], longer side size
    x = torch.from_numpy(array).permute(2, 0, 1)[None]
    scale = size / max(x.shape[2:])
    shape = [max(16, round(side * scale)) for side in x.shape[2:]]
    return F.interpolate(x, shape, mode="bicubic", antialias=True).float() / 255


{recolour}{guide}


def gram(a):  # [n_C, n_C], not normalised
    rows = a[0].flatten(1)  # [n_C, n_H·n_W]
    return rows @ rows.T


photo = pixels(CONTENT)
content = picture(photo, SIZE)
with torch.no_grad():
    a_c = vgg(content)[CONTENT_LAYER]
    grams = dict.fromkeys(STYLE_LAYERS, 0)
    for path, part in STYLES:
        for name, a in vgg(picture({style_pixels}, STYLE_SIZE)).items():
            if name in STYLE_LAYERS:  # by positions: the sizes may differ
                grams[name] = grams[name] + part * gram(a) / prod(a.shape[2:])

alpha = {alpha!r} / prod(a_c.shape[1:])
beta = {beta!r} * {beta_unit:_}
lambdas = dict(zip(STYLE_LAYERS, {lambdas!r}))
tau = {variation!r} * {variation_unit:g} / content.numel()
{start}
G.requires_grad_()
{optimiser}
for step in range(STEPS + 1):
    a_g = vgg(G)
    J_content = 0.5 * (a_g[CONTENT_LAYER] - a_c).square().sum()
    J_style = 0
    for name in STYLE_LAYERS:
        a, T = a_g[name], guide(a_g[name])
        n_c, positions = a.shape[1], T.square().sum().item()
        difference = grams[name] * positions - gram(a * T)
        difference = difference / (2 * max(positions, 1) * n_c)
        J_style = J_style + lambdas[name] * ({filters_unit} / n_c) ** 4 * difference.square().sum()
    TV = G.diff(dim=-1).square().sum() + G.diff(dim=-2).square().sum()
    J = alpha * J_content + beta * J_style + tau * TV
    print(f"step {{step}}  J {{J.item():.6g}}")
    if step == STEPS:
        break
    (G.grad,) = torch.autograd.grad(J, G)
    optimiser.step()
    with torch.no_grad():
        G.clamp_(0, 1)

painted = G.detach()[0].permute(1, 2, 0) * 255
{finish}Image.fromarray(painted.round().byte().numpy()).save("painted.png")
"""
_HISTOGRAM = """\
def power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T


def recoloured(style):  # with the photo's mean colour and covariance (Gatys et al., 2016)
    x, y = (p.reshape(-1, 3) / 255 for p in (style, photo))
    spread_x, spread_y = (np.cov(p.T, bias=True) + 1e-5 * np.eye(3) for p in (x, y))
    x = (x - x.mean(0)) @ (power(spread_y, 0.5) @ power(spread_x, -0.5)).T + y.mean(0)
    return (x.clip(0, 1) * 255).round().astype(np.uint8).reshape(style.shape)


"""
_LUMINANCE = """\
before = content[0].permute(1, 2, 0) * 255  # its colours, with the brightness that was painted
luma = (painted - before) @ torch.tensor([0.299, 0.587, 0.114])
painted = (before + luma[..., None]).clamp(0, 255)
"""

_OPTIMISERS = {
    "adam": "optimiser = torch.optim.Adam([G], lr={rate!r} * 0.03)",
    "lbfgs": """
def broadened(x):
    # each wave over its frequency: the first guess at the inverse Hessian
    down = torch.fft.fftfreq(x.shape[2])[:, None]
    frequency = torch.hypot(down, torch.fft.rfftfreq(x.shape[3])) + {lowest}
    return torch.fft.irfft2(torch.fft.rfft2(x) / frequency, x.shape[2:])


class LBFGS:
    rate, pairs, last = {rate!r}, [], None

    def step(self):
        x, g = G.detach().clone(), G.grad
        if self.last is not None:
            s, y = x - self.last[0], g - self.last[1]
            if (s * y).sum() > 1e-10 * (s * s).sum():
                self.pairs = [*self.pairs, (s, y)][-{pairs}:]
        self.last = x, g
        q, shares = g.clone(), []
        for s, y in reversed(self.pairs):
            shares.append((s * q).sum() / (s * y).sum())
            q -= shares[-1] * y
        q = broadened(q)
        if self.pairs:
            s, y = self.pairs[-1]
            q *= (s * y).sum() / (y * broadened(y)).sum()
        for (s, y), share in zip(self.pairs, reversed(shares)):
            q += (share - (y * q).sum() / (s * y).sum()) * s
        length = q.abs().mean().item()
        if self.pairs:
            q *= min(self.rate, 1, {longest} * self.rate / max(length, 1e-30))
        else:
            q *= self.rate * {first} / length
        G.data -= q


optimiser = LBFGS()""",
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
    file, sha256, depths = FILES[scene.network]
    refs = (style.ref if style is not None else scene.style, *scene.others)
    start = (
        "G = content.clone()"
        if settings.start == "content"
        else "G = torch.rand(content.shape, generator=torch.Generator().manual_seed("
        f"{settings.seed}))"
    )
    return _PROGRAM.format(
        weights=str(weights / file) if weights is not None else file,
        network=scene.network,
        reader=_READERS[scene.network],
        depths=depths,
        pool={"max": "max", "average": "avg"}[scene.pooling],
        guide=_guide(scene.mask),
        content=path_of(content.ref if content is not None else "content.jpg"),
        styles=list(zip(map(path_of, refs), shares(controls.blend, len(refs)), strict=True)),
        recolour=_HISTOGRAM if scene.colours == "histogram" else "",
        style_pixels="recoloured(pixels(path))" if scene.colours == "histogram" else "pixels(path)",
        finish=_LUMINANCE if scene.colours == "luminance" else "",
        most_px=MAX_SIDE_PX,
        style_size=max(1, round(settings.size_px * settings.style_scale)),
        size=settings.size_px,
        steps=min(STEPS[controls.optimiser], settings.steps),
        content_layer=settings.content_layer,
        style_layers=settings.style_layers,
        sha256=sha256,
        alpha=controls.alpha,
        beta=controls.beta,
        beta_unit=BETA_UNIT,
        variation_unit=VARIATION_UNIT,
        filters_unit=FILTERS_UNIT,
        lambdas=controls.lambdas,
        variation=controls.variation,
        start=start,
        optimiser=_OPTIMISERS[controls.optimiser].format(
            rate=controls.rate,
            pairs=LBFGS_PAIRS,
            first=LBFGS_FIRST_MOVE,
            longest=LBFGS_LONGEST_MOVE,
            lowest=LOWEST_FREQUENCY,
        ),
    )


def _guide(text: str) -> str:
    mask = from_text(text)
    if mask is None:
        return _NO_MASK
    height, width = mask.shape
    return _MASK.format(packed=text.partition(":")[2], height=height, width=width)
