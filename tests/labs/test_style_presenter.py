from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.labs.style_kit import LANE, Bench, fill_the_disk, quick_optimise, small_network
from viz_app.core.errors import MemoryShort, NotFinite
from viz_app.core.records import Picture
from viz_app.core.style_terms import BETA_UNIT, StyleState
from viz_app.files.images import open_image
from viz_app.labs.style import gram_jobs, jobs
from viz_app.labs.style.gram_jobs import compared
from viz_app.labs.style.mask import as_text
from viz_app.labs.style.scene import resolve

MASK = as_text(np.repeat(np.linspace(0, 255, 40).astype(np.uint8)[None], 30, 0))


@pytest.fixture
def bench(monkeypatch):
    """Steps without torch: what is tested here is who is told what, and when."""
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: None)
    monkeypatch.setattr(jobs, "optimise", quick_optimise)
    return Bench()


@pytest.fixture
def real_bench(monkeypatch):
    """The real optimisation on a small network."""
    pytest.importorskip("torch")
    net = small_network()
    monkeypatch.setattr(jobs, "load_network", lambda store, device, name: net)
    return Bench()


def started(bench, steps):
    bench.presenter.started()
    bench.runner.take(steps + 1)  # the first turn shows the start
    return bench


def test_each_step_is_shown_with_its_picture_and_its_costs(bench):
    started(bench, 3)
    (easel,) = bench.view.last["easels"]
    assert easel.words.startswith("step 3 / 30 · ")
    assert easel.pixels.shape == (107, 128, 3)
    assert bench.view.last["costs"].count == 4


def test_a_moved_weight_is_in_the_picture_within_two_steps(real_bench):
    bench = real_bench
    started(bench, 4)
    twin = Bench()
    started(twin, 4)
    assert np.array_equal(bench.run.pixels, twin.run.pixels)
    bench.presenter.edited("beta", 0.01)
    for side in (bench, twin):
        side.runner.take(2)
    assert bench.run.painted.snapshot.coefficients.beta == 0
    assert not np.array_equal(bench.run.pixels, twin.run.pixels)
    assert bench.runner.started == [LANE], "the run must go on, not start again"


@pytest.mark.parametrize("field", ["alpha", "variation", "rate", "lambda_1", "lambda_5"])
def test_every_live_slider_reaches_the_running_optimisation(bench, field):
    started(bench, 1)
    bench.presenter.edited(field, 7.0)
    bench.runner.take(1)
    assert len(bench.run.trace.marks) == 1
    assert "→ 7" in bench.run.trace.marks[0].words


def test_pause_step_and_resume(bench):
    started(bench, 2)
    bench.presenter.paused()
    assert bench.runner.take(5) == 0
    bench.presenter.stepped()
    assert bench.runner.take(5) == 1
    assert bench.run.step == 3
    assert bench.presenter.play_action().text == "Resume"
    bench.presenter.started()
    assert bench.runner.take(2) == 2


def test_step_from_the_start_takes_one_step(bench):
    bench.presenter.stepped()
    bench.runner.take(9)
    assert bench.run.step == 1
    assert bench.run.status == "paused"


def test_a_run_ends_after_its_steps_and_goes_on_when_given_more(bench):
    started(bench, 99)
    assert bench.run.step == 30
    assert bench.run.has_ended
    assert bench.presenter.play_action().text == "Again"
    bench.presenter.edited("steps", 40)
    assert bench.presenter.play_action().text == "Resume"
    bench.presenter.started()
    bench.runner.take(99)
    assert bench.run.step == 40


@pytest.mark.parametrize(
    ("field", "value"), [("size", 256), ("content_layer", "conv3_2"), ("style", "sample:glass")]
)
def test_what_needs_a_new_run_carries_the_picture_over(bench, field, value):
    started(bench, 5)
    before = bench.run.state
    bench.presenter.edited(field, value)
    bench.runner.take(1)
    assert bench.runner.started == [LANE, LANE]
    assert bench.run.step == 5
    after = bench.run.state.picture
    if field == "size":
        assert after.shape == (213, 256, 3)
    else:
        assert np.allclose(after, before.picture, atol=1e-6)


