"""A network that the user's own code makes, from the networks lab into the activations lab."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="the user's code makes a torch module")

from viz_app.core.errors import WeightsError
from viz_app.engine.engine import Turn
from viz_app.files.weights import WeightsStore
from viz_app.labs.activations import jobs, layers
from viz_app.labs.activations.scene import ActivationsScene, resolve

CODE = """
from torch import nn
def make():
    return nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(5, 7, 3))
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
