"""A scene file of someone else puts no code into the programs that are copied."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from viz_app.core.layers import Layer
from viz_app.core.own import OwnNetwork, as_table
from viz_app.core.traced import Traced, TracedLayer
from viz_app.labs.activations.own_snippet import own_value_program
from viz_app.labs.activations.patches_snippet import patches_program
from viz_app.labs.activations.presenter import ActivationsPresenter
from viz_app.labs.activations.scene import ActivationsScene
from viz_app.labs.networks.presenter import NetworksPresenter
from viz_app.labs.networks.scene import Built, NetworksScene
from viz_app.labs.snippets import in_words

EVIL = (
    '"""\nEVIL\n"""', "\nEVIL\n", "\r\nEVIL #", "{EVIL}", "{EVIL!r}", '" + EVIL + "', "\\", '\\"""',
)  # fmt: skip
NAMES = [*EVIL, "".join(EVIL)]


def check(program):
    """Nothing evil is said outside of strings and comments, and it is a program."""
    tree = ast.parse(program)
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "EVIL"]
    modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert "EVIL" not in str(modules)


def traced(name, spec="nets:make"):
    conv = TracedLayer(
        Layer(name, "conv", channels=4, kernel=3), "Conv2d", (3, 8, 8), (4, 6, 6), 112, 3888
    )
    return Traced(spec, name, (3, 8, 8), (conv,))


@pytest.mark.parametrize("name", NAMES)
def test_the_networks_lab_copies_no_code_of_a_scene(name):
    lab = NetworksPresenter.lab
    layer = Layer(name, "conv", channels=4, kernel=3)
    for built in (Built(name, (layer,)), Built(name, (layer, layer))):
        check(lab.snippet(lab.resolve(replace(NetworksScene(), built=built)), None))
    check(lab.snippet(lab.resolve(replace(NetworksScene(), own=traced(name))), None))


@pytest.mark.parametrize("spec", ["EVIL; x:make", "os\nEVIL\n:make", "", "x", "a:b as c; EVIL"])
def test_an_own_network_whose_code_has_no_name_is_let_go(spec):
    lab = NetworksPresenter.lab
    scene = lab.resolve(replace(NetworksScene(), own=traced("a", spec)))
    assert scene.own is None
    check(lab.snippet(scene, None))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("spec", ["nets:make", "\nEVIL\n.py:make"])
def test_the_activations_lab_copies_no_code_of_a_scene(name, spec):
    seen = traced(name, spec)
    own = OwnNetwork(spec, "0" * 64, as_table(seen, {name: None}), traced=seen)
    lab = ActivationsPresenter.lab
    scene = lab.resolve(replace(ActivationsScene(), network="own", own=own, layer=name))
    assert scene.own is not None
    check(lab.snippet(scene, None))
    check(own_value_program(own, name, (0, 0, 0), None))
    check(own_value_program(own, name, (0, 0, 0), None, name))
    check(patches_program(own, name, 0, "", Path()))


def test_a_plain_name_is_said_as_it_is():
    assert in_words("layer1.0.conv2#2 of ResNet-18 (own), größer") == (
        "layer1.0.conv2#2 of ResNet-18 (own), größer"
    )