def test_a_paused_run_that_is_carried_over_rests(bench):
    started(bench, 5)
    bench.presenter.paused()
    bench.presenter.edited("size", 256)
    assert bench.runner.take(3) == 0
    assert bench.run.step == 5
    bench.presenter.started()
    bench.runner.take(2)
    assert bench.run.state.picture.shape[1] == 256


def test_another_image_is_told_of_and_a_restart_paints_it(bench):
    started(bench, 3)
    bench.choose_image("sample:coffee")
    assert bench.run.content.ref == "sample:chelsea"
    assert "coffee.jpg" in bench.speaker.sentence
    bench.speaker.actions[0].run()
    assert bench.run.content.ref == "sample:coffee"
    assert bench.run.status == "running"
    assert [run.step for run in bench.presenter.steering.history] == [3]


def test_another_start_asks_for_a_restart_and_leaves_the_run(bench):
    started(bench, 3)
    bench.presenter.edited("start", "noise")
    assert bench.speaker.actions[0].text == "Restart"
    assert bench.run.step == 3
    assert bench.run.status == "running"


def test_starting_from_the_picture_goes_on_with_the_last_one(bench):
    started(bench, 6)
    last = bench.run.state.picture
    bench.presenter.edited("start", "picture")
    bench.presenter.restarted()
    bench.runner.take(1)
    assert bench.run.step == 0
    assert np.array_equal(bench.run.state.picture, last)
    bench.presenter.change(mode="style")
    bench.presenter.restarted()
    assert bench.run.painting().state is None  # from noise, as ever


@pytest.mark.parametrize("error", [NotFinite("Lower β."), MemoryShort("Smaller, please.")])
def test_a_run_that_fails_keeps_its_last_picture(bench, monkeypatch, error):
    started(bench, 4)
    pixels = bench.run.pixels
    _generator, *rest = bench.runner.jobs[LANE]

    def fail():
        raise error
        yield

    bench.runner.jobs[LANE] = (fail(), *rest)
    bench.runner.take(1)
    assert bench.run.pixels is pixels
    assert bench.run.status == "idle"
    assert bench.speaker.sentence
    bench.presenter.started()
    assert bench.runner.take(1) == 1
    assert bench.run.step == 4


def test_short_memory_offers_the_next_smaller_size(bench):
    started(bench, 2)
    bench.presenter.edited("size", 384)
    _generator, *rest = bench.runner.jobs[LANE]

    def fail():
        raise MemoryShort("Smaller, please.")
        yield

    bench.runner.jobs[LANE] = (fail(), *rest)
    bench.runner.take(1)
    assert bench.speaker.sentence == "Smaller, please. The last picture is kept."
    bench.speaker.actions[0].run()
    assert bench.presenter.scene.size == 256
    assert bench.run.status == "running"


def test_short_memory_of_a_gpu_offers_the_cpu_too(bench):
    chosen = []
    presenter = bench.presenter
    presenter.house = replace(presenter.house, device=lambda: "cuda", choose_device=chosen.append)
    started(bench, 2)
    _generator, *rest = bench.runner.jobs[LANE]

    def fail():
        raise MemoryShort("Smaller, please.")
        yield

    bench.runner.jobs[LANE] = (fail(), *rest)
    bench.runner.take(1)
    (action,) = bench.speaker.actions  # 128 px is the smallest
    assert "smaller" not in bench.speaker.sentence
    action.run()
    assert chosen == ["cpu"]
    assert bench.run.status == "running"


def test_a_cancelled_run_keeps_its_picture_and_can_go_on(bench):
    started(bench, 4)
    bench.runner.cancel(LANE)
    bench.presenter.cancelled(LANE)
    assert bench.run.status == "idle"
    assert bench.presenter.play_action().text == "Resume"
    bench.presenter.started()
    bench.runner.take(2)
    assert bench.run.step == 5


def test_reset_shows_the_content_and_keeps_the_run_in_the_history(bench):
    started(bench, 4)
    bench.presenter.was_reset()
    (easel,) = bench.view.last["easels"]
    assert easel.pixels is bench.shelf.current().pixels
    assert "step 4" in bench.view.last["history"][0].words
    assert not bench.presenter.steering.history[0].film.frames, "twelve films are a lot of memory"


