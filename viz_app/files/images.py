"""The image door: every picture the program shows comes in, and is saved, through here.

Pillow alone decodes, with a list of allowed formats and caps on bytes and pixels. Whatever is
wrong with a file ends in an ImageError, one sentence that names the file and says what to do;
what comes in is always uint8 RGB as the eye should see it: turned upright, on white, in sRGB.
"""

from __future__ import annotations

import io
import json
import stat
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageCms, PngImagePlugin, UnidentifiedImageError

from viz_app.core.errors import ImageError, SaveError
from viz_app.core.records import Picture
from viz_app.files.atomic import write_atomic

FORMATS: Mapping[str, tuple[str, ...]] = {
    "PNG": (".png", ".apng"),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "GIF": (".gif",),
    "BMP": (".bmp", ".dib"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "AVIF": (".avif",),
    "JPEG2000": (".jp2", ".j2k", ".jpx"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    "TGA": (".tga",),
}
"""What may be opened: Pillow's name of the format, and the file names it goes by."""

MAX_BYTES = 512 * 2**20
MAX_PIXELS = 64_000_000
# Their decoders hold several copies of the picture (WebP, AVIF) or are slow (JPEG 2000).
MAX_PIXELS_OF = {"WEBP": 32_000_000, "AVIF": 32_000_000, "JPEG2000": 16_000_000}
MAX_SIDE_PX = 4096

_STRIP_PX = 1 << 22  # pixels turned at a time, so that a big picture is in memory only once
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Pillow warns about files that are dealt with here anyway. Silencing warnings changes a setting
# of the whole process, which two threads may not do at once.
_quiet = threading.Lock()

_Turn = Callable[[Image.Image], Image.Image]


def open_image(path: Path) -> Picture:
    """Open the picture file `path`. Raises ImageError for anything that is not one."""
    name = _shown(path.name)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise ImageError(f"“{name}” is a folder: choose a picture in it.")
        if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
            raise ImageError(f"“{name}” is not a file: choose a picture file.")
        with path.open("rb") as file:
            return _decode(file, path.stat().st_size, str(path.absolute()), name)
    except PermissionError as error:
        raise ImageError(
            f"“{name}” may not be read: change its permissions or copy it elsewhere."
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ImageError(f"“{name}” is not there any more: choose another picture.") from error
    except (OSError, ValueError) as error:  # a name too long, a null character, a dead disk
        raise ImageError(f"“{name}” cannot be read: copy it to another place first.") from error


def decode(data: bytes, name: str) -> Picture:
    """Decode a pasted or dropped picture; its `ref` is empty. Raises ImageError."""
    return _decode(io.BytesIO(data), len(data), "", _shown(name))


def thumbnail(pixels: np.ndarray, size_px: int) -> np.ndarray:
    """`pixels` (uint8 [H, W, 3]) shrunk to fit a square of `size_px`; never enlarged."""
    small = Image.fromarray(pixels)
    small.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    return np.array(small)


def list_images(folder: Path) -> list[Path]:
    """The picture files directly in `folder`, in the order of their names.

    Told by their names only; raises ImageError if there are none or it cannot be looked into.
    """
    suffixes = {suffix for of_format in FORMATS.values() for suffix in of_format}
    try:
        found = [
            path
            for path in folder.iterdir()
            if path.suffix.lower() in suffixes and path.name[0] != "." and path.is_file()
        ]
    except OSError as error:
        raise ImageError(
            f"The folder “{_shown(folder.name)}” cannot be looked into: choose another one."
        ) from error
    if not found:
        raise ImageError(
            f"There is no picture in “{_shown(folder.name)}”: choose a folder with PNG, JPEG, "
            "GIF, TIFF or WebP files."
        )
    return sorted(found, key=lambda path: (path.name.casefold(), path.name))


def save_image(path: Path, pixels: np.ndarray, text: Mapping[str, str] | None = None) -> None:
    """Save `pixels` (uint8 [H, W, 3]) as PNG, JPEG or TIFF, by the ending of `path`.

    `text` goes into the file: as PNG text entries, in JPEG and TIFF as JSON in the image
    description. Raises SaveError if the ending is another one or the file cannot be written.
    """
    suffix, buffer, picture = path.suffix.lower(), io.BytesIO(), Image.fromarray(pixels)
    description = json.dumps(dict(text or {}))  # ASCII, as these two formats ask for
    tag = ExifTags.Base.ImageDescription
    try:
        if suffix == ".png":
            info = PngImagePlugin.PngInfo()
            for key, value in (text or {}).items():
                info.add_itxt(key, value)
            picture.save(buffer, "PNG", pnginfo=info)
        elif suffix in (".jpg", ".jpeg"):
            exif = Image.Exif()
            if text:
                exif[tag] = description
            picture.save(buffer, "JPEG", quality=94, subsampling="4:4:4", exif=exif)
        elif suffix in (".tif", ".tiff"):
            tags = {int(tag): description} if text else {}
            picture.save(buffer, "TIFF", compression="tiff_adobe_deflate", tiffinfo=tags)
        else:
            raise SaveError(
                f"“{path.name}” needs an ending that says how to save it: .png, .jpg or .tif."
            )
    except (OSError, ValueError) as error:  # JPEG: a side over 65,535, or too much text
        raise SaveError(
            f"“{path.name}” cannot hold this picture as {suffix[1:]}: save it as .png."
        ) from error
    write_atomic(path, buffer.getvalue())


def text_of(path: Path) -> dict[str, str]:
    """The text that :func:`save_image` put into a picture; empty if there is none.

    Raises ImageError if it is no picture.
    """
    tag = ExifTags.Base.ImageDescription
    try:
        with Image.open(path, formats=["PNG", "JPEG", "TIFF"]) as image:
            if image.format == "PNG":
                image.load()  # text may stand behind the pixels
                return {str(k): str(v) for k, v in getattr(image, "text", {}).items()}
            description = image.getexif().get(tag, "")
        text = json.loads(str(description) or "{}")
    except ValueError:  # a description that is not ours
        return {}
    except Exception as error:  # a hostile file raises what it likes
        raise ImageError(
            f"“{_shown(path.name)}” cannot be read as a picture: choose another file."
        ) from error
    return {str(k): str(v) for k, v in text.items()} if isinstance(text, dict) else {}


def _shown(name: str) -> str:
    """`name` without the bytes that no font can show."""
    return name.encode("utf-8", "replace").decode()


def _decode(file: BinaryIO, n_bytes: int, ref: str, name: str) -> Picture:
    if n_bytes == 0:
        raise ImageError(f"“{name}” is empty (0 bytes): choose another picture.")
    if n_bytes > MAX_BYTES:
        raise ImageError(f"“{name}” is over {MAX_BYTES >> 20} MB: shrink it and open that.")
    try:
        with _quiet, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=list(FORMATS)) as image:
                pixels, note = _read(image, name)
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise ImageError(
            f"“{name}” is not a picture of a known kind, or is damaged: "
            "save it as PNG or JPEG in another program and open that."
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_large(name, MAX_PIXELS) from error
    except MemoryError as error:
        raise ImageError(f"There is no memory left to open “{name}”: shrink it first.") from error
    except Exception as error:  # broken files make Pillow raise TypeError, IndexError, and more
        raise ImageError(
            f"“{name}” is damaged or cut short: get another copy of it and open that."
        ) from error
    return Picture(ref, name, pixels, note)


def _too_large(name: str, limit: int) -> ImageError:
    return ImageError(
        f"“{name}” has more than {limit // 1_000_000} million pixels: "
        "shrink it in another program and open that."
    )


def _read(image: Image.Image, name: str) -> tuple[np.ndarray, str]:
    """The pixels of an opened, not yet decoded image, and what had to be changed."""
    width, height = image.size
    limit = MAX_PIXELS_OF.get(image.format or "", MAX_PIXELS)
    if width * height > limit:
        raise _too_large(name, limit)
    notes = []
    frames = _frames(image)
    if frames > 1:
        notes.append(f"first of {frames} {'pages' if image.format == 'TIFF' else 'frames'}")
    factor = -(-max(width, height) // MAX_SIDE_PX)
    if factor > 1:
        image.draft(None, (max(1, width // factor), max(1, height // factor)))
    if ";16" in str(getattr(image, "tile", "")):
        notes.append("reduced from 16 bits a channel to 8")
    image.load()
    turn, changed = _turn_to_rgb(image)
    notes += changed
    small = _shrink(image, turn)
    if factor > 1:
        notes.append(f"shrunk from {width} × {height} to {small.width} × {small.height}")
    orientation = _orientation(image)
    if orientation in _TURNS:
        small = small.transpose(_TURNS[orientation])
    said = "; ".join(notes)
    return np.array(small), said and f"{said[0].upper()}{said[1:]}."


def _frames(image: Image.Image) -> int:
    """How many frames or pages there are; 1 for the previews inside a camera's JPEG."""
    if image.format == "MPO":
        return 1
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001  a later frame is broken; the first may well be sound
        return 1


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 (upright) if there is none that can be read."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001  broken EXIF data is no reason to refuse the picture
        return 1


def _strips(image: Image.Image, rows: int) -> Iterator[tuple[int, Image.Image]]:
    """`image` in strips of `rows` rows, each with the row it starts at."""
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _shrink(image: Image.Image, turn: _Turn) -> Image.Image:
    """`image` through `turn`; if it is too large, each pixel the mean of a square of them."""
    factor = -(-max(image.size) // MAX_SIDE_PX)
    if factor == 1:
        return turn(image)
    small = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    rows = factor * max(1, _STRIP_PX // (image.width * factor))
    for top, strip in _strips(image, rows):
        small.paste(turn(strip).reduce(factor), (0, top // factor))
    return small


def _turn_to_rgb(image: Image.Image) -> tuple[_Turn, list[str]]:
    """How to make RGB of a piece of `image`, and what to say about it."""
    if image.mode.startswith("I;16"):
        return _from_levels(0, 65536), []
    if image.mode in ("I", "F"):
        return _from_numbers(image)
    flat = _flat_mode(image)
    transform = _to_srgb(image, flat)

    def turn(piece: Image.Image) -> Image.Image:
        piece = _on_white(piece) if flat == "RGB" else piece.convert(flat)
        if transform is None:
            return piece.convert("RGB")
        return ImageCms.applyTransform(piece, transform) or piece.convert("RGB")

    seen_through = image.has_transparency_data and (
        image.mode not in ("LA", "RGBA") or image.getchannel("A").getextrema() != (255, 255)
    )
    return turn, ["transparent parts put on white"] if seen_through else []


def _flat_mode(image: Image.Image) -> str:
    """The mode that a colour profile of this image would speak of."""
    if image.mode == "CMYK":
        return "CMYK"
    return "L" if image.mode in ("1", "L") and not image.has_transparency_data else "RGB"


def _on_white(piece: Image.Image) -> Image.Image:
    if not piece.has_transparency_data:
        return piece.convert("RGB")
    if piece.mode == "La":
        piece = piece.convert("LA")
    piece = piece.convert("RGBA")
    white = Image.new("RGB", piece.size, "white")
    white.paste(piece, mask=piece.getchannel("A"))
    return white


def _to_srgb(image: Image.Image, flat: str) -> ImageCms.ImageCmsTransform | None:
    """The transform of the embedded colour profile, if it is sound, fits, and changes a thing."""
    embedded = image.info.get("icc_profile")
    if not embedded:
        return None
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(embedded))
        space = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}.get(profile.profile.xcolor_space)
        if space != flat or "sRGB" in ImageCms.getProfileDescription(profile):
            return None
        return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), flat, "RGB")
    except Exception:  # noqa: BLE001  a broken profile is no reason to refuse the picture
        return None


def _from_numbers(image: Image.Image) -> tuple[_Turn, list[str]]:
    """Integers and floats: a range that is plainly meant is kept, any other is stretched."""
    low, high = np.inf, -np.inf
    for _, strip in _strips(image, max(1, _STRIP_PX // image.width)):
        values = np.asarray(strip)
        values = values[np.isfinite(values)]
        if values.size:
            low, high = min(low, float(values.min())), max(high, float(values.max()))
    if low > high:  # not one finite number
        low, high = 0.0, 0.0
    meant = (255,) if image.mode == "I" else (1, 255)
    for top in (*meant, 65535):
        if low >= 0 and high <= top:
            return _from_levels(0, top + 1 if image.mode == "I" else top), []
    return _from_levels(low, high), [f"values from {low:.4g} to {high:.4g} stretched to 0…255"]


def _from_levels(low: float, high: float) -> _Turn:
    """Grey levels: `low` and below become black, `high` and above white, NaN black."""

    def turn(piece: Image.Image) -> Image.Image:
        values = np.nan_to_num(np.asarray(piece, dtype=np.float64), nan=low)
        scaled = (values - low) * (256 / max(high - low, 1e-300))
        return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8)).convert("RGB")

    return turn
