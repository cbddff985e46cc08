import numpy as np
import pytest

from tests.labs.convolution_kit import Desk, photo
from viz_app.core.convolution.operate import operate
from viz_app.core.convolution.presets import PRESETS
from viz_app.labs.convolution.examples import examples
from viz_app.labs.convolution.pointing import Target


@pytest.fixture
def desk():
    return Desk()


def output(desk):
    """The output's numbers as the figure shows them."""
    block = next(b for b in desk.view.newest("figure").blocks if b.key == "output")
    return np.stack([plane.values for plane in block.planes])


def looks(desk, block, look):
    marks = desk.view.newest("marks")
    return [m for m in marks if (m.block, m.look) == (block, look)]


@pytest.mark.parametrize("name", PRESETS)
def test_every_worked_example_shows_its_answer_on_the_screen(desk, name):
    desk.edit(example=name)
    expected = PRESETS[name].expected
    shown = output(desk)
    assert np.array_equal(shown.reshape(expected.shape), expected)


def test_the_slide_with_83_and_127_is_marked_where_it_is_wrong(desk):
    desk.edit(example="strided")
    wrong = looks(desk, "output", "wrong")
    assert [(m.index, m.note) for m in wrong] == [((0, 0, 2), "slide 83"), ((0, 1, 2), "slide 127")]
    sentence, is_warning = desk.view.shown["show_caption"]
    assert "83" in sentence
    assert is_warning


def test_marks_of_the_slide_go_once_its_numbers_are_changed(desk):
    desk.edit(example="strided")
    desk.presenter.stepping.typed(Target("input", (0, 0, 0)), "5")
    assert not looks(desk, "output", "wrong")


def test_the_first_window_is_explained_product_by_product(desk):
    story = desk.view.newest("story")
    text = "".join(run for line in story.lines for run, _ in line)
    assert text == "3·1 + 0·0 + 1·−1 +1·1 + 5·0 + 8·−1 +2·1 + 7·0 + 2·−1"
    assert story.total[-1] == ("−5", "output")


def test_a_corner_is_used_once_and_the_middle_nine_times(desk):
    stepping = desk.presenter.stepping
    stepping.hovered(Target("input", (0, 0, 0)))
    assert len(looks(desk, "output", "use")) == 1
    stepping.hovered(Target("input", (0, 2, 2)))
    assert len(looks(desk, "output", "use")) == 9
    assert desk.view.newest("story").total[0] == ("9", "output")


def test_a_kernel_cell_takes_part_in_every_output(desk):
    desk.presenter.stepping.hovered(Target("kernel", (0, 0, 0, 2)))
    assert len(looks(desk, "output", "use")) == 16
    assert len(looks(desk, "input", "use")) == 16


def test_a_typed_kernel_cell_changes_the_output_exactly_and_can_be_undone(desk):
    desk.presenter.stepping.typed(Target("kernel", (0, 0, 0, 0)), "2")
    assert output(desk)[0, 0, 0] == -5 + 3
    assert output(desk).dtype == np.int64
    desk.document.undo()
    assert output(desk)[0, 0, 0] == -5


def test_a_typed_word_is_told_and_changes_nothing(desk):
    before = desk.scene
    desk.presenter.stepping.typed(Target("input", (0, 0, 0)), "many")
    assert "many" in desk.speaker.sentence
    assert desk.scene == before


def test_a_turned_kernel_is_typed_where_it_is_stored(desk):
    desk.edit(kind="convolve")
    kernel = next(b for b in desk.view.newest("figure").blocks if b.key == "kernel")
    assert kernel.title.endswith("turned")
    corner = tuple(kernel.planes[0].cells[0, 0].tolist())
    assert corner == (0, 0, 2, 2)
    desk.presenter.stepping.typed(Target("kernel", corner), "7")
    assert desk.layer.weights[0, 0, 2, 2] == 7


def test_an_impossible_layer_is_told_and_the_last_good_picture_stays(desk):
    before = output(desk)
    desk.edit(taps=9)
    assert "padding" in desk.speaker.sentence
    assert np.array_equal(output(desk), before)
    desk.edit(pad=3)
    assert desk.speaker.sentence == ""
    assert output(desk).shape == (1, 4, 4)


@pytest.mark.parametrize("back", [{"taps": 3}, {"view": "learn"}])
def test_what_was_told_of_an_impossible_layer_goes_when_the_layer_does(desk, back):
    desk.edit(taps=9)
    assert "padding" in desk.speaker.sentence
    desk.edit(**back)
    assert desk.speaker.sentence == ""


