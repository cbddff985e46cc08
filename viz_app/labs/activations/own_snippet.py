"""Copy as PyTorch for the user's own network: made again, and one of its parts listened to."""

from __future__ import annotations

from dataclasses import dataclass

from viz_app.core.own import OwnNetwork, preprocessing_of
from viz_app.core.records import Picture
from viz_app.files.samples import path_of
from viz_app.labs.activations.scene import ActivationsScene

_PROGRAM = """\
# {layer} of {title} on an image: its strongest channels.
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
net = (make if isinstance(make, torch.nn.Module) else make()).eval()
image = ImageOps.exif_transpose(Image.open(IMAGE)).convert("RGB")
x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255  # [1, 3, H, W]
size = [n * {side} // min(x.shape[2:]) for n in x.shape[2:]]
x = F.interpolate(x, size, mode="bilinear", antialias=True)
top, left = (round((n - {side}) / 2) for n in size)
x = x[..., top : top + {side}, left : left + {side}]
x = (x.clamp(0, 1) * 255).round() / 255{grey}{scaled}

calls = []
part = dict(net.named_modules()){at}
part.register_forward_hook(lambda _part, _inputs, output: calls.append(output.clone()))
with torch.no_grad():
    net(x)
maps = calls[CALL - 1][0]{flat}  # [C, H, W]
print({layer!r}, tuple(maps.shape))
for channel in maps.amax((1, 2)).argsort(descending=True, stable=True)[:5].tolist():
    print(f"channel {{channel}}: largest {{maps[channel].max():.4f}}")
"""
_GREY = """
x = (x * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1, keepdim=True)"""


@dataclass(frozen=True, slots=True)
class OwnTexts:
    """Lines of a program; ``grey`` and ``scaled`` change ``x`` and begin with a newline."""

    source: str
    imports: str
    made: str
    grey: str
    scaled: str


def own_program(own: OwnNetwork, scene: ActivationsScene, picture: Picture | None) -> str:
    """The program for a part of a network that code makes."""
    texts = texts_of(own)
    part, call = part_of(scene.asked)
    return _PROGRAM.format(
        layer=scene.asked,
        title=own.title,
        source=texts.source,
        imports=texts.imports,
        made=texts.made,
        image=path_of(picture.ref if picture is not None else "image.jpg"),
        part=part,
        call=call,
        side=own.side,
        grey=texts.grey,
        scaled=texts.scaled,
        flat="[:, None, None]" if is_flat(own, scene.asked) else "",
        at="[PART]",
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
    return OwnTexts(source, imports, made, _GREY if channels == 1 else "", scaled)


def part_of(row: str) -> tuple[str, int]:
    """The part that a row names, and which of its calls."""
    part, _, number = row.partition("#")
    return part, int(number or 1)


def is_flat(own: OwnNetwork, row: str) -> bool:
    """Whether a part answers with numbers in a row."""
    assert own.traced is not None
    return any(p.layer.name == row and len(p.shape) == 1 for p in own.traced.layers)
