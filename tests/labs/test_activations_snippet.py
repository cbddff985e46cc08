"""Copy as PyTorch: the program runs and prints what the lab shows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

pytest.importorskip("torch", reason="the programs are PyTorch's")

import torch

from tests.labs.activations_kit import (
    RED,
    TABLE,
    forget,
    lab,
    picture,
    put_small_network,
    small_net,
)
from tests.programs import printed
from viz_app.core.records import Picture
from viz_app.files.images import save_image
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import ascent_jobs, ascent_snippet, jobs, layers, snippet
from viz_app.labs.activations.receptive import field_of
from viz_app.labs.activations.scene import ActivationsScene, resolve
from viz_app.nets.published import load_published


def numbers_of(output):
    return {
        "strongest": [
            (int(c), float(v)) for c, v in re.findall(r"channel (\d+): largest (\S+)", output)
        ],
        "unit": re.findall(r"unit \((\d+), (\d+)\) of channel (\d+): (\S+)", output)[0],
        "sees": tuple(map(int, re.findall(r"\d+", output.splitlines()[-1]))),
    }


@pytest.mark.parametrize("size", ["224", "320"])
def test_the_program_prints_the_numbers_of_a_small_network(monkeypatch, tmp_path, size):
    put_small_network(monkeypatch)
    monkeypatch.setattr(snippet, "PICKLED", {})
    torch.save(small_net().state_dict(), tmp_path / "small.pth")
    sha256 = hashlib.sha256((tmp_path / "small.pth").read_bytes()).hexdigest()
    file = SimpleNamespace(name="small.pth", sha256=sha256)
    registry = SimpleNamespace(network=lambda name: SimpleNamespace(files=(file,)))
    monkeypatch.setattr(snippet, "load_registry", lambda: registry)
    pixels = picture().pixels
    save_image(tmp_path / "red.png", pixels)
    shown = Picture(str(tmp_path / "red.png"), "red.png", pixels)
    presenter = lab(tmp_path, shown=shown)
    presenter.change(layer="conv2", channel=0, size=size)
    found = numbers_of(printed(presenter.snippet(), is_alone=size == "224"))
    numbers = presenter.mosaic.numbers()
    assert found["unit"][:3] == (str(numbers["row"]), str(numbers["column"]), "0")
    assert float(found["unit"][3]) == pytest.approx(numbers["value"], abs=1e-4)
    assert found["sees"] == (*numbers["field_rows"], *numbers["field_columns"])
    assert found["strongest"][0] == (0, pytest.approx(numbers["largest"][0], abs=1e-4))
    assert RED[0].start <= found["sees"][1]
    assert TABLE.layers[-1].name == presenter.scene.asked
    monkeypatch.undo()
    forget()


@pytest.mark.weights
@pytest.mark.parametrize(
    ("network", "layer", "size"),
    [("vgg16", "conv4_1", "224"), ("alexnet", "pool5", "224"),
     ("mobilenet_v2", "block6_add", "320"), ("efficientnet_lite0", "block3_add", "224"),
     ("resnet18", "add3_2", "224"),
     ("googlenet", "3b_concat", "320")],
)  # fmt: skip
def test_the_program_prints_the_numbers_of_a_published_network(network, layer, size):
    store = WeightsStore()
    if not store.is_present(network):
        pytest.skip(f"needs {network}")
    photo = sample("coffee")
    names = [stage.name for stage in layers.stages_of(network)]
    scene = resolve(
        replace(
            ActivationsScene(), network=network, layer=layer if layer in names else "", size=size
        )
    )
    engine = SimpleNamespace(device="cpu", _shelf={})
    from viz_app.engine.engine import Turn

    seen = jobs.look_at(store, photo, jobs.look_of(scene, photo))(Turn(engine))
    shape = seen.square.shape[:2]
    found = numbers_of(printed(snippet.activations_program(scene, photo, store.folder, shape)))
    largest = sorted(seen.maps.max((1, 2)).tolist(), reverse=True)[:5]
    assert [value for _c, value in found["strongest"]] == pytest.approx(largest, rel=1e-3, abs=1e-3)
    row, column = (int(n) for n in found["unit"][:2])
    field = field_of(network, scene.asked, (scene.channel, row, column), *shape)
    assert found["sees"] == (*field.rows, *field.columns)


def climbed(net, plan, steps):
    run = ascent_jobs.climb_on(net, plan, lambda: 0.05, lambda: steps, lambda: None)
    return [climb.value for climb in run]


def values_of(output):
    return [float(value) for value in re.findall(r"step \d+: (\S+)", output)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields",
    [{}, {"goal": "unit", "is_fourier": False}, {"is_shaken": False, "is_decorrelated": False}],
    ids=["as it is", "unit in pixels", "still in red, green and blue"],
)
def test_the_program_makes_the_optimised_image(monkeypatch, tmp_path, fields):
    net = put_small_network(monkeypatch)
    monkeypatch.setattr(snippet, "PICKLED", {})
    torch.save(small_net().state_dict(), tmp_path / "small.pth")
    sha256 = hashlib.sha256((tmp_path / "small.pth").read_bytes()).hexdigest()
    file = SimpleNamespace(name="small.pth", sha256=sha256)
    registry = SimpleNamespace(network=lambda name: SimpleNamespace(files=(file,)))
    monkeypatch.setattr(snippet, "load_registry", lambda: registry)
    scene = resolve(replace(ActivationsScene(), layer="conv2", goal_side=96, **fields))
    plan = ascent_jobs.plan_of(scene)
    monkeypatch.chdir(tmp_path)
    program = ascent_snippet.ascent_program(plan, 0.05, 3, tmp_path)
    found = values_of(printed(program))
    wanted = climbed(net, plan, 3)
    assert found == pytest.approx([wanted[0], wanted[-1]], abs=2e-4)
    assert (tmp_path / "optimised.png").is_file()
    monkeypatch.undo()
    forget()


@pytest.mark.weights
def test_the_program_makes_the_optimised_image_of_a_class(monkeypatch, tmp_path):
    store = WeightsStore()
    if not store.is_present("mobilenet_v2"):
        pytest.skip("needs mobilenet_v2")
    scene = resolve(replace(ActivationsScene(), network="mobilenet_v2", goal="class", goal_side=96))
    plan = ascent_jobs.plan_of(scene)
    monkeypatch.chdir(tmp_path)
    found = values_of(printed(ascent_snippet.ascent_program(plan, 0.05, 2, store.folder)))
    wanted = climbed(load_published("mobilenet_v2", store.read), plan, 2)
    assert found == pytest.approx([wanted[0], wanted[-1]], rel=3e-3)  # Adam divides small slopes
