from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from viz_app.core.architectures import catalogue as nets
from viz_app.core.layers import Layer
from viz_app.core.traced import Traced, TracedLayer
from viz_app.labs.document import Document
from viz_app.labs.networks.jobs import Opened
from viz_app.labs.networks.presenter import NetworksPresenter
from viz_app.labs.networks.scene import (
    COLUMNS,
    MOST_CALCULATED,
    NetworksScene,
    network_of,
    resolve,
)
from viz_app.labs.networks.table import as_text, tabulate
from viz_app.labs.presenter import House


class RecordingView:
    def __init__(self):
        self.last = {}

    def __getattr__(self, name):
        return lambda answer: self.last.__setitem__(name, answer)


@pytest.fixture
def lab():
    document = Document([NetworksPresenter.lab])
    pictures = SimpleNamespace(current=lambda: None)
    speaker = SimpleNamespace(tell=lambda *args, **kwargs: None)
    house = House(document, None, pictures, speaker, None, None)
    presenter = NetworksPresenter(RecordingView(), house)
    document.listen(lambda before, after: presenter.show(presenter.scene, None))
    presenter.show(presenter.scene, None)
    return presenter


def table_of(lab):
    return lab.view.last["show_network"].table


def test_choosing_a_network_takes_its_own_input_and_forgets_what_was_built(lab):
    lab.edited("kernel", 3)
    lab.edited("network", "alexnet")
    assert (lab.scene.size, lab.scene.built, lab.scene.layer) == (227, None, "conv1")
    assert table_of(lab).parameters == 62_378_344


def test_everything_follows_the_input_size(lab):
    lab.edited("network", "alexnet")
    lab.edited("size", 224)
    line = table_of(lab).lines[1]
    assert line.row.shape == (96, 54, 54)
    lab.cell_chosen("conv1", "shape")
    assert "54.25, rounded down" in lab.view.last["show_network"].explanation.words


def test_a_layer_that_does_not_fit_is_told_and_the_rows_above_stay(lab):
    lab.edited("size", 20)
    lab.cell_chosen("C3", "shape")
    lab.edited("kernel", 11)
    table = table_of(lab)
    assert table.failed == "C3"
    assert [line.name for line in table.lines if line.row] == ["C1", "tanh1", "S2"]
    assert "use a window of at most 8" in lab.view.last["show_network"].explanation.words


def test_an_edit_makes_the_network_ones_own_and_undo_brings_the_catalogues_back(lab):
    lab.cell_chosen("C1", "shape")
    lab.edited("channels", 8)
    assert lab.view.last["show_network"].is_built
    assert table_of(lab).lines[1].row.shape == (8, 28, 28)
    lab.house.document.undo()
    assert lab.scene.built is None


def test_adding_moving_and_deleting_keep_the_chain_in_order(lab):
    lab.edited("network", "example_convnet")
    lab.cell_chosen("relu1", "shape")
    lab.layer_added("pool")
    assert lab.scene.layer == "pool+1"
    lab.layer_moved(-1)
    names = [line.name for line in table_of(lab).lines]
    assert names[1:5] == ["conv1", "pool+1", "relu1", "conv2"]
    lab.layer_deleted()
    assert lab.scene.layer == "conv1"
    assert network_of(lab.scene).layers == nets.network("example_convnet").layers


@pytest.mark.parametrize("word", ["residual", "inception"])
def test_an_added_block_fits_behind_any_map(lab, word):
    lab.edited("network", "example_convnet")
    lab.cell_chosen("relu2", "shape")
    lab.layer_added(word)
    before = tabulate(nets.network("example_convnet"))
    table = table_of(lab)
    assert not table.failed
    assert len(table.lines) > len(before.lines)
    lab.layer_added(word)
    assert not table_of(lab).failed


def test_deleting_a_layer_that_a_skip_reads_hands_the_skip_on(lab):
    lab.edited("network", "residual_block")
    lab.cell_chosen("z2", "shape")
    lab.layer_deleted()
    total = next(line for line in table_of(lab).lines if line.name == "sum")
    assert total.row.sources == ("a1", "input")


def test_deleting_the_head_of_a_branch_leaves_the_branch_where_it_begins(lab):
    lab.edited("network", "inception_module")
    lab.cell_chosen("3a_5x5_reduce", "shape")
    lab.layer_deleted()
    table = table_of(lab)
    line = table.lines[table.line("3a_5x5_reduce_relu")]
    assert line.row.sources == ("input",)


def test_one_builds_from_nothing(lab):
    lab.emptied()
    assert lab.scene.layer == "input"
    for word in ("conv", "relu", "pool", "flatten", "linear"):
        lab.layer_added(word)
    assert table_of(lab).lines[-1].row.shape == (10,)
    assert table_of(lab).parameters == 160 + (16 * 16 * 16 + 1) * 10


