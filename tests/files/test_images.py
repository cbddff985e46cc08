from __future__ import annotations

import contextlib
import io
import json
import os
import random
import struct
import threading
import warnings
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from viz_app.core.errors import ImageError, SaveError
from viz_app.files import images
from viz_app.files.images import decode, list_images, open_image, save_image, thumbnail

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
COLOURS = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8)


def packed(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size, with one byte of picture behind it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"x")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "TGA"])
def test_pixels_come_in_as_they_are(kind: str) -> None:
    picture = decode(packed(Image.fromarray(COLOURS), kind), "a")
    assert np.array_equal(picture.pixels, COLOURS)
    assert (picture.ref, picture.name, picture.note) == ("", "a", "")
    assert not picture.pixels.flags.writeable


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bit_grey_keeps_its_high_byte(kind: str) -> None:
    deep = RAMP.astype(np.uint16) * 256 + 77
    picture = decode(packed(Image.fromarray(deep), kind), "deep")
    assert np.array_equal(picture.pixels[..., 1], RAMP)
    assert picture.note == "Reduced from 16 bits a channel to 8."


@pytest.mark.parametrize("scale", [1 / 255, 1.0])
def test_floats_of_a_plain_range_keep_it(scale: float) -> None:
    values = RAMP.astype(np.float32) * np.float32(scale)
    picture = decode(packed(Image.fromarray(values), "TIFF"), "float")
    assert np.abs(picture.pixels[..., 0].astype(int) - RAMP).max() <= 1
    assert picture.note == ""


def test_other_floats_are_stretched_and_it_is_said() -> None:
    values = RAMP.astype(np.float32) - 1000
    values[0, 0] = np.nan
    picture = decode(packed(Image.fromarray(values), "TIFF"), "float")
    assert (picture.pixels.min(), picture.pixels.max()) == (0, 255)
    assert picture.pixels[0, 0].tolist() == [0, 0, 0]
    assert picture.note == "Values from -999 to -745 stretched to 0…255."


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_is_not_inverted(kind: str) -> None:
    red = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    assert decode(packed(red, kind), "ink").pixels[4, 4].tolist() == pytest.approx(
        [254, 0, 0], abs=3
    )


def test_transparency_stands_on_white() -> None:
    clear, half = (10, 20, 30, 0), (0, 0, 0, 128)
    image = Image.new("RGBA", (2, 1), clear)
    image.putpixel((1, 0), half)
    picture = decode(packed(image, "PNG"), "clear")
    assert picture.pixels[0].tolist() == [[255, 255, 255], [127, 127, 127]]
    assert picture.note == "Transparent parts put on white."


def test_a_palette_with_a_transparent_colour_stands_on_white() -> None:
    image = Image.new("P", (2, 1), 0)
    image.putpalette([9, 9, 9, 200, 0, 0])
    image.putpixel((1, 0), 1)
    picture = decode(packed(image, "PNG", transparency=0), "palette")
    assert picture.pixels[0].tolist() == [[255, 255, 255], [200, 0, 0]]