def test_a_restored_run_brings_its_picture_and_its_settings_back(bench):
    started(bench, 4)
    bench.presenter.edited("beta", 5.0)
    picture = bench.run.state.picture
    bench.presenter.was_reset()
    bench.presenter.edited("beta", 0.2)
    bench.presenter.restored(0)
    assert bench.presenter.scene.beta == 5.0
    assert bench.run.state.picture is picture
    bench.presenter.started()
    bench.runner.take(2)
    assert bench.run.step == 5


def test_a_branch_goes_on_from_the_same_picture_and_listens_alone(bench):
    started(bench, 4)
    bench.presenter.branched()
    one, two = bench.presenter.steering.easels
    assert two.state is one.state
    bench.presenter.edited("beta", 9.0)
    bench.runner.take(2)
    bench.runner.take(3, "style.branch")
    assert one.painted.snapshot.coefficients.beta == BETA_UNIT
    assert two.painted.snapshot.coefficients.beta == 9 * BETA_UNIT
    bench.presenter.easel_chosen(0)
    assert bench.presenter.scene.beta == 1.0
    bench.presenter.branch_closed()
    assert [e.name for e in bench.view.last["easels"]] == ["Run 1"]
    assert [line.name for line in bench.view.last["history"]] == ["Run 2"]


def test_a_weight_that_is_moved_before_a_branch_goes_on_is_marked(bench):
    started(bench, 4)
    bench.presenter.paused()
    bench.presenter.branched()
    bench.presenter.edited("beta", 3.0)
    bench.presenter.started()
    bench.runner.take(2, "style.branch")
    costs = bench.view.last["costs"]
    assert costs.marks[-1].words == "branch, β 1 → 3"


def test_the_best_picture_can_be_taken_back(bench):
    started(bench, 3)
    bench.presenter.edited("rate", 44.0)
    bench.runner.take(4)
    bench.presenter.best_taken()
    rows = bench.run.trace.rows
    since = bench.run.trace.marks[0].row
    assert rows[-1].total > rows[since].total
    assert bench.run.painted.snapshot.total == min(row.total for row in rows[since:])
    assert bench.run.status == "idle"


def test_the_best_picture_keeps_the_original_colours_where_they_are_wished(bench):
    pytest.importorskip("torch")
    bench.presenter.change(colours="luminance")
    started(bench, 3)
    wished = bench.run.pixels
    assert not np.array_equal(wished, bench.run.painted.snapshot.picture)
    bench.presenter.best_taken()
    assert np.array_equal(bench.run.pixels, wished)


def test_coarse_to_fine_goes_through_the_sizes(real_bench):
    bench = real_bench
    bench.presenter.change(size=512, is_coarse_to_fine=True, steps=10)
    bench.presenter.started()
    sizes = []
    while bench.runner.take(1):
        sizes.append(max(bench.run.state.picture.shape))
    assert sorted(set(sizes)) == [128, 256, 512]
    assert "512 px of 128 → 256 → 512" in bench.view.last["easels"][0].words
    assert sizes == sorted(sizes)
    assert bench.run.step == 10


def test_a_plateau_ends_the_run_where_that_is_wished(bench):
    bench.presenter.change(is_plateau_end=True, steps=500, beta=0.01)
    started(bench, 499)
    assert bench.run.status == "idle"
    assert 39 <= bench.run.step < 100


def test_original_colours_change_only_what_is_shown(real_bench):
    bench = real_bench
    started(bench, 3)
    bench.presenter.edited("colours", "luminance")
    bench.runner.take(1)
    painted = bench.run.painted
    assert not np.array_equal(painted.pixels, painted.snapshot.picture)
    assert bench.runner.started == [LANE]


def test_without_the_network_it_is_offered_and_the_rest_is_usable():
    bench = Bench(is_here=False)
    assert "58.9 MB · BSD" in bench.view.last["offer"].facts
    bench.presenter.started()
    assert bench.offered == ["vgg16"]
    bench.presenter.edited("beta", 3.0)
    assert bench.presenter.scene.beta == 3.0


def test_the_demonstration_starts_once_the_pictures_are_read(bench):
    chelsea = bench.shelf.pictures.pop("sample:night")
    bench.presenter.demonstrate()
    assert not bench.presenter.is_settled()
    assert not bench.runner.started
    bench.shelf.pictures["sample:night"] = chelsea
    bench.show()
    bench.runner.take(999)
    assert bench.presenter.is_settled()
    assert bench.presenter.numbers()["step"] == 60


