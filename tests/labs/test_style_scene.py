from __future__ import annotations

import tracemalloc
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from viz_app.core.style_terms import STYLE_LAYERS
from viz_app.labs.style import colours
from viz_app.labs.style.colours import LUMA, with_colours_of, with_luminance_of
from viz_app.labs.style.controls import GROUPS
from viz_app.labs.style.presenter import StylePresenter
from viz_app.labs.style.scene import StyleScene, controls_of, resolve, stages_of
from viz_app.labs.style.shown import compact


def test_the_left_end_of_a_slider_turns_its_term_off():
    controls = controls_of(StyleScene(beta=0.01, lambda_2=0.01, alpha=0.02))
    assert controls.beta == 0
    assert controls.lambdas == (1, 0, 1, 1, 1)
    assert controls.alpha == 0.02


def test_content_alone_and_style_alone_start_from_noise_with_the_other_weight_off():
    content, style = StyleScene(mode="content"), StyleScene(mode="style")
    assert (controls_of(content).beta, controls_of(style).alpha) == (0, 0)
    assert {stages_of(s)[0].start for s in (content, style)} == {"noise"}


@pytest.mark.parametrize("size", [128, 256, 384, 512, 768, 1024])
def test_coarse_to_fine_doubles_up_to_the_size_and_ends_with_all_steps(size):
    stages = stages_of(StyleScene(size=size, is_coarse_to_fine=True, steps=300))
    sizes = [stage.size_px for stage in stages]
    assert sizes[-1] == size
    assert sizes[0] < 2 * 128
    assert all(b // 2 == a for a, b in pairwise(sizes))
    ends = [stage.steps for stage in stages]
    assert ends == sorted(set(ends))
    assert ends[-1] == 300


def test_numbers_out_of_range_are_clamped():
    scene = resolve(StyleScene(alpha=1e9, beta=float("nan"), steps=0, seed=-4))
    assert (scene.alpha, scene.beta, scene.steps, scene.seed) == (100, 1, 10, 0)


def test_a_scene_comes_back_from_json():
    scene = StyleScene(mode="style", style="/tmp/a.png", lambda_5=3.5, optimiser="lbfgs")
    assert msgspec.json.decode(msgspec.json.encode(scene), type=StyleScene) == scene
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"size": 300}', type=StyleScene)


def test_every_control_has_a_field_a_tip_and_a_name():
    first = StyleScene()
    for control in StylePresenter.lab.controls:
        assert hasattr(first, control.field)
        assert control.label
        assert control.tip.endswith((".", "τ TV"))
    labels = [c.label for group in GROUPS for c in group.controls]
    assert set(STYLE_LAYERS) <= set(labels)


def test_costs_are_written_in_three_digits():
    assert [compact(x) for x in (37_100, 12.34, 0, 0.0004)] == ["3.71e4", "12.3", "0", "4.00e-4"]


def test_original_colours_keep_what_was_painted_as_brightness():
    random = np.random.default_rng(0)
    painted = random.integers(90, 160, (9, 7, 3)).astype(np.uint8)
    content = random.integers(90, 160, (9, 7, 3)).astype(np.uint8)
    mixed = with_luminance_of(painted, content)
    assert np.abs(mixed @ LUMA - painted @ LUMA).max() < 1
    chroma = mixed.astype(float) - (mixed @ LUMA)[..., None]
    assert np.abs(chroma - content + (content @ LUMA)[..., None]).max() < 1.1


def test_matched_colours_have_the_contents_mean_and_spread():
    random = np.random.default_rng(0)
    style = random.normal(120, 12, (40, 40, 3)).clip(0, 255).astype(np.uint8)
    content = (
        (random.normal(0, 9, (30, 20, 1)) + np.array([90, 140, 110])).clip(0, 255).astype(np.uint8)
    )
    matched = with_colours_of(style, content)
    assert np.abs(matched.mean((0, 1)) - content.mean((0, 1))).max() < 1
    spread = [np.cov(x.reshape(-1, 3).T) for x in (matched, content)]
    assert np.abs(spread[0] - spread[1]).max() < 5


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 3, 3)])
def test_matching_survives_pictures_of_one_colour(shape):
    grey = np.full(shape, 7, np.uint8)
    assert with_colours_of(grey, grey) == pytest.approx(grey, abs=1)


def test_matching_a_large_picture_takes_no_more_memory_than_a_few_strips(monkeypatch):
    style = np.random.default_rng(0).integers(0, 256, (700, 900, 3)).astype(np.uint8)
    content = style[::3, ::2, ::-1]
    whole = with_colours_of(style, content)
    monkeypatch.setattr(colours, "STRIP_PX", 1000)
    tracemalloc.start()
    in_strips = with_colours_of(style, content)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.abs(in_strips.astype(int) - whole).max() <= 1  # the order of a sum
    assert most < 1.2 * style.nbytes


@pytest.mark.parametrize(
    ("fields", "start"),
    [
        ({"start": "picture"}, "content"),  # before there is a last picture
        ({"start": "noise"}, "noise"),
        ({"start": "content", "mode": "style"}, "noise"),
        ({"start": "picture", "mode": "content"}, "noise"),
    ],
)
def test_a_run_without_a_picture_begins_with_the_content_or_with_noise(fields, start):
    assert stages_of(StyleScene(**fields))[0].start == start