def test_a_pooling_that_becomes_a_convolution_gets_filters(lab):
    lab.cell_chosen("S2", "shape")
    lab.edited("kind", "conv")
    assert not table_of(lab).failed


def test_the_calculators_begin_with_the_slides_numbers(lab):
    lab.edited("view", "costs")
    assert [bar.value for bar in lab.view.last["show_costs"].bars] == [120_422_400, 12_443_648]
    assert "154.8 channels" in lab.view.last["show_costs"].verdict
    lab.edited("calculator", "fully")
    assert [bar.value for bar in lab.view.last["show_costs"].bars] == [14_450_688, 456]


def test_a_comparison_has_both_totals(lab):
    lab.edited("view", "compare")
    first, second = lab.view.last["show_comparison"]
    assert ("Parameters", "61,706", "") in first.totals
    assert ("Weights", "246.8 kB", "") in first.totals
    assert "Activations" in [label for label, *_ in first.totals]
    assert ("Parameters", "62,378,344", "1,011 ×") in second.totals
    assert second.totals[-2:] == (
        ("Most parameters", "fc6: 61 %", ""),
        ("Most MACs", "conv2: 39 %", ""),
    )
    assert lab.numbers()["other_parameters"] == 62_378_344


def test_both_bars_have_one_scale_or_each_its_own(lab):
    lab.edited("view", "compare")
    first, second = lab.view.last["show_comparison"]
    assert first.most == second.most == (37_752_832, 447_897_600)
    lab.edited("is_own_scale", True)
    first, second = lab.view.last["show_comparison"]
    assert first.most == (48_120, 240_000)
    assert second.most == (37_752_832, 447_897_600)


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "resnet50", "chain_1d", "mtcnn_pnet"])
def test_every_cell_explains_itself(lab, name):
    lab.edited("network", name)
    for line in table_of(lab).lines:
        for column in COLUMNS:
            lab.cell_chosen(line.name, column)
            explanation = lab.view.last["show_network"].explanation
            assert explanation.words
            assert explanation.heading.startswith(line.name)


def test_a_formula_has_the_layers_numbers_in_it(lab):
    lab.cell_chosen("C3", "parameters")
    latex = lab.view.last["show_network"].explanation.latex
    for piece in (r"\color{kernel}{5}", r"\color{input}{6}", r"\color{output}{16}", "2{,}416"):
        assert piece in latex
    lab.cell_chosen("C3", "field")
    assert r"\color{output}{14}" in lab.view.last["show_network"].explanation.latex


def test_the_activations_say_of_how_many_images_they_are(lab):
    lab.edited("batch", 8)
    lab.edited("view", "compare")
    labels = [label for label, *_ in lab.view.last["show_comparison"][0].totals]
    assert "Activations of 8 images" in labels


def test_the_table_is_copied_with_its_totals(lab):
    lab.table_copied("markdown")
    lines = lab.view.last["copy_text"].splitlines()
    assert lines[0].startswith("| Layer | Kind | f |")
    assert "| 61,706 | 416,520 |" in lines[-1]
    csv = as_text(table_of(lab), "csv").splitlines()
    assert csv[2] == "C1,convolution,5,1,0,28×28×6,4704,156,117600,5,1"
    assert r"\begin{tabular}" in as_text(table_of(lab), "latex")


def test_a_built_network_survives_saving(lab):
    lab.edited("network", "vgg16")
    lab.layer_added("residual")
    data = lab.house.document.to_json()
    built = lab.scene.built
    lab.restored()
    assert lab.house.document.open_json(data) == []
    assert lab.scene.built == built


def shown_names(lab):
    shown = lab.view.last["show_network"]
    return [shown.table.lines[i].name for i in shown.order]


def test_a_column_is_sorted_down_up_and_back(lab):
    lab.column_sorted("parameters")
    assert shown_names(lab)[:3] == ["input", "FC120", "FC84"]
    lab.column_sorted("parameters")
    assert shown_names(lab)[-1] == "FC120"
    lab.column_sorted("parameters")
    assert lab.scene.sorted_by is None
    lab.column_sorted("name")
    assert shown_names(lab)[1:3] == ["C1", "C3"]
    assert [line.name for line in table_of(lab).lines][1:3] == ["C1", "tanh1"]


def test_the_filter_takes_names_and_kinds_and_keeps_the_selected_layer(lab):
    lab.cell_chosen("C1", "shape")
    lab.words_typed("average pool")
    assert shown_names(lab) == ["input", "C1", "S2", "S4"]


