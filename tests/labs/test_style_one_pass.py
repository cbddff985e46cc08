from __future__ import annotations

import json
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.labs.one_pass_kit import quick_loaded
from tests.labs.style_kit import Bench, quick_optimise
from viz_app.core.errors import ImageError, NotFinite
from viz_app.engine.engine import Failure, Turn
from viz_app.engine.mailbox import Mailbox
from viz_app.files.samples import sample
from viz_app.files.video import LatestFrame
from viz_app.labs.document import Document
from viz_app.labs.style import jobs, one_pass_jobs
from viz_app.labs.style.one_pass import LIVE_LANE, PREVIEW_LANE, THUMBS_LANE
from viz_app.labs.style.one_pass_jobs import wish_of
from viz_app.labs.style.presenter import StylePresenter
from viz_app.labs.style.scene import StyleScene, resolve
from viz_app.labs.style.shown import Offer
from viz_app.labs.watching import WEBCAM


@pytest.fixture(autouse=True)
def painters(monkeypatch):
    monkeypatch.setattr(one_pass_jobs, "loaded", quick_loaded)
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)


@pytest.fixture
def bench():
    bench = Bench()
    bench.presenter.edited("view", "one_pass")
    return bench


@pytest.fixture
def film(tmp_path):
    """Eight frames, each lighter than the one before."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 100, (96, 64))
    for i in range(8):
        writer.write(np.full((64, 96, 3), 30 * i, np.uint8))
    writer.release()
    return path


def shown(bench):
    return bench.view.last["one_pass"]


def previews(bench):
    return bench.runner.started.count(PREVIEW_LANE)


def mean_of(name):
    return sample(name).pixels.mean()


def test_the_style_is_painted_at_once_and_each_move_of_a_slider_paints_anew(bench):
    night, own = mean_of("night"), bench.shelf.current().pixels.mean()
    assert shown(bench).pixels.mean() == pytest.approx(night, abs=2)
    assert previews(bench) == 1
    bench.show()
    assert previews(bench) == 1
    bench.presenter.edited("strength", 0.25)
    assert shown(bench).pixels.mean() == pytest.approx(0.25 * night + 0.75 * own, abs=3)
    bench.presenter.change(strength=1.0, others=("sample:glass",), blend_2=3.0)
    mixed = 0.25 * night + 0.75 * mean_of("glass")
    assert shown(bench).pixels.mean() == pytest.approx(mixed, abs=2)


def test_while_a_slider_is_dragged_each_answer_is_shown_and_only_the_newest_is_asked_next(bench):
    run, held = bench.runner.run, []
    bench.runner.run = lambda lane, job, **client: held.append((job, client))
    for strength in (0.1, 0.2, 0.3, 0.4):
        bench.presenter.edited("strength", strength)
    assert len(held) == 1
    assert not bench.presenter.is_settled()
    before = shown(bench).pixels
    job, client = held.pop()
    bench.runner.run = run
    client["on_done"](job(Turn(bench.runner.engine)))
    night, own = mean_of("night"), bench.shelf.current().pixels.mean()
    assert shown(bench).pixels is not before
    assert shown(bench).pixels.mean() == pytest.approx(0.4 * night + 0.6 * own, abs=3)
    assert bench.presenter.is_settled()


def test_built_in_styles_are_chosen_and_mixed_by_their_shares(bench):
    bench.presenter.one_pass.chosen(25)
    assert shown(bench).pixels.mean() == 255
    bench.presenter.one_pass.toggled(0)
    assert shown(bench).pixels.mean() == pytest.approx(127.5, abs=1)
    bench.presenter.edited("share_2", 3.0)
    assert shown(bench).pixels.mean() == pytest.approx(63.75, abs=1)
    for style in (3, 4, 5):
        bench.presenter.one_pass.toggled(style)
    assert bench.presenter.scene.built_in == (25, 0, 3, 4)
    assert "leave one out" in bench.speaker.sentence
    for style in (25, 0, 3, 4):
        bench.presenter.one_pass.toggled(style)
    assert bench.presenter.scene.built_in == (4,)


def test_the_small_pictures_of_the_styles_are_painted_once(bench):
    assert THUMBS_LANE not in bench.runner.started
    bench.presenter.edited("one_pass", "multistyle26")
    bench.runner.take(3, THUMBS_LANE)
    assert len(shown(bench).thumbs) == 3
    assert not bench.presenter.is_settled()
    bench.runner.take(30, THUMBS_LANE)
    assert [round(thumb.mean()) for thumb in shown(bench).thumbs][::25] == [0, 255]
    assert bench.presenter.is_settled()
    bench.presenter.edited("one_pass", "arbitrary_style")
    bench.presenter.edited("one_pass", "multistyle26")
    assert bench.runner.started.count(THUMBS_LANE) == 1


def test_a_style_picture_that_is_chosen_here_asks_for_the_network_of_any_style(bench):
    bench.presenter.edited("one_pass", "multistyle26")
    bench.presenter.choosing.style_chosen("sample:glass")
    assert bench.presenter.scene.one_pass == "arbitrary_style"
    assert shown(bench).pixels.mean() == pytest.approx(mean_of("glass"), abs=2)


def test_the_photos_own_colours_can_be_kept(bench):
    bench.presenter.edited("has_own_colours", True)
    content = bench.shelf.current().pixels
    painted = shown(bench).pixels.astype(int)
    own = np.asarray(
        Image.fromarray(content).resize(painted.shape[1::-1], Image.Resampling.BICUBIC)
    )
    lighter = painted - own
    inside = (painted.min(-1) > 0) & (painted.max(-1) < 255)
    assert np.ptp(lighter, axis=-1)[inside].max() <= 1


def test_styles_that_are_tried_here_leave_a_run_alone_until_its_view_is_back(bench):
    bench.presenter.edited("view", "optimise")
    bench.presenter.started()
    bench.runner.take(4)
    bench.presenter.paused()
    bench.presenter.edited("view", "one_pass")
    bench.presenter.choosing.style_chosen("sample:glass")
    assert bench.run.scene.style == "sample:night"
    assert bench.run.status == "paused"
    bench.presenter.edited("view", "optimise")
    assert bench.run.scene.style == "sample:glass"


def test_the_optimisation_starts_from_the_preview(bench):
    bench.presenter.edited("view", "optimise")
    bench.presenter.started()
    bench.runner.take(4)
    bench.presenter.edited("view", "one_pass")
    pixels = shown(bench).pixels
    bench.presenter.one_pass.start_asked()
    assert bench.presenter.scene.view == "optimise"
    assert [run.name for run in bench.presenter.steering.history] == ["Run 1"]
    assert bench.run.status == "running"
    np.testing.assert_allclose(bench.run.state.picture * 255, pixels, atol=1e-4)
    bench.runner.take(1)
    assert bench.run.pixels.mean() == pytest.approx(pixels.mean(), abs=1)
    assert bench.run.step == 0


def test_without_the_judging_network_nothing_is_reset(bench, monkeypatch):
    monkeypatch.setattr(
        bench.presenter.house.weights, "is_present", lambda name: name == "arbitrary_style"
    )
    bench.presenter.one_pass.start_asked()
    assert bench.offered == ["vgg16"]
    assert bench.presenter.scene.view == "one_pass"


def test_a_missing_network_is_offered_with_size_and_licence():
    bench = Bench(is_here=False)
    bench.presenter.edited("view", "one_pass")
    offer = bench.view.last["offer"]
    assert isinstance(offer, Offer)
    assert "58.9 MB · BSD" in offer.facts
    assert previews(bench) == 0
    assert bench.presenter.is_settled()
    bench.presenter.offer_accepted()
    bench.presenter.one_pass.start(WEBCAM)
    assert bench.offered == ["arbitrary_style"] * 2


def test_what_failed_is_told_once_and_tried_again_with_the_next_change(bench, monkeypatch):
    def broken(turn, store, part):
        raise NotFinite("The network's answer left the finite numbers.")

    monkeypatch.setattr(one_pass_jobs, "loaded", broken)
    before = shown(bench).pixels
    bench.presenter.edited("strength", 0.5)
    assert bench.speaker.sentence.startswith("The network's answer")
    count = previews(bench)
    bench.show()
    assert previews(bench) == count
    assert shown(bench).pixels is before
    monkeypatch.setattr(one_pass_jobs, "loaded", quick_loaded)
    bench.presenter.edited("strength", 0.6)
    assert shown(bench).pixels is not before


def test_a_film_is_painted_frame_by_frame_and_sliders_act_on_it(film):
    scene = StyleScene(view="one_pass", one_pass="multistyle26", built_in=(25,), one_pass_size=128)
    source, wish = LatestFrame(film, is_paced=False), Mailbox(wish_of(scene))

    engine = SimpleNamespace(device="cpu", _shelf={})
    steps = one_pass_jobs.watch(None, source, wish)(Turn(engine))
    first = next(step for step in steps if step is not None)
    assert first.preview.pixels.shape[1] == 128
    assert first.preview.pixels.mean() == 255
    wish.post(wish_of(resolve(StyleScene(one_pass="multistyle26", built_in=(0,)))))
    last = [step for step in steps if step is not None][-1]
    assert last.frame.number == 7
    assert last.preview.pixels.mean() == 0
    assert last.fps > 0
    assert not source._thread.is_alive()


def test_a_frame_is_shown_saved_and_taken_and_stop_brings_the_photo_back(bench, film):
    part, kept = bench.presenter.one_pass, []
    bench.shelf.open_bytes = lambda read, name: kept.append((read(), name))
    part.start(film)
    bench.runner.take(2, LIVE_LANE)
    assert shown(bench).is_watching
    assert "dropped" in shown(bench).words
    assert shown(bench).before.shape == (64, 96, 3)
    assert not part.has_still()
    assert part.kept()[0] == "frame in one pass"
    by_text = {action.text: action for action in part.actions}
    by_text["Take this frame"].run()
    assert kept[0][0].startswith(b"\x89PNG")
    by_text["Pause the film"].run()
    assert shown(bench).words.startswith("paused")
    by_text["Stop watching"].run()
    assert not shown(bench).is_watching
    assert shown(bench).before is bench.shelf.current().pixels
    assert part.has_still()


@pytest.mark.parametrize("leave", ["view", "lab", "close"])
def test_a_webcam_that_is_not_looked_at_is_let_go(bench, film, leave):
    bench.presenter.one_pass.start(film)
    bench.runner.take(1, LIVE_LANE)
    thread = bench.presenter.one_pass._watching.source._thread
    if leave == "view":
        bench.presenter.edited("view", "optimise")
    else:
        (bench.presenter.leave if leave == "lab" else bench.presenter.close)()
    assert LIVE_LANE not in bench.runner.jobs
    assert not thread.is_alive()


def test_no_webcam_is_one_sentence(bench, monkeypatch):
    bench.presenter.one_pass.start(WEBCAM)
    _steps, _turn, _on_step, _on_done, on_failed = bench.runner.jobs.pop(LIVE_LANE)
    on_failed(Failure(ImageError("No webcam answers."), "", False))
    assert bench.speaker.sentence == "No webcam answers."
    assert not shown(bench).is_watching


def test_a_saved_preview_brings_its_settings_back(bench, tmp_path):
    bench.presenter.change(strength=0.4, one_pass="multistyle26", built_in=(3, 9))
    scene = bench.presenter.scene
    bench.presenter.filing.save_asked()
    assert bench.view.last["save"] == "chelsea in one pass.png"
    path = tmp_path / "saved.png"
    bench.presenter.filing.saved_to(path)
    np.testing.assert_array_equal(np.asarray(Image.open(path)), shown(bench).pixels)
    bench.presenter.change(view="optimise", strength=1.0, built_in=(0,))
    bench.presenter.filing.settings_opened(path)
    assert bench.presenter.scene == scene


def test_a_session_keeps_the_view_and_an_older_one_opens():
    scene = StyleScene(view="one_pass", built_in=(4, 2), share_2=0.5)
    desk, later = Document([StylePresenter.lab]), Document([StylePresenter.lab])
    desk.change_scene("style", scene)
    assert later.open_json(desk.to_json()) == []
    assert later.scene("style") == scene
    old = json.loads(desk.to_json())
    fields = old["scenes"]["style"]
    for field in ("view", "built_in", "share_2", "strength"):
        del fields[field]
    assert later.open_json(json.dumps(old).encode()) == []
    assert later.scene("style") == StyleScene()
    assert resolve(StyleScene(built_in=(99, -1))).built_in == (0,)
    assert resolve(StyleScene(built_in=(5, 5, 1, 2, 3, 4))).built_in == (5, 1, 2, 3)
    assert resolve(StyleScene(strength=float("nan"))).strength == 1


def test_numbers_tell_by_what_was_painted(bench):
    numbers = bench.presenter.numbers()
    assert numbers["network"] == "arbitrary_style"
    assert numbers["code_mixed"] == pytest.approx(numbers["code_style"])
    assert numbers["code_style"].shape == (100,)
    bench.presenter.edited("view", "optimise")
    assert "step" in bench.presenter.numbers()


def test_commands_of_a_run_wait_for_its_view(bench):
    by_text = {action.text: action for action in bench.presenter.actions}
    assert not by_text["Start or pause"].is_enabled()
    assert by_text["Start from this"].is_enabled()
    assert by_text["Save picture…"].is_enabled()
    bench.presenter.edited("view", "optimise")
    assert by_text["Start or pause"].is_enabled()
    assert not by_text["Start from this"].is_enabled()
