"""Copy as PyTorch for the user's own network: made again, and one of its parts listened to."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.core.own import OwnNetwork, preprocessing_of
from viz_app.core.records import Picture
from viz_app.files.samples import path_of
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.snippets import in_words

_PROGRAM = """\
# {about} on an image: {what}.
# Needs torch, numpy and Pillow. This runs the code in {source}.
{imports}
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

{made}
IMAGE = {image!r}
PART, CALL = {part!r}, {call}  # the part, and which of its calls

torch.manual_seed(0)
net = (make if isinstance(make, torch.nn.Module) else make()).eval().requires_grad_(False)
image = ImageOps.exif_transpose(Image.open(IMAGE)).convert("RGB")
x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255  # [1, 3, H, W]
size = [n * {side} // min(x.shape[2:]) for n in x.shape[2:]]
x = F.interpolate(x, size, mode="bilinear", antialias=True)
top, left = (round((n - {side}) / 2) for n in size)
x = x[..., top : top + {side}, left : left + {side}]
x = (x.clamp(0, 1) * 255).round() / 255{ending}"""
_MAPS = """\
{grey}{scaled}

calls = []
dict(net.named_modules())[PART].register_forward_hook(
    lambda _part, _inputs, output: calls.append(output.clone())
)
net(x)
maps = calls[CALL - 1][0]{flat}  # [C, H, W]
print({layer!r}, tuple(maps.shape))
for channel in maps.amax((1, 2)).argsort(descending=True, stable=True)[:5].tolist():
    print(f"channel {{channel}}: largest {{maps[channel].max():.4f}}")
"""
_VALUE = """
image_in = x.requires_grad_()
x = image_in{grey}{scaled}

calls = {calls}
for name in calls:  # what follows gets a copy, which a ReLU in place may overwrite
    dict(net.named_modules())[name].register_forward_hook(
        lambda _part, _inputs, output, name=name: calls[name].append(output) or output.clone()
    )
net(x)
row, column = {row}, {column}
value = calls[PART][CALL - 1][0, {channel}]{unit}
{ask}
print(f"unit ({{row}}, {{column}}) of channel {channel} of {layer}: {{value:.4f}}")
print(f"sum {{heat.sum():.6g}}, largest {{heat.abs().max():.6g}}")
"""
_PIXELS = "(heat,) = torch.autograd.grad(value, image_in)  # [1, 3, H, W]"
_CAM = """\
maps = calls[{part!r}][{call} - 1]  # [1, C, h, w]
(slope,) = torch.autograd.grad(value, maps, allow_unused=True, materialize_grads=True)
weights = slope[0].mean((1, 2))  # one a map
heat = (weights[:, None, None] * maps[0]).sum(0).relu()  # [h, w]"""
GREY = """
x = (x * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1, keepdim=True)"""


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """Lines of a program; ``grey`` and ``scaled`` change ``x`` and begin with a newline.

    ``source`` is where the code lies, in words.
    """

    source: str
    imports: str
    made: str
    grey: str
    scaled: str


def own_program(own: OwnNetwork, scene: ActivationsScene, picture: Picture | None) -> str:
    """The program for a part of a network that code makes."""
    texts = texts_of(own)
    flat = "[:, None, None]" if is_flat(own, scene.asked) else ""
    ending = _MAPS.format(grey=texts.grey, scaled=texts.scaled, flat=flat, layer=scene.asked)
    return _program(own, scene.asked, picture, "its strongest channels", ending)


def own_value_program(
    own: OwnNetwork,
    layer: str,
    unit: tuple[int, int, int],
    picture: Picture | None,
    cam_layer: str = "",
) -> str:
    """The program for the gradient of a unit (channel, row, column), or for its Grad-CAM.

    ``cam_layer`` is the part whose maps Grad-CAM weights; empty for the gradient.
    """
    texts = texts_of(own)
    parts = dict.fromkeys(part_of(row)[0] for row in (layer, cam_layer) if row)
    part, call = part_of(cam_layer)
    channel, row, column = unit
    ending = _VALUE.format(
        grey=texts.grey,
        scaled=texts.scaled,
        calls={name: [] for name in parts},
        row=row,
        column=column,
        channel=channel,
        unit="" if is_flat(own, layer) else "[row, column]",
        ask=_CAM.format(part=part, call=call) if cam_layer else _PIXELS,
        layer=in_words(layer),
    )
    what = "Grad-CAM of one unit" if cam_layer else "the gradient of one unit"
    return _program(own, layer, picture, what, ending)


def _program(own: OwnNetwork, layer: str, picture: Picture | None, what: str, ending: str) -> str:
    texts = texts_of(own)
    part, call = part_of(layer)
    return _PROGRAM.format(
        about=in_words(f"{layer} of {own.title}"),
        what=what,
        source=texts.source,
        imports=texts.imports,
        made=texts.made,
        image=path_of(picture.ref if picture is not None else "image.jpg"),
        part=part,
        call=call,
        side=own.side,
        ending=ending,
    )


def texts_of(own: OwnNetwork) -> OwnTexts:
    """What a program for a network that code makes is put together from."""
    source, _, factory = own.spec.partition("@")[0].rpartition(":")
    imports, made = "", f"from {source} import {factory} as make"
    if source.endswith(".py"):
        imports = "import runpy\n"
        made = f"make = runpy.run_path({source!r})[{factory!r}]"
    channels = own.table.input_shape[0]
    wanted = preprocessing_of(own.scaling, channels)
    scaled = ""
    if wanted is not None:
        mean, std = (f"torch.tensor({list(v)}).view(-1, 1, 1)" for v in (wanted.mean, wanted.std))
        scaled = f"\nx = (x - {mean}) / {std}"
    return OwnTexts(in_words(source), imports, made, GREY if channels == 1 else "", scaled)


def part_of(row: str) -> tuple[str, int]:
    """The part that a row names, and which of its calls."""
    part, _, number = row.rpartition("#")
    return (part, int(number)) if part and number.isdecimal() else (row, 1)


def is_flat(own: OwnNetwork, row: str) -> bool:
    """Whether a part answers with numbers in a row."""
    assert own.traced is not None
    return any(p.layer.name == row and len(p.shape) == 1 for p in own.traced.layers)
