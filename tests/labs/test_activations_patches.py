"""The view of nine patches, with a small network whose first channel looks for red."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

pytest.importorskip("torch", reason="a small network looks at the images")

from tests.labs.activations_kit import forget, lab, put_small_network
from tests.programs import printed
from viz_app.core.layers import Layer
from viz_app.files.images import save_image
from viz_app.files.patch_book import load_book, save_book
from viz_app.labs.activations import ascent_jobs
from viz_app.labs.activations.patches_grown import GROWN
from viz_app.labs.activations.patches_projected import PROJECTED
from viz_app.labs.activations.scene import ActivationsScene

COUNT = 12


def red_at(row, column, red=255, size=(224, 224)):
    pixels = np.zeros((*size, 3), np.uint8)
    pixels[row, column] = (red, 0, 0)
    return pixels


@pytest.fixture
def folder(tmp_path):
    """Image i has one red pixel, the redder the later; image 3 is broken."""
    where = tmp_path / "photos"
    where.mkdir()
    for i in range(COUNT):
        save_image(where / f"p{i:02d}.png", red_at(10 * i, 5 * i, 100 + 10 * i))
    (where / "p03.png").write_bytes(b"no picture")
    return where


@pytest.fixture
def part(monkeypatch, tmp_path):
    net = put_small_network(monkeypatch)
    monkeypatch.setattr(ascent_jobs, "network_of", lambda turn, store, name: net)
    presenter = lab(tmp_path)
    object.__setattr__(presenter.house, "folder", tmp_path / "kept")
    presenter.patches.finding.kept = tmp_path / "kept" / "patches"
    presenter.change(view="patches", layer="conv1", channel=0, patch_layers="all")
    yield presenter.patches
    monkeypatch.undo()
    forget()


def searched(part, folder):
    part.folder_chosen(folder)
    part.search_asked()
    return part.numbers()


def test_the_nine_reddest_are_found_the_strongest_first_one_an_image(part, folder):
    found = searched(part, folder)
    assert found["images"][0].tolist() == [11, 10, 9, 8, 7, 6, 5, 4, 2]
    assert found["units"][0][0] == 110 * 224 + 55
    assert (found["searched"], found["unreadable"]) == (COUNT, 1)
    assert found["layer"] == "conv1"
    assert "p03.png" in part.house.speaker.sentences[-1]


def test_a_patch_is_the_rectangle_that_the_unit_sees(part, folder):
    searched(part, folder)
    shown, _ = part.view.last["unit"]
    first = shown.patches[0]
    assert first.words == "p11.png: columns 54…56, rows 109…111"
    assert first.pixels[96, 96].tolist() == [210, 0, 0]
    assert first.pixels[10, 10].tolist() == [0, 0, 0]


def test_each_patch_is_followed_back_to_its_pixels(part, folder):
    searched(part, folder)
    assert part.view.last["projected"] == (None, "")
    part.desk.change(patch_beside="deconv")
    shown, method = part.view.last["projected"]
    assert method == "Deconvolution"
    assert len(shown.patches) == 9
    pixels = shown.patches[0].pixels  # 3×3, enlarged: the unit reads its own pixel's red
    assert pixels[96, 96].tolist() == [255, 128, 128]
    assert pixels[10, 10].tolist() == [128, 128, 128]
    assert shown.patches[0].words == "Deconvolution of the patch in p11.png"


def test_another_channel_is_followed_back_once_and_the_map_comes_back(part, folder):
    searched(part, folder)
    lanes = part.house.runner.lanes
    part.desk.change(patch_beside="guided")
    part.desk.change(opacity=0.2)
    assert lanes.count(PROJECTED) == 1
    part.desk.change(channel=1)
    assert lanes.count(PROJECTED) == 2
    assert part.view.last["projected"][0].channel == 1
    part.desk.change(patch_beside="map")
    assert part.view.last["projected"] == (None, "")
    assert part.is_settled()


def test_the_image_that_the_channel_wants_grows_beside_its_patches(part, folder):
    searched(part, folder)
    assert part.view.last["grown"] == (None, "")
    part.desk.change(patch_beside="optimised", goal="unit", goal_side=96, goal_steps=20, channel=1)
    pixels, words = part.view.last["grown"]
    assert words == "the image that it wants"
    red, green, blue = pixels.reshape(-1, 3).mean(0)
    assert green > red
    assert green > blue
    part.desk.change(opacity=0.3)
    assert part.house.runner.lanes.count(GROWN) == 1
    part.desk.change(patch_beside="map")
    assert part.view.last["grown"] == (None, "")
    assert part.is_settled()


def test_the_sheet_has_every_channel_of_the_layer_and_marks_the_selected(part, folder):
    searched(part, folder)
    sheets, selected = part.view.last["sheet"]
    assert [(s.title, s.channels) for s in sheets] == [("conv1", (0, 1, 2, 3))]
    assert selected == ("conv1", 0)
    part.channel_chosen("conv1", 2)
    assert part.view.last["sheet"][1] == ("conv1", 2)
    part.desk.change(patch_sheet="five")
    assert len(part.view.last["sheet"][0]) > 1


def test_what_was_found_is_there_at_once_also_in_a_new_window(part, folder, monkeypatch):
    found = searched(part, folder)
    part.folder_chosen(folder.parent)
    assert part.numbers() == {}
    part.house.runner.lanes.clear()
    part.folder_chosen(folder)
    assert (part.numbers()["images"] == found["images"]).all()
    assert "activations.patches.search" not in part.house.runner.lanes


def test_a_changed_image_is_not_taken_for_the_old_one(part, folder):
    searched(part, folder)
    save_image(folder / "p00.png", red_at(0, 0, 250))
    part.folder_chosen(folder.parent)
    part.folder_chosen(folder)
    assert part.numbers() == {}
    assert searched(part, folder)["images"][0][0] == 0


def test_another_layer_of_the_same_search_needs_no_new_one(part, folder):
    searched(part, folder)
    part.desk.change(layer="conv2", channel=1)
    assert part.numbers()["layer"] == "conv2"
    part.desk.change(layer="conv1", patch_layers="layer", channel=0)
    assert part.numbers()["layer"] == "conv1"


def test_a_click_on_a_patch_makes_its_image_the_current_one(part, folder):
    searched(part, folder)
    part.patch_chosen(1)
    assert part.house.document.desk.image == str(folder / "p10.png")


def test_a_quarter_of_a_bundled_image_leads_to_the_whole(part):
    part.search_asked()
    state = part.view.last["state"]
    assert (state.source, "60 images searched" in state.words) == ("Bundled images", True)
    part.patch_chosen(0)
    image = part.house.document.desk.image
    assert image.startswith("sample:")
    assert "[" not in image


def test_a_saved_file_opens_with_its_network_and_layer(part, folder, tmp_path):
    found = searched(part, folder)
    part.saved_to(tmp_path / "mine.patches")
    part.saved_to(tmp_path / "mine.png")
    assert (tmp_path / "mine.png").stat().st_size > 1000
    book = load_book(tmp_path / "mine.patches")
    assert Path(book.task.images.folder) == folder
    part.desk.change(view="mosaic", patch_folder="", layer="pool1", network="alexnet")
    part.file_chosen(tmp_path / "mine.patches")
    assert (part.desk.scene.network, part.desk.scene.view) == ("vgg16", "patches")
    part.desk.change(layer="conv1", channel=0)
    assert (part.numbers()["images"] == found["images"]).all()


def test_a_file_that_is_no_file_of_patches_is_told_and_let_go(part, tmp_path):
    (tmp_path / "x.patches").write_bytes(b"nonsense")
    part.file_chosen(tmp_path / "x.patches")
    assert "no file of patches" in part.house.speaker.sentences[-1]
    assert part.desk.scene.patch_file == ""


def test_cancelling_keeps_what_was_found_and_the_next_search_goes_on(part, folder):
    steps = []
    runner = part.house.runner

    def run(lane, job, *, title, on_done, on_step=lambda s: None, on_failed=None, **more):
        if not lane.endswith("search"):
            return type(runner).run(
                runner, lane, job, title=title, on_done=on_done, on_failed=on_failed
            )
        generator = job(type("T", (), {"check": lambda s: None, "device": "cpu"})())
        steps.extend(next(generator) for _ in range(3))
        generator.close()
        return None

    object.__setattr__(runner, "run", run)
    searched(part, folder)
    assert steps[-1].progress.done == 6
    part.cancelled("activations.patches.search")
    (kept,) = part.finding.kept.glob("*.patches")
    assert load_book(kept).done.sum() == 6
    del runner.run
    assert searched(part, folder)["images"][0].tolist() == [11, 10, 9, 8, 7, 6, 5, 4, 2]


def test_a_search_of_another_folder_ends_the_one_that_runs(part, folder):
    part.house.runner.is_held = True
    part.folder_chosen(folder)
    part.search_asked()
    assert part.view.last["state"].is_running
    part.folder_chosen(folder.parent)
    assert not part.view.last["state"].is_running


def test_old_scenes_open_with_the_bundled_images(part):
    scene = msgspec.convert({"view": "patches", "network": "vgg16"}, ActivationsScene)
    assert (scene.patch_folder, scene.patch_file) == ("", "")


def test_the_question_for_a_folder_begins_where_the_current_image_lies(part, folder):
    assert part.folder_of_image() == ""  # a bundled one
    part.house.document.choose_image(str(folder / "p01.png"))
    assert part.folder_of_image() == str(folder)


OWN_CODE = """
import torch
from torch import nn
def make():
    conv = nn.Conv2d(3, 4, 3, padding=1)
    with torch.no_grad():
        conv.weight.zero_()
        conv.bias.zero_()
        for channel in range(3):
            conv.weight[channel, channel, 1, 1] = 1
    return nn.Sequential(conv, nn.ReLU(inplace=True), nn.Flatten(), nn.Linear(4 * 32 * 32, 6))
