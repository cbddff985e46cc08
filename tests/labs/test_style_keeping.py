from __future__ import annotations

import numpy as np
import pytest

from tests.labs.style_kit import Bench, fill_the_disk, quick_optimise
from viz_app.labs.style import jobs, keeping
from viz_app.labs.style.keeping import FILE, from_file


@pytest.fixture
def make_bench(monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)
    return lambda: Bench(folder=tmp_path)


def painted(bench, steps=5):
    bench.presenter.started()
    bench.runner.take(steps + 1)
    return bench


def test_after_a_restart_the_run_goes_on_from_its_picture(make_bench):
    first = painted(make_bench())
    first.presenter.paused()
    second = make_bench()
    (easel,) = second.view.last["easels"]
    assert easel.words == "step 5 / 30 · from the last session"
    assert np.array_equal(second.run.state.picture, first.run.state.picture)
    assert second.presenter.play_action().text == "Resume"
    second.presenter.started()
    second.runner.take(2)
    assert second.run.step == 6


def test_closing_in_the_middle_of_a_run_keeps_the_picture(make_bench):
    first = painted(make_bench(), 3)
    first.presenter.close()
    assert make_bench().run.step == 3


def test_the_kept_picture_is_not_taken_for_another_image(make_bench):
    painted(make_bench()).presenter.paused()
    second = make_bench()
    second.choose_image("sample:coffee")
    assert second.run.state is None
    assert second.run.pixels is second.shelf.current().pixels


def test_a_full_disk_is_told_once_and_the_run_goes_on(make_bench, monkeypatch):
    bench = painted(make_bench())
    fill_the_disk(monkeypatch)
    bench.presenter.paused()
    assert bench.speaker.sentence.startswith("The run goes on, but is not kept: ")
    assert "no room left" in bench.speaker.sentence
    bench.speaker.sentence = ""
    bench.presenter.started()
    assert bench.runner.take(3) == 3
    bench.presenter.paused()
    assert bench.speaker.sentence == ""
    assert bench.run.step == 8


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"\x93NUMPY nonsense"])
def test_a_damaged_file_is_no_picture(tmp_path, data, make_bench):
    (tmp_path / FILE).write_bytes(data)
    assert from_file(tmp_path / FILE) is None
    assert make_bench().run.state is None


def test_a_picture_of_other_numbers_is_refused(tmp_path):
    for picture in (np.zeros((4, 4)), np.full((4, 4, 3), np.nan, np.float32)):
        np.savez(tmp_path / FILE, picture=picture, step=3, content="a", style="b")
        assert from_file(tmp_path / FILE) is None


def test_a_large_picture_is_packed_beside_the_window_not_in_it(make_bench, monkeypatch):
    bench, waiting, packed = make_bench(), [], []
    run = bench.runner.run

    def hold(lane, job, **more):
        waiting.append(job) if lane == keeping.KEEP_LANE else run(lane, job, **more)

    monkeypatch.setattr(bench.runner, "run", hold)
    monkeypatch.setattr(keeping, "to_bytes", lambda kept: packed.append(kept) or b"")
    bench.presenter.started()
    bench.runner.take(3)
    bench.presenter.paused()
    assert len(waiting) == 1
    assert not packed
    waiting[0](None)
    assert packed[0].state is bench.run.state
