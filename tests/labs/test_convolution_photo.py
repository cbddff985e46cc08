import numpy as np
import pytest

from tests.labs.convolution_kit import Desk, photo
from viz_app.core.convolution.operate import operate
from viz_app.labs.convolution import colours
from viz_app.labs.convolution.layer import channels_of
from viz_app.labs.convolution.learn import drawn_target
from viz_app.labs.convolution.pointing import Target

pytest.importorskip("torch", reason="filters and learns with torch")


@pytest.fixture
def desk():
    return Desk(photo())


def answer(desk):
    return desk.view.shown["show_photo"][1]


def test_the_whole_photo_is_filtered_exactly(desk):
    desk.edit(view="photo", channel="red", kernel="Sobel vertical")
    expected = operate(
        desk.scene.operation(), channels_of(desk.picture.pixels, "red"), [[[[1, 0, -1], [2, 0, -2],
        [1, 0, -1]]]],
    ).z  # fmt: skip
    assert np.array_equal(answer(desk).z, expected)
    assert desk.presenter.is_settled()


def test_the_signed_map_is_white_at_zero_and_has_one_scale(desk):
    desk.edit(view="photo", kernel="Sobel vertical")
    filtered = answer(desk)
    assert filtered.low == -filtered.high
    within = (np.abs(filtered.z) <= filtered.high).mean()
    assert 0.99 < within < 1  # a few strong edges do not leave the rest pale
    assert desk.view.newest("photo_words").high.startswith("≥")
    zero = np.argwhere(np.abs(filtered.z[0]) < filtered.high / 600)
    assert (filtered.pixels[tuple(zero[0])] > 250).all()


@pytest.mark.parametrize("fields", [{}, {"kind": "average_pool", "count_ghosts": False}])
def test_a_pooling_window_of_nothing_but_padding_is_refused_as_in_the_steps(desk, fields):
    desk.edit(view="photo", kind="max_pool")
    desk.edit(**fields)
    before = answer(desk)
    desk.edit(after_x=4)
    assert "nothing but padding" in desk.speaker.sentence
    assert answer(desk) is before
    assert np.isfinite(before.z).all()


def test_numbers_beyond_the_scale_have_the_colour_of_its_ends():
    ends = colours.signed_colours(np.array([[-1.0, 1.0]]), 1.0)[0]
    far = colours.signed_colours(np.array([[-1e6, 1e6]]), 1.0)[0]
    assert np.array_equal(far, ends)


def test_rounding_noise_does_not_decide_where_a_scale_ends():
    values = np.full(10_000, 1e-5)
    values[:20] = 255.0
    assert colours.reach(values) == 255.0
    values[:] = np.linspace(0, 100, 10_000)
    assert colours.reach(values) == pytest.approx(99.5, abs=0.1)
    assert colours.reach(np.zeros(9)) > 0


def test_the_magnitude_joins_a_kernel_and_it_transposed(desk):
    desk.edit(view="photo", channel="green", kernel="Sobel vertical", map="magnitude")
    x = channels_of(desk.picture.pixels, "green")
    u, v = (
        operate(desk.scene.operation(), x, np.array(k)[None, None]).z[0]
        for k in ([[1, 0, -1], [2, 0, -2], [1, 0, -1]], [[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
    )
    within = np.hypot(u, v) <= answer(desk).high * (1 + 1e-5)
    assert 0.99 < within.mean() < 1


def test_a_dragged_kernel_cell_asks_for_the_photo_again(desk):
    desk.edit(view="photo", channel="green")
    before = answer(desk).z
    desk.presenter.photo.kernel_dragged(Target("kernel", (0, 0, 1, 1)), 3)
    assert desk.scene.kernel == "own"
    middle = channels_of(desk.picture.pixels, "green")[0, 1:-1, 1:-1].astype(float)
    np.testing.assert_allclose(answer(desk).z[0], before[0] + 3 * middle, rtol=1e-6)


def test_the_last_output_stays_while_the_next_is_computed(desk):
    desk.edit(view="photo")
    before = answer(desk)
    desk.runner.is_held = True
    desk.edit(kernel="blur")
    assert answer(desk) is before
    assert not desk.presenter.is_settled()


def test_an_impossible_photo_operation_is_told_and_the_output_stays(desk):
    desk.edit(view="photo", dilation=8)
    before = answer(desk)
    desk.edit(taps=11)
    assert "padding" in desk.speaker.sentence
    assert answer(desk) is before
    desk.edit(taps=3)
    assert desk.speaker.sentence == ""


def test_nothing_is_asked_twice(desk):
    desk.edit(view="photo")
    count = len(desk.runner.lanes)
    desk.show()
    assert len(desk.runner.lanes) == count


def test_learning_finds_sobel_on_a_photo_of_noise(desk):
    desk.runner.most_steps = 3000
    desk.edit(view="learn")
    desk.presenter.learn.toggle()
    assert desk.presenter.learn.is_found
    shown = desk.view.newest("lesson")
    assert "found" in shown.words
    assert shown.losses[-1][1] < shown.losses[0][1] / 1000
    assert desk.presenter.numbers()["kernel"].shape == (3, 3)


def test_the_rate_reaches_a_running_descent(desk):
    desk.runner.is_held = True
    desk.edit(view="learn")
    desk.runner.is_held = False
    job, done, step, failed = desk.runner.held.pop()
    desk.runner.answer(job, done, step, failed)
    desk.runner.is_held = True
    desk.presenter.learn.toggle()
    job, *_ = desk.runner.held.pop()
    steps = job(desk.runner)
    next(steps)
    desk.edit(rate=1e-4)
    slow = [next(steps).kernel for _ in range(2)]
    assert np.abs(slow[1] - slow[0]).max() <= 5 * 1.1e-4


def test_too_high_a_rate_is_told_and_the_last_kernel_stays(desk):
    desk.edit(view="learn", optimiser="plain", rate=2.0)
    desk.presenter.learn.toggle()
    assert "lower the learning rate" in desk.speaker.sentence
    assert np.isfinite(desk.presenter.learn.newest.kernel).all()


def test_another_target_begins_anew(desk):
    desk.edit(view="learn")
    desk.presenter.learn.toggle()
    desk.edit(wanted="blur")
    assert desk.view.newest("lesson").losses == ()
    assert "convolution.learn" in desk.runner.cancelled


def test_a_drawn_stroke_is_the_target_and_can_be_undone(desk):
    desk.edit(view="learn", target="drawn")
    desk.presenter.learn.toggle()
    assert "draw" in desk.speaker.sentence
    desk.presenter.learn.drawn((0.1, 0.5, 0.9, 0.5))
    desk.presenter.learn.toggle()
    assert desk.presenter.learn.newest is not None
    desk.document.undo()
    assert desk.scene.drawing == ()


def test_a_stroke_is_as_wide_as_the_brush_and_clipped_to_the_picture():
    target = drawn_target(((-0.5, 0.5, 1.5, 0.5),), 20, 30)
    assert target.sum(axis=0).tolist() == [5.0] * 30