def test_what_was_told_of_a_typed_word_goes_with_the_next_number(desk):
    desk.presenter.stepping.typed(Target("input", (0, 0, 0)), "many")
    desk.presenter.stepping.typed(Target("input", (0, 0, 0)), "4")
    assert desk.speaker.sentence == ""


def test_padding_shows_ghost_cells_that_cannot_be_typed_into(desk):
    desk.edit(padding="same")
    block = next(b for b in desk.view.newest("figure").blocks if b.key == "input")
    assert block.planes[0].ghost.sum() == 64 - 36
    before = desk.scene
    desk.presenter.stepping.typed(Target("input", (0, -1, 0)), "5")
    assert desk.scene == before


def test_cells_that_floor_leaves_unused_are_marked_with_the_reason(desk):
    desk.edit(example="vertical_edge", stride=2)
    block = next(b for b in desk.view.newest("figure").blocks if b.key == "input")
    assert block.planes[0].unused[:, 5].all()
    assert "floor()" in desk.view.newest("caption")


def test_coverage_counts_how_many_outputs_use_a_cell(desk):
    desk.edit(shows_coverage=True)
    block = next(b for b in desk.view.newest("figure").blocks if b.key == "input")
    assert block.planes[0].counts[0].tolist() == [1, 2, 3, 3, 2, 1]


def test_playing_steps_to_the_end_and_is_one_step_of_undo(desk):
    stepping = desk.presenter.stepping
    stepping.toggle_play()
    seen = []
    for _ in range(16):
        seen.append(desk.view.newest("steps").at)
        stepping.ticked()
    assert seen == list(range(1, 17))
    assert not desk.view.newest("steps").is_playing
    assert desk.scene.step == 16
    desk.document.undo()
    assert desk.scene.step == 1


def test_a_loop_begins_again(desk):
    desk.edit(loops=True)
    stepping = desk.presenter.stepping
    stepping.step_chosen(16)
    stepping.toggle_play()
    for _ in range(17):
        stepping.ticked()
    assert desk.view.newest("steps").at == 2
    assert desk.view.newest("steps").is_playing


def test_arrow_keys_move_the_pinned_output_and_stop_at_the_edge(desk):
    stepping = desk.presenter.stepping
    stepping.moved(-2, 1)
    stepping.moved(-1, 1)
    assert stepping.at == (0, 1, 1)
    stepping.moved(-1, -5)
    assert stepping.at == (0, 1, 0)


def test_a_click_pins_an_input_cell_and_a_second_lets_go(desk):
    target = Target("input", (0, 2, 3))
    desk.presenter.stepping.clicked(target)
    assert desk.view.newest("story").title == "Input cell (2, 3)"
    desk.presenter.stepping.clicked(target)
    assert desk.view.newest("story").title.startswith("Output cell")


def test_pasted_rows_become_the_input(desk):
    desk.presenter.stepping.pasted("input", "1\t2\t3\n4\t5\t6\n7\t8\t9")
    assert desk.layer.x.tolist() == [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]
    desk.presenter.stepping.pasted("kernel", "[[1, 0], [0, -1]]")
    assert output(desk)[0].tolist() == [[-4, -4], [-4, -4]]


def test_a_pasted_line_is_a_signal_in_one_dimension(desk):
    desk.edit(dimensions=1)
    desk.presenter.stepping.pasted("input", "1, 20, 15, 3, 18, 12, 4, 17, 5")
    assert desk.layer.x.shape == (1, 9)


def test_a_crop_of_the_photo_is_its_whole_numbers(desk):
    picture = photo()
    desk = Desk(picture)
    desk.edit(source="photo", channel="green")
    desk.presenter.crop_moved(5, 7)
    assert np.array_equal(desk.layer.x[0], picture.pixels[7:19, 5:17, 1])
    assert desk.layer.x.dtype == np.int64


def test_a_cell_of_several_pixels_is_their_rounded_mean():
    picture = photo()
    desk = Desk(picture).edit(source="photo", channel="red", pixels_a_cell=2)
    desk.edit(cells_x=3, cells_y=3)
    desk.presenter.crop_moved(4, 6)
    block = picture.pixels[6:8, 4:6, 0].astype(float)
    assert desk.layer.x[0, 0, 0] == np.rint(block.mean())


def test_mirrored_padding_is_shown_as_ghosts_with_the_mirrored_numbers(desk):
    desk.edit(padding="same", fill="reflect")
    plane = next(b for b in desk.view.newest("figure").blocks if b.key == "input").planes[0]
    assert plane.ghost.sum() == 64 - 36
    assert plane.values[0].tolist() == [5, 1, 5, 8, 9, 3, 1, 3]


