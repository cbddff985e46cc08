import numpy as np
import pytest

from tests.labs.convolution_kit import Desk, photo
from viz_app.labs.convolution.numbers import text_of

pytest.importorskip("torch", reason="filters with torch")
MIDDLES = ((0.01, 0.01), (0.37, 0.61), (0.99, 0.99))


@pytest.fixture
def desk():
    return Desk(photo())


def spot(desk, side, share):
    desk.presenter.photo.pointed(side, share)
    return desk.view.newest("spot")


def total(found):
    return found.story.total[-1][0]


@pytest.mark.parametrize("fields", [
    {}, {"channel": "rgb"}, {"kind": "convolve", "kernel": "45°"}, {"relu": True},
    {"padding": "same", "fill": "reflect", "stride": 3}, {"padding": "full", "dilation": 2},
    {"has_bias": True, "bias_here": 7.0}, {"kind": "transposed", "stride": 2},
    {"kind": "max_pool", "stride": 2}, {"kind": "average_pool", "padding": "same"},
    {"kind": "global_average"},
])  # fmt: skip
def test_the_sum_under_the_pointer_is_the_number_in_the_output(desk, fields):
    desk.edit(view="photo", channel="green")
    desk.edit(**fields)
    z = desk.view.shown["show_photo"][1].z[0]
    for x, y in MIDDLES:
        value = z[int(y * z.shape[0]), int(x * z.shape[1])]
        shown = float(total(spot(desk, "output", (x, y))).replace("−", "-"))
        assert shown == pytest.approx(value, rel=1e-5)


def test_the_window_lies_around_the_point_of_the_photo(desk):
    desk.edit(view="photo", padding="same")
    x, y = (20 + 0.5) / 48, (11 + 0.5) / 32
    found = spot(desk, "photo", (x, y))
    np.testing.assert_allclose(found.window, (19 / 48, 10 / 32, 22 / 48, 13 / 32))
    np.testing.assert_allclose(found.pixel, (20 / 48, 11 / 32, 21 / 48, 12 / 32))
    assert "column 20, row 11" in found.story.title


def test_a_point_of_the_photo_is_in_the_middle_of_its_window_without_padding_too(desk):
    desk.edit(view="photo", taps=11)
    left, _top, right, _bottom = spot(desk, "photo", (40.5 / 48, 16.5 / 32)).window
    assert (left * 48, right * 48) == pytest.approx((35, 46))


def test_padding_in_the_window_is_muted(desk):
    desk.edit(view="photo", channel="red", padding="same")
    lines = spot(desk, "output", (0, 0)).story.lines
    assert [token for _text, token in lines[0]].count("input") == 0
    assert [token for _text, token in lines[1]].count("input") == 2


def test_magnitude_tells_of_both_kernels(desk):
    desk.edit(view="photo", channel="green", kernel="Sobel vertical", map="magnitude")
    story = spot(desk, "output", (0.5, 0.5)).story
    u, v = (float(line[1][0].replace("−", "-")) for line in story.lines)
    assert story.total[-1][0] == text_of(float(np.hypot(u, v)), 6)
    assert u == desk.view.shown["show_photo"][1].z[0, 15, 23]


def test_rgb_pooling_tells_each_channel(desk):
    desk.edit(view="photo", channel="rgb", kind="max_pool")
    story = spot(desk, "output", (0.5, 0.5)).story
    assert [line[0][0].strip() for line in story.lines] == ["red", "green", "blue"]


def test_nothing_is_told_where_the_pointer_has_left_or_the_output_is_late(desk):
    desk.edit(view="photo")
    assert spot(desk, "output", (0.5, 0.5)) is not None
    assert spot(desk, "output", None) is None
    desk.runner.is_held = True
    desk.edit(kernel="blur")
    assert spot(desk, "output", (0.5, 0.5)) is None


def test_another_photo_takes_the_former_sum_away(desk):
    desk.edit(view="photo")
    assert spot(desk, "output", (0.5, 0.5)) is not None
    desk.runner.is_held = True
    desk.picture = photo(seed=1)
    desk.show()
    assert desk.view.newest("spot") is None


def test_a_pinned_pixels_sum_stays_and_follows_the_kernel(desk):
    desk.edit(view="photo", channel="green")
    desk.presenter.photo.clicked("output", (0.5, 0.5))
    before = spot(desk, "output", None)
    assert before.story.title.endswith("column 23, row 15 (pinned)")
    desk.edit(kernel="blur")
    after = desk.view.newest("spot")
    assert after.pixel == before.pixel
    assert after.story.total != before.story.total
    assert "column 0" in spot(desk, "output", (0, 0)).story.title  # the pointer comes first
    desk.presenter.photo.clicked("output", (0.51, 0.5))  # the same pixel again
    assert spot(desk, "output", None) is None


def test_arrow_keys_pin_the_middle_and_walk_to_the_edge(desk):
    desk.edit(view="photo")
    photo_desk = desk.presenter.photo
    photo_desk.walked(0, 1)
    assert "column 23, row 15" in desk.view.newest("spot").story.title
    photo_desk.walked(0, 1)
    photo_desk.walked(-1, 0)
    assert "column 24, row 14" in desk.view.newest("spot").story.title
    for _ in range(60):
        photo_desk.walked(1, 0)
    assert "row 29" in desk.view.newest("spot").story.title
