from __future__ import annotations

import numpy as np
import pytest

from tests.labs.style_kit import Bench, fill_the_disk, quick_optimise
from viz_app.labs.style import history, jobs


@pytest.fixture
def make_bench(monkeypatch, tmp_path):
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)
    return lambda: Bench(folder=tmp_path)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / history.FOLDER


def archive(bench, steps=5, **fields):
    """Paint so many steps and put the run into the history."""
    bench.presenter.change(**fields)
    bench.presenter.started()
    bench.runner.take(steps + 1)
    bench.presenter.was_reset()


def names(bench):
    return [line.name for line in bench.view.last["history"]]


def test_after_a_restart_a_run_comes_back_with_picture_settings_and_curves(make_bench):
    first = make_bench()
    first.presenter.started()
    first.runner.take(4)
    first.presenter.edited("beta", 7.0)
    first.runner.take(2)
    old = first.run
    first.presenter.was_reset()
    second = make_bench()
    assert names(second) == ["Run 1"]
    assert second.run.name == "Run 2"
    second.presenter.restored(0)
    run = second.run
    assert second.presenter.scene == old.scene
    assert np.abs(run.state.picture - old.state.picture).max() < 1 / 65535
    assert np.array_equal(run.pixels, old.pixels)
    assert run.trace.rows == old.trace.rows[: old.painted.rows]
    assert [mark.words for mark in run.trace.marks] == ["β 1 → 7"]
    second.presenter.started()
    second.runner.take(3)
    assert second.run.step == 7
    assert second.runner.started[-1] == "style.run"


def test_a_run_with_more_style_layers_comes_back_with_the_terms_of_each(make_bench):
    archive(make_bench(), lambda_3_2=1.0)
    bench = make_bench()
    bench.presenter.restored(0)
    terms = [name for name in bench.presenter.numbers() if name.startswith("J_style_")]
    assert terms == [f"J_style_{layer}" for layer in bench.presenter.scene.style_layers]
    assert len(terms) == 6


def test_a_run_goes_on_from_the_pictures_it_was_painted_from(make_bench):
    archive(make_bench(), style="sample:glass")
    second = make_bench()
    second.choose_image("sample:coffee")
    glass = second.shelf.pictures.pop("sample:glass")
    second.presenter.restored(0)
    assert not second.presenter.play_action().is_enabled()
    second.shelf.pictures["sample:glass"] = glass
    second.show()
    assert second.run.content.ref == "sample:chelsea"
    assert second.run.style is glass
    assert second.presenter.play_action().is_enabled()
    assert not any("style" in mark.words for mark in second.run.trace.marks)


def test_a_deleted_run_is_gone_for_good(make_bench, folder):
    bench = make_bench()
    archive(bench)
    archive(bench)
    bench.presenter.deleted(0)
    assert names(bench) == ["Run 1"]
    assert names(make_bench()) == ["Run 1"]
    assert len(list(folder.iterdir())) == 1


def test_the_history_is_bounded_in_number_and_in_room(make_bench, folder, monkeypatch):
    bench = make_bench()
    for _ in range(history.KEPT_RUNS + 2):
        archive(bench, 1)
    assert len(list(folder.iterdir())) == len(names(bench)) == history.KEPT_RUNS
    assert names(bench)[0] == "Run 14"
    size = next(folder.iterdir()).stat().st_size
    monkeypatch.setattr(history, "MOST_BYTES", 3 * size + 500)
    archive(bench, 1)
    assert len(list(folder.iterdir())) == len(names(bench)) == 3


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"nonsense"])
def test_a_damaged_file_costs_only_itself(make_bench, folder, data):
    bench = make_bench()
    archive(bench)
    archive(bench)
    max(folder.iterdir()).write_bytes(data)
    assert names(make_bench()) == ["Run 1"]


def test_a_full_disk_is_told_and_the_run_stays_in_the_list(make_bench, monkeypatch):
    bench = make_bench()
    archive(bench)
    fill_the_disk(monkeypatch)
    archive(bench)
    assert "no room left" in bench.speaker.sentence
    assert names(bench) == ["Run 2", "Run 1"]