def test_a_crop_stays_inside_a_photo_smaller_than_it():
    desk = Desk(photo(5, 4)).edit(source="photo")
    assert desk.layer.x.shape == (1, 12, 12)
    crop = desk.view.shown["show_crop"][1]
    assert (crop.x, crop.y, crop.width, crop.height) == (0, 0, 5, 4)


def test_dragging_the_kernel_size_keeps_the_numbers_it_hides(desk):
    desk.edit(example="strided")
    desk.edit(taps=1)
    desk.edit(taps=3)
    assert desk.layer.weights[0, 0].tolist() == [[3, 4, 4], [1, 0, 2], [-1, 0, 3]]


def test_max_pooling_marks_the_cell_that_won(desk):
    desk.edit(example="max_pool")
    winner = looks(desk, "input", "winner")
    assert [m.index for m in winner] == [(0, 1, 1)]
    assert desk.presenter.numbers()["argmax"][0, 0, 0].tolist() == [1, 1]


def test_the_scatter_view_adds_one_input_cell_after_the_other(desk):
    desk.edit(example="transposed", scatters=True)
    assert desk.view.newest("steps").total == 4
    whole = desk.layer.a
    only_first = operate(desk.layer.op, desk.layer.x * [[[1, 0], [0, 0]]], desk.layer.weights).a
    assert np.array_equal(output(desk), only_first)
    desk.presenter.stepping.step_chosen(4)
    assert np.array_equal(output(desk), whole)


def test_one_dimension_shows_the_courses_signal(desk):
    desk.edit(dimensions=1)
    assert output(desk).reshape(-1).tolist() == [238, 161, 244, 206]


def test_a_volume_is_shown_in_three_directions_and_its_chain_counted(desk):
    desk.edit(dimensions=3)
    figure = desk.view.newest("figure")
    assert [len(b.planes) for b in figure.blocks] == [3, 3, 3]
    assert desk.layer.a.shape == (16, 10, 10, 10)
    assert desk.view.newest("cost").lines[-1] == (
        "14 × 14 × 14 → 10 × 10 × 10 × 16 → 6 × 6 × 6 × 32"
    )


def test_the_cost_card_counts_the_courses_layer(desk):
    desk.edit(example="why_convolutions")
    lines = " ".join(desk.view.newest("cost").lines)
    assert "<b>450</b> + bias <b>6</b>" in lines
    assert "14,450,688" in lines


def test_bias_and_relu_show_z_and_a(desk):
    desk.edit(has_bias=True, relu=True)
    total = desk.view.newest("story").total
    assert [text for text, token in total if token == "output"] == ["−4", "0"]
    assert output(desk).min() == 0


def test_groups_that_do_not_divide_name_the_number_that_does(desk):
    desk.edit(example="rgb", groups=2)
    assert "groups" in desk.speaker.sentence
    assert output(desk).shape == (1, 4, 4)


def test_demonstrate_settles_on_the_first_example(desk):
    desk.edit(example="max_pool")
    desk.presenter.demonstrate()
    assert desk.presenter.is_settled()
    assert output(desk)[0, 0].tolist() == [-5, -4, 0, 8]
    assert desk.presenter.numbers()["result"] == "= 2"


def test_every_example_can_be_pointed_at_everywhere(desk):
    for name in examples():
        desk.edit(example=name)
        figure = desk.view.newest("figure")
        for block in figure.blocks:
            for plane in block.planes:
                for cell in (plane.cells[0, 0], plane.cells[-1, -1]):
                    desk.presenter.stepping.hovered(Target(block.key, tuple(cell.tolist())))
                    assert desk.view.newest("story").title


@pytest.mark.parametrize("kind", ["max_pool", "global_average"])
def test_a_pinned_cell_of_the_kernel_is_let_go_where_a_pooling_has_none(desk, kind):
    desk.presenter.stepping.pin_asked("kernel")
    assert desk.scene.pin == "kernel"
    desk.edit(kind=kind)
    assert desk.scene.pin == "output"
    assert desk.view.newest("story").title


@pytest.mark.parametrize(
    ("pin", "cell"), [("input", (1,)), ("kernel", (0, 0, 1)), ("input", (0,) * 9)]
)
def test_a_cell_of_another_number_of_axes_is_let_go(desk, pin, cell):
    desk.presenter.change(pin=pin, cell=cell)
    assert (desk.scene.pin, desk.scene.cell) == ("output", ())