def test_an_opaque_alpha_channel_is_not_mentioned() -> None:
    assert decode(packed(Image.new("RGBA", (2, 2), "red"), "PNG"), "opaque").note == ""


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "YCbCr", "LAB", "I", "F"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = Image.new(mode, (5, 3))
    assert decode(packed(image, "TIFF"), mode).pixels.shape == (3, 5, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_the_picture_upright(orientation: int) -> None:
    flags = Image.Exif()
    flags[0x0112] = orientation
    upright = COLOURS
    if orientation > 4:
        upright = upright.transpose(1, 0, 2)
    flip_y, flip_x = orientation in (3, 4, 6, 7), orientation in (2, 3, 7, 8)
    if orientation in (6, 8):  # 90 degrees: transposed, then mirrored in one direction
        flip_y, flip_x = orientation == 8, orientation == 6
    upright = upright[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
    picture = decode(packed(Image.fromarray(COLOURS), "PNG", exif=flags), "turned")
    assert np.array_equal(picture.pixels, upright)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_an_animation_shows_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    data = packed(frames[0], kind, save_all=True, append_images=frames[1:])
    picture = decode(data, "moving")
    assert picture.pixels[4, 4, 0] > 240
    assert picture.pixels[4, 4, 2] < 15
    assert picture.note == f"First of 3 {'pages' if kind == 'TIFF' else 'frames'}."


def test_an_embedded_profile_is_converted_and_a_broken_one_ignored() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    plain = packed(Image.fromarray(COLOURS), "PNG")
    for profile in (b"rubbish", lab):
        data = packed(Image.fromarray(COLOURS), "PNG", icc_profile=profile)
        assert np.array_equal(decode(data, "a").pixels, decode(plain, "a").pixels)


def test_a_profile_with_swapped_primaries_changes_the_colours() -> None:
    raw = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {bytes(raw[i : i + 4]): i for i in range(132, 132 + 12 * raw[131], 12)}
    red, blue = tags[b"rXYZ"], tags[b"bXYZ"]
    raw[red : red + 4], raw[blue : blue + 4] = b"bXYZ", b"rXYZ"
    raw = raw.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    data = packed(Image.new("RGB", (4, 4), (255, 0, 0)), "PNG", icc_profile=bytes(raw))
    assert decode(data, "swapped").pixels[0, 0].tolist() == pytest.approx([0, 0, 255], abs=2)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_large_picture_is_shrunk_and_it_is_said(kind: str) -> None:
    image = Image.fromarray(RAMP).resize((9000, 600))
    picture = decode(packed(image, kind), "wide")
    assert picture.width <= images.MAX_SIDE_PX
    assert picture.note.startswith(f"Shrunk from 9000 × 600 to {picture.width} × ")
    assert picture.pixels[:, -1].mean() > picture.pixels[:, 0].mean()


def test_a_shrunk_pixel_is_the_mean_of_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_SIDE_PX", 10)
    monkeypatch.setattr(images, "_STRIP_PX", 50)  # many strips
    picture = decode(packed(Image.fromarray(COLOURS), "PNG"), "a")
    means = COLOURS.reshape(6, 2, 10, 2, 3).mean(axis=(1, 3))
    assert np.abs(picture.pixels - means).max() <= 0.5


def test_a_picture_of_two_and_a_half_thousand_megapixels_is_refused_unread() -> None:
    for width, height in ((50_000, 50_000), (8_001, 8_000)):
        with pytest.raises(ImageError, match="“big” has more than 64 million pixels: shrink it"):
            decode(claiming(width, height), "big")


def test_a_file_of_too_many_bytes_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big.png").open("wb") as file:
        file.truncate(images.MAX_BYTES + 1)
    with pytest.raises(ImageError, match="over 512 MB"):
        open_image(tmp_path / "big.png")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (b"Not a picture.\n" * 50, "is not a picture of a known kind"),
        (packed(Image.fromarray(COLOURS), "PNG")[:-300], "is damaged or cut short"),
        (packed(Image.fromarray(COLOURS), "JPEG")[:-200], "is damaged or cut short"),
        (claiming(0, 0), "“a.png” is"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "is not a picture of a known"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ImageError, match=sentence) as caught:
        decode(data, "a.png")
    assert "\n" not in str(caught.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, sentence in {
        "missing.png": "not there any more",
        ".": "is a folder",
        "pipe": "is not a file",
        "x" * 300: "cannot be read",
        "nul\0": "cannot be read",
    }.items():
        with pytest.raises(ImageError, match=sentence):
            open_image(tmp_path / name)


def test_a_file_that_may_not_be_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError

    (tmp_path / "a.png").write_bytes(b"x")
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(ImageError, match="may not be read: change its permissions"):
        open_image(tmp_path / "a.png")


def test_a_file_is_known_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_image(tmp_path / "a.png", COLOURS)
    monkeypatch.chdir(tmp_path)
    picture = open_image(Path("a.png"))
    assert (picture.ref, picture.name) == (str(tmp_path / "a.png"), "a.png")


@pytest.mark.parametrize("error", [TypeError, IndexError, struct.error, SyntaxError, MemoryError])
def test_whatever_pillow_raises_becomes_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def broken(_: Image.Image) -> None:
        raise error

    data = packed(Image.fromarray(COLOURS), "BMP")
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", broken)
    with pytest.raises(ImageError, match="“a”"):
        decode(data, "a")


@cache
def seeds() -> dict[str, bytes]:
    kinds = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "TGA", "PPM", "AVIF", "JPEG2000")
    return {kind: packed(Image.fromarray(COLOURS), kind) for kind in kinds}


@given(st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"]), st.data())
def test_no_mutation_gets_past_the_door(kind: str, data: st.DataObject) -> None:
    raw = bytearray(seeds()[kind])
    places = st.integers(0, len(raw) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), max_size=12)):
        raw[place] = value
    raw = raw[: data.draw(st.integers(0, len(raw)))] if data.draw(st.booleans()) else raw
    with contextlib.suppress(ImageError):
        assert decode(bytes(raw), "fuzz").pixels.size


@pytest.mark.slow
def test_no_damage_to_any_format_gets_past_the_door() -> None:
    chance = random.Random(2)
    for raw in seeds().values():
        for _ in range(150):
            broken = bytearray(raw)
            for _ in range(chance.randrange(1, 9)):
                broken[chance.randrange(min(len(broken), chance.choice((64, 9999))))] = (
                    chance.randrange(256)
                )
            with contextlib.suppress(ImageError):
                decode(bytes(broken), "fuzz")


def test_warnings_do_not_leak_even_from_two_threads() -> None:
    before = list(warnings.filters)
    data = packed(Image.fromarray(COLOURS).resize((300, 300)), "PNG")
    threads = [threading.Thread(target=decode, args=(data, "a")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before
    with pytest.raises(ImageError, match="64 million"):
        decode(claiming(10_000, 9_000), "warned")  # Pillow warns of a bomb here


def test_a_thumbnail_fits_keeps_the_shape_and_never_grows() -> None:
    assert thumbnail(np.zeros((100, 400, 3), np.uint8), 64).shape == (16, 64, 3)
    assert thumbnail(np.zeros((1, 900, 3), np.uint8), 64).shape == (1, 64, 3)
    assert thumbnail(COLOURS, 64).shape == COLOURS.shape


def test_a_folder_lists_its_pictures_in_order(tmp_path: Path) -> None:
    for name in ("b.PNG", "A.jpg", "c.webp", "notes.txt", ".hidden.png"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert [path.name for path in list_images(tmp_path)] == ["A.jpg", "b.PNG", "c.webp"]


def test_a_folder_without_pictures_says_so(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="There is no picture in"):
        list_images(tmp_path)
    with pytest.raises(ImageError, match="cannot be looked into"):
        list_images(tmp_path / "missing")


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_saving_and_opening_gives_the_same_pixels(tmp_path: Path, suffix: str) -> None:
    save_image(tmp_path / f"a.{suffix}", COLOURS)
    assert np.array_equal(open_image(tmp_path / f"a.{suffix}").pixels, COLOURS)


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_text_travels_inside_the_picture(tmp_path: Path, suffix: str) -> None:
    text = {"Title": "Löwe", "Settings": '{"alpha": 1}'}
    save_image(tmp_path / f"a.{suffix}", COLOURS, text)
    with Image.open(tmp_path / f"a.{suffix}") as image:
        found = image.text if suffix == "png" else json.loads(image.getexif()[0x010E])
    assert dict(found) == text


def test_what_cannot_be_saved_says_what_can(tmp_path: Path) -> None:
    for name, pixels in (("a.bmp", COLOURS), ("a", COLOURS), ("a.jpg", np.zeros((1, 70000, 3)))):
        with pytest.raises(SaveError, match=r"\.png"):
            save_image(tmp_path / name, pixels.astype(np.uint8))
    assert list(tmp_path.iterdir()) == []
