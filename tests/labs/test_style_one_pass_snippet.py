from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.programs import printed
from viz_app.core.errors import WeightsMissing
from viz_app.engine.engine import Turn
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.labs.style.one_pass_jobs import PARTS, painted, wish_of
from viz_app.labs.style.one_pass_snippet import one_pass_program
from viz_app.labs.style.scene import StyleScene

SCENES = [
    StyleScene(one_pass="arbitrary_style", strength=0.7, others=("sample:glass",), blend_2=2.0),
    StyleScene(one_pass="arbitrary_style", has_own_colours=True),
    StyleScene(one_pass="multistyle26", built_in=(3, 20), share_1=2.0, strength=0.8,
               one_pass_size=256),
]  # fmt: skip


def test_the_program_can_be_read_and_says_in_its_first_line_what_runs_it():
    for scene in SCENES:
        program = one_pass_program(wish_of(replace(scene, view="one_pass")), None)
        compile(program, "program", "exec")
        assert "onnxruntime" in program.splitlines()[0]


@pytest.mark.weights
@pytest.mark.parametrize("scene", SCENES, ids=["two styles", "own colours", "built in"])
def test_the_program_paints_the_same_picture(scene, tmp_path):
    store, wish, content = WeightsStore(), wish_of(scene), sample("coffee")
    try:
        for network, file in PARTS.values():
            store.read(network, file)
    except WeightsMissing as missing:
        pytest.skip(str(missing))
    engine = type("Engine", (), {"_shelf": {}, "device": "cpu"})()
    ours = painted(Turn(engine), store, wish, content.pixels, content.ref).pixels
    printed(one_pass_program(wish, content, store.folder), tmp_path, is_alone=True)
    theirs = np.asarray(Image.open(tmp_path / "painted.png")).astype(int)
    assert theirs.shape == ours.shape
    assert abs(theirs - ours).max() <= 1
