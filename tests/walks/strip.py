"""A walk's pictures as one sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from viz_app.files.resources import resource

COLUMNS, WIDTH_PX, CAPTION_PX, GAP_PX = 3, 520, 26, 12
MOST_BYTES = 390_000


def save_strip(shots: Sequence[tuple[Path, str]], path: Path) -> None:
    """Save pictures with their captions, as large as the file may become."""
    font = ImageFont.truetype(str(resource("fonts", "Inter-Regular.otf")), 14)
    tiles = []
    for file, caption in shots:
        picture = Image.open(file).convert("RGB")
        height = round(WIDTH_PX * picture.height / picture.width)
        tile = Image.new("RGB", (WIDTH_PX, height + CAPTION_PX), "white")
        tile.paste(picture.resize((WIDTH_PX, height), Image.Resampling.LANCZOS), (0, CAPTION_PX))
        ImageDraw.Draw(tile).text((0, 4), caption, "#222222", font)
        tiles.append(tile)
    rows = -(-len(tiles) // COLUMNS)
    step_x, step_y = WIDTH_PX + GAP_PX, max(tile.height for tile in tiles) + GAP_PX
    sheet = Image.new("RGB", (COLUMNS * step_x + GAP_PX, rows * step_y + GAP_PX), "white")
    for i, tile in enumerate(tiles):
        row, column = divmod(i, COLUMNS)
        sheet.paste(tile, (GAP_PX + column * step_x, GAP_PX + row * step_y))
    for quality in range(85, 20, -5):
        file = io.BytesIO()
        sheet.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= MOST_BYTES:
            break
    path.write_bytes(file.getvalue())