OWN = Traced(
    "nets:make", "make", (3, 8, 8),
    (
        TracedLayer(Layer("a", "conv", channels=4, kernel=3), "Conv2d", (3, 8, 8), (4, 6, 6),
                    112, 3888),
        TracedLayer(Layer("b", "module"), "GELU", (4, 6, 6), (4, 6, 6), 0, 0),
    ),
    rest=5,
)  # fmt: skip


def test_a_network_seen_running_is_shown_and_comes_back_with_the_session_without_running(lab):
    lab._on_opened(Opened(traced=OWN))
    assert (table_of(lab).parameters, table_of(lab).macs) == (117, 3888)
    assert shown_names(lab) == ["input", "a", "b"]
    for column in COLUMNS:
        for name in ("input", "a", "b"):
            lab.cell_chosen(name, column)
            assert lab.view.last["show_network"].explanation.words
    data = lab.house.document.to_json()
    lab.edited("network", "vgg16")
    assert lab.scene.own is None
    assert lab.house.document.open_json(data) == []
    assert lab.scene.own == OWN
    assert "from nets import make as make" in lab.snippet()


def test_weights_of_a_known_network_show_it_and_another_number_of_classes_too(lab):
    lab._on_opened(Opened(known=nets.network("resnet18")))
    assert (lab.scene.network, lab.scene.built) == ("resnet18", None)
    network = nets.network("resnet18")
    layers = (*network.layers[:-1], replace(network.layers[-1], channels=7))
    lab._on_opened(Opened(known=replace(network, layers=layers)))
    assert table_of(lab).lines[-1].row.shape == (7,)


def test_two_versions_of_a_network_are_compared(lab):
    lab.version_kept()
    lab.cell_chosen("C1", "shape")
    lab.edited("channels", 12)
    lab.edited("view", "compare")
    first, second = lab.view.last["show_comparison"]
    assert second.totals[1][:2] == ("Parameters", "61,706")
    assert first.totals[1][:2] == ("Parameters", "64,262")
    lab.edited("is_beside_kept", False)
    assert lab.view.last["show_comparison"][1].title == "AlexNet, as drawn"


def test_the_selected_layer_is_opened_in_activations(lab):
    @dataclass(frozen=True)
    class Scene:
        network: str = ""
        layer: str = ""

    other = replace(
        NetworksPresenter.lab, name="activations", scene_type=Scene, resolve=lambda s: s
    )
    lab.house = replace(lab.house, document=Document([NetworksPresenter.lab, other]))
    lab.edited("network", "alexnet_torchvision")
    lab.cell_chosen("relu2", "shape")
    lab.activations_asked()
    assert lab.house.document.desk.lab == "activations"
    assert lab.house.document.scene("activations") == Scene("alexnet", "conv2")
    lab.edited("network", "lenet5")
    assert not lab.has_activations()


@pytest.mark.parametrize(
    ("calculator", "values", "words"),
    [
        ("one_by_one", [6_176, 55_328], "the channels become fewer"),
        ("residual", [221_440, 8_192, 0], "Wₛ brings it to that shape"),
        ("alexnet", [55, 54, 55], "224 gives 54.25"),
    ],
)
def test_a_calculator_begins_with_an_example_of_the_course(lab, calculator, values, words):
    lab.edited("view", "costs")
    lab.edited("calculator", calculator)
    shown = lab.view.last["show_costs"]
    assert [bar.value for bar in shown.bars] == values
    assert words in shown.verdict


@pytest.mark.parametrize("calculator", ["fully", "bottleneck", "one_by_one", "residual", "alexnet"])
@pytest.mark.parametrize("field", list(MOST_CALCULATED))
@pytest.mark.parametrize("number", [0, -3, 10**9])
def test_a_calculator_takes_no_number_that_its_slider_does_not_offer(
    lab, calculator, field, number
):
    scene = replace(lab.scene, view="costs", calculator=calculator, **{field: number})
    lab.house.document.change_scene("networks", scene)  # as a damaged session may
    assert 1 <= getattr(lab.scene, field) <= MOST_CALCULATED[field]
    assert lab.view.last["show_costs"].bars


def test_a_skip_that_fits_costs_nothing(lab):
    lab.edited("view", "costs")
    lab.edited("calculator", "residual")
    lab.edited("step", 1)
    lab.edited("filters", 64)
    assert lab.view.last["show_costs"].bars[1].value == 0


def test_a_scene_of_an_unknown_network_falls_back():
    scene = resolve(NetworksScene(network="nobody", other="nobody", layer="nothing"))
    assert (scene.network, scene.other, scene.layer, scene.size) == ("lenet5", "alexnet", "C1", 32)
