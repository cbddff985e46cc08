from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.labs.style_kit import Bench, fill_the_disk, quick_optimise
from viz_app.core.errors import ImageError
from viz_app.labs.style import jobs
from viz_app.labs.style.batch import LANE, members
from viz_app.labs.style.mask import as_text


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)
    return Bench()


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    for name in ("contents/a.png", "contents/b.png", "styles/s.png", "styles/t.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(random.integers(0, 256, (20, 24, 3)).astype(np.uint8)).save(path)
    return tmp_path


def paint(bench, folder, turns=999):
    bench.presenter.batch.start(str(folder / "contents"), str(folder / "styles"), folder / "out")
    return bench.runner.take(turns, LANE)


def saved(folder):
    return sorted(path.name for path in (folder / "out").iterdir())


def test_every_content_is_painted_in_every_style_with_its_settings_inside(bench, folder):
    bench.presenter.change(beta=2.5, steps=10)
    assert bench.presenter.batch.count(str(folder / "contents"), str(folder / "styles")) == (2, 2)
    paint(bench, folder)
    assert saved(folder) == ["a as s.png", "a as t.png", "b as s.png", "b as t.png"]
    shown = bench.view.last["batch"]
    assert shown.words == "Saved 4 pictures."
    bench.presenter.change(beta=1.0)
    bench.presenter.filing.settings_opened(folder / "out" / "b as t.png")
    assert bench.presenter.scene.beta == 2.5
    assert bench.presenter.scene.style == str(folder / "styles" / "t.png")


def test_a_broken_picture_is_skipped_and_named(bench, folder):
    (folder / "contents" / "a.png").write_bytes(b"no picture")
    bench.presenter.change(steps=10)
    paint(bench, folder)
    assert saved(folder) == ["b as s.png", "b as t.png"]
    words = bench.view.last["batch"].words
    assert words.startswith("Saved 2 pictures. Skipped 2; the first: “a.png”")


def test_it_shows_how_far_it_is_and_stops_when_told(bench, folder):
    bench.presenter.change(steps=10)
    paint(bench, folder, 11 + 5)
    shown = bench.view.last["batch"]
    assert shown.is_running
    assert shown.words.startswith("2 of 4: a as t, step 4")
    assert 0.25 < shown.share < 0.5
    bench.presenter.batch.cancel()
    assert LANE not in bench.runner.jobs
    assert not bench.view.last["batch"].is_running
    assert saved(folder) == ["a as s.png"]


def test_files_that_are_there_are_kept(bench, folder):
    bench.presenter.change(steps=10)
    paint(bench, folder)
    before = (folder / "out" / "a as s.png").read_bytes()
    bench.presenter.change(beta=9.0)
    paint(bench, folder)
    assert (folder / "out" / "a as s.png").read_bytes() == before
    assert "a as s 2.png" in saved(folder)


def test_a_full_disk_ends_it_at_once(bench, folder, monkeypatch):
    bench.presenter.change(steps=10)
    fill_the_disk(monkeypatch)
    assert paint(bench, folder) < 2 * 11, "the second picture is not begun"
    assert "no room left" in bench.view.last["batch"].words
    assert not bench.presenter.batch.is_running


def test_a_file_in_the_place_of_the_folder_is_one_sentence(bench, folder):
    bench.presenter.change(steps=10)
    (folder / "out").write_text("a file where the folder should be")
    paint(bench, folder)
    assert "is a file" in bench.view.last["batch"].words
    assert not bench.presenter.batch.is_running


@pytest.mark.parametrize("is_wanted", [True, False])
def test_mixed_styles_and_the_mask_of_the_lab_are_offered_and_painted(bench, folder, is_wanted):
    mask = as_text(np.full((2, 3), 255, np.uint8))
    bench.presenter.change(steps=10, others=("sample:glass",), blend_2=3.0, mask=mask)
    bench.presenter.batch.asked()
    asked = bench.view.last["batch"]
    assert (asked.others, asked.is_masked) == (("Stained glass",), True)
    contents, styles = (str(folder / name) for name in ("contents", "styles"))
    bench.presenter.batch.start(
        contents, styles, folder / "out", is_mixed=is_wanted, is_masked=is_wanted
    )
    bench.runner.take(999, LANE)
    bench.presenter.filing.settings_opened(folder / "out" / "a as t.png")
    scene = bench.presenter.scene
    assert scene.others == (("sample:glass",) if is_wanted else ())
    assert scene.mask == (mask if is_wanted else "")


def test_what_is_not_there_is_not_counted(tmp_path):
    with pytest.raises(ImageError, match=r"no “gone”"):
        members(str(tmp_path / "gone"))
    assert members("sample:night") == ["sample:night"]
