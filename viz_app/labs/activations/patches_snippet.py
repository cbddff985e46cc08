"""Copy as PyTorch for the nine patches of a channel in a folder; self-contained, no viz_app."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

from viz_app.files.images import FORMATS
from viz_app.files.samples import SAMPLES, path_of
from viz_app.labs.activations import snippet as programs
from viz_app.labs.activations.forward_snippet import forward_of
from viz_app.labs.activations.layers import Asked, branch_of, side_of, table_of, title_of
from viz_app.labs.snippets import in_words

_PROGRAM = """\
# The nine patches of channel {channel} of {about}, an image at a time.
# Needs torch, numpy and Pillow.{warning}
{imports}

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps

{images}
LAYER, CHANNEL, SIDE = {layer!r}, {channel}, {side}
{made}


def map_of(x):  # an image [1, 3, SIDE, SIDE] in 0..1; the channel's map [H, W]
{forward}


def square_of(image):  # the middle square, as the network was trained
    x = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255
    most = 4 * min(x.shape[2:])  # the ends of a very long image are cut off
    for axis in (2, 3):
        n = x.shape[axis]
        x = x.narrow(axis, max(n - most, 0) // 2, min(n, most))
    size = [n * SIDE // min(x.shape[2:]) for n in x.shape[2:]]
    x = F.interpolate(x, size, mode="bilinear", antialias=True)
    top, left = (round((n - SIDE) / 2) for n in size)
    return (x[..., top : top + SIDE, left : left + SIDE].clamp(0, 1) * 255).round() / 255


# From a unit down to the pixels, cut at the borders of every layer on the way:
# (layer, what it reads, window, stride, padding, size of what it reads), each by rows, columns
TABLE = [
{table}
]


def seen_by(row, column):  # rows and columns of the square
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
    return read["input"]


def in_image(span, length, other):  # from the square to the image's own pixels
    short = min(length, other)
    kept = min(length, 4 * short)
    resized = kept * SIDE // short
    start = max(length - 4 * short, 0) // 2 + round((resized - SIDE) / 2) * kept / resized
    first = math.floor(start + span[0] * kept / resized + 1e-6)
    end = math.ceil(start + (span[1] + 1) * kept / resized - 1e-6)
    return min(max(first, 0), length - 1), max(min(end, length), 1) - 1


best = []
for number, (name, read) in enumerate(images()):
    try:
        image = ImageOps.exif_transpose(read()).convert("RGB")
    except OSError as error:
        print(f"{{name}} cannot be read: {{error}}")
        continue
    with torch.no_grad():
        values = map_of(square_of(image)).numpy()
    row, column = divmod(int(values.argmax()), values.shape[1])
    best.append((-float(values[row, column]), number, name, row, column, image.size))
    best = sorted(best)[:9]  # equals in the order of the images
for value, number, name, row, column, (width, height) in best:
    tall, wide = seen_by(row, column)
    top, bottom = in_image(tall, height, width)
    left, right = in_image(wide, width, height)
    print(f"{{-value:.4f}}  {{name}}: columns {{left}}…{{right}}, rows {{top}}…{{bottom}}")
"""
_FOLDER = """\
FOLDER = {folder!r}
ENDINGS = {endings}


def images():
    files = [p for p in Path(FOLDER).iterdir() if p.suffix.lower() in ENDINGS and p.name[0] != "."]
    for path in sorted(files, key=lambda path: (path.name.casefold(), path.name)):
        yield path.name, lambda: Image.open(path)

"""
_BUNDLED = """\
FILES = {files}


def images():  # each whole, and its four quarters
    for path in map(Path, FILES):
        image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        yield path.name, lambda: image
        w, h = image.width // 2, image.height // 2
        for y in (0, h):
            for x in (0, w):
                yield f"{{path.name}} from {{x}}, {{y}}", lambda: image.crop((x, y, x + w, y + h))

"""


def patches_program(network: Asked, row: str, channel: int, folder: str, weights: Path) -> str:
    """The program that finds the patches of one channel and tells where they lie.

    Parameters
    ----------
    row
        of the network's layer table
    folder
        of the images; empty for the bundled ones
    weights
        folder of published networks
    """
    table = table_of(network)
    run = forward_of(network, table, row, weights)
    forward = f"{run.lines}\nreturn {run.output}[0, CHANNEL]{'[None, None]' * run.is_flat}"
    if folder:
        endings = {ending for of_format in FORMATS.values() for ending in of_format}
        images = _FOLDER.format(folder=folder, endings=tuple(sorted(endings)))
    else:
        files = "".join(f"    {path_of(s.ref)!r},\n" for s in SAMPLES)
        images = _BUNDLED.format(files=f"[\n{files}]")
    branch = branch_of(network, row, channel)
    return _PROGRAM.format(
        channel=channel,
        layer=row,
        about=in_words(f"{row} of {title_of(network)}"),
        warning=run.warning,
        imports=run.imports_with("import math", "from pathlib import Path"),
        images=images,
        side=side_of(network),
        made=run.made,
        forward=indent(forward, "    "),
        table=programs.reading_table(programs.rows_for(table, branch)),
        branch=branch,
    )
