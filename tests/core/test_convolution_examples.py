"""The course's worked examples: every one, through the function that a lab would call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from viz_app.core.convolution.associativity import associativity
from viz_app.core.convolution.cost import cost, linear
from viz_app.core.convolution.explain import explain_output
from viz_app.core.convolution.geometry import Axis, coverage, same_padding
from viz_app.core.convolution.operate import operate, padded
from viz_app.core.convolution.operation import Operation
from viz_app.core.convolution.presets import ASSOCIATIVE, PRESETS

EXAMPLES = {
    example["id"]: example
    for example in json.loads(
        (Path(__file__).parents[1] / "data" / "conv_examples.json").read_text("utf-8")
    )
}


def of(op: str) -> list[Any]:
    return [pytest.param(e["inputs"], e["expected"], id=e["id"])
            for e in EXAMPLES.values() if e["op"] == op]  # fmt: skip


def correlate(x: Any, k: Any, kind: str = "correlate", stride: int = 1, p: int = 0) -> np.ndarray:
    x, k = np.array(x), np.array(k)
    op = Operation(kind, k.shape, (stride,), padding="explicit", amounts=((p, p),))
    return operate(op, x[None], k[None, None]).z[0]


@pytest.mark.parametrize(("inputs", "expected"), of("corr2d") + of("corr1d"))
def test_correlation_gives_the_course_s_numbers(inputs, expected):
    z = correlate(inputs["x"], inputs["k"], stride=inputs["stride"], p=inputs["padding"])
    assert z.tolist() == expected


def test_the_first_window_is_explained_with_its_nine_products():
    inputs, expected = (EXAMPLES["edge_first_window_terms"][k] for k in ("inputs", "expected"))
    x, k = np.array([inputs["x"]]), np.array([[inputs["k"]]])
    explanation = explain_output(Operation(), x, k, None, (0, *inputs["out"]))
    assert [term.product for term in explanation.terms()] == expected["products_rowmajor"]
    assert explanation.products[0].T.ravel().tolist() == expected["slide_order_columnwise"]
    assert explanation.z == expected["sum"]


def test_corners_are_used_once_and_the_centre_nine_times():
    example = EXAMPLES["pixel_use_count_6x6_f3"]
    assert coverage(Operation().axes((6, 6))).tolist() == example["expected"]


@pytest.mark.parametrize(("inputs", "expected"), of("out_size"))
def test_output_size_follows_the_formula(inputs, expected):
    axis = Axis(inputs["n"], inputs["f"], inputs["s"], low=inputs["p"], high=inputs["p"])
    assert axis.out == expected


def test_the_plus_one_stands_outside_the_floor():
    inputs, expected = (EXAMPLES["pool_formula_check"][k] for k in ("inputs", "expected"))
    axis = Axis(inputs["n"], inputs["f"], inputs["s"])
    assert axis.out == expected["correct"]
    misplaced = (axis.n - axis.f + 1) // axis.stride
    assert misplaced == expected["seed_formula_floor_n_minus_f_plus_1_over_s"]


@pytest.mark.parametrize(("inputs", "expected"), of("same_padding"))
def test_same_padding_of_an_odd_kernel_is_half_of_f_minus_1(inputs, expected):
    assert same_padding(9, inputs["f"], inputs["s"]) == (expected, expected)


def test_padding_leaves_the_channels_alone():
    example = EXAMPLES["size_quiz_pad"]
    *spatial, channels = example["inputs"]["shape"]
    p = example["inputs"]["p"]
    op = Operation(padding="explicit", amounts=((p, p),))
    values, _ = padded(op, np.ones((channels, *spatial), int))
    assert [*values.shape[1:], values.shape[0]] == example["expected"]


@pytest.mark.parametrize(("inputs", "expected"), of("pool2d"))
def test_pooling_gives_the_course_s_numbers(inputs, expected):
    kind = {"max": "max_pool", "avg": "average_pool"}[inputs["mode"]]
    op = Operation(kind, (inputs["f"],) * 2, (inputs["s"],))
    assert operate(op, np.array([inputs["x"]])).z[0].tolist() == expected


@pytest.mark.parametrize("name", ["chain_1d", "chain_2d", "global_avgpool_shape"])
def test_a_chain_of_layers_has_the_course_s_shapes(name):
    *spatial, channels = EXAMPLES[name]["inputs"]["input"]
    shapes = []
    for layer in EXAMPLES[name]["inputs"]["layers"]:
        kind = "average_pool" if layer["op"] == "avgpool" else "correlate"
        op = Operation(kind, (layer["f"],) * len(spatial))
        channels, *spatial = cost(op, spatial, channels, layer.get("filters", channels)).output
        shapes.append([*spatial, channels])
    assert shapes == EXAMPLES[name]["expected"]


def test_convolution_is_associative_and_correlation_is_not():
    example = EXAMPLES["associativity"]
    a, b, c = (example["inputs"][name] for name in "ABC")
    assert [part.tolist() for part in ASSOCIATIVE] == [a, b, c]
    for kind, word in (("convolve", "conv"), ("correlate", "corr")):
        both = associativity(a, b, c, kind)
        assert both.left.tolist() == example["expected"][f"{word}_AB_C"]
        assert both.right.tolist() == example["expected"][f"{word}_A_BC"]
        assert both.is_equal == example["expected"][f"{word}_equal"]


def test_a_filter_on_red_alone_ignores_green_and_blue():
    preset = PRESETS["rgb"]
    noisy = preset.x + np.array([0, 7, 9])[:, None, None]
    assert (
        operate(preset.op, noisy, preset.weights).z[0].tolist()
        == (EXAMPLES["rgb_red_only_edge"]["expected"])
    )


def test_the_strided_preset_marks_the_two_cells_where_the_slide_is_wrong():
    expected = EXAMPLES["strided_7x7_s2_slide_values"]["expected"]
    preset = PRESETS["strided"]
    slide = preset.expected.copy()
    for value in preset.slide_values:
        slide[value.index] = value.printed
    assert slide[0].tolist() == expected["slide"]
    assert np.argwhere(slide[0] != preset.expected[0]).tolist() == expected["diff_cells"]


def test_the_true_convolution_preset_carries_the_slide_s_turned_kernel_and_what_it_would_give():
    example = EXAMPLES["math_convolution_slide_kernel"]
    preset = PRESETS["true_convolution"]
    assert preset.x[0].tolist() == example["inputs"]["x"]
    assert preset.weights[0, 0].tolist() == example["inputs"]["k"]
    assert preset.slide_kernel.tolist() == example["expected"]["slide_flipped"]
    assert preset.slide_kernel.tolist() != np.rot90(preset.weights[0, 0], 2).tolist()
    assert preset.expected[0, 0, 0] == example["expected"]["value_at_00_correct"]
    with_slide_kernel = correlate(preset.x[0], preset.slide_kernel)
    assert with_slide_kernel[0, 0] == example["expected"]["value_at_00_with_slide_kernel"]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_the_output_that_it_names(name):
    preset = PRESETS[name]
    result = operate(preset.op, preset.x, preset.weights)
    np.testing.assert_array_equal(result.z, preset.expected, strict=True)


PRESET_OF = {
    "edge_vertical_6x6": "vertical_edge",
    "edge_sobel_6x6": "sobel",
    "edge_light_to_dark": "light_to_dark",
    "edge_dark_to_light": "dark_to_light",
    "edge_horizontal_checker": "horizontal_edge",
    "strided_7x7_s2": "strided",
    "maxpool_4x4": "max_pool",
    "avgpool_4x4": "average_pool",
    "maxpool_5x5_f3_s1": "max_pool_overlapping",
    "conv1x1_times2": "one_by_one",
    "corr1d_ecg": "signal",
}


@pytest.mark.parametrize(("example", "name"), PRESET_OF.items())
def test_a_preset_shows_the_course_s_own_numbers(example, name):
    inputs, preset = EXAMPLES[example]["inputs"], PRESETS[name]
    assert preset.x[0].tolist() == inputs["x"]
    assert preset.expected[0].tolist() == EXAMPLES[example]["expected"]
    if "k" in inputs:
        assert preset.weights[0, 0].tolist() == inputs["k"]


def test_every_number_of_the_cost_examples():
    example = EXAMPLES["fc_vs_conv"]
    layer = cost(Operation(kernel=(5, 5)), (32, 32), 3, 6)
    assert layer.dense_weights == example["expected"]["fc_weights"] == 14_450_688
    assert layer.dense_parameters == example["expected"]["fc_with_bias"]
    assert layer.parameters == example["expected"]["conv_correct"] == 456
    assert linear(1000 * 1000 * 3, 1000)[0] == EXAMPLES["fc_1000x1000"]["expected"]["weights"]
    direct = cost(Operation(kernel=(5, 5), padding="same"), (28, 28), 192, 32)
    assert direct.multiplications == EXAMPLES["inception_cost_direct"]["expected"]
    first = cost(Operation(kernel=(1, 1)), (28, 28), 192, 16)
    second = cost(Operation(kernel=(5, 5), padding="same"), (28, 28), 16, 32)
    bottleneck = EXAMPLES["inception_cost_bottleneck"]["expected"]
    assert first.multiplications == bottleneck["first"]
    assert second.multiplications == bottleneck["second"]