"""


@pytest.fixture
def own_part(tmp_path):
    """A network of one's own that looks at 32 pixels and whose first channel looks for red."""
    (tmp_path / "mine.py").write_text(OWN_CODE, "utf-8")
    presenter = lab(tmp_path)
    presenter.patches.finding.kept = tmp_path / "kept"
    presenter.open_own(f"{tmp_path / 'mine.py'}:make@3x32x32", may_run=True)
    presenter.change(view="patches", layer="0", channel=0, patch_layers="all", scaling="unit")
    presenter.house.weights.is_here = False  # what follows needs no published network
    return presenter.patches


def test_the_patches_of_ones_own_network_are_found_at_its_own_size(own_part, folder):
    for i in range(COUNT):
        if i != 3:
            save_image(folder / f"p{i:02d}.png", red_at(2 * i, i, 100 + 10 * i, (32, 32)))
    found = searched(own_part, folder)
    assert found["images"][0].tolist() == [11, 10, 9, 8, 7, 6, 5, 4, 2]
    assert found["units"][0][0] == 22 * 32 + 11
    assert found["values"][0][0] == pytest.approx(210 / 255, abs=1e-6)
    first = own_part.view.last["unit"][0].patches[0]
    assert first.words == "p11.png: columns 10…12, rows 21…23"
    assert own_part.finding.book.task.weights == own_part.desk.scene.own.sha256


