"""The view that tells why a unit fired, and the optimised image: presenter's parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.labs import activations_kit as kit
from viz_app.core.architectures.published import published_table
from viz_app.core.errors import NotFinite
from viz_app.core.records import Picture
from viz_app.engine.engine import Failure
from viz_app.files import labels
from viz_app.labs.activations import ascent_jobs, attribution_jobs, layers
from viz_app.labs.activations.attribution_shown import (
    part_of,
    pictures_of,
    signed_of,
    strength_of,
)
from viz_app.labs.activations.attribution_words import METHOD_WORDS
from viz_app.labs.activations.scene import ActivationsScene, resolve


@pytest.fixture
def lab(tmp_path, monkeypatch):
    net = kit.put_small_network(monkeypatch)
    monkeypatch.setattr(attribution_jobs, "network_of", lambda turn, store, name: net)
    monkeypatch.setattr(ascent_jobs, "network_of", lambda turn, store, name: net)
    presenter = kit.lab(tmp_path)
    presenter.change(layer="conv2", channel=0, why_steps=4, why_square=64)
    presenter.change(view="why")
    yield presenter
    monkeypatch.undo()
    kit.forget()


def why(presenter):
    return presenter.view.attribution.last["why"]


def test_the_gradient_of_the_red_unit_is_red_alone(lab):
    numbers = lab.numbers()
    row, column = numbers["index"][1:]
    assert numbers["index"][0] == 0
    assert numbers["value"] == pytest.approx(1, abs=1e-6)
    assert numbers["gradient"][0].sum() > 0
    assert not numbers["gradient"][1:].any()
    rows, columns = np.nonzero(numbers["gradient"][0])
    assert abs(rows.mean() - 2 * row) < 4
    assert abs(columns.mean() - 2 * column) < 4


def test_the_page_is_told_the_unit_its_value_and_the_methods_weakness(lab):
    shown = why(lab)
    assert shown.headline.startswith("Channel 0 of relu2 at (")
    assert shown.headline.endswith("= 1")
    assert shown.weakness == METHOD_WORDS["gradient"].weakness
    assert [m.method for m in shown.maps] == ["gradient"]
    assert shown.maps[0].over.shape == shown.photo.shape == (224, 224, 3)


def test_all_methods_stand_side_by_side_and_a_click_shows_one(lab):
    lab.change(is_compared=True)
    assert [m.method for m in why(lab).maps] == list(attribution_jobs.METHODS)
    assert not why(lab).waits
    assert lab.is_settled()
    asked = len(lab.house.runner.lanes)
    lab.attribution.method_chosen("occlusion")
    assert [m.method for m in why(lab).maps] == ["occlusion"]
    assert len(lab.house.runner.lanes) == asked  # kept, not asked again


def test_occlusion_takes_the_most_away_over_the_square_that_fired(lab):
    lab.change(why_method="occlusion")
    heat = lab.numbers()["occlusion"]
    assert heat[kit.RED].mean() > 4 * heat.mean() > 0


def test_integrated_gradients_tell_their_gap(lab):
    lab.change(why_method="integrated", why_baseline="black")
    assert "gap" in why(lab).note
    assert abs(lab.numbers()["completeness_gap"]) < 1e-5  # this unit is linear in the pixels


def test_another_unit_is_asked_anew_and_a_look_is_not(lab):
    asked = len(lab.house.runner.lanes)
    lab.change(why_look="signed", why_opacity=0.2)
    assert len(lab.house.runner.lanes) == asked
    lab.change(row=3, column=3)
    assert lab.house.runner.lanes[asked:] == ["activations.why"]


def test_a_unit_that_is_off_says_so(lab):
    lab.change(row=0, column=0, channel=1)
    assert "off" in why(lab).note


def test_what_was_cancelled_is_not_asked_again_until_the_user_says_so(lab):
    runner = lab.house.runner
    runner.is_held = True
    lab.change(why_method="occlusion")
    lab.cancelled("activations.why")
    assert lab.is_settled()
    asked = len(runner.lanes)
    lab.change(why_opacity=0.3)
    assert len(runner.lanes) == asked
    lab.attribution.asked_again()
    assert len(runner.lanes) == asked + 1


def test_grad_cam_takes_a_layer_below_and_never_one_beside(lab):
    lab.change(why_method="cam")
    shown = why(lab)
    assert shown.choice == "pool1"
    assert [name for name, _size in shown.choices] == ["conv1", "pool1", "conv2"]
    lab.attribution.layer_chosen("conv1")
    assert why(lab).choice == "conv1"


def test_colours_are_scaled_and_zero_covers_the_photo_least(lab):
    explained = next(iter(lab.attribution._known.values()))
    alone, over = pictures_of(explained, "strength", 1.0)
    quiet = strength_of(explained.values) == 0
    assert (alone[quiet] == alone[quiet][0]).all()
    assert alone[~quiet].mean() > alone[quiet].mean()
    _alone, clear = pictures_of(explained, "strength", 0.0)
    np.testing.assert_array_equal(clear, explained.square)
    assert over.shape == explained.square.shape


def test_strength_is_the_largest_colour_and_signed_their_sum():
    values = np.array([[[1.0]], [[-3.0]], [[0.5]]], np.float32)
    assert strength_of(values).item() == 3
    assert signed_of(values).item() == -1.5


def test_a_map_of_a_small_part_is_shown_enlarged_and_a_large_one_whole():
    values = np.zeros((3, 20, 20), np.float32)
    assert part_of(values) is None
    values[1, 4:9, 6] = -1
    assert part_of(values) == (slice(4, 9), slice(6, 7))
    values[0] = 1
    assert part_of(values) is None


def test_every_method_says_what_it_does_and_who_found_its_weakness():
    for method in attribution_jobs.METHODS:
        words = METHOD_WORDS[method]
        assert words.does.endswith(").")
        assert "20" in words.weakness


def test_the_egyptian_cat_is_class_285():
    assert labels.imagenet()[ActivationsScene().goal_class] == "Egyptian cat"


def test_a_network_without_classes_explains_and_optimises_units():
    scene = resolve(ActivationsScene(network="vgg16", why_target="class", goal="class"))
    assert (scene.why_target, scene.goal) == ("unit", "channel")


def test_a_class_is_made_for_the_size_that_the_network_knows_and_a_texture_for_its_own():
    scene = ActivationsScene(network="mobilenet_v2", goal_side=96)
    texture, klass, last = (
        ascent_jobs.plan_of(resolve(replace(scene, **fields)))
        for fields in ({}, {"goal": "class"}, {"is_every": True, "layer": "classifier"})
    )
    assert [(p.side, p.look_side) for p in (texture, klass, last)] == [
        (96, 96), (96, 224), (96, 224),
    ]  # fmt: skip


def optimised(presenter):
    return presenter.view.ascent.last["ascent"]


def test_the_image_is_made_on_demand_and_grows_its_channel(lab):
    lab.change(view="optimised", goal_side=96, goal_steps=20, goal_rate=0.3)
    assert optimised(lab).state == "idle"
    assert optimised(lab).pixels is None
    lab.ascent.toggled()
    shown = optimised(lab)
    assert shown.state == "done"
    assert shown.pixels.shape == (96, 96, 3)
    assert len(shown.values) == 21
    assert np.mean(shown.values[-5:]) > shown.values[0] + 0.05
    assert lab.numbers()["step"] == 20


def test_red_is_what_the_red_channel_wants(lab):
    lab.change(view="optimised", goal_side=96, goal_steps=20, is_decorrelated=False)
    lab.ascent.toggled()
    red, green, _blue = optimised(lab).pixels.reshape(-1, 3).mean(0)
    assert red > green + 10


def test_a_run_that_is_over_stays_when_something_else_is_chosen(lab):
    lab.change(view="optimised", goal_side=96, goal_steps=20)
    lab.ascent.toggled()
    before = optimised(lab).pixels
    lab.change(channel=1)
    shown = optimised(lab)
    assert shown.pixels is before
    assert shown.state == "idle"
    assert "Optimise makes" in shown.words


def test_a_rate_that_breaks_it_keeps_the_last_good_image(lab):
    lab.change(view="optimised", goal_side=96, goal_steps=20)
    plan = ascent_jobs.plan_of(lab.scene)
    net = attribution_jobs.network_of(None, None, "")
    steps = ascent_jobs.climb_on(net, plan, lambda: float("nan"), lambda: 20, lambda: None)
    lab.ascent._plan = plan
    lab.ascent._on_step(next(steps))
    good = optimised(lab).pixels
    with pytest.raises(NotFinite) as failed:
        next(steps)
    lab.ascent._on_failed(Failure(failed.value, "", False))
    assert optimised(lab).pixels is good
    assert "learning rate" in lab.house.speaker.sentences[-1]


def test_saving_needs_an_image(lab):
    lab.change(view="optimised")
    lab.ascent.save_asked()
    assert "where_to_save_image" not in lab.view.ascent.last


def test_saving_offers_a_name_that_says_what_it_is(lab):
    lab.change(view="optimised", goal_side=96, goal_steps=20)
    lab.ascent.toggled()
    lab.ascent.save_asked()
    assert lab.view.ascent.last["where_to_save_image"] == "vgg16_conv2_0.png"


def test_pictures_without_a_file_can_be_explained(tmp_path, monkeypatch):
    net = kit.put_small_network(monkeypatch)
    monkeypatch.setattr(attribution_jobs, "network_of", lambda turn, store, name: net)
    pasted = Picture("", "Pasted", kit.picture().pixels)
    presenter = kit.lab(tmp_path, shown=pasted)
    presenter.change(view="why", layer="conv1", channel=0)
    assert why(presenter).maps
    kit.forget()


def test_the_copied_program_asks_for_the_gradient_of_the_unit(tmp_path):
    from viz_app.files.weights import WeightsStore
    from viz_app.labs.activations.attribution_snippet import attribution_program

    scene = resolve(ActivationsScene(network="vgg16", layer="conv1_1", channel=2))
    program = attribution_program(scene, kit.picture(), WeightsStore(tmp_path), (2, 5, 6))
    compile(program, "copied", "exec")
    assert "torch.autograd.grad(value, image_in)" in program
    assert "row, column = 5, 6" in program
    assert attribution_program(scene, None, WeightsStore(tmp_path), (7,)) is None


def test_copy_as_pytorch_is_the_program_of_the_view(lab):
    gradient = lab.snippet()
    lab.change(view="optimised", goal="unit", goal_seed=7)
    program = lab.snippet()
    assert "image_in" in gradient
    assert "manual_seed(7)" in program
    assert "SIDE, STEPS, RATE = 128, 200, 0.05" in program
    compile(program, "program", "exec")


def test_until_another_network_has_seen_the_photo_the_page_keeps_the_layers_of_the_former(
    lab, monkeypatch
):
    lab.change(why_method="cam")
    before = why(lab).choices
    assert before
    tables = {"vgg16": kit.TABLE, "alexnet": published_table("alexnet")}
    monkeypatch.setattr(layers, "published_table", tables.__getitem__)
    lab.house.runner.is_held = True
    lab.change(network="alexnet")
    assert why(lab).choices == before
