from __future__ import annotations

import random
import re
from dataclasses import replace

import numpy as np
import pytest

from tests.programs import printed
from viz_app.files.images import open_image
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.labs.style import jobs
from viz_app.labs.style.colours import with_luminance_of
from viz_app.labs.style.mask import as_text
from viz_app.labs.style.runs import Run
from viz_app.labs.style.scene import StyleScene
from viz_app.labs.style.snippet import STEPS, snippet, style_program

HALF = as_text(np.repeat(np.repeat(np.uint8([[0, 90], [200, 255]]), 8, 0), 8, 1))


def test_the_program_can_be_read_by_python_whatever_the_scene():
    for scene in (
        StyleScene(),
        StyleScene(start="noise", seed=4, optimiser="lbfgs"),
        StyleScene(mode="content"),
        StyleScene(mode="style", lambda_1=0.01),
        StyleScene(network="vgg19", pooling="average", mask=HALF, others=("sample:glass",)),
        StyleScene(colours="histogram"),
        StyleScene(colours="luminance"),
    ):
        compile(snippet(scene, sample("chelsea")), "snippet", "exec")


def optimised(net, run, steps):
    """J of the first steps, and the last picture, as the lab's own run has them."""
    from viz_app.compute.style.run import stylise

    painting = run.painting()
    snapshots = list(
        stylise(
            net,
            painting.content,
            jobs.styles_of(painting),
            replace(painting.stages[0], steps=steps),
            lambda: run.mailbox.read().controls,
            lambda: None,
            mask=painting.mask,
        )
    )
    return [snapshot.total for snapshot in snapshots], snapshots[-1].picture


def costs(program, folder, **how):
    """J of each step as the program prints it."""
    return [float(x) for x in re.findall(r"J (\S+)", printed(program, folder, **how))]


FIELDS = {
    "optimiser": ("adam", "lbfgs"),
    "start": ("content", "noise"),
    "pooling": ("max", "average"),
    "mask": ("", HALF),
    "others": ((), ("sample:glass", "sample:marble")),
    "colours": ("style", "histogram", "luminance"),
    "style_scale": (1.0, 0.6, 1.5),
    "mode": ("transfer", "style", "content"),
}


@pytest.mark.slow
def test_whatever_is_combined_the_program_prints_the_costs_of_the_run(tmp_path, small_vgg):
    """Two or more values of each field, with each of the others' now and then."""
    net, prepare = small_vgg
    chance = random.Random(1)
    for _ in range(12):
        fields = {name: chance.choice(values) for name, values in FIELDS.items()}
        scene = StyleScene(
            precision="float32", size=128, steps=20, blend_2=3.0, lambda_3_2=2.0, **fields
        )
        run = Run("Run 1", "style.run", scene, sample("chelsea"), sample("night"))
        theirs = costs(prepare(style_program(scene, run.content, run.style)), tmp_path)
        ours, _picture = optimised(net, run, len(theirs) - 1)
        assert len(theirs) == 1 + STEPS[scene.optimiser]
        assert theirs == pytest.approx(ours, rel=1e-3), fields


def test_the_picture_that_the_program_saves_has_the_colours_that_are_kept(tmp_path, small_vgg):
    net, prepare = small_vgg
    scene = StyleScene(precision="float32", size=128, steps=10, colours="luminance")
    run = Run("Run 1", "style.run", scene, sample("chelsea"), sample("night"))
    program = prepare(style_program(scene, run.content, run.style))
    costs(program, tmp_path, is_alone=True)
    _costs, picture = optimised(net, run, 10)
    content = jobs.resized(run.content.pixels, picture.shape[:2])
    theirs = open_image(tmp_path / "painted.png").pixels
    assert np.abs(theirs.astype(int) - with_luminance_of(picture, content)).max() <= 2


@pytest.fixture(scope="module")
def small_vgg():
    """VGG-16's convolutions an eighth as wide, and how a program gets their random numbers."""
    torch = pytest.importorskip("torch")
    from viz_app.core.architectures.vgg import vgg16_features
    from viz_app.nets.build import Net, build_frozen

    network = vgg16_features()
    layers = tuple(
        replace(layer, channels=layer.channels // 8) if layer.kind == "conv" else layer
        for layer in network.layers
    )
    network = replace(network, layers=layers)
    torch.manual_seed(0)
    state = Net(network).state_dict()
    draw = "torch.randn(b, a, 3, 3, generator=g) * (2 / (9 * a)) ** 0.5"
    sides = [3, *(layer.channels for layer in layers if layer.kind == "conv")]
    reader = (
        f"g, sides = torch.Generator().manual_seed(7), {sides}\n"
        f"kernels = [{draw} for a, b in zip(sides, sides[1:])]\n"
        "biases = [torch.zeros(b) for b in sides[1:]]\n"
    )
    found = {"torch": torch}
    exec(reader, found)
    keys = [layer.key for layer in layers if layer.kind == "conv"]
    for key, kernels, biases in zip(keys, found["kernels"], found["biases"], strict=True):
        state |= {f"{key}.weight": kernels, f"{key}.bias": biases}

    def prepare(program):
        start, end = program.index("data = Path"), program.index("MEAN = ")
        return program[:start] + reader + program[end:]

    return build_frozen(network, state), prepare


@pytest.mark.weights
@pytest.mark.slow
def test_the_program_reads_the_published_network(tmp_path):
    pytest.importorskip("torch")
    from viz_app.nets.published import load_published

    store = WeightsStore()
    if not store.is_present("vgg16"):
        pytest.skip("needs VGG-16: viz-app weights fetch vgg16")
    scene = StyleScene(precision="float32", size=128, steps=20)
    run = Run("Run 1", "style.run", scene, sample("chelsea"), sample("night"))
    (tmp_path / "vgg16.ckpt").write_bytes(store.read("vgg16"))
    theirs = costs(style_program(scene, run.content, run.style, tmp_path), tmp_path)
    ours, _picture = optimised(load_published("vgg16", store.read), run, 20)
    assert theirs == pytest.approx(ours, rel=1e-3)
