"""Paint the pictures in docs/pictures/style/: five pairs at 512 px and two contact sheets;
and those of the presets in resources/presets/.

    python tools/make_style_pictures.py [NAME ...]

Contents and styles are those that come with the program; VGG-16 has to be there
(``viz-app weights fetch vgg16``). Each picture is what ``viz-app style`` paints with the
options below, saved as a JPEG small enough for the repository.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from viz_app.cli import main as viz_app
from viz_app.files.resources import resource
from viz_app.labs.document import Document
from viz_app.labs.style.presenter import StylePresenter
from viz_app.labs.style.presets import PRESETS
from viz_app.labs.style.scene import StyleScene

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "style"
MAX_BYTES = 150_000
FINE = ("--size", "512", "--coarse-to-fine", "--optimiser", "lbfgs", "--steps", "110")
SHEET = ("--size", "256", "--optimiser", "lbfgs", "--steps", "30")
PRESETS_FOLDER = Path(__file__).resolve().parent.parent / "resources" / "presets"
THUMB_PX = (264, 176)
THUMB: dict[str, Any] = {"size": 128, "optimiser": "lbfgs", "steps": 150}
CELL_PX, HEAD_PX = 240, 30


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture for the wall."""

    content: str
    style: str
    options: tuple[str, ...]


PAIRS = {
    "chelsea_night": Pair("chelsea", "night", ("--beta", "0.2")),
    "astronaut_glass": Pair("astronaut", "glass", ("--beta", "0.3")),
    "coffee_marble": Pair("coffee", "marble", ("--beta", "0.6")),
    "rocket_night": Pair("rocket", "night", ("--beta", "0.5")),
    "motorcycle_wave": Pair("motorcycle", "wave", ("--beta", "0.3")),
}
ALPHAS, BETAS = (0.1, 1, 10), (0.003, 0.03, 0.3, 3)
CONTENT_LAYERS = ("conv1_2", "conv3_2", "conv4_2", "conv5_2")
DEPTHS = (1, 2, 5)  # how many of the five style layers
FROM_NOISE = ("--start", "noise", "--steps", "80", "--beta", "0.1")  # or the layer hardly shows
OFF = "0.01"  # the left end of a factor


def main(names: Sequence[str]) -> None:
    """Paint what is named, or everything."""
    makers = {
        **{name: lambda pair=pair: painted(pair) for name, pair in PAIRS.items()},
        "sweep_alpha_beta": sweep_of_weights,
        "sweep_layers": sweep_of_layers,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names or (*makers, "presets"):
        if name == "presets":
            preset_pictures()
            continue
        path = FOLDER / f"{name}.jpg"
        path.write_bytes(small_jpeg(makers[name]()))
        print(path, path.stat().st_size)


def painted(pair: Pair) -> Image.Image:
    """A pair at 512 px."""
    return paint(pair.content, pair.style, (*FINE, *pair.options))


def sweep_of_weights() -> Image.Image:
    """Rows: α; columns: β."""
    rows = [(f"α {a:g}", [("--alpha", f"{a}", "--beta", f"{b}") for b in BETAS]) for a in ALPHAS]
    return sheet("chelsea", "night", [f"β {b:g}" for b in BETAS], rows)


def sweep_of_layers() -> Image.Image:
    """Rows: how many style layers; columns: the content layer."""
    rows = []
    for depth in DEPTHS:
        factors = ("--lambdas", *["1"] * depth, *[OFF] * (5 - depth))
        words = "conv1_1" if depth == 1 else f"conv1_1 … conv{depth}_1"
        options = (*FROM_NOISE, *factors)
        rows.append((words, [(*options, "--content-layer", c) for c in CONTENT_LAYERS]))
    return sheet("chelsea", "glass", CONTENT_LAYERS, rows)


def preset_pictures() -> None:
    """What each preset paints, as the small pictures that the window shows."""
    PRESETS_FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "preset.json"
        for preset in PRESETS:
            document = Document([StylePresenter.lab])
            document.change_scene("style", replace(StyleScene(), **preset.fields, **THUMB))
            settings.write_bytes(document.to_json("style"))
            image = paint("chelsea", "night", ("--settings", str(settings)))
            path = PRESETS_FOLDER / f"{preset.name}.jpg"
            image.resize(THUMB_PX, Image.Resampling.LANCZOS).save(path, quality=88, optimize=True)
            print(path, path.stat().st_size)


def sheet(
    content: str,
    style: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[tuple[str, ...]]]],
) -> Image.Image:
    """Small pictures in rows and columns, with what differs above and beside them."""
    first = paint(content, style, ("--size", "128", "--steps", "10"))
    height = round(CELL_PX * first.height / first.width)
    whole = Image.new("RGB", (HEAD_PX + len(columns) * CELL_PX, HEAD_PX + len(rows) * height))
    whole.paste("white", (0, 0, *whole.size))
    for j, words in enumerate(columns):
        whole.paste(label(words, CELL_PX), (HEAD_PX + j * CELL_PX, 0))
    for i, (words, options) in enumerate(rows):
        top = HEAD_PX + i * height
        whole.paste(label(words, height).transpose(Image.Transpose.ROTATE_90), (0, top))
        for j, option in enumerate(options):
            cell = paint(content, style, (*SHEET, *option)).resize((CELL_PX - 4, height - 4))
            whole.paste(cell, (HEAD_PX + j * CELL_PX + 2, top + 2))
    return whole


def label(words: str, width: int) -> Image.Image:
    """Words in the middle of a strip."""
    font = ImageFont.truetype(str(next(resource("fonts").glob("*Mono*.ttf"))), 15)
    strip = Image.new("RGB", (width, HEAD_PX), "white")
    ImageDraw.Draw(strip).text((width / 2, HEAD_PX / 2), words, "#222222", font, "mm")
    return strip


def paint(content: str, style: str, options: Sequence[str]) -> Image.Image:
    """What the command paints."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "painted.png"
        pictures = f"sample:{content}", f"sample:{style}"
        if viz_app(["style", *pictures, "-o", str(path), *options]):
            raise SystemExit(1)
        with Image.open(path) as image:
            return image.convert("RGB")


def small_jpeg(image: Image.Image) -> bytes:
    """The best quality under the limit."""
    for quality in range(92, 40, -2):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() < MAX_BYTES:
            break
    return buffer.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
