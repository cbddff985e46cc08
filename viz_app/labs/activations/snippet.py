"""Copy as PyTorch: a program that prints the layer's strongest channels and a receptive field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from viz_app.core.layers import WINDOWED, Layer, Network, Row, pads, per_axis, rows, spans_of
from viz_app.core.own import OwnNetwork
from viz_app.core.records import Picture
from viz_app.files.registry import load_registry
from viz_app.files.samples import path_of
from viz_app.labs.activations.layers import (
    SIDE,
    Asked,
    branch_of,
    name_of,
    side_of,
    table_of,
    title_of,
)
from viz_app.labs.activations.own_snippet import GREY, own_program
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.snippets import in_words

PICKLED = {"vgg16": "VGG16_0", "alexnet": "AlexNet_0"}

_PROGRAM = """\
# {about} on an image: its strongest channels, and what one unit sees of the image.
# Needs torch, numpy and Pillow.
import hashlib{pickle}
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

WEIGHTS = {weights!r}{fetch}
IMAGE = {image!r}
LAYER, CHANNEL = {layer!r}, {channel}

data = Path(WEIGHTS).read_bytes()
assert hashlib.sha256(data).hexdigest().startswith(
    {sha256!r}
)
{load}

image = ImageOps.exif_transpose(Image.open(IMAGE)).convert("RGB")
x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255  # [1, 3, H, W]
{resize}
x = (x.clamp(0, 1) * 255).round() / 255{preprocess}

a = {{"input": x}}
{steps}
maps = a[LAYER][0]{flat}  # [C, H, W]
print(LAYER, tuple(maps.shape))
for channel in maps.amax((1, 2)).argsort(descending=True, stable=True)[:5].tolist():
    print(f"channel {{channel}}: largest {{maps[channel].max():.4f}}")

{unit}
print(f"unit ({{row}}, {{column}}) of channel {{CHANNEL}}: {{maps[CHANNEL, row, column]:.4f}}")

# From a unit down to the pixels, cut at the borders of every layer on the way:
# (layer, what it reads, window, stride, padding, size of what it reads), each by rows, columns
TABLE = [
{table}
]
read = {{{branch!r}: [(row, row), (column, column)]}}
for name, sources, window, stride, padding, size in reversed(TABLE):
    if name not in read:
        continue
    below = [
        (max(first * s - p, 0), min(last * s - p + f - 1, n - 1))
        for (first, last), f, s, p, n in zip(read.pop(name), window, stride, padding, size)
    ]
    for source in sources:  # branches: the smallest box around all
        both = zip(read.get(source, below), below)
        read[source] = [(min(u[0], v[0]), max(u[1], v[1])) for u, v in both]
