from __future__ import annotations

from pathlib import Path

import pytest

from viz_app.core.errors import ImageError
from viz_app.files.resources import resource
from viz_app.files.samples import SAMPLES, path_of, sample


@pytest.mark.parametrize("name", [known.name for known in SAMPLES])
def test_every_sample_opens_and_is_small(name: str) -> None:
    picture = sample(name)
    assert picture.ref == f"sample:{name}"
    assert picture.note == ""
    assert 256 <= min(picture.width, picture.height) <= 800


def test_every_bundled_picture_is_a_sample() -> None:
    found = {path.stem for path in resource("images").rglob("*.jpg")}
    assert found == {known.name for known in SAMPLES}


def test_pictures_stay_below_the_promised_size() -> None:
    photos = [path.stat().st_size for path in resource("images").glob("*.jpg")]
    styles = [path.stat().st_size for path in resource("images", "styles").glob("*.jpg")]
    assert max(photos) <= 150_000
    assert max(styles) <= 200_000


def test_every_photograph_is_credited() -> None:
    credits = resource("images", "CREDITS.md").read_text(encoding="utf-8")
    assert all(f"{s.name}.jpg" in credits for s in SAMPLES if s.kind == "photo")


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(ImageError, match="chelsea"):
        sample("no-such")


def test_the_file_behind_a_ref_is_the_bundled_one_or_the_users_own() -> None:
    assert path_of("sample:night").endswith("images/styles/night.jpg")
    assert Path(path_of("sample:coffee")).is_file()
    assert path_of("/home/me/a:b.png") == "/home/me/a:b.png"
    assert path_of("sample:nothing") == "sample:nothing"