def test_what_ones_own_network_found_is_kept_by_its_weights_and_colours(own_part, folder):
    found = searched(own_part, folder)
    own_part.folder_chosen(folder.parent)
    own_part.folder_chosen(folder)
    assert (own_part.numbers()["images"] == found["images"]).all()
    own_part.desk.change(scaling="imagenet")
    assert own_part.numbers() == {}  # other numbers go into the same network


def test_a_file_opens_while_its_network_is_absent(part, folder, tmp_path):
    found = searched(part, folder)
    part.saved_to(tmp_path / "mine.patches")
    part.desk.change(patch_folder="")
    part.house.weights.is_here = False
    part.desk.show(part.desk.scene, None)
    assert part.desk.view.last["offer"] is not None
    part.house.runner.lanes.clear()
    part.file_chosen(tmp_path / "mine.patches")
    assert part.desk.view.last["offer"] is None
    part.desk.change(layer="conv1", channel=0)
    assert part.view.last["unit"][0].patches[0].words == "p11.png: columns 54…56, rows 109…111"
    assert (part.numbers()["images"] == found["images"]).all()
    assert not any(lane.startswith("activations.mosaic") for lane in part.house.runner.lanes)
    part.desk.change(view="mosaic")
    assert part.desk.view.last["offer"] is not None