(top, bottom), (left, right) = read["input"]
print(f"sees rows {{top}} to {{bottom}}, columns {{left}} to {{right}}")
"""

_LOAD_TORCH = 'state = torch.load(WEIGHTS, map_location="cpu", weights_only=True)'
_LOAD_SAFE = "from safetensors.torch import load_file\n\nstate = load_file(WEIGHTS)"
_LOAD_PICKLE = """\
arrays = pickle.loads(data)[{prefix!r}]  # kernels are stored [f, f, C_in, C_out]
state = {{}}
for i, key in enumerate({keys!r}):
    state[f"{{key}}.weight"] = torch.tensor(arrays[f"Conv_{{i}}"]["kernel"]).permute(3, 2, 0, 1)
    state[f"{{key}}.bias"] = torch.tensor(arrays[f"Conv_{{i}}"]["bias"])"""
_SQUARE = """\
size = [n * 224 // min(x.shape[2:]) for n in x.shape[2:]]
x = F.interpolate(x, size, mode="bilinear", antialias=True)
top, left = (round((n - 224) / 2) for n in size)
x = x[..., top : top + 224, left : left + 224]"""


def snippet(scene: ActivationsScene, picture: Picture | None) -> str:
    """The program for a scene, for the strongest unit unless one is pinned."""
    return activations_program(scene, picture)


def activations_program(
    scene: ActivationsScene,
    picture: Picture | None,
    folder: Path | None = None,
    input_shape: tuple[int, int] = (SIDE, SIDE),
) -> str:
    """The program for the channels of a layer and the receptive field of a unit.

    Parameters
    ----------
    folder
        of the published networks; without one the weights are looked for by their name
    input_shape
        height and width of what the network looks at
    """
    if isinstance(scene.net, OwnNetwork) and scene.net.traced is not None:
        return own_program(scene.net, scene, picture)
    network = table_of(scene.net, *input_shape)
    needed = tuple(rows_for(network, scene.asked))
    weights, sha256 = weights_of(scene.net, folder)
    prefix = PICKLED.get(name_of(scene.net))
    is_own = isinstance(scene.net, OwnNetwork)
    whole = f'x = F.interpolate(x, {input_shape}, mode="bilinear", antialias=True)'
    strongest = "row, column = divmod(int(maps[CHANNEL].argmax()), maps.shape[2])"
    return _PROGRAM.format(
        about=in_words(f"{scene.asked} of {title_of(scene.net)}"),
        flat=flat_of(needed[-1]),
        fetch=fetch_of(scene.net),
        layer=scene.asked,
        channel=scene.channel,
        branch=branch_of(scene.net, scene.asked, scene.channel),
        pickle="\nimport pickle" if prefix else "",
        weights=weights,
        image=path_of(picture.ref if picture is not None else "image.jpg"),
        sha256=sha256,
        load=loading(network, prefix, weights),
        resize=square_of(scene.net) if scene.size == "224" or is_own else whole,
        preprocess=preprocessing(network),
        steps="\n".join(f"a[{row.layer.name!r}] = {call_of(row)}" for row in needed),
        unit=f"row, column = {scene.row}, {scene.column}" if scene.is_pinned else strongest,
        table=reading_table(needed),
    )


def weights_of(network: Asked, folder: Path | None) -> tuple[str, str]:
    """The file of a network's weights, and its sha256."""
    if isinstance(network, OwnNetwork):
        return network.spec, network.sha256
    file = load_registry().network(network).files[0]
    return str(folder / file.name) if folder is not None else file.name, file.sha256


def fetch_of(network: Asked) -> str:
    """The remark that says where the weights come from."""
    return "" if isinstance(network, OwnNetwork) else f"  # viz-app weights fetch {network}"


def square_of(network: Asked) -> str:
    """What cuts out the middle square that a network looks at."""
    return _SQUARE.replace("224", str(side_of(network)))


def rows_for(network: Network, wanted: str) -> Iterator[Row]:
    """The rows that a layer follows from, in the table's order."""
    table = tuple(rows(network))
    names = {wanted}
    for row in reversed(table):
        if row.layer.name in names:
            names.update(row.sources)
    return (row for row in table if row.layer.name in names)


def flat_of(row: Row) -> str:
    """What makes maps of one unit of a fully connected layer's numbers."""
    return "[:, None, None]" if len(row.shape) == 1 else ""


def reading_table(needed: Iterable[Row]) -> str:
    """The lines that say what each row reads of those above it."""
    return "\n".join(f"    {_line(row)}," for row in needed)


def loading(network: Network, prefix: str | None, weights: str = "") -> str:
    """What reads the weights into ``state``."""
    if prefix is None:
        return _LOAD_SAFE if weights.lower().endswith(".safetensors") else _LOAD_TORCH
    keys = [_key(layer) for layer in network.layers if layer.kind == "conv"]
    return _LOAD_PICKLE.format(prefix=prefix, keys=keys)


def preprocessing(network: Network) -> str:
    """What brings ``x`` in 0..1 to what the network was trained on; each line behind a newline."""
    wanted = network.preprocessing
    grey = GREY if network.input_shape[0] == 1 else ""
    if wanted is None:
        return grey
    flip = "\nx = x.flip(1)  # blue first" if wanted.order == "BGR" else ""
    mean, std = (f"torch.tensor({list(v)}).view(-1, 1, 1)" for v in (wanted.mean, wanted.std))
    return f"{grey}{flip}\nx = (x - {mean}) / {std}"


def _key(layer: Layer) -> str:
    return layer.key or layer.name


def call_of(row: Row) -> str:
    """What computes a row, as an expression over the rows above it."""
    layer, sources = row.layer, [f"a[{name!r}]" for name in row.sources]
    x, key = sources[0], _key(row.layer)
    if layer.kind in WINDOWED:
        return _window_call(row, x, key)
    if layer.kind == "linear":
        bias = f", state[{f'{key}.bias'!r}]" if layer.bias else ""
        return f"F.linear({x}, state[{f'{key}.weight'!r}]{bias})"
    if layer.kind == "batch_norm":
        names = ("running_mean", "running_var", "weight", "bias")
        tensors = ", ".join(f"state[{f'{key}.{name}'!r}]" for name in names)
        return f"F.batch_norm({x}, {tensors}, eps={layer.eps:g})"
    plain = {
        "relu": f"F.relu({x})",
        "relu6": f"F.relu6({x})",
        "leaky_relu": f"F.leaky_relu({x}, {layer.slope:g})",
        "tanh": f"torch.tanh({x})",
        "sigmoid": f"torch.sigmoid({x})",
        "softmax": f"torch.softmax({x}, 1)",
        "flatten": f"{x}.flatten(1)",
        "adaptive_avg_pool": f"F.adaptive_avg_pool2d({x}, {layer.size})",
        "add": " + ".join(sources),
        "concat": f"torch.cat([{', '.join(sources)}], 1)",
        "slice": f"{x}[:, {layer.offset} : {layer.offset + layer.channels}]",
    }
    return plain.get(layer.kind, x)  # dropout passes all on


def _window_call(row: Row, x: str, key: str) -> str:
    layer, sizes = row.layer, row.input_shapes[0][1:]
    padding = layer.padding
    if not isinstance(padding, int):  # uneven: torch's operators pad both sides alike
        sides = tuple(chain.from_iterable(reversed(pads(layer, sizes))))
        value = ', value=float("-inf")' if layer.kind == "max_pool" else ""
        x, padding = (f"F.pad({x}, {sides}{value})" if any(sides) else x), 0
    words = [f"stride={layer.stride}"] if layer.stride != 1 or layer.kind != "conv" else []
    words += [f"padding={padding}"] if padding else []
    words += [f"dilation={layer.dilation}"] if layer.dilation != 1 else []
    if layer.kind == "conv":
        words += [f"groups={layer.groups}"] if layer.groups != 1 else []
        weight = f"state[{f'{key}.weight'!r}]"
        bias = f"state[{f'{key}.bias'!r}]" if layer.bias else "None"
        return f"F.conv2d({', '.join([x, weight, bias, *words])})"
    words += ["ceil_mode=True"] if layer.ceil_mode else []
    name = layer.kind.removesuffix("_pool")
    return f"F.{name}_pool2d({', '.join([x, str(layer.kernel), *words])})"


def _line(row: Row) -> str:
    """A row of the table that the receptive field is found with."""
    layer, sizes = row.layer, row.input_shapes[0][1:] or (1, 1)
    window, stride, padding = (1, 1), (1, 1), (0, 0)
    if layer.kind == "flatten" or (layer.kind == "adaptive_avg_pool" and sizes != row.shape[1:]):
        window, stride = _pair(sizes), (0, 0)  # all of it
    elif layer.kind == "upsample":
        stride = (0, 0)  # of a single cell
    elif layer.kind in WINDOWED:
        window, stride = _pair(spans_of(layer, 2)), _pair(per_axis(layer, layer.stride, 2))
        padding = _pair(tuple(before for before, _after in pads(layer, sizes)))
    return f"({layer.name!r}, {list(row.sources)}, {window}, {stride}, {padding}, {sizes})"


def _pair(values: tuple[int, ...]) -> tuple[int, int]:
    first, second = values
    return first, second
