from __future__ import annotations

import os
from dataclasses import replace

import msgspec
import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from viz_app.core.errors import ImageError, SaveError, SceneError
from viz_app.core.patches import ImageSet, PatchBook, Table, Task
from viz_app.files.patch_book import load_book, save_book, to_bytes
from viz_app.files.patch_crops import TILE_PX, Squares, save_sheet, tile_of
from viz_app.files.patch_images import Fingerprints, bundled_set, folder_set, read_image, source_of


def book_of(names=("a.png", "b.png"), channels=3):
    task = Task("vgg16", "ab", ("conv1_1",), ImageSet("/f", names), tuple(names))
    images = np.full((channels, 9), -1, np.int32)
    images[:, :2] = (1, 0)
    units = np.where(images >= 0, 5, -1).astype(np.int32)
    values = np.where(images >= 0, 1.5, -np.inf).astype(np.float32)
    table = Table(values, images, units)
    sizes = np.full((len(names), 2), 30, np.int32)
    return PatchBook(task, {"conv1_1": table}, sizes, np.ones(len(names), bool), {1: "bad"})


def test_a_book_comes_back_as_it_was(tmp_path):
    book, path = book_of(), tmp_path / "x.patches"
    save_book(path, book)
    back = load_book(path)
    assert back.task == book.task
    assert back.unreadable == {1: "bad"}
    assert back.is_complete
    table, other = book.tables["conv1_1"], back.tables["conv1_1"]
    for part in ("values", "images", "units"):
        assert (getattr(table, part) == getattr(other, part)).all()


def test_the_key_follows_the_content_and_not_the_place():
    task = book_of().task
    assert replace(task, images=ImageSet("/elsewhere", task.images.names)).key == task.key
    for other in (
        replace(task, network="vgg19"),
        replace(task, weights="cd"),
        replace(task, layers=("conv1_2",)),
        replace(task, fingerprints=("a.png", "other")),
        replace(task, fingerprints=task.fingerprints[::-1]),
    ):
        assert other.key != task.key


@pytest.mark.parametrize("cut", [0, 7, 60, 400])
def test_a_file_cut_short_is_refused_with_a_sentence(cut, tmp_path):
    path = tmp_path / "x.patches"
    path.write_bytes(to_bytes(book_of())[:cut])
    with pytest.raises(SceneError, match=r"“x\.patches”"):
        load_book(path)


def damaged(book, **tensors):
    data = to_bytes(book)
    found = safetensors.numpy.load(data)
    header = msgspec.json.decode(data[8 : 8 + int.from_bytes(data[:8], "little")])
    found |= tensors
    return safetensors.numpy.save({k: v for k, v in found.items() if v is not None},
                                  header["__metadata__"])  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"conv1_1/images": np.full((3, 9), 2, np.int32)},
        {"conv1_1/images": np.full((3, 8), 0, np.int32)},
        {"conv1_1/units": np.full((3, 9), -7, np.int32)},
        {"conv1_1/values": np.zeros((3, 9), np.float64)},
        {"conv1_1/units": None},
        {"sizes": np.zeros((2, 2), np.int32)},
        {"done": np.ones(3, bool)},
    ],
)
def test_tables_that_do_not_fit_are_refused(wrong, tmp_path):
    path = tmp_path / "x.patches"
    path.write_bytes(damaged(book_of(), **wrong))
    with pytest.raises(SceneError, match="no file of patches"):
        load_book(path)


def test_an_image_outside_of_the_folder_is_refused(tmp_path):
    save_book(tmp_path / "x", book_of(("../a.png", "b.png")))
    with pytest.raises(SceneError, match="outside"):
        load_book(tmp_path / "x")


def test_a_newer_file_says_so(tmp_path):
    data = to_bytes(book_of()).replace(b'\\"version\\":1', b'\\"version\\":9')
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(SceneError, match="newer"):
        load_book(tmp_path / "x")


def picture(path, value, size=(30, 20)):
    Image.new("RGB", size, (value, 0, 0)).save(path)


def test_fingerprints_follow_the_content_and_are_remembered(tmp_path):
    for i, name in enumerate(("a.png", "b.png", "c.png")):
        picture(tmp_path / name, (10, 10, 99)[i])
    kept, images = tmp_path / "marks.json", folder_set(tmp_path)
    first = Fingerprints(kept)
    assert first.of(images, is_known_only=True) is None
    a, b, c = first.of(images)
    assert a == b != c
    first.save()
    assert Fingerprints(kept).of(images, is_known_only=True) == (a, b, c)
    picture(tmp_path / "b.png", 50)
    os.utime(tmp_path / "b.png", ns=(1, 1))
    assert Fingerprints(kept).of(images, is_known_only=True) is None
    assert Fingerprints(kept).of(images)[1] != b


def test_bundled_images_come_whole_and_in_quarters():
    images = bundled_set()
    whole, quarter = read_image(images, 0), read_image(images, 4)
    assert (quarter.width, quarter.height) == (whole.width // 2, whole.height // 2)
    ref, x, y = source_of(images, 4)
    assert (ref, x, y) == (images.names[0], quarter.width, quarter.height)
    assert (quarter.pixels == whole.pixels[y : y + quarter.height, x : x + quarter.width]).all()
    with pytest.raises(ImageError):
        read_image(ImageSet("", ("sample:chelsea[1,2]",)), 0)


def sheet_task(tmp_path):
    picture(tmp_path / "a.png", 200)
    picture(tmp_path / "b.png", 90)
    return replace(book_of().task, images=folder_set(tmp_path))


def test_a_tile_shows_each_rank_in_its_place_and_leaves_the_others_clear(tmp_path):
    from viz_app.core.architectures.vgg import vgg16_features

    images = sheet_task(tmp_path).images
    table = book_of().tables["conv1_1"]
    tile = tile_of(vgg16_features(), "conv1_1", table, 0, images, Squares())
    assert tile[18, 18].tolist() == [90, 0, 0, 255]
    assert tile[18, 56].tolist() == [200, 0, 0, 255]
    assert (tile[40:, :, 3] == 0).all()


def test_a_cut_tile_is_kept_until_its_patches_change(tmp_path):
    from viz_app.core.architectures.vgg import vgg16_features

    images, squares, table = sheet_task(tmp_path).images, Squares(), book_of().tables["conv1_1"]
    first = squares.tile(vgg16_features(), "conv1_1", table, 0, images)
    assert squares.tile(vgg16_features(), "conv1_1", table, 0, images) is first
    other = replace(table, images=table.images[:, [1, 0, 2, 3, 4, 5, 6, 7, 8]])
    changed = squares.tile(vgg16_features(), "conv1_1", other, 0, images)
    assert changed[18, 18].tolist() == [200, 0, 0, 255]


def test_a_sheet_is_saved_as_picture_and_as_pages(tmp_path):
    tiles = np.full((150, TILE_PX, TILE_PX, 4), 255, np.uint8)
    arguments = ("title", tiles, tuple(range(150)), (1.0,) * 150)
    save_sheet(tmp_path / "s.png", *arguments)
    save_sheet(tmp_path / "s.pdf", *arguments)
    with Image.open(tmp_path / "s.png") as sheet:
        assert sheet.width == 1654
    pages = (tmp_path / "s.pdf").read_bytes()
    assert pages.startswith(b"%PDF")
    assert b"/Count 2" in pages
    with pytest.raises(SaveError, match=r"\.png or \.pdf"):
        save_sheet(tmp_path / "s.doc", *arguments)
