import numpy as np
import pytest

from tests.labs.convolution_kit import Desk, photo
from viz_app.labs.convolution.pointing import Target


@pytest.fixture
def desk():
    return Desk(photo())


def test_the_flip_shows_both_outputs(desk):
    desk.edit(view="compare", example="true_convolution")
    numbers = desk.presenter.numbers()
    assert numbers["convolution"][0, 0, 0] == 110
    assert numbers["cross_correlation"][0, 0, 0] != 110
    blocks = {b.key: b for b in desk.view.newest("flip").blocks}
    assert blocks["convolve.output"].planes[0].values[0, 0] == 110


def test_convolution_is_associative_to_the_bit_and_cross_correlation_is_not(desk):
    desk.edit(view="compare")
    figure, marks, (convolution, correlation) = desk.view.shown["show_associativity"]
    blocks = {b.key: b.planes[0].values for b in figure.blocks}
    assert np.array_equal(blocks["convolution.left"], blocks["convolution.right"])
    assert blocks["convolution.left"].tolist() == [
        [0, 1, 1, -2], [2, 10, 4, -10], [10, 31, 15, -12], [12, 34, 24, 0],
    ]  # fmt: skip
    assert "last bit" in convolution.sentence
    assert not correlation.is_equal
    assert {m.block for m in marks} == {"correlation.left", "correlation.right"}


def test_typed_numbers_of_a_b_and_c_are_compared(desk):
    desk.edit(view="compare")
    desk.presenter.compare.typed(Target("a", (0, 0)), "2.5")
    figure, _marks, (convolution, _correlation) = desk.view.shown["show_associativity"]
    assert figure.blocks[0].planes[0].values[0, 0] == 2.5
    assert convolution.is_equal


def test_pointing_at_an_output_of_the_flip_marks_its_window(desk):
    desk.edit(view="compare")
    desk.presenter.compare.hovered(Target("convolve.output", (0, 2, 3)))
    marks = desk.view.shown["show_flip"][1]
    window = {m.index for m in marks if m.block == "input"}
    assert window == {(0, y, x) for y in (2, 3, 4) for x in (3, 4, 5)}


def test_the_output_may_shrink_under_the_pointer(desk):
    desk.edit(view="compare")
    desk.presenter.compare.hovered(Target("convolve.output", (0, 3, 3)))
    desk.edit(stride=3)
    marks = desk.view.shown["show_flip"][1]
    window = {m.index for m in marks if m.block == "input"}
    assert window == {(0, y, x) for y in range(3) for x in range(3)}