def test_the_numbers_are_those_of_the_picture_shown(bench):
    started(bench, 5)
    numbers = bench.presenter.numbers()
    assert numbers["J"] == pytest.approx(
        numbers["alpha"] * numbers["J_content"]
        + numbers["beta"]
        * sum(
            factor * numbers[f"J_style_conv{stage}_1"]
            for stage, factor in enumerate(numbers["lambda"], 1)
        )
        + numbers["tau"] * numbers["TV"]
    )
    assert numbers["J_by_step"][-1] == numbers["J"]


def test_gram_matrices_of_the_picture_under_way(real_bench):
    bench = real_bench
    started(bench, 2)
    bench.presenter.edited("below", "gram")
    grams = bench.view.last["grams"]
    n_c = len(grams.maps)
    positions = grams.maps[0].size
    flat = grams.maps.reshape(n_c, -1)
    assert grams.painted == pytest.approx(flat @ flat.T / positions, rel=1e-4)
    asked = len(bench.runner.started)
    bench.show()
    assert len(bench.runner.started) == asked, "the same matrices are not asked for twice"


def test_gram_matrices_without_memory_are_told_of_once_and_the_run_goes_on(real_bench, monkeypatch):
    bench, told = real_bench, []
    started(bench, 1)

    def full(*_args, **_more):
        raise MemoryShort("Memory ran out.")

    plain = gram_jobs.grams
    monkeypatch.setattr(gram_jobs, "grams", lambda *_args: full)
    monkeypatch.setattr(bench.speaker, "tell", lambda sentence, **_more: told.append(sentence))
    bench.presenter.edited("below", "gram")
    assert bench.runner.take(3) == 3
    assert told == ["Memory ran out."]
    monkeypatch.setattr(gram_jobs, "grams", plain)
    bench.presenter.edited("gram_layer", "conv2_1")
    assert bench.view.last["grams"].layer == "conv2_1"


@pytest.mark.parametrize("shape", [(1, 1), (1, 4096), (4096, 2)])
@pytest.mark.parametrize("role", ["sample:chelsea", "sample:night", "mask", "start"])
def test_pictures_of_one_pixel_and_of_one_line_are_painted(real_bench, shape, role):
    bench = real_bench
    if role == "mask":
        bench.presenter.change(mask=as_text(np.full([min(n, 256) for n in shape], 255, np.uint8)))
    elif role == "start":
        bench.run.state = StyleState(np.full((*shape, 3), 0.5, np.float32))
    else:
        pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
        bench.shelf.pictures[role] = Picture(role, "thin.png", pixels)
    bench.show()
    bench.presenter.edited("below", "gram")
    started(bench, 2)
    assert bench.run.step == 2
    assert min(bench.run.pixels.shape[:2]) >= 16
    assert np.isfinite(bench.view.last["grams"].style).all()


def test_a_picture_that_finds_no_room_is_told_and_can_be_saved_again(bench, tmp_path, monkeypatch):
    started(bench, 2)
    with monkeypatch.context() as filled:
        fill_the_disk(filled)
        for path in (tmp_path / "out.png", tmp_path / "out.gif"):
            (bench.presenter.filing.saved_to if path.suffix == ".png"
             else bench.presenter.filing.film_saved_to)(path)  # fmt: skip
            assert "no room left" in bench.speaker.sentence
            bench.speaker.sentence = ""
    assert bench.runner.take(1) == 1
    bench.presenter.filing.saved_to(tmp_path / "out.png")
    assert (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"others": ("sample:glass",), "blend_2": 3.0},
        {"mask": MASK, "style_scale": 0.5},
        {"colours": "histogram", "pooling": "average"},
        {
            "others": ("sample:glass",),
            "mask": MASK,
            "colours": "histogram",
            "is_coarse_to_fine": True,
        },
    ],
)
def test_gram_matrices_are_those_that_the_cost_compares(real_bench, monkeypatch, fields):
    bench = real_bench
    monkeypatch.setattr(jobs, "open_ref", bench.shelf.wanted)
    bench.presenter.change(size=256, gram_layer="conv4_1", **fields)
    started(bench, 2)
    bench.presenter.edited("below", "gram")
    grams, snapshot = bench.view.last["grams"], bench.run.painted.snapshot
    cost = ((grams.style - grams.painted) ** 2).sum() / (2 * len(grams.maps)) ** 2
    assert cost == pytest.approx(snapshot.costs.style[3], rel=1e-4)
    assert grams.styles == 1 + len(bench.presenter.scene.others)
    assert grams.is_masked == ("mask" in fields)


