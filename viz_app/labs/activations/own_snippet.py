"""Copy as PyTorch for the user's own network: made again, and one of its parts listened to."""

from __future__ import annotations

from viz_app.core.own import OwnNetwork, preprocessing_of
from viz_app.core.records import Picture
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.style.snippet import path_of

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
maps = calls[CALL - 1][0]  # [C, H, W]
print({layer!r}, tuple(maps.shape))
for channel in maps.amax((1, 2)).argsort(descending=True, stable=True)[:5].tolist():
    print(f"channel {{channel}}: largest {{maps[channel].max():.4f}}")
"""
_GREY = """
x = (x * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(1, keepdim=True)"""


def own_program(own: OwnNetwork, scene: ActivationsScene, picture: Picture | None) -> str:
    """The program for a part of a network that code makes."""
    source, _, factory = own.spec.partition("@")[0].rpartition(":")
    imports, made = "", f"from {source} import {factory} as make"
    if source.endswith(".py"):
        imports = "import runpy\n"
        made = f"make = runpy.run_path({source!r})[{factory!r}]"
    part, _, number = scene.asked.partition("#")
    channels = own.table.input_shape[0]
    wanted = preprocessing_of(own.scaling, channels)
    scaled = ""
    if wanted is not None:
        mean, std = (f"torch.tensor({list(v)}).view(-1, 1, 1)" for v in (wanted.mean, wanted.std))
        scaled = f"\nx = (x - {mean}) / {std}"
    return _PROGRAM.format(
        layer=scene.asked,
        title=own.title,
        source=source,
        imports=imports,
        made=made,
        image=path_of(picture.ref if picture is not None else "image.jpg"),
        part=part,
        call=number or 1,
        side=own.side,
        grey=_GREY if channels == 1 else "",
        scaled=scaled,
        at="[PART]",
    )
