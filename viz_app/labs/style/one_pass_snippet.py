"""Copy as PyTorch, for one pass: a program for onnxruntime, which these networks are run by."""

from __future__ import annotations

from pathlib import Path

from viz_app.core.records import Picture
from viz_app.files.samples import path_of
from viz_app.labs.style.one_pass_jobs import ARBITRARY, PARTS, Wish

_HEAD = """\
# Not PyTorch: this network is published for onnxruntime, so this program runs it by that.
# {what}
# Saves the picture as painted.png. Needs onnxruntime, numpy and Pillow.
import numpy as np
import onnxruntime
from PIL import Image, ImageOps

CONTENT = {content!r}
STRENGTH = {strength!r}


def run(file, *arrays):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    names = [known.name for known in session.get_inputs()]
    return session.run(None, dict(zip(names, arrays)))[0]


def picture(path):
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def unit(image):
    return np.asarray(image, np.float32) / 255


content = picture(CONTENT)
"""

_ARBITRARY = """\
PREDICT, TRANSFORM = {predict!r}, {transform!r}  # viz-app weights fetch arbitrary_style
STYLES = {styles!r}  # with their weights


def code(image):  # [1, 1, 1, 100]
    return run(PREDICT, unit(image.resize((256, 256), Image.Resampling.BICUBIC))[None])


weights = np.array([weight for _, weight in STYLES])
codes = [code(picture(path)) for path, _ in STYLES]
style = np.tensordot(weights / weights.sum(), np.stack(codes), 1)
mix = STRENGTH * style + (1 - STRENGTH) * code(content)

width, height = (max(1, round(n * (384 / max(content.size)))) for n in content.size)
x = unit(content.resize((width, height), Image.Resampling.BICUBIC))
square = np.pad(x, ((0, 384 - height), (0, 384 - width), (0, 0)), mode="symmetric")
painted = run(TRANSFORM, square[None], mix.astype(np.float32))[0, :height, :width]
"""

_BUILT_IN = """\
NETWORK, SIZE = {network!r}, {side}  # viz-app weights fetch multistyle26
WEIGHTS = {weights!r}  # by the style's number, from 1

shares = np.zeros(26, np.float32)
for style, weight in WEIGHTS.items():
    shares[style - 1] = weight
width, height = (max(4, round(n * (SIZE / max(content.size)) / 4) * 4) for n in content.size)
x = unit(content.resize((width, height), Image.Resampling.BICUBIC))
painted = run(NETWORK, np.ascontiguousarray(x.transpose(2, 0, 1))[None], shares / shares.sum())[0]
painted = STRENGTH * painted.transpose(1, 2, 0) + (1 - STRENGTH) * x
"""

_LUMINANCE = """\
# the content's colours: only the brightness is painted
luma = np.array([0.299, 0.587, 0.114])
own = {own}
painted = own + ((painted - own) @ luma)[..., None]
"""

_TAIL = """\
pixels = (painted.clip(0, 1) * 255).round().astype(np.uint8)
Image.fromarray(pixels).save("painted.png")
print(pixels.shape, pixels.mean().round(3))
"""


def one_pass_program(wish: Wish, content: Picture | None, weights: Path | None = None) -> str:
    """The program that paints what a wish says.

    Parameters
    ----------
    content
        the picture; without one, its name stands for it
    weights
        folder of the published networks
    """
    files = {
        part: str(weights / file) if weights is not None else file
        for part, (_network, file) in PARTS.items()
    }
    is_any = wish.network == ARBITRARY
    what = "A style picture gives a code, a network paints by it (Ghiasi et al., 2017)."
    head = _HEAD.format(
        what=what if is_any else "A network of 26 styles (after Dumoulin et al., 2017).",
        content=path_of(content.ref if content is not None else "content.jpg"),
        strength=wish.strength,
    )
    if is_any:
        styles = [(path_of(r), w) for r, w in zip(wish.styles, wish.weights, strict=True)]
        body = _ARBITRARY.format(
            predict=files["predict"], transform=files["transform"], styles=styles
        )
    else:
        mixed = {i: weight for i, weight in enumerate(wish.weights, 1) if weight}
        body = _BUILT_IN.format(network=files["built in"], side=wish.side, weights=mixed)
    return head + body + (_LUMINANCE.format(own="x") if wish.has_own_colours else "") + _TAIL
