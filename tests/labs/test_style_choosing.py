from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.labs.style_kit import LANE, Bench, quick_optimise
from viz_app.labs.style import jobs
from viz_app.labs.style.mask import from_text


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)
    return Bench()


def saved(path, pixels):
    Image.fromarray(pixels).save(path)
    return path


def test_several_files_are_mixed_as_far_as_they_can_be(bench):
    bench.presenter.choosing.style_chosen(*"abcde")
    assert bench.presenter.scene.styles == ("a", "b", "c", "d")
    assert "At most 4" in bench.speaker.sentence


def test_files_that_are_dropped_replace_the_style_or_are_mixed_in(bench):
    choosing = bench.presenter.choosing
    choosing.styles_dropped(["a", "b"], False)
    assert bench.presenter.scene.styles == ("a", "b")
    choosing.styles_dropped(["b", "c"], True)
    assert bench.presenter.scene.styles == ("a", "b", "c")


def test_a_mask_is_opened_and_inverted(bench, tmp_path):
    pixels = np.zeros((300, 600, 3), np.uint8)
    pixels[:, 300:] = 255
    choosing = bench.presenter.choosing
    choosing.mask_inverted()
    assert bench.presenter.scene.mask == ""
    choosing.mask_opened(saved(tmp_path / "mask.png", pixels))
    mask = from_text(bench.presenter.scene.mask)
    assert mask.shape == (128, 256)
    assert (mask[:, 0].max(), mask[:, -1].min()) == (0, 255)
    choosing.mask_inverted()
    assert np.array_equal(from_text(bench.presenter.scene.mask), 255 - mask)


def test_a_run_starts_from_a_file(bench, tmp_path):
    pixels = np.full((20, 24, 3), 51, np.uint8)
    bench.presenter.choosing.start_opened(saved(tmp_path / "start.png", pixels))
    assert bench.run.status == "running"
    bench.runner.take(1, LANE)
    assert bench.run.painted.snapshot.picture == pytest.approx(51, abs=1)


def test_a_file_that_is_no_picture_is_told_and_changes_nothing(bench, tmp_path):
    path = tmp_path / "mask.png"
    path.write_bytes(b"no picture")
    bench.presenter.choosing.mask_opened(path)
    assert "mask.png" in bench.speaker.sentence
    assert bench.presenter.scene.mask == ""
