"""The activations presenter with a small network whose answers are known."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="a small network looks at the image")

from tests.labs.activations_kit import RED, lab, picture, small_lab
from viz_app.engine.engine import Turn
from viz_app.files.images import save_image
from viz_app.labs.activations import jobs, layers
from viz_app.labs.activations.receptive import field_of
from viz_app.labs.activations.scene import ActivationsScene, resolve

small = pytest.fixture(small_lab)


def test_all_channels_are_shown_and_the_first_is_red(small):
    tiles, channel, dead = small.view.mosaic.last["tiles"]
    assert (tiles.shades.shape, tiles.order, channel, dead) == (
        (4, 128, 128), (0, 1, 2, 3), 0, frozenset(),
    )  # fmt: skip
    assert tiles.largest.tolist() == [1, 1, 0, 0]
    shown = small.view.mosaic.last["channel"]
    assert shown.map[RED].min() == 1
    assert shown.figures[0] == ("largest", "1")


def test_the_strongest_unit_is_selected_until_one_is_pinned(small):
    assert small.unit() == (40, 120)
    small.unit_pinned(7, 9)
    shown = small.view.mosaic.last["channel"]
    assert (small.unit(), shown.is_pinned, shown.value) == ((7, 9), True, 0.0)
    small.unit_pinned(7, 9)
    assert small.unit() == (40, 120)


def test_the_field_of_a_unit_is_exact_and_says_where_it_is_clipped(small):
    small.change(layer="conv2", row=0, column=5)
    field = small.view.mosaic.last["channel"].field
    assert (field.rows, field.columns, field.is_clipped) == ((0, 4), (7, 14), True)
    assert "clipped at the border (8×8 inside)" in field.sentence
    inside = small.mosaic.field_at(50, 60)
    assert inside is not None
    assert (inside.box, inside.is_clipped) == ((117, 97, 8, 8), False)


def test_a_channel_of_joined_branches_sees_what_its_own_branch_sees():
    middle = (14, 14)
    one, five = (field_of("googlenet", "3a_concat", (c, *middle), 224, 224) for c in (0, 200))
    assert (one.box[2], five.box[2]) == (27, 27 + 2 * 8)  # torchvision's second branch is 3×3


def test_before_the_non_linearity_there_are_signs(small):
    small.edited("moment", "before")
    assert small.scene.asked == "conv1"
    assert small.mosaic.numbers()["largest"][3] == -1


def test_channels_are_sorted_by_their_largest_value(small):
    small.change(layer="conv2", order="strongest", channel=0)
    tiles, *_rest = small.view.mosaic.last["tiles"]
    assert tiles.order == (0, 1)
    small.channel_moved(1)
    assert small.scene.channel == 1
    small.channel_moved(1)
    assert small.scene.channel == 1


def test_an_order_or_a_colour_asks_for_no_new_pass(small):
    looks = small.house.runner.lanes.count("activations.mosaic.look")
    small.change(colours="signed")
    small.change(order="strongest")
    small.change(channel=2)
    assert small.house.runner.lanes.count("activations.mosaic.look") == looks


def test_layers_are_walked_and_the_ends_hold(small):
    small.layer_moved(1)
    assert small.scene.layer == "pool1"
    small.layer_moved(9)
    assert small.scene.layer == "conv2"
    small.house.document.undo()
    assert small.scene.layer != "conv2"


def test_five_layers_stand_side_by_side_and_a_click_goes_to_one(small):
    small.change(is_beside=True)
    five, _colours = small.view.mosaic.last["beside"]
    assert [tiles.layer for tiles in five] == ["conv1", "pool1", "conv2"]
    small.beside_chosen("conv2", 1)
    assert (small.scene.layer, small.scene.channel, small.scene.is_beside) == ("conv2", 1, False)


def test_the_effective_field_lies_within_the_exact_one(small):
    small.change(layer="conv2", channel=0, is_effective=True)
    shown = small.view.mosaic.last["effective"]
    field = small.view.mosaic.last["channel"].field
    (top, bottom), (left, right) = field.rows, field.columns
    inside = shown.strength[top : bottom + 1, left : right + 1].sum()
    assert inside == shown.strength.sum() > 0
    assert "of the field" in shown.words


def test_dead_channels_are_searched_in_the_folder_and_broken_images_named(small, tmp_path):
    pixels = np.zeros((224, 224, 3), np.uint8)
    for i, colour in enumerate(((255, 0, 0), (0, 0, 255))):
        pixels[:] = colour
        save_image(tmp_path / f"{i}.png", pixels)
    (tmp_path / "2.png").write_bytes(b"no image")
    small.house.document.choose_image(str(tmp_path / "0.png"))
    small.mosaic.dead_asked()
    _tiles, _channel, dead = small.view.mosaic.last["tiles"]
    assert dead == {1, 3}
    assert f"2 dead over 2 of 3 images of “{tmp_path.name}”" in small.view.mosaic.last["facts"]
    assert "1 more could not be read" in small.house.speaker.sentences[-1]


def test_the_search_for_dead_channels_waits_not_at_each_image(small, monkeypatch):
    monkeypatch.setattr(jobs, "TELL_S", 1e9)
    monkeypatch.setattr(jobs.time, "monotonic", lambda: 2e9)
    job = jobs.find_silent(small.house.weights, small.scene.net, small.scene.stage.after, "")
    steps = list(job(Turn(small.house.runner.engine)))
    assert [step.progress.done for step in steps] == [1]  # and the answer comes at the end


def test_channels_are_silent_only_where_no_value_is_below_zero(small):
    assert "2 silent on this image" in small.view.mosaic.last["facts"]
    small.change(moment="before")
    assert "silent" not in small.view.mosaic.last["facts"]
    assert "99% of values ≤ 0" in small.view.mosaic.last["facts"]


def test_no_channel_is_called_dead_where_values_are_below_zero(small, monkeypatch):
    small.change(layer="conv1")
    signed = replace(small.scene.stage, after="conv1")
    monkeypatch.setattr(ActivationsScene, "stage", property(lambda scene: signed))
    small.mosaic.dead_asked()
    assert small.house.speaker.sentences[-1].startswith("conv1 has values below zero")
    assert small.view.mosaic.last["tiles"][2] == frozenset()
    assert "dead" not in small.view.mosaic.last["facts"]


def test_a_late_answer_to_another_layer_is_not_shown_as_this_one(small):
    small.house.runner.is_held = True
    small.change(layer="conv2")
    assert small.mosaic.seen is None
    assert small.unit() == (-1, -1)
    assert small.mosaic.numbers() == {}
    assert not small.is_settled()


def test_a_cancelled_pass_is_asked_again(small):
    small.house.runner.is_held = True
    small.change(layer="conv2")
    small.cancelled("activations.mosaic.look")
    small.house.runner.is_held = False
    small.show(small.scene, picture())
    assert small.mosaic.seen is not None


def test_without_the_network_it_is_offered_and_nothing_runs(tmp_path):
    presenter = lab(tmp_path, is_here=False)
    presenter.show(presenter.scene, picture())
    assert "VGG-16" in presenter.view.last["offer"].title
    assert not presenter.house.runner.lanes
    presenter.offer_accepted()
    assert presenter.offered == ["vgg16"]


def test_every_network_has_layers_and_another_network_begins_at_its_own(tmp_path):
    presenter = lab(tmp_path, is_here=False)
    for name in layers.CHOOSABLE:
        presenter.edited("network", name)
        assert presenter.scene.network == name
        assert presenter.scene.layer in [stage.name for stage in layers.stages_of(name)]
        assert 2 < len(layers.five_of(name)) <= 5


def test_published_receptive_fields_stand_in_the_list():
    facts = {
        (name, stage.name): (stage.field, stage.jump)
        for name in ("vgg16", "alexnet")
        for stage in layers.stages_of(name)
    }
    assert facts["vgg16", "conv5_3"] == (196, 16)
    assert facts["vgg16", "pool5"] == (212, 32)
    assert facts["alexnet", "pool5"] == (195, 32)


@pytest.mark.parametrize(
    "wrong",
    [{"network": "gone"}, {"layer": "gone"}, {"channel": 10**6}, {"row": -7, "column": 3},
     {"opacity": float("nan")}],
)  # fmt: skip
def test_a_scene_that_does_not_fit_is_mended(wrong):
    scene = resolve(replace(ActivationsScene(), **wrong))
    assert scene.channel < scene.stage.shape[0]
    assert (scene.row, scene.column) == (-1, -1)
    assert 0 <= scene.opacity <= 1


def test_a_scene_survives_its_file():
    scene = resolve(replace(ActivationsScene(), layer="conv4_2", channel=3, row=2, column=1))
    data = msgspec.json.encode(scene)
    assert resolve(msgspec.json.decode(data, type=ActivationsScene)) == scene
