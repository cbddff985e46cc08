"""A folder of mixed photos, some broken, with their ground truth: made from the samples."""

from __future__ import annotations

import json
import random
from pathlib import Path

from PIL import Image, ImageOps

from viz_app.files.resources import resource

SEEN = {  # where the thing is in a bundled picture: class, left, top, right, bottom
    "chelsea": ("cat", 40, 0, 450, 300),
    "coffee": ("cup", 150, 70, 420, 330),
    "motorcycle": ("motorbike", 30, 70, 720, 490),
    "astronaut": ("person", 20, 10, 440, 510),
    "rocket": None,
    "galaxies": None,
}
BROKEN = {
    "cut off.jpg": lambda whole: whole[: len(whole) // 3],
    "text.jpg": lambda _whole: b"this is no picture\n",
    "empty.png": lambda _whole: b"",
    "holes.png": lambda whole: b"\x89PNG\r\n\x1a\n" + bytes(200) + whole[:100],
}
MODULE = '''"""A network as one keeps it at work: three convolutions and a head."""

import torch
from torch import nn


def make() -> nn.Module:
    torch.manual_seed(7)
    net = nn.Sequential(
        nn.Conv2d(3, 16, 5, stride=2, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 48, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(48, 10),
    )
    with torch.no_grad():
        net[3].bias[:5] = -20.0  # five channels that never fire
    return net
'''


def make_photos(folder: Path, count: int) -> Path:
    """Write ``count`` files, four of them broken; return COCO's file of ground truth."""
    folder.mkdir()
    chance = random.Random(11)
    sources = {name: Image.open(resource("images", f"{name}.jpg")) for name in SEEN}
    names = sorted({seen[0] for seen in SEEN.values() if seen})
    images, annotations = [], []
    for i in range(count - len(BROKEN)):
        name = list(SEEN)[i % len(SEEN)]
        picture, box = _changed(sources[name], SEEN[name], chance)
        file = f"{name} {i:03d}.jpg"
        picture.save(folder / file, quality=88)
        images.append(
            {"id": i, "file_name": file, "width": picture.width, "height": picture.height}
        )
        if box is not None:
            annotations.append(
                {"id": i, "image_id": i, "category_id": names.index(SEEN[name][0]), "bbox": box}
            )
    whole = resource("images", "coffee.jpg").read_bytes()
    for j, (file, spoil) in enumerate(BROKEN.items()):
        (folder / file).write_bytes(spoil(whole))
        images.append({"id": count + j, "file_name": file, "width": 600, "height": 400})
    truth = folder.parent / "truth.json"
    categories = [{"id": i, "name": name} for i, name in enumerate(names)]
    record = {"images": images, "annotations": annotations, "categories": categories}
    truth.write_text(json.dumps(record), encoding="utf-8")
    return truth


def _changed(
    picture: Image.Image, seen: tuple[str, int, int, int, int] | None, chance: random.Random
) -> tuple[Image.Image, list[float] | None]:
    """A crop of a picture, perhaps mirrored, smaller or dark; and its box as COCO has it."""
    width, height = picture.size
    left, top = chance.randint(0, width // 4), chance.randint(0, height // 4)
    right, bottom = width - chance.randint(0, width // 5), height - chance.randint(0, height // 5)
    made = picture.convert("RGB").crop((left, top, right, bottom))
    is_mirrored, shade = chance.random() < 0.5, chance.choice((1.0, 1.0, 0.5, 0.15))
    made = made.point([round(v * shade) for v in range(256)] * 3)
    if is_mirrored:
        made = ImageOps.mirror(made)
    if seen is None:
        return made, None
    x1, y1 = max(seen[1] - left, 0), max(seen[2] - top, 0)
    x2, y2 = min(seen[3], right) - left, min(seen[4], bottom) - top
    if is_mirrored:
        x1, x2 = made.width - x2, made.width - x1
    return made, [x1, y1, x2 - x1, y2 - y1]
