"""A network that the user's own code makes, from the networks lab into the activations lab."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="the user's code makes a torch module")

from viz_app.core.errors import WeightsError
from viz_app.engine.engine import Turn
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import jobs, layers
from viz_app.labs.activations.receptive import field_of
from viz_app.labs.activations.scene import ActivationsScene, resolve

CODE = """
from torch import nn
def make():
    return nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(5, 7, 3))
"""
HEADED = """
from torch import nn
def make():
    head = nn.AdaptiveAvgPool2d(1)
    return nn.Sequential(nn.Conv2d(3, 5, 3, 2, 1), head, nn.Flatten(), nn.Linear(5, 4))
"""


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(CODE)
    return f"{path}:make@3x32x32"


class Kept(Turn):
    """A turn of no engine: what is kept is made anew."""

    def __init__(self):
        pass

    device = "cpu"

    def check(self):
        pass

    def keep(self, key, make):
        return make()


def test_its_layers_can_be_chosen_and_know_what_they_see(spec):
    own = jobs.open_own(spec, may_run=True)(Kept())
    scene = resolve(ActivationsScene(network=layers.OWN, own=own, layer=""))
    assert scene.net == own
    stages = layers.stages_of(own)
    assert [stage.shape[0] for stage in stages][-1] == 7
    assert scene.layer in {stage.name for stage in stages}


def test_its_code_is_not_run_without_consent(spec, tmp_path):
    with pytest.raises(WeightsError, match="agree"):
        jobs.open_own(spec, may_run=False)(Kept())
    own = jobs.open_own(spec, may_run=True)(Kept())
    store = WeightsStore(tmp_path / "weights")
    with pytest.raises(WeightsError, match="agree"):
        jobs.network_of(Kept(), store, own)
    store.agreed.add(own.spec)
    assert jobs.network_of(Kept(), store, own) is not None


def test_a_part_of_one_unit_that_sees_the_whole_image_says_so(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(HEADED)
    own = jobs.open_own(f"{path}:make@3x32x32", may_run=True)(Kept())
    jumps = {s.name: s.jump for s in layers.stages_of(own, is_every=True)}
    assert jumps == {"0": 2, "1": 0, "3": 0}
    assert field_of(own, "1", (0, 0, 0), 32, 32).sentence.endswith("the whole image")
    assert field_of(own, "0", (0, 1, 1), 32, 32).sentence.endswith("(3×3)")