def test_a_blend_that_is_moved_at_rest_changes_what_is_asked_for(real_bench, monkeypatch):
    bench = real_bench
    monkeypatch.setattr(jobs, "open_ref", bench.shelf.wanted)
    bench.presenter.change(others=("sample:glass",), below="gram")
    started(bench, 1)
    bench.presenter.paused()
    before = bench.view.last["grams"].style
    bench.presenter.edited("blend_2", 0.01)
    alone = bench.view.last["grams"].style
    assert not np.allclose(alone, before)
    bench.presenter.change(others=())
    assert np.allclose(bench.view.last["grams"].style, alone)


def test_a_saved_picture_holds_the_scene_that_painted_it(bench, tmp_path):
    started(bench, 2)
    bench.presenter.edited("beta", 4.5)
    bench.presenter.filing.saved_to(tmp_path / "out.png")
    assert np.array_equal(open_image(tmp_path / "out.png").pixels, bench.run.pixels)
    from PIL import Image

    text = Image.open(tmp_path / "out.png").text["convolab"]
    assert '"beta": 4.5' in text


@pytest.mark.parametrize("ending", ["png", "jpg", "tif"])
def test_a_saved_picture_opens_as_its_scene(bench, tmp_path, ending):
    started(bench, 2)
    bench.presenter.change(beta=4.5, optimiser="lbfgs")
    scene = bench.presenter.scene
    bench.presenter.filing.saved_to(tmp_path / f"out.{ending}")
    bench.presenter.change(beta=1.0, optimiser="adam")
    bench.presenter.filing.settings_opened(tmp_path / f"out.{ending}")
    assert bench.presenter.scene == scene


def test_a_picture_without_settings_changes_nothing(bench, tmp_path):
    from PIL import Image

    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    scene = bench.presenter.scene
    bench.presenter.filing.settings_opened(tmp_path / "a.png")
    assert "holds no settings" in bench.speaker.sentence
    assert bench.presenter.scene == scene


def test_every_preset_is_a_scene_that_stands(bench):
    for preset in bench.presenter.presets:
        preset.run()
        assert resolve(bench.presenter.scene) == bench.presenter.scene
    assert bench.presenter.scene.mode == "style"


def test_the_film_of_a_run_is_saved_whole_and_bounded(bench, tmp_path):
    bench.presenter.change(steps=400)
    started(bench, 400)
    assert 30 < len(bench.run.film.frames) <= 64
    bench.presenter.filing.film_saved_to(tmp_path / "run.gif")
    from PIL import Image

    with Image.open(tmp_path / "run.gif") as film:
        assert film.size == (128, 107)
        assert film.n_frames > 10  # equal frames are joined


def test_equal_gram_matrices_have_a_difference_in_the_middle_of_its_scale():
    matrix = np.arange(9, dtype=np.float32).reshape(3, 3)
    grams = compared("conv1_1", matrix, matrix, matrix[None])
    assert set(np.unique(grams.shades[2])) == {127}
    assert np.array_equal(grams.shades[0], grams.shades[1])
    assert grams.shades[0].max() == 255


def test_the_colours_of_a_resting_picture_change_at_once(bench, monkeypatch):
    monkeypatch.setattr(jobs, "resized", lambda pixels, shape: np.full((*shape, 3), 90, np.uint8))
    started(bench, 3)
    bench.presenter.paused()
    before = bench.run.pixels
    bench.presenter.edited("colours", "luminance")
    grey = bench.view.last["easels"][0].pixels
    assert np.ptp(grey.astype(int), axis=-1).max() == 0
    bench.presenter.edited("colours", "style")
    assert np.array_equal(bench.run.pixels, before)


def test_going_back_to_the_image_takes_the_sentence_away(bench):
    started(bench, 3)
    bench.choose_image("sample:coffee")
    assert bench.speaker.sentence
    bench.choose_image("sample:chelsea")
    assert not bench.speaker.sentence
