from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.labs.style import jobs
from viz_app.labs.style.mask import as_text
from viz_app.labs.style.runs import Run
from viz_app.labs.style.scene import StyleScene
from viz_app.labs.style.snippet import snippet, style_program

HALF = as_text(np.repeat(np.repeat(np.uint8([[0, 90], [200, 255]]), 8, 0), 8, 1))


def test_the_program_can_be_read_by_python_whatever_the_scene():
    for scene in (
        StyleScene(),
        StyleScene(start="noise", seed=4, optimiser="lbfgs"),
        StyleScene(mode="content"),
        StyleScene(mode="style", lambda_1=0.01),
        StyleScene(network="vgg19", pooling="average", mask=HALF, others=("sample:glass",)),
    ):
        compile(snippet(scene, sample("chelsea")), "snippet", "exec")


@pytest.mark.weights
@pytest.mark.slow
@pytest.mark.parametrize(
    "scene",
    [
        StyleScene(precision="float32", beta=2.0, lambda_3=0.5, steps=20, size=128),
        StyleScene(precision="float32", start="noise", seed=3, steps=20, size=128),
        StyleScene(precision="float32", optimiser="lbfgs", steps=20, size=128),
        StyleScene(
            precision="float32",
            steps=20,
            size=128,
            pooling="average",
            style_scale=1.4,
            lambda_3_2=2.0,
            lambda_5=0.01,
            others=("sample:glass",),
            blend_2=3.0,
            mask=HALF,
        ),
    ],
    ids=["content", "noise", "lbfgs", "average, scaled, more layers, two styles, masked"],
)
def test_the_program_prints_the_costs_of_the_run(scene, tmp_path):
    torch = pytest.importorskip("torch")
    from viz_app.compute.style.run import stylise
    from viz_app.nets.vgg import vgg16_features

    store = WeightsStore()
    if not store.is_present("vgg16"):
        pytest.skip("needs VGG-16: viz-app weights fetch vgg16")
    run = Run("Run 1", "style.run", scene, sample("chelsea"), sample(scene.style[7:]))
    painting = run.painting()
    ours = [
        snapshot.total
        for snapshot in stylise(
            vgg16_features(store.read("vgg16")),
            painting.content,
            [painting.style, *(jobs.read(ref).pixels for ref in painting.others)],
            replace(painting.stages[0], steps=20),
            lambda: run.mailbox.read().controls,
            lambda: None,
            mask=painting.mask,
        )
    ]
    assert torch.tensor(ours).isfinite().all()
    (tmp_path / "vgg16.ckpt").write_bytes(store.read("vgg16"))
    program = style_program(scene, run.content, run.style, tmp_path)
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    theirs = [float(x) for x in re.findall(r"J (\S+)", ended.stdout)]
    assert len(theirs) == (11 if scene.optimiser == "lbfgs" else 21)
    assert theirs == pytest.approx(ours[: len(theirs)], rel=1e-3)