def test_a_file_of_ones_own_network_brings_its_record_and_runs_no_code(own_part, folder, tmp_path):
    found = searched(own_part, folder)
    own_part.saved_to(tmp_path / "mine.patches")
    own = own_part.desk.scene.own
    own_part.desk.change(
        network="vgg16", own=None, layer="conv1_1", patch_folder="", scaling="imagenet"
    )
    own_part.house.weights.agreed.clear()
    (tmp_path / "mine.py").unlink()
    own_part.house.runner.lanes.clear()
    own_part.file_chosen(tmp_path / "mine.patches")
    scene = own_part.desk.scene
    assert (scene.network, scene.scaling, scene.own) == ("own", "unit", own)
    own_part.desk.change(layer="0", channel=0)
    assert (own_part.numbers()["images"] == found["images"]).all()
    assert own_part.view.last["unit"][0].patches[0].pixels.shape == (192, 192, 3)
    assert not any(lane.startswith("activations.mosaic") for lane in own_part.house.runner.lanes)
    own_part.desk.change(view="why")
    assert "runs the code" in own_part.desk.view.last["offer"].sentence


def test_a_file_with_a_damaged_record_of_its_network_is_told(own_part, folder, tmp_path):
    searched(own_part, folder)
    book, own = own_part.finding.book, own_part.desk.scene.own
    large = (
        Layer("c", "conv", channels=4),
        Layer("0", "upsample", stride=9999),
        Layer("1", "relu"),
    )
    for layers, complaint in (
        ((), "not known here"),
        ((Layer("0", "conv", ("nowhere",), 4),), "not known here"),
        (large, "does not fit"),
    ):
        damaged = replace(own, table=replace(own.table, layers=layers))
        path = tmp_path / "x.patches"
        save_book(path, replace(book, task=replace(book.task, own=damaged)))
        own_part.desk.change(network="vgg16", own=None, layer="conv1_1", patch_folder="")
        own_part.house.speaker.sentences.clear()
        own_part.file_chosen(path)
        assert complaint in own_part.house.speaker.sentences[-1], layers
        assert own_part.desk.scene.patch_file == ""


@pytest.mark.parametrize(
    "changed",
    [{"own": None}, {"weights": "00" * 32}, {"network": "own:other:000000000000"}],
    ids=["no record", "other weights", "another name"],
)
def test_a_file_without_the_record_of_its_network_is_told_and_let_go(
    own_part, folder, tmp_path, changed
):
    searched(own_part, folder)
    book = own_part.finding.book
    save_book(tmp_path / "x.patches", replace(book, task=replace(book.task, **changed)))
    own_part.desk.change(network="vgg16", own=None, layer="conv1_1", patch_folder="")
    own_part.file_chosen(tmp_path / "x.patches")
    assert "made with a network that is not known here" in own_part.house.speaker.sentences[-1]
    assert own_part.desk.scene.patch_file == ""


def test_a_fully_connected_layer_has_patches_of_all_that_the_network_sees(own_part, folder):
    own_part.desk.change(is_every=True, layer="3", channel=2)
    found = searched(own_part, folder)
    assert found["values"].shape == (6, 9)
    assert (found["units"][found["images"] >= 0] == 0).all()
    assert own_part.view.last["unit"][0].patches[0].words.endswith("columns 0…223, rows 0…223")


def test_each_row_can_be_chosen_and_the_list_without_it_goes_back_to_its_line(part):
    assert "relu1" not in [stage.name for stage in part.desk.scene.stages]
    part.desk.edited("is_every", True)
    assert [s.name for s in part.desk.scene.stages] == ["conv1", "relu1", "pool1", "conv2", "relu2"]
    part.desk.change(layer="relu1")
    assert part.desk.scene.asked == "relu1"
    part.desk.edited("is_every", False)
    assert part.desk.scene.layer == "conv1"


@pytest.mark.slow
def test_the_program_prints_the_patches_of_the_window(own_part, folder):
    searched(own_part, folder)
    program = own_part.snippet(own_part.desk.scene, None)
    said = printed(program)
    shown, _ = own_part.view.last["unit"]
    lines = [line for line in said.splitlines() if "columns" in line]
    assert "p03.png cannot be read" in said
    assert [line.split("  ")[1] for line in lines] == [p.words for p in shown.patches]
    values = [float(line.split()[0]) for line in lines]
    assert values == pytest.approx([p.value for p in shown.patches], abs=2e-4)
